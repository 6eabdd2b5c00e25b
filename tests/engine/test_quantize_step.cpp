// SPDX-License-Identifier: GPL-3.0-or-later
// What a quantize or qat step tells of what it did: bits of each layer, kernels, the options in the file; and its budgets and bounds.
#include "engine/bars_data.h"
#include "engine/idx_dataset.h"
#include "engine/pruning_net.h"
#include "onnx_io/onnx_io.h"
#include "project/noted_options.h"
#include "project/step.h"
#include "quantize/kernels.h"
#include "temporary_projects.h"

#include <nlohmann/json.hpp>

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

Graph smallNet()
{
    PruningNet net;
    net.input("x", {-1, 1, 8, 8});
    net.conv("a", "x", {1, 8});
    net.op("Relu", "ra", {"a"});
    net.conv("b", "ra", {8, 8});
    net.op("Relu", "rb", {"b"});
    net.head("rb", 8);
    net.graph().value(net.at("fc")).type.shape = Shape{Dim::free("N"), Dim::fixed(5)};
    return net.graph();
}

// Of products alone, of 32 columns and more: what blocks of 4 bits and dynamic quantization are for.
Graph products()
{
    PruningNet net;
    net.input("x", {-1, 1, 8, 8});
    net.op("Flatten", "flat", {"x"});
    net.weight("p.w", {64, 32});
    net.op("MatMul", "p", {"flat", "p.w"});
    net.op("Relu", "r", {"p"});
    net.weight("q.w", {32, 5});
    net.op("MatMul", "q", {"r", "q.w"});
    net.output("q");
    net.graph().value(net.at("q")).type.shape = Shape{Dim::free("N"), Dim::fixed(5)};
    return net.graph();
}

struct Bits
{
    int weights = 0;
    int activation = 0; // 0: float
};

} // namespace

