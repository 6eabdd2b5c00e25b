// SPDX-License-Identifier: GPL-3.0-or-later
// Pruning on files: targets that the written file meets, rounds, and what is refused with nothing written.
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "project/sensitivity_file.h"
#include "project/step.h"
#include "pruning_net.h"
#include "temporary_projects.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>
#include <map>
#include <set>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

constexpr TargetValue half{0.5, TargetValue::Unit::OfBefore};

// A device on which a million MACs take a millisecond, and a call a tenth of one.
class MadeUpDevice : public LatencyMeter
{
public:
    Latency measure(const fs::path& model, const JobContext&) override
    {
        const double ms = 0.1 + static_cast<double>(cost(readOnnx(model)).macs) / 1e6;
        return {ms, ms, 1};
    }
};

class SameForAll : public LatencyMeter
{
public:
    Latency measure(const fs::path&, const JobContext&) override { return {2, 2, 1}; }
};

std::map<std::string, std::pair<std::int64_t, std::int64_t>> countsOf(const StepResult& result)
{
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts;
    for (const PrunedGroup& group : result.groups)
        counts[group.name] = {group.channelsBefore, group.channelsAfter};
    return counts;
}

// A layer of two channels before one of sixteen.
Graph narrowNetwork()
{
    PruningNet net;
    net.input("x", {-1, 3, 32, 32});
    net.conv("narrow", "x", {3, 2});
    net.op("Relu", "relu_1", {"narrow"});
    net.conv("wide", "relu_1", {2, 16});
    net.op("Relu", "relu_2", {"wide"});
    net.head("relu_2", 16, 12);
    return net.graph();
}

} // namespace

