// SPDX-License-Identifier: GPL-3.0-or-later
// Step parameters as JSON and command lines, and steps on files.
#include "core/hash.h"
#include "data/picture_codec.h"
#include "evaluate/deflated_size.h"
#include "onnx_io/onnx_io.h"
#include "project/step.h"
#include "temporary_projects.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

// A model with two operators that nobody trains, between two that everybody does.
fs::path writeOddModel(const fs::path& file)
{
    Graph graph;
    graph.name = "odd";
    graph.opsets[""] = 17;
    auto last = graph.addValue({"input", {DType::Float32, Shape{Dim::free("N"), Dim::fixed(3), Dim::fixed(8), Dim::fixed(8)}}, {}});
    graph.inputs = {last};
    graph.opsets["ai.onnx.ml"] = 3;
    for (const auto& [type, domain] :
         {std::pair("Relu", ""), std::pair("Scaler", "ai.onnx.ml"), std::pair("Binarizer", "ai.onnx.ml"), std::pair("Erf", "")}) {
        const auto out = graph.addComputed("value");
        graph.addNode({.name = graph.uniqueName(type), .opType = type, .domain = domain, .inputs = {last}, .outputs = {out}});
        last = out;
    }
    graph.outputs = {last};
    writeOnnx(graph, file);
    return file;
}

// A machine on which every model takes so long as its list says, one after the other, the last again and again.
class ScriptedMeter : public LatencyMeter
{
public:
    explicit ScriptedMeter(std::vector<double> milliseconds) : m_milliseconds(std::move(milliseconds)) {}
    Latency measure(const fs::path&, const JobContext&) override
    {
        const double ms = m_milliseconds.at(std::min(m_calls++, m_milliseconds.size() - 1));
        return {ms, ms, 1};
    }
    std::size_t calls() const { return m_calls; }

private:
    std::vector<double> m_milliseconds;
    std::size_t m_calls = 0;
};

} // namespace