class TestQuantizeStep : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_data = hone::test::writeNoiseDataset(pathOf(m_folder) / "data", 80, 5);
        m_model = pathOf(m_folder) / "small.onnx";
        writeOnnx(smallNet(), m_model);
        m_products = pathOf(m_folder) / "products.onnx";
        writeOnnx(products(), m_products);
        m_output = pathOf(m_folder) / "out.onnx";
    }

    void everyLayersBitsAreTold_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("expected"); // "name:weights/activation", a layer each; a last one gives floats but for qnn
        QTest::newRow("static") << "small"
                                << R"({})"
                                << "a:8/8 b:8/8 fc:8/0";
        QTest::newRow("static, 4-bit weights") << "small"
                                               << R"({"bitsWeights":4})"
                                               << "a:4/8 b:4/8 fc:4/0";
        QTest::newRow("16-bit activations") << "small"
                                            << R"({"scheme":"qnn","bitsActivations":16})"
                                            << "a:8/16 b:8/16 fc:8/16";
        QTest::newRow("a layer in float") << "small"
                                          << R"({"keepFloat":["fc"]})"
                                          << "a:8/8 b:8/8 fc:32/0";
        QTest::newRow("blocks of 4 bits") << "products"
                                          << R"({"method":"weights","bitsWeights":4})"
                                          << "p:4/0 q:4/0";
        QTest::newRow("weights in 8 bits") << "products"
                                           << R"({"method":"weights"})"
                                           << "p:8/0 q:8/0";
        QTest::newRow("convolutions' blocks of 4 bits") << "small"
                                                        << R"({"method":"weights","bitsWeights":4,"blockSize":16})"
                                                        << "b:4/0";
        QTest::newRow("half precision") << "small"
                                        << R"({"method":"fp16"})"
                                        << "a:16/0 b:16/0 fc:16/0";
        QTest::newRow("dynamic") << "products"
                                 << R"({"method":"dynamic"})"
                                 << "p:8/0 q:8/0";
    }
    void everyLayersBitsAreTold()
    {
        QFETCH(QString, model);
        QFETCH(QString, options);
        QFETCH(QString, expected);
        const auto result = stepOn(model == "small" ? m_model : m_products, "quantize", options);
        std::map<std::string, Bits> found;
        for (const auto& layer : result.quantization->layers)
            found[layer.name] = {layer.bits, layer.activationBits.value_or(0)};
        for (const auto& item : expected.split(' ')) {
            const auto name = item.section(':', 0, 0);
            const auto layer = found.find(name.toStdString());
            QVERIFY2(layer != found.end(), qPrintable(name));
            QCOMPARE(QString("%1:%2/%3").arg(name).arg(layer->second.weights).arg(layer->second.activation), item);
        }
        if (QString(QTest::currentDataTag()) == "half precision")
            for (const auto& layer : result.quantization->layers)
                QCOMPARE(layer.bits, 16); // also of values without weights
        const auto json = toJson(result).at("layers");
        QCOMPARE(json.size(), result.quantization->layers.size());
        for (const auto& layer : json) {
            QVERIFY(layer.at("snrDb").is_number() && layer.at("bits").is_number());
            QCOMPARE(layer.contains("saturatedShare"), layer.contains("activationBits"));
        }
        StepRecord kept;
        readRecord(recordToJson(result), kept);
        QCOMPARE(kept.quantization->layers.size(), json.size());
        QCOMPARE(kept.quantization->layers.front().activationBits, result.quantization->layers.front().activationBits);
    }

    void withoutDataLayersAreToldByTheirBits()
    {
        QuantizeParameters parameters;
        parameters.quantize.method = QuantizeMethod::Weights;
        const auto result = runStep(parameters, {.model = m_model, .output = m_output, .evaluate = {.latency = false}}, {});
        const auto& layers = result.quantization->layers;
        QVERIFY(!layers.empty());
        QVERIFY(std::ranges::count(layers, 8, &QuantizedLayer::bits) > 0);
        QVERIFY(std::ranges::none_of(layers, [](const QuantizedLayer& layer) { return layer.snrDb.has_value(); }));
        for (const auto& layer : toJson(result).at("layers"))
            QVERIFY(layer.contains("bits") && !layer.contains("snrDb"));
    }

    void aModelThatASchemeDoesNotTakeLeavesNothingBehind()
    {
        Graph newer = readOnnx(m_model);
        newer.opsets[""] = 21; // one more than that runtime reads
        const auto model = pathOf(m_folder) / "newer.onnx";
        const auto output = pathOf(m_folder) / "refused.onnx";
        writeOnnx(newer, model);
        for (const auto* options : {R"({"scheme":"stm32"})", R"({"scheme":"tflite","bitsActivations":16})"}) {
            const auto step = parametersFromJson("quantize", Json::parse(options));
            QVERIFY_EXCEPTION_THROWN(runStep(step, StepInput{.model = model, .dataset = &*m_data, .output = output}, {}), Error);
            QVERIFY(!fs::exists(output));
        }
    }

    void blocksOfFourBitsAreMultipliedAsFloats()
    {
        const auto result = stepOn(m_products, "quantize", R"({"method":"weights","bitsWeights":4})");
        QCOMPARE(result.quantization->kernels.integerNodes.size(), std::size_t{0});
        QVERIFY(!result.quantization->kernels.floatNodes.empty());
    }

    void theDamageOfEachLayerIsRankedWithoutASearch()
    {
        const auto result = stepOn(m_model, "quantize", R"({"damage":true})");
        QCOMPARE(result.quantization->damage.size(), std::size_t{3});
        QVERIFY(result.quantization->precision.empty());
        const auto json = toJson(result).at("damage");
        for (const auto& layer : json)
            QVERIFY(layer.at("snrDb").get<double>() > 0 && layer.contains("sameTop1"));
        QVERIFY(stepOn(m_model, "quantize", "{}").quantization->damage.empty());
    }

    void aLayerThatSaysNothingIsTold()
    {
        Graph graph = smallNet();
        for (const char* name : {"b.w", "b.b"})
            for (float& value : graph.value(*graph.findValue(name)).constant.mutableData<float>())
                value = name[2] == 'w' ? 0.0F : -1.0F;
        const auto dead = pathOf(m_folder) / "dead.onnx";
        writeOnnx(graph, dead);
        const auto result = stepOn(dead, "quantize", "{}");
        const auto notice = std::ranges::find(result.notices, MessageCode::ConstantInside, &Message::code);
        QVERIFY(notice != result.notices.end());
        QVERIFY(notice->arguments.at("layers").find("rb") != std::string::npos);
        const auto other = stepOn(m_model, "quantize", "{}");
        QVERIFY(std::ranges::find(other.notices, MessageCode::ConstantInside, &Message::code) == other.notices.end());
    }

    void weightsThatAreNoNumbersAreNamedWithTheFile_data()
    {
        QTest::addColumn<QString>("step");
        QTest::addColumn<QString>("options");
        for (const auto* method : {"static", "dynamic", "weights", "fp16"})
            QTest::newRow(method) << "quantize" << QString("{\"method\":\"%1\"}").arg(method);
        QTest::newRow("qat") << "qat"
                             << "{\"epochs\":1}";
    }
    void weightsThatAreNoNumbersAreNamedWithTheFile()
    {
        QFETCH(QString, step);
        QFETCH(QString, options);
        Graph graph = smallNet();
        graph.value(*graph.findValue("b.w")).constant.mutableData<float>()[5] = std::nanf("");
        const auto broken = pathOf(m_folder) / "broken.onnx";
        writeOnnx(graph, broken);
        fs::remove(m_output);
        const auto message = refusedAtOnce(broken, step.toStdString(), options);
        QCOMPARE(message.code, MessageCode::ModelInvalid);
        QCOMPARE(message.arguments.at("path"), broken.string());
        QVERIFY2(message.arguments.at("detail").find("'b.w'") != std::string::npos, message.arguments.at("detail").c_str());
    }

    void whatCannotBeDoneIsRefusedBeforeAnythingIsMeasured_data()
    {
        QTest::addColumn<QString>("step");
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("option");
        const auto row = [](const char* what, const char* step, const char* options, const char* code, const char* option) {
            QTest::newRow(what) << step << options << code << option;
        };
        row("an unknown layer", "quantize", "{\"keepFloat\":[\"nobody\"]}", "LayerUnknown", "");
        row("every layer in float", "quantize", "{\"keepFloat\":[\"*\"]}", "BadOption", "keepFloat");
        row("one sample", "quantize", "{\"samples\":1}", "CalibrationTooSmall", "");
        row("a percentile of other ranges", "quantize", "{\"percentile\":99}", "BadOption", "percentile");
        row("damage without a search", "quantize", "{\"method\":\"fp16\",\"damage\":true}", "BadOption", "damage");
        row("training: an unknown layer", "qat", "{\"keepFloat\":[\"nobody\"]}", "LayerUnknown", "");
        row("training: every layer in float", "qat", "{\"keepFloat\":[\"a\",\"b\",\"fc\"]}", "BadOption", "keepFloat");
        row("training: one sample", "qat", "{\"samples\":1}", "CalibrationTooSmall", "");
        row("training: another head", "qat", "{\"head\":\"replace\"}", "BadOption", "head");
        row("training: a teacher that is not listened to", "qat", "{\"distill\":0,\"teacher\":\"other.onnx\"}", "BadOption", "teacher");
    }
    void whatCannotBeDoneIsRefusedBeforeAnythingIsMeasured()
    {
        QFETCH(QString, step);
        QFETCH(QString, options);
        QFETCH(QString, code);
        QFETCH(QString, option);
        const auto message = refusedAtOnce(m_model, step.toStdString(), options);
        QCOMPARE(QString::fromStdString(std::string(name(message.code))), code);
        if (!option.isEmpty())
            QCOMPARE(message.arguments.at("option"), option.toStdString());
    }

    void dataOfOneSampleAreRefusedBeforeAnythingIsMeasured()
    {
        const auto folder = pathOf(m_folder) / "one";
        fs::create_directories(folder);
        const hone::test::GrayPicture gray{std::vector<std::uint8_t>(64, 100), 0};
        hone::test::writeIdx(folder, "train", {gray}, 8, 8);
        hone::test::writeIdx(folder, "t10k", {gray, gray}, 8, 8);
        writeFileAtomically(folder / "dataset.yaml", "format: idx\ntask: agreement\nsplits: {train: train, validation: t10k}\n");
        const auto data = Dataset::open(folder);
        QCOMPARE(data.size(Split::Train), std::size_t{1});
        for (const auto* step : {"quantize", "qat"})
            QCOMPARE(refusedAtOnce(m_model, step, "{}", &data).code, MessageCode::CalibrationTooSmall);
    }

    // In a part that stays float, where no range is looked for.
    void aModelThatComputesNoNumberIsRefused()
    {
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 8});
        net.op("Relu", "ra", {"a"});
        net.op("GlobalAveragePool", "pool", {"ra"});
        net.op("Flatten", "flat", {"pool"});
        net.gemm("fc", "flat", 8, 5);
        net.op("Neg", "below", {"ra"});
        net.op("ReduceMean", "mean", {"below"}, {{"axes", std::vector<std::int64_t>{1, 2, 3}}, {"keepdims", std::int64_t{0}}});
        net.integers("axis", {1});
        net.op("Unsqueeze", "column", {"mean", "axis"});
        net.op("Sqrt", "root", {"column"});
        net.op("Add", "sum", {"fc", "root"});
        net.output("sum");
        net.graph().value(net.at("sum")).type.shape = Shape{Dim::free("N"), Dim::fixed(5)};
        const auto model = pathOf(m_folder) / "rootless.onnx";
        writeOnnx(net.graph(), model);
        fs::remove(m_output);
        COMPARE_ERROR(stepOn(model, "quantize", "{}"), MessageCode::CalibrationNotFinite);
        QVERIFY(!fs::exists(m_output));
    }

    void halfPrecisionThatIsComputedInFloatIsTold()
    {
        const auto result = stepOn(m_model, "quantize", "{\"method\":\"fp16\"}");
        const auto notice = std::ranges::find(result.notices, MessageCode::WeightsForSize, &Message::code);
        const auto widened = layersInFloat32(optimizedByRuntime(readFile(m_output)));
        QCOMPARE(notice != result.notices.end(), widened > 0);
        if (widened == 0)
            QSKIP("ONNX Runtime computes in half precision here");
        QCOMPARE(notice->arguments.at("layers"), std::string("3"));
        QCOMPARE(notice->arguments.at("bits"), std::string("16"));
        auto names = result.quantization->kernels.floatNodes;
        std::ranges::sort(names);
        QVERIFY(names == (std::vector<std::string>{"a", "b", "fc"})); // not what ONNX Runtime calls them
        const auto other = stepOn(m_model, "quantize", "{}");
        QVERIFY(std::ranges::find(other.notices, MessageCode::WeightsForSize, &Message::code) == other.notices.end());
    }

    void calibrationIsTold()
    {
        const auto json = toJson(stepOn(m_model, "quantize", R"({"samples":24})"));
        QCOMPARE(json.at("calibration").at("samples").get<int>(), 24);
        QVERIFY(json.at("calibration").at("seconds").get<double>() > 0);
        QVERIFY(json.at("calibration").at("peakBytes").get<double>() > 1e6);
        QVERIFY(json.at("integerNodes").get<int>() > 0);
    }

    void quantizationAwareTrainingTellsTheSame()
    {
        const auto result = stepOn(m_model, "qat", R"({"bitsWeights":4,"samples":24,"epochs":1,"batch":16,"threads":1})");
        QVERIFY(result.quantization.has_value());
        const auto json = toJson(result);
        QVERIFY(json.at("integerNodes").get<int>() > 0);
        QCOMPARE(json.at("floatNodes").get<int>(), 0);
        QCOMPARE(json.at("calibration").at("samples").get<int>(), 24);
        int layers = 0;
        for (const auto& layer : result.quantization->layers)
            if (layer.name == "a" || layer.name == "b" || layer.name == "fc") {
                QCOMPARE(layer.bits, 4);
                ++layers;
            }
        QCOMPARE(layers, 3);
    }

    void theFileSaysHowItWasMade()
    {
        const char* const options = R"({"ranges":"entropy","equalize":true,"samples":24,"keepFloat":["fc"],"reduceRange":"on"})";
        stepOn(m_model, "quantize", options);
        const auto noted = notedBy(readOnnx(m_output)).options;
        for (const char* part : {"--ranges entropy", "--equalize", "--samples 24", "--keep-float fc", "--reduce-range on"})
            QVERIFY2(noted.find(part) != noted.npos, noted.c_str());
        QVERIFY(noted.find("--seed") == noted.npos);
        Graph graph = readOnnx(m_output);
        graph.metadata["hone.quantize"] = "{\"ranges\":\"$(reboot)\"}";
        QVERIFY(notedBy(graph).options.empty());
        graph.metadata["hone.quantize"] = "nothing";
        QVERIFY(notedBy(graph).options.empty());
        QVERIFY(notedBy(readOnnx(m_model)).options.empty());
    }

    void sevenBitsCanBeAskedFor()
    {
        const auto largest = [&](const char* options) {
            stepOn(m_model, "quantize", options);
            const Graph graph = readOnnx(m_output);
            int most = 0;
            for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
                if (const Tensor& constant = graph.value(ValueId{i}).constant; constant.dtype() == DType::Int8 && constant.rank() > 1)
                    for (const float value : toFloats(constant))
                        most = std::max(most, std::abs(static_cast<int>(value)));
            return most;
        };
        QCOMPARE(largest(R"({"reduceRange":"on"})"), 63);
        QCOMPARE(largest(R"({"reduceRange":"off"})"), 127);
    }

    void aLatencyBudgetIsHeldByTheFile()
    {
        COMPARE_ERROR(stepOn(m_model, "quantize", R"({"targetLatencyMs":0.000001})"), MessageCode::TargetUnreachable);
        const auto result = stepOn(m_model, "quantize", R"({"targetLatencyMs":1000,"floatMacs":0.5})");
        QVERIFY(result.after.latency->p50Ms <= 1000);
    }

    // Of a network that has learnt: the written file loses no more than the bound on validation, and no more layers are float than it took.
    void aBoundOnAccuracyIsHeldByTheFile()
    {
        const auto folder = pathOf(m_folder) / "bars";
        fs::create_directories(folder);
        const auto data = drawBars(folder);
        const auto model = folder / "learnt.onnx";
        writeOnnx(train(smallNetwork(classCount), data, fewEpochs(), {}).graph, model);
        const auto run = [&](const char* options) {
            const auto parameters = parametersFromJson("quantize", Json::parse(options));
            return runStep(parameters, {.model = model, .dataset = &data, .output = m_output}, {});
        };
        constexpr double bound = 2; // points
        const auto dropOf = [](const StepResult& result) { return 100 * (result.before.accuracy->top1 - result.after.accuracy->top1); };
        const auto rough = run(R"({"bitsWeights":2,"biasCorrection":false})");
        QVERIFY2(dropOf(rough) > 2 * bound, qPrintable(QString::number(dropOf(rough))));
        const auto held = run(R"({"bitsWeights":2,"biasCorrection":false,"maxDrop":2})");
        QVERIFY2(dropOf(held) <= bound, qPrintable(QString::number(dropOf(held))));
        const auto& steps = held.quantization->precision;
        QVERIFY(steps.size() > 1);
        std::size_t floats = 0;
        std::size_t integers = 0;
        for (const NodeId id : held.graph.order())
            if (const Node& node = held.graph.node(id); node.opType == "Conv" || node.opType == "Gemm")
                ++(held.graph.isConstant(node.inputs.at(1)) ? floats : integers); // integers stand behind a DequantizeLinear
        QVERIFY(floats > 0 && integers > 0);
        for (const PrecisionStep& step : steps) // what was tried with fewer missed it
            QVERIFY2(step.floatLayers >= floats || step.drop.value() > bound, qPrintable(QString::number(step.floatLayers)));
    }

    void aBoundOnAccuracyNeedsLabels()
    {
        const auto folder = pathOf(m_folder) / "unlabelled";
        const auto pictures = hone::test::writeNoiseDataset(folder, 80, 5);
        writeFileAtomically(folder / "dataset.yaml", "format: idx\ntask: agreement\nsplits: {train: train, test: t10k}\n"
                                                     "validation: {from: train, fraction: 0.5, seed: 0}\n");
        const auto data = Dataset::open(folder);
        QVERIFY(data.task() == Task::Agreement);
        const auto parameters = parametersFromJson("quantize", Json::parse(R"({"maxDrop":1})"));
        fs::remove(m_output);
        COMPARE_ERROR(runStep(parameters, {.model = m_model, .dataset = &data, .output = m_output}, {}),
                      MessageCode::LabelsMissingForBound);
        QVERIFY(!fs::exists(m_output));
    }