class TestPruneStep : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_data = Dataset::open(drawTinyData(pathOf(m_folder) / "data"));
        m_model = pathOf(m_folder) / "model.onnx";
        auto network = tinyNetwork();
        network.architecture.width = 8;
        runStep(network, {.output = m_model}, {});
        m_output = pathOf(m_folder) / "out.onnx";
    }
    void init() { fs::remove(m_output); }

    // Every option of the training that follows makes another model.
    void whatTrainingIsToldReachesIt_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("rest");
        QTest::newRow("prune") << "prune"
                               << R"("ratio":0.4,"compensate":"off",)";
        QTest::newRow("sparsify") << "sparsify"
                                  << R"("sparsity":0.5,)";
        QTest::newRow("factorize") << "factorize"
                                   << R"("fromData":"off","rankRatio":0.4,)";
    }
    void whatTrainingIsToldReachesIt()
    {
        QFETCH(QString, kind);
        QFETCH(QString, rest);
        std::set<std::string> hashes;
        QStringList variants{"",
                             R"("distill":0,)",
                             R"("distill":0.4,)",
                             R"("temperature":1,)",
                             R"("distillKind":"feature",)",
                             R"("distillKind":"attention",)"};
        if (kind == "prune")
            variants += {R"("sparsityEpochs":1,)", R"("sparsityEpochs":1,"sparsityStrength":0.1,)"};
        for (const QString& variant : variants) {
            const auto json = "{" + rest + variant + R"("finetune":{"epochs":1,"batch":16,"threads":1}})";
            const auto step = parametersFromJson(kind.toStdString(), Json::parse(json.toStdString()));
            hashes.insert(runStep(step, {.model = m_model, .dataset = &*m_data, .output = m_output}, {}).sha256);
        }
        QCOMPARE(qsizetype(hashes.size()), variants.size());
    }

    // Values of such a model are halves, too, and what its layers are solved by must be of its kind.
    void halvesArePrunedOnData()
    {
        const auto halves = pathOf(m_folder) / "halves.onnx";
        runStep(QuantizeParameters{{.method = QuantizeMethod::Half}},
                {.model = m_model, .dataset = &*m_data, .output = halves, .evaluate = {.latency = false}}, {});
        const auto network = readOnnx(halves);
        const auto isHalf = [](const Graph& graph) {
            return std::ranges::all_of(graph.order(), [&](NodeId id) {
                const auto weights = graph.node(id).input(1);
                return graph.node(id).opType != "Conv" || graph.value(weights).constant.dtype() == DType::Float16;
            });
        };
        QVERIFY(isHalf(network));
        for (const auto importance : {ImportanceKind::L1, ImportanceKind::Apoz, ImportanceKind::Taylor, ImportanceKind::Reconstruction}) {
            PruneParameters parameters;
            parameters.prune.importance = importance;
            const auto output = pathOf(m_folder) / "halves-pruned.onnx";
            const auto result =
                runStep(parameters, {.model = halves, .dataset = &*m_data, .output = output, .evaluate = {.latency = false}}, {});
            QVERIFY(result.after.facts.sizeBytes < result.before.facts.sizeBytes);
            QVERIFY(isHalf(readOnnx(output)));
        }
    }

    void curvesAreThoseOfTheModelThatWasTrainedForSparsity()
    {
        const auto json = R"({"ratio":0.3,"scope":"sensitivity","importance":"l1","compensate":"off","sparsityEpochs":1,
                              "sparsityStrength":0.05,"finetune":{"batch":16,"threads":1}})";
        const auto step = parametersFromJson("prune", Json::parse(json));
        StepInput input{.model = m_model, .dataset = &*m_data, .output = m_output};
        const auto first = runStep(step, input, {}).sha256;
        // Whatever is kept of the file's own curves.
        input.sensitivity = pathOf(m_folder) / "kept";
        auto [curves, file, isNew] =
            keptSensitivity(m_model, input.sensitivity, *m_data, sensitivityOptionsOf(std::get<PruneParameters>(step)), {});
        for (std::size_t g = 0; g < curves.groups.size(); ++g)
            for (auto& point : curves.groups[g].points)
                point.value = g == 0 ? curves.value : curves.value - 1000 * point.ratio;
        writeSensitivity(curves, file);
        QCOMPARE(runStep(step, input, {}).sha256, first);
        QVERIFY(readSensitivity(file) == curves);
        // Without the training they count.
        auto untrained = std::get<PruneParameters>(step);
        untrained.sparsityEpochs = 0;
        const auto kept = runStep(untrained, input, {}).sha256;
        input.sensitivity.clear();
        QVERIFY(runStep(untrained, input, {}).sha256 != kept);
    }

    void theWrittenFileMeetsItsTarget_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("withData");
        QTest::addColumn<int>("epochs");
        for (const auto& [name, kind] : {std::pair("MACs", 0), std::pair("parameters", 1), std::pair("bytes", 2), std::pair("memory", 3)}) {
            QTest::addRow("%s, without data", name) << kind << false << 0;
            QTest::addRow("%s, compensated", name) << kind << true << 0;
        }
        QTest::addRow("bytes, trained") << 2 << true << 1;
        QTest::addRow("parameters, trained") << 1 << true << 1;
    }
    void theWrittenFileMeetsItsTarget()
    {
        QFETCH(int, kind);
        QFETCH(bool, withData);
        QFETCH(int, epochs);
        PruneParameters parameters;
        auto& targets = parameters.prune.targets;
        TargetValue* const all[] = {&targets.macs, &targets.parameters, &targets.bytes, &targets.memory};
        *all[kind] = half;
        parameters.finetune.epochs = epochs;
        const auto result = runStep(parameters, {.model = m_model, .dataset = withData ? &*m_data : nullptr, .output = m_output}, {});
        const auto amount = [kind](const StaticFacts& facts) {
            const std::int64_t amounts[] = {facts.macs, facts.parameters, facts.sizeBytes, facts.peakActivationBytes};
            return static_cast<double>(amounts[kind]);
        };
        const double before = amount(result.before.facts);
        const double after = amount(result.after.facts);
        QVERIFY2(after <= before / 2, qPrintable(QString("%1 of %2").arg(after).arg(before)));
        QVERIFY2(after > before * 0.4, qPrintable(QString("%1 of %2").arg(after).arg(before)));
        QVERIFY(result.target.has_value());
        QCOMPARE(result.target->after, after);
        QCOMPARE(result.target->wanted, before / 2);
        QCOMPARE(result.epochs.size(), static_cast<std::size_t>(epochs));
        const auto json = toJson(result).at("target");
        QCOMPARE(json.at("after").get<double>(), after);
        QCOMPARE(json.at("before").get<double>(), before);
    }
    void aLatencyIsMetAsTheDeviceMeasuresIt()
    {
        MadeUpDevice device;
        PruneParameters parameters;
        parameters.prune.targets.latencyMs = half;
        StepInput input{.model = m_model, .dataset = &*m_data, .output = m_output};
        input.evaluate.meter = &device;
        const auto result = runStep(parameters, input, {});
        QVERIFY(result.after.latency->p50Ms <= result.before.latency->p50Ms / 2);
        QVERIFY(result.after.latency->p50Ms > result.before.latency->p50Ms * 0.4);
        QCOMPARE(toJson(result).at("target").at("kind").get<std::string>(), std::string("latencyMs"));
    }
    void roundsEndWhereOneStepEnds()
    {
        PruneParameters parameters = pruning(0.5);
        const StepInput input{.model = m_model, .dataset = &*m_data, .output = m_output};
        const auto atOnce = runStep(parameters, input, {});
        parameters.rounds = 3;
        parameters.finetune.epochs = 1;
        const auto result = runStep(parameters, input, {});
        QVERIFY(countsOf(result) == countsOf(atOnce));
        QCOMPARE(result.after.facts.macs, atOnce.after.facts.macs);
        QCOMPARE(result.pruneRounds.size(), std::size_t{3});
        for (std::size_t i = 1; i < 3; ++i)
            QVERIFY(result.pruneRounds[i].macs < result.pruneRounds[i - 1].macs);
        QCOMPARE(result.pruneRounds.back().macs, result.after.facts.macs);
        QCOMPARE(result.epochs.size(), std::size_t{3});
        for (int i = 0; i < 3; ++i)
            QCOMPARE(result.epochs[static_cast<std::size_t>(i)].epoch, i + 1);
        const auto json = toJson(result);
        QVERIFY(json.at("proof").at("maxAbsDifference").get<double>() < 1e-4);
        QVERIFY(json.at("proof").at("maxAbsDifferenceDouble").get<double>() < 1e-12); // the worst of all rounds
        QCOMPARE(json.at("rounds").size(), std::size_t{3});
        QVERIFY(json.at("rounds").at(0).contains("compensation"));
        QVERIFY(json.at("compensation").contains("after"));
        for (const auto& entry : fs::directory_iterator(pathOf(m_folder)))
            QVERIFY2(entry.path().string().find("checkpoint") == std::string::npos, entry.path().c_str());
    }
    void aRoundWithoutItsPartInDoubleIsToldBesideAnothersFigure()
    {
        StepRecord record;
        record.proofMaxAbsDifference = 1e-6;
        record.proofMaxAbsDifferenceDouble = 1e-13;
        record.proofDoubleLeftOut = "there is not enough memory";
        const auto json = recordToJson(record);
        QCOMPARE(json.at("proof").at("doubleLeftOut").get<std::string>(), record.proofDoubleLeftOut);
        StepRecord back;
        readRecord(json, back);
        QCOMPARE(back.proofDoubleLeftOut, record.proofDoubleLeftOut);
        QVERIFY(back.proofMaxAbsDifferenceDouble == record.proofMaxAbsDifferenceDouble);
    }
    void roundsAreReproducible()
    {
        PruneParameters parameters = pruning(0.5);
        parameters.rounds = 2;
        parameters.finetune.epochs = 1;
        const StepInput input{.model = m_model, .dataset = &*m_data, .output = m_output};
        const auto first = runStep(parameters, input, {});
        QCOMPARE(runStep(parameters, input, {}).sha256, first.sha256);
    }
    void aTargetIsReachedInRounds()
    {
        PruneParameters parameters;
        parameters.prune.targets.macs = half;
        parameters.prune.scope = PruningScope::Global;
        parameters.rounds = 2;
        const auto result = runStep(parameters, {.model = m_model, .dataset = &*m_data, .output = m_output}, {});
        const auto before = static_cast<double>(result.before.facts.macs);
        QVERIFY(static_cast<double>(result.after.facts.macs) <= before / 2);
        QVERIFY(static_cast<double>(result.pruneRounds[0].macs) <= before * 0.75);
        QVERIFY(static_cast<double>(result.pruneRounds[0].macs) > before * 0.65);
    }
    void groupsThatReachOneChannelStayThere_data()
    {
        QTest::addColumn<QString>("json");
        QTest::newRow("compensated") << R"({"ratio": 0.6, "rounds": 2})";
        QTest::newRow("trained between") << R"({"ratio": 0.6, "rounds": 2, "finetune": {"epochs": 1}})";
        QTest::newRow("to a size") << R"({"targetBytes": "0.6x", "rounds": 3})";
        QTest::newRow("to a size, trained between") << R"({"targetBytes": "0.6x", "rounds": 3, "finetune": {"epochs": 1}})";
        QTest::newRow("by what answers lose")
            << R"({"ratio": 0.85, "rounds": 3, "scope": "sensitivity", "compensate": "off", "importance": "l1"})";
        QTest::newRow("by layer") << R"({"scope": "layer", "ratioOf": {"narrow": 0.6, "wide": 0.5}, "rounds": 3})";
    }
    void groupsThatReachOneChannelStayThere()
    {
        QFETCH(QString, json);
        const auto model = pathOf(m_folder) / "narrow.onnx";
        writeOnnx(narrowNetwork(), model);
        const auto parameters = parametersFromJson("prune", Json::parse(json.toStdString()));
        const auto result = runStep(parameters, {.model = model, .dataset = &*m_data, .output = m_output}, {});
        const Graph graph = readOnnx(m_output);
        const auto counts = countsOf(result);
        QCOMPARE(counts.at("narrow"), std::pair(std::int64_t{2}, std::int64_t{1}));
        for (const auto& [layer, count] : counts) // the file is what is said of it
            QCOMPARE(graph.value(graph.node(*graph.findNode(layer)).inputs[1]).constant.shape()[0], count.second);
        if (!json.contains("target") && !json.contains("sensitivity"))
            QCOMPARE(counts.at("wide").second, json.contains("ratioOf") ? 8 : 6);
    }
    void whatIsMetAlreadyStaysAsItIs()
    {
        PruneParameters parameters;
        parameters.prune.targets.bytes = {1e9, TargetValue::Unit::Absolute};
        parameters.finetune.epochs = 2;
        const auto result = runStep(parameters, {.model = m_model, .dataset = &*m_data, .output = m_output}, {});
        QVERIFY(std::ranges::any_of(result.notices, [](const Message& notice) { return notice.code == MessageCode::TargetMetAlready; }));
        QVERIFY(result.epochs.empty());
        QCOMPARE(result.after.facts.macs, result.before.facts.macs);
        QCOMPARE(result.after.accuracy->top1, result.before.accuracy->top1);
    }
    void latencyThatStaysIsSaid()
    {
        SameForAll device;
        StepInput input{.model = m_model, .output = m_output};
        input.evaluate.meter = &device;
        const auto result = runStep(pruning(0.5), input, {});
        QVERIFY(std::ranges::any_of(result.notices, [](const Message& notice) { return notice.code == MessageCode::LatencyNotFalling; }));
        MadeUpDevice falling;
        input.evaluate.meter = &falling;
        QVERIFY(runStep(pruning(0.5), input, {}).notices.empty());
    }
    void whatCantBeIsRefusedAndNothingIsWritten_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, const char* json, MessageCode code) {
            QTest::newRow(name) << json << static_cast<int>(code);
        };
        row("a ratio of 0", R"({"ratio": 0})", MessageCode::NothingToPrune);
        row("a ratio of 1", R"({"ratio": 1})", MessageCode::RatioOutOfRange);
        row("a ratio below one channel", R"({"ratio": 0.001})", MessageCode::NothingToPrune);
        row("a target below what is reachable", R"({"targetMacs": 1})", MessageCode::TargetUnreachable);
        row("a file smaller than its names", R"({"targetBytes": "0.001x"})", MessageCode::TargetUnreachable);
        row("everything kept", R"({"keep": "*"})", MessageCode::NothingToPrune);
        row("everything kept with a target", R"({"keep": ["*"], "targetMacs": "0.5x"})", MessageCode::NothingToPrune);
        row("a layer that isn't there", R"({"keep": ["conv_99x"]})", MessageCode::LayerUnknown);
        row("two targets", R"({"targetMacs": "0.5x", "targetBytes": 1000})", MessageCode::BadOption);
        row("a ratio and a target", R"({"ratio": 0.5, "targetMacs": "0.5x"})", MessageCode::BadOption);
        row("a layer's ratio of 1", R"({"scope": "layer", "ratioOf": {"*": 1}})", MessageCode::BadOption);
        row("layers without ratios", R"({"scope": "layer"})", MessageCode::BadOption);
        row("importance without its data", R"({"importance": "taylor"})", MessageCode::DataRequired);
        row("a floor above every width", R"({"atLeast": 100})", MessageCode::NothingToPrune);
        row("channels rounded to more than there are", R"({"roundTo": 1024})", MessageCode::NothingToPrune);
    }
    void whatCantBeIsRefusedAndNothingIsWritten()
    {
        QFETCH(QString, json);
        QFETCH(int, code);
        const auto parameters = parametersFromJson("prune", Json::parse(json.toStdString()));
        COMPARE_ERROR(runStep(parameters, StepInput{.model = m_model, .output = m_output}, {}), static_cast<MessageCode>(code));
        QVERIFY(!fs::exists(m_output));
    }
    // Of what takes minutes nothing is begun, and nothing lies there afterwards.
    void whatCantBeIsKnownBeforeAnyTraining_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<int>("code");
        const std::pair<const char*, const char*> ways[] = {
            {"in rounds", R"("rounds": 3, "finetune": {"epochs": 1, "batch": 16, "threads": 1}})"},
            {"trained for sparsity", R"("sparsityEpochs": 1, "finetune": {"batch": 16, "threads": 1}})"}};
        for (const auto& [way, rest] : ways) {
            const auto row = [&, rest = rest, way = way](const char* name, const char* json, MessageCode code) {
                QTest::addRow("%s, %s", name, way) << QString("{%1, %2").arg(json, rest) << static_cast<int>(code);
            };
            row("a ratio of 0", R"("ratio": 0)", MessageCode::NothingToPrune);
            row("a target below what is reachable", R"("targetMacs": 1)", MessageCode::TargetUnreachable);
            row("a layer that isn't there", R"("keep": ["conv_99x"])", MessageCode::LayerUnknown);
            row("curves that aren't there", R"("scope": "sensitivity", "sensitivity": "nowhere.json")", MessageCode::FileNotFound);
            row("measured curves and no channel", R"("scope": "sensitivity", "ratio": 0.0001)", MessageCode::NothingToPrune);
        }
    }
    void whatCantBeIsKnownBeforeAnyTraining()
    {
        QFETCH(QString, json);
        QFETCH(int, code);
        bool isTraining = false;
        const JobContext job({}, [&](const Progress& progress) { isTraining = isTraining || progress.activity == Activity::Training; });
        const auto parameters = parametersFromJson("prune", Json::parse(json.toStdString()));
        COMPARE_ERROR(runStep(parameters, StepInput{.model = m_model, .dataset = &*m_data, .output = m_output}, job),
                      static_cast<MessageCode>(code));
        QVERIFY(!isTraining);
        QVERIFY(!fs::exists(m_output));
        for (const auto& entry : fs::directory_iterator(pathOf(m_folder)))
            QVERIFY2(entry.path().string().find("checkpoint") == std::string::npos, entry.path().c_str());
    }
    void aTargetThatIsMetAlreadyProvesNothing()
    {
        const auto parameters = parametersFromJson("prune", Json::parse(R"({"targetMacs": "2x"})"));
        const auto result = runStep(parameters, StepInput{.model = m_model, .output = m_output}, {});
        QVERIFY(!result.proofMaxAbsDifference && !result.proofMaxAbsDifferenceDouble);
        QVERIFY(!toJson(result).contains("proof"));
    }
    void aKeptLayerThatMakesATargetUnreachableIsSaid()
    {
        const Graph graph = readOnnx(m_model);
        PruneParameters parameters;
        parameters.prune.targets.macs = {0.05, TargetValue::Unit::OfBefore};
        const auto found = findDependencies(graph);
        const std::string first = graph.node(found.groups.front().layers.front()).name;
        parameters.prune.keep = {first};
        const auto thrown = errorOf([&] { runStep(parameters, StepInput{.model = m_model, .output = m_output}, {}); });
        QVERIFY(thrown && thrown->code == MessageCode::TargetUnreachable);
        QCOMPARE(thrown->arguments.at("detail"), "more channels could leave if '" + first + "' was not kept");
        // Also where letting go of it is not enough, and beside what else is in the way.
        parameters.prune.targets.macs = {1e-6, TargetValue::Unit::OfBefore};
        const auto lower = errorOf([&] { runStep(parameters, StepInput{.model = m_model, .output = m_output}, {}); });
        QVERIFY(lower && lower->code == MessageCode::TargetUnreachable);
        QCOMPARE(lower->arguments.at("detail"), "more channels could leave if '" + first + "' was not kept");
        parameters.prune.atLeast = 2;
        const auto both = errorOf([&] { runStep(parameters, StepInput{.model = m_model, .output = m_output}, {}); });
        QVERIFY(both && both->code == MessageCode::TargetUnreachable);
        QCOMPARE(both->arguments.at("detail"),
                 "more channels could leave if '" + first + "' was not kept, and if groups could have fewer than 2 channels");
        QVERIFY(!fs::exists(m_output));
    }
    void theFloorIsBlamedWhereItIsTheReason()
    {
        const auto why = [&](const char* json) {
            const auto parameters = parametersFromJson("prune", Json::parse(json));
            const auto thrown = errorOf([&] { runStep(parameters, StepInput{.model = m_model, .output = m_output}, {}); });
            return thrown ? thrown->arguments.at("detail") : std::string();
        };
        QCOMPARE(why(R"({"atLeast": 100})"),
                 std::string("every group keeps at least 100 channels, and none has more that a ratio of 0.3 would take"));
        QCOMPARE(why(R"({"atLeast": 100, "ratio": 0.001})"), std::string("a ratio of 0.001 is less than one channel of any group"));
    }
    void problemsOfTargetsAndRatiosAreNamed()
    {
        const auto thrown = errorOf([] {
            parametersFromJson("prune",
                               Json::parse(R"({"targetMacs": "half", "targetBytes": -1, "ratioOf": [1], "roundTo": 0, "rounds": 0})"));
        });
        QVERIFY(thrown && thrown->code == MessageCode::RecipeInvalid);
        for (const auto* expected :
             {"'targetMacs' must be a number above 0", "'targetBytes' must be", "'ratioOf' must be a list of names and numbers",
              "'roundTo' must be from 1", "'rounds' must be from 1"})
            QVERIFY2(thrown->arguments.at("detail").find(expected) != std::string::npos, expected);
    }
    void parametersComeBackFromJson()
    {
        PruneParameters parameters;
        parameters.prune.roundTo = 8;
        parameters.prune.keep = {"conv_1", "block*"};
        parameters.prune.scope = PruningScope::Layer;
        parameters.prune.layerRatios = {{"conv_2", 0.25}, {"*", 0.5}};
        parameters.prune.importance = ImportanceKind::BnScale;
        parameters.rounds = 3;
        const Json json = parametersToJson(parameters);
        QVERIFY(json.at("targetMacs").is_null());
        QCOMPARE(parametersToJson(parametersFromJson("prune", json)).dump(), json.dump());
        QCOMPARE(commandLine(parameters, "m.onnx", "", "o.onnx"),
                 std::string("hone prune m.onnx --ratio 0.3 --importance bn-scale --scope layer --round-to 8 --keep conv_1 --keep 'block*' "
                             "--ratio-of '*=0.5' --ratio-of conv_2=0.25 --rounds 3 --out o.onnx"));
        PruneParameters target;
        target.prune.targets.macs = half;
        target.prune.targets.bytes = {2e5, TargetValue::Unit::Absolute};
        const Json targets = parametersToJson(target);
        QCOMPARE(targets.at("targetMacs").get<std::string>(), std::string("0.5x"));
        QCOMPARE(targets.at("targetBytes").get<double>(), 2e5);
        const auto back = std::get<PruneParameters>(parametersFromJson("prune", targets));
        QVERIFY(back.prune.targets.macs == half && back.prune.targets.bytes == target.prune.targets.bytes);
    }
    void groupsSayWhatRankedThem()
    {
        PruneParameters parameters = pruning(0.5);
        parameters.prune.importance = ImportanceKind::Lamp;
        const auto result = runStep(parameters, {.model = m_model, .output = m_output}, {});
        for (const auto& group : toJson(result).at("groups"))
            QCOMPARE(group.at("importance").get<std::string>(), std::string("lamp"));
    }

private:
    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
    fs::path m_model;
    fs::path m_output;
};

QTEST_GUILESS_MAIN(TestPruneStep)
#include "test_prune_step.moc"