class TestStep : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_data = Dataset::open(drawTinyData(pathOf(m_folder) / "data"));
        m_model = pathOf(m_folder) / "model.onnx";
        runStep(tinyNetwork(), {.output = m_model}, {});
    }

    void parametersComeBackFromJsonAsTheyWere_data()
    {
        QTest::addColumn<QString>("step");
        QTest::addColumn<QString>("json");
        QTest::newRow("import") << "import"
                                << R"({"file": "a b.onnx"})";
        QTest::newRow("new")
            << "new"
            << R"({"architecture":"resnet20","width":8,"classes":3,"inputChannels":1,"inputSize":28,"seed":18446744073709551615,"widthMultiplier":0.5,"inputHeight":49,"inputWidth":10,"depth":3})";
        const QString train =
            R"({"epochs":7,"batch":32,"learningRate":0.1,"optimizer":"adamw","momentum":0.5,"weightDecay":0.01,"schedule":"step","warmUpEpochs":2.5,"stepEpochs":3,"stepFactor":0.2,"labelSmoothing":0.1,"flip":true,"shiftedCrop":4,"head":"replace","freeze":["conv*"],"patience":5,"keepBest":false,"seed":9,"threads":2,"accumulate":2,"clipNorm":1.5,"emaDecay":0.9,"mixup":0.2,"cutmix":0.3,"randAugment":2,"randAugmentMagnitude":5.5,"timeShift":0.1,"noise":0.2,"bodyLrFactor":0.5,"freezeBody":true,"insertBatchNormalization":true,"featureCache":false,"precision":"bf16","device":"cuda","freezeBatchNormalizationAfter":0.25,"checkpointMinutes":5.5})";
        QTest::newRow("finetune") << "finetune" << train;
        QTest::newRow("prune")
            << "prune"
            << R"({"ratio":0.25,"importance":"l1","scope":"global","atLeast":2,"compensate":"off","distill":0.5,"temperature":2.0,"distillKind":"feature","sparsityEpochs":2,"sparsityStrength":0.5,"roundTo":8,"attention":"heads","keep":["conv*"],"atLeastOf":{"conv_2":3.0},"ratioOf":{"conv_1":0.5},"targetMacs":"0.5x","targetParams":1000.0,"targetBytes":200000.5,"targetMemory":null,"targetLatencyMs":1.5,"latencyDevice":"bench","sensitivity":"curves.json","rounds":3,"finetune":)" +
                   train + "}";
        const QString recovery = R"("distill":0.25,"distillKind":"attention","temperature":2.0,"finetune":)" + train + "}";
        QTest::newRow("distill")
            << "distill"
            << R"({"teacher":"large.onnx","weight":0.5,"kind":"attention","temperature":2.0,"answers":"cosine","labels":"ignored",)" +
                   train.mid(1);
        QTest::newRow("sparsify") << "sparsify"
                                  << R"({"sparsity":0.5,"pattern":"2:4","scope":"layer",)" + recovery;
        QTest::newRow("factorize") << "factorize"
                                   << R"({"energy":0.5,"rankRatio":0.25,"rank":0,"fromData":"off","samples":9,)" + recovery;
        QTest::newRow("quantize")
            << "quantize"
            << R"({"ranges":"percentile","percentile":99.5,"activations":"signed","perChannelWeights":false,"samples":64,"seed":3,"threads":1,"method":"weights","bitsWeights":4,"reduceRange":"on","blockSize":64,)"
               R"("scheme":"tensorrt","bitsActivations":16,"keepFloat":["conv1"],"maxDrop":0.5,"floatMacs":0.25,"raiseTo":"16","targetBytes":1000.0,"targetLatencyMs":2.5,"equalize":true,"smoothQuant":true,"biasCorrection":false,"adaptiveRounding":true,"damage":true,"repairGains":false})";
        QTest::newRow("qat")
            << "qat"
            << R"({"bitsWeights":4,"ranges":"percentile","percentile":99.5,"activations":"signed","perChannelWeights":false,"samples":64,"reduceRange":"off","keepFloat":["conv*"],"teacher":"large.onnx","distill":0.5,"distillKind":"feature","temperature":2.0,)" +
                   train.mid(1);
        QTest::newRow("tidy") << "tidy"
                              << R"({"freeBatch":false,"foldBatchNormalization":true,"keepDropout":true,"largestGrowthBytes":5})";
    }
    void parametersComeBackFromJsonAsTheyWere()
    {
        QFETCH(QString, step);
        QFETCH(QString, json);
        const auto given = Json::parse(json.toStdString());
        const auto parameters = parametersFromJson(step.toStdString(), given);
        QCOMPARE(stepName(parameters), step.toStdString());
        // The same keys in the same order: nothing is left out, nothing is a default that slipped in.
        QCOMPARE(parametersToJson(parameters).dump(), given.dump());
    }

    void absentKeysTakeTheDefault()
    {
        const auto parameters = std::get<PruneParameters>(parametersFromJson("prune", Json::parse(R"({"finetune":{"batch":8}})")));
        QCOMPARE(parameters.prune.ratio, PruneOptions{}.ratio);
        QCOMPARE(parameters.finetune.epochs, 0);
        QCOMPARE(parameters.finetune.batch, 8);
    }

    void everyProblemIsNamedAtOnce()
    {
        const auto json =
            Json::parse(R"({"epoch":3,"batch":"many","labelSmoothing":2,"seed":-1,"optimizer":"adam","flip":1,"learningRate":"high"})");
        const auto thrown = errorOf([&] { parametersFromJson("finetune", json); });
        QVERIFY(thrown);
        QCOMPARE(thrown->code, MessageCode::RecipeInvalid);
        const auto detail = thrown->arguments.at("detail");
        for (const auto* expected :
             {"'epoch' is not known (did you mean 'epochs')", "'batch' must be a whole number", "'labelSmoothing' must be from 0 to 0.99",
              "'seed' must not be negative", "'optimizer' must be one of sgd, adamw", "'flip' must be true or false",
              "'learningRate' must be a number"})
            QVERIFY2(detail.find(expected) != detail.npos, (detail + " lacks " + expected).c_str());
        COMPARE_ERROR(parametersFromJson("sharpen", Json::object()), MessageCode::RecipeInvalid);
        COMPARE_ERROR(parametersFromJson("prune", Json::array()), MessageCode::RecipeInvalid);
        COMPARE_ERROR(parametersFromJson("prune", Json::parse(R"({"finetune":3})")), MessageCode::RecipeInvalid);
        COMPARE_ERROR(parametersFromJson("prune", Json::parse(R"({"finetune":{"epochs":1.5}})")), MessageCode::RecipeInvalid);
    }

    void aCommandLineSaysWhatDiffersFromTheDefaults()
    {
        PruneParameters prune = pruning(0.3);
        prune.finetune.epochs = 2;
        prune.finetune.keepBest = false;
        prune.finetune.freeze = {"conv_1", "block 2*"};
        QCOMPARE(commandLine(prune, "m.onnx", "my pictures", "o.onnx"),
                 std::string("hone prune m.onnx --data 'my pictures' --ratio 0.3 --finetune-epochs 2 --freeze conv_1 "
                             "--freeze 'block 2*' --no-keep-best --out o.onnx"));
        QCOMPARE(commandLine(QuantizeParameters{}, "it's.onnx", "d", "o"), std::string("hone quantize 'it'\\''s.onnx' --data d --out o"));
        QCOMPARE(commandLine(tinyNetwork(5), "", "", "o"), std::string("hone new resnet8 --width 4 --classes 12 --seed 5 --out o"));
        QCOMPARE(commandLine(ImportParameters{"a.onnx"}, "", "", "project"), std::string("hone project import project a.onnx"));
    }

    void onlyStepsThatReadDataNeedThem()
    {
        QVERIFY(!needsData(ImportParameters{}));
        QVERIFY(!needsData(NewParameters{}));
        QVERIFY(!needsData(pruning(0.3)));
        auto trained = pruning(0.3);
        trained.finetune.epochs = 1;
        QVERIFY(needsData(trained));
        auto compensated = pruning(0.3);
        compensated.compensate = Compensate::On;
        QVERIFY(needsData(compensated));
        QVERIFY(needsData(FinetuneParameters{}));
        QVERIFY(needsData(QuantizeParameters{}));
        QVERIFY(!needsData(QuantizeParameters{{.method = QuantizeMethod::Weights}}));
        const auto output = pathOf(m_folder) / "needs-data.onnx";
        COMPARE_ERROR(runStep(trained, StepInput{.model = m_model, .output = output}, {}), MessageCode::DataRequired);
        QVERIFY(!fs::exists(output));
    }

    void pruningWithoutDataReportsWhatNeedsNone()
    {
        const auto output = pathOf(m_folder) / "pruned.onnx";
        const auto result = runStep(pruning(0.5), {.model = m_model, .output = output}, {});
        QVERIFY(!result.after.accuracy);
        QVERIFY(result.after.latency);
        QVERIFY(result.after.facts.macs < result.before.facts.macs);
        QCOMPARE(result.after.facts.sizeBytes, static_cast<std::int64_t>(fs::file_size(output)));
        QCOMPARE(result.sha256, sha256OfFile(output));
        const auto json = toJson(result);
        for (const auto* key : {"before", "after", "seconds", "output", "sha256", "groups", "proof"})
            QVERIFY2(json.contains(key), key);
        QVERIFY(!json.at("after").contains("top1"));
    }

    void withDataBothSidesAreMeasuredOnValidation()
    {
        const auto output = pathOf(m_folder) / "pruned-with-data.onnx";
        const auto result = runStep(pruning(0.5), {.model = m_model, .dataset = &*m_data, .output = output}, {});
        QVERIFY(result.before.accuracy && result.after.accuracy);
        QCOMPARE(result.after.accuracy->split, Split::Validation);
        QCOMPARE(result.after.accuracy->samples, std::size_t(24));
        QVERIFY(result.compensation && result.compensation->before && !result.compensation->solved.empty());
        QCOMPARE(result.compensation->after.value(), result.after.accuracy->top1);
        QCOMPARE(toJson(result).at("compensation").at("after").get<double>(), result.after.accuracy->top1);
    }

    void aLatencyTargetIsHeldAgainstTheWrittenFile_data()
    {
        QTest::addColumn<QList<double>>("ofTheFile"); // the measurements of the finished file, which come last
        QTest::addColumn<double>("after");            // 0: refused
        QTest::newRow("it is met") << QList<double>{0.9} << 0.9;
        QTest::newRow("two of five measurements were slow") << QList<double>{1.5, 0.9, 0.8, 1.2, 0.7} << 0.9;
        QTest::newRow("three of five were slow") << QList<double>{0.9, 1.01, 0.9, 1.01, 1.01} << 0.0;
        QTest::newRow("the file is slower by a little") << QList<double>{1.001} << 0.0;
        QTest::newRow("the file is slower") << QList<double>{1.5} << 0.0;
    }
    void aLatencyTargetIsHeldAgainstTheWrittenFile()
    {
        QFETCH(QList<double>, ofTheFile);
        QFETCH(double, after);
        auto step = pruning(PruneOptions{}.ratio);
        step.prune.targets.latencyMs = {1, TargetValue::Unit::Absolute};
        const auto output = pathOf(m_folder) / "timed.onnx";
        fs::remove(output);
        // How often the search measures: with a device on which whatever is pruned takes 0.5 ms and the model 2 ms.
        constexpr std::size_t ofTheModel = 1 + 3 + 3; // its evaluation; what is before, for the rounds and for the search
        std::vector<double> script(ofTheModel, 2.0);
        script.push_back(0.5);
        ScriptedMeter counting(script);
        StepInput input{.model = m_model, .output = output};
        input.evaluate.meter = &counting;
        const auto met = runStep(step, input, {});
        QCOMPARE(met.target->after, 0.5);
        QCOMPARE(met.after.latency->p50Ms, 0.5);
        fs::remove(output);

        script.resize(counting.calls() - 3, 0.5);
        script.insert(script.end(), ofTheFile.begin(), ofTheFile.end());
        ScriptedMeter meter(std::move(script));
        input.evaluate.meter = &meter;
        if (after == 0) {
            COMPARE_ERROR(runStep(step, input, {}), MessageCode::TargetUnreachable);
            QVERIFY(!fs::exists(output));
            return;
        }
        const auto result = runStep(step, input, {});
        QCOMPARE(result.target->after, after);
        QCOMPARE(result.after.latency->p50Ms, after); // one figure for one file
    }

    void whatCompensationRecoversIsToldInTheDatasMetric()
    {
        const auto output = pathOf(m_folder) / "agreeing.onnx";
        const auto labelled = toJson(runStep(pruning(0.5), {.model = m_model, .dataset = &*m_data, .output = output}, {}));
        QCOMPARE(labelled.at("compensation").at("metric").get<std::string>(), std::string("top1"));
        // Without labels: the agreement with the original, as the step's report has it of the written file.
        const auto folder = pathOf(m_folder) / "unlabelled";
        for (const auto* split : {"train", "validation"}) {
            fs::create_directories(folder / split);
            for (const auto& entry : fs::recursive_directory_iterator(pathOf(m_folder) / "data" / split))
                if (entry.is_regular_file())
                    fs::copy_file(entry.path(),
                                  folder / split /
                                      (entry.path().parent_path().filename().string() + "-" + entry.path().filename().string()));
        }
        writeFileAtomically(folder / "dataset.yaml", "format: image-folder\ntask: agreement\n");
        const auto data = Dataset::open(folder);
        const auto result = runStep(pruning(0.5), {.model = m_model, .dataset = &data, .output = output}, {});
        const auto json = toJson(result).at("compensation");
        QCOMPARE(json.at("metric").get<std::string>(), std::string("cosine"));
        QCOMPARE(json.at("after").get<double>(), metricOf(result.after)->value);
        QVERIFY(json.at("before").get<double>() < json.at("after").get<double>());
    }

    void groupsSayWhyTheyAreCoupledAndLayersWhyTheyAreNot()
    {
        const auto json = toJson(runStep(pruning(0.5), {.model = m_model, .output = pathOf(m_folder) / "reasons.onnx"}, {}));
        const bool reasons = std::ranges::any_of(json.at("groups"), [](const Json& group) {
            return group.contains("reasons") && group.at("reasons").at(0).get<std::string>().find("couples") != std::string::npos;
        });
        QVERIFY(reasons); // a residual network's sums
        const auto& head = json.at("unprunable").back();
        QVERIFY2(head.at("reason").get<std::string>().find("output") != std::string::npos, head.dump().c_str());
    }

    void everyReportHasTheCompressedBytes()
    {
        const auto output = pathOf(m_folder) / "compressed.onnx";
        const auto json = toJson(runStep(pruning(0.5), {.model = m_model, .output = output}, {}));
        // zlib's own answer for the same bytes.
        const auto bytes = readFile(output);
        QCOMPARE(json.at("after").at("compressedBytes").get<std::int64_t>(), deflatedSize(bytes));
        QVERIFY(json.at("before").contains("compressedBytes"));
        // Of more than a limit an estimate: here of noise, half of which is zero.
        std::mt19937 random(1);
        std::string large;
        while (large.size() < (std::size_t{8} << 20))
            large += std::string(1, random() % 2 ? '\0' : static_cast<char>(random()));
        const std::vector<BytePart> parts{{std::ssize(large), [&](std::int64_t offset, std::int64_t count) {
                                               return large.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(count));
                                           }}};
        const auto whole = static_cast<double>(deflatedSize(large));
        QCOMPARE(deflatedSize(parts), deflatedSize(large));
        const auto estimate = static_cast<double>(deflatedSize(parts, std::int64_t{2} << 20));
        QVERIFY2(estimate != whole && std::abs(estimate / whole - 1) < 0.01, qPrintable(QString("%1 of %2").arg(estimate).arg(whole)));
    }

    void compensationIsLeftOutWhereItIsOffOrThereAreNoData()
    {
        auto off = pruning(0.5);
        off.compensate = Compensate::Off;
        const auto output = pathOf(m_folder) / "uncompensated.onnx";
        const auto result = runStep(off, {.model = m_model, .dataset = &*m_data, .output = output}, {});
        QVERIFY(!result.compensation && !toJson(result).contains("compensation"));
        const auto withoutData = runStep(pruning(0.5), {.model = m_model, .output = output}, {});
        QVERIFY(!withoutData.compensation);
        QCOMPARE(withoutData.sha256, result.sha256);
        QVERIFY(std::get<PruneParameters>(decided(pruning(0.5), nullptr)).compensate == Compensate::Off);
        QVERIFY(std::get<PruneParameters>(decided(pruning(0.5), &*m_data)).compensate == Compensate::On);
    }

    void aModelThatGetsANewHeadIsSaidNotToHaveBeenMeasured()
    {
        const auto folder = pathOf(m_folder);
        auto ten = tinyNetwork();
        ten.architecture.classes = 10;
        runStep(ten, {.output = folder / "ten.onnx"}, {});
        FinetuneParameters finetune;
        finetune.train.epochs = 1;
        finetune.train.head = HeadPolicy::Replace;
        const auto result = runStep(finetune, {.model = folder / "ten.onnx", .dataset = &*m_data, .output = folder / "twelve.onnx"}, {});
        QVERIFY(!result.before.accuracy && result.after.accuracy);
        const Message expected{MessageCode::BeforeHasOtherClasses, {{"classes", "12"}, {"outputs", "10"}}};
        QVERIFY(result.notices == std::vector<Message>{expected});
        QCOMPARE(toJson(result).at("before").at("notices").at(0).at("code").get<std::string>(), std::string("BeforeHasOtherClasses"));
    }

    void withTooFewPicturesToMeasureWith_data()
    {
        QTest::addColumn<StepParameters>("step");
        QTest::addColumn<bool>("refused");
        QTest::newRow("prune") << StepParameters(pruning(0.5)) << true;
        QTest::newRow("sparsify") << StepParameters(SparsifyParameters{}) << true;
        QTest::newRow("factorize") << StepParameters(FactorizeParameters{.factorize = {.rankRatio = 0.4}, .fromData = FromData::Off})
                                   << true;
        DistillParameters distill;
        distill.teacher = m_model;
        distill.train.epochs = 1;
        QTest::newRow("distill") << StepParameters(distill) << true;
        QTest::newRow("tidy") << StepParameters(TidyParameters{}) << false;
    }
    void withTooFewPicturesToMeasureWith()
    {
        QFETCH(StepParameters, step);
        QFETCH(bool, refused);
        const auto folder = pathOf(m_folder) / "few";
        for (int number = 0; const auto& info : m_data->classes()) { // one a class: all for training
            fs::create_directories(folder / info.name);
            writeFileAtomically(folder / info.name / "0.png", encodePng(Picture{8, 8, 3, std::vector<std::uint8_t>(192, ++number)}));
        }
        const auto few = Dataset::open(folder);
        const auto output = pathOf(m_folder) / "few.onnx";
        fs::remove(output);
        const StepInput input{.model = m_model, .dataset = &few, .output = output};
        if (refused) { // what it costs couldn't be said
            COMPARE_ERROR(runStep(step, input, {}), MessageCode::SplitMissing);
            QVERIFY(!fs::exists(output));
            return;
        }
        const auto result = runStep(step, input, {});
        QVERIFY(!result.before.accuracy && !result.after.accuracy);
        QCOMPARE(result.notices.size(), std::size_t(1));
        QVERIFY(result.notices.front().code == MessageCode::SplitMissing);
        QCOMPARE(result.notices.front().arguments.at("available"), "train");
    }

    void theSameStepGivesTheSameBytes()
    {
        FinetuneParameters finetune;
        finetune.train.epochs = 1;
        finetune.train.batch = 16;
        finetune.train.augmentation.shiftedCrop = 2;
        std::string first;
        for (const auto* name : {"a.onnx", "b.onnx"}) {
            const auto result = runStep(finetune, {.model = m_model, .dataset = &*m_data, .output = pathOf(m_folder) / name}, {});
            QCOMPARE(result.epochs.size(), std::size_t(1));
            if (first.empty())
                first = result.sha256;
            QCOMPARE(result.sha256, first);
        }
        finetune.train.seed = 1;
        const auto other = runStep(finetune, {.model = m_model, .dataset = &*m_data, .output = pathOf(m_folder) / "c.onnx"}, {});
        QVERIFY(other.sha256 != first);
    }

    void aQuantizedModelIsNeitherQuantizedNorPrunedAgain()
    {
        const auto output = quantizedModel();
        const auto again = pathOf(m_folder) / "again.onnx";
        COMPARE_ERROR(runStep(QuantizeParameters{}, StepInput{.model = output, .dataset = &*m_data, .output = again}, {}),
                      MessageCode::AlreadyQuantized);
        COMPARE_ERROR(runStep(pruning(0.3), StepInput{.model = output, .output = again}, {}), MessageCode::AlreadyQuantized);
        QVERIFY(!fs::exists(again));
    }

    void aQuantizedModelLearnsAndStaysQuantized()
    {
        const auto quantized = quantizedModel();
        FinetuneParameters finetune;
        finetune.train.epochs = 3;
        finetune.train.keepBest = false;
        const auto output = pathOf(m_folder) / "int8-tuned.onnx";
        const auto result = runStep(finetune, {.model = quantized, .dataset = &*m_data, .output = output}, {});
        QVERIFY(result.epochs.back().trainLoss < result.epochs.front().trainLoss);
        QVERIFY(result.after.accuracy->loss < result.before.accuracy->loss);
        // The same integer weights in other numbers.
        const auto before = readOnnx(quantized);
        const auto after = readOnnx(output);
        int changed = 0;
        for (std::uint32_t i = 0; i < before.valueCount(); ++i) {
            const auto& value = before.value(ValueId{i});
            if (value.constant.dtype() != DType::Int8)
                continue;
            const auto found = after.findValue(value.name);
            QVERIFY(found);
            QCOMPARE(after.value(*found).constant.dtype(), DType::Int8);
            changed += !(after.value(*found).constant == value.constant);
        }
        QVERIFY(changed > 0);
        QVERIFY(isQuantized(after));
    }

    void everyOperatorThatCantBeTrainedIsNamedAtOnce()
    {
        const auto odd = writeOddModel(pathOf(m_folder) / "odd.onnx");
        const auto thrown =
            errorOf([&] { runStep(FinetuneParameters{}, {.model = odd, .dataset = &*m_data, .output = pathOf(m_folder) / "x.onnx"}, {}); });
        QVERIFY(thrown);
        QCOMPARE(thrown->code, MessageCode::OperatorsUnsupported);
        for (const auto* type : {"Scaler", "Binarizer"})
            QVERIFY(thrown->arguments.at("operators").find(type) != std::string::npos);
        QVERIFY(thrown->arguments.at("open").find("quantize") != std::string::npos);
    }

    void anOutputThatCantBeWrittenIsRefusedBeforeAnyWork()
    {
        bool worked = false;
        const JobContext job({}, [&](const Progress&) { worked = true; });
        const auto missing = pathOf(m_folder) / "missing" / "x.onnx";
        COMPARE_ERROR(runStep(pruning(0.3), StepInput{.model = m_model, .output = missing}, job), MessageCode::FileUnwritable);
        COMPARE_ERROR(runStep(pruning(0.3), StepInput{.model = m_model, .output = pathOf(m_folder)}, job), MessageCode::FileUnwritable);
        QVERIFY(!worked);
    }

    void aStopWritesNothingWhereverItComes()
    {
        const auto output = pathOf(m_folder) / "stopped.onnx";
        int reports = 0;
        runStep(pruning(0.3), {.model = m_model, .dataset = &*m_data, .output = output},
                JobContext({}, [&](const Progress&) { ++reports; }));
        fs::remove(output);
        QVERIFY(reports > 3);
        for (int stopAt = 1; stopAt <= reports; stopAt += 1 + reports / 8) {
            std::stop_source stop;
            int seen = 0;
            const JobContext job(stop.get_token(), [&](const Progress&) {
                if (++seen == stopAt)
                    stop.request_stop();
            });
            bool isStopped = false;
            try {
                runStep(pruning(0.3), StepInput{.model = m_model, .dataset = &*m_data, .output = output}, job);
            } catch (const Cancelled&) {
                isStopped = true;
            }
            // Latencies that are doubtful are measured again, so that one run reports more often than another.
            QCOMPARE(isStopped, seen >= stopAt);
            QCOMPARE(fs::exists(output), !isStopped);
            fs::remove(output);
        }
    }

private:
    fs::path quantizedModel()
    {
        const auto output = pathOf(m_folder) / "int8.onnx";
        QuantizeParameters quantize;
        quantize.quantize.samples = 24;
        runStep(quantize, {.model = m_model, .dataset = &*m_data, .output = output}, {});
        return output;
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
    fs::path m_model;
};

QTEST_APPLESS_MAIN(TestStep)
#include "test_step.moc"