private:
    StepResult stepOn(const fs::path& model, const std::string& step, const QString& options)
    {
        const auto parameters = parametersFromJson(step, Json::parse(options.toStdString()));
        return runStep(parameters, {.model = model, .dataset = &*m_data, .output = m_output}, {});
    }
    // InternalFault where nothing was thrown, or only after something had been measured or written.
    Message refusedAtOnce(const fs::path& model, const std::string& step, const QString& options, const Dataset* data = nullptr)
    {
        bool measured = false;
        const JobContext job({}, [&](const Progress& progress) {
            measured = measured || progress.activity == Activity::Evaluating || progress.activity == Activity::MeasuringLatency ||
                       progress.activity == Activity::Calibrating || progress.activity == Activity::Training;
        });
        const auto output = pathOf(m_folder) / "nothing.onnx";
        try {
            runStep(parametersFromJson(step, Json::parse(options.toStdString())),
                    {.model = model, .dataset = data ? data : &*m_data, .output = output}, job);
        } catch (const Error& error) {
            if (!measured && !fs::exists(output))
                return error.message();
        }
        return {MessageCode::InternalFault, {}};
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
    fs::path m_model;
    fs::path m_products;
    fs::path m_output;
};

QTEST_GUILESS_MAIN(TestQuantizeStep)
#include "test_quantize_step.moc"
