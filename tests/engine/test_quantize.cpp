// SPDX-License-Identifier: GPL-3.0-or-later
// Quantized graphs against the float ones they came from, and against the kernels that ONNX Runtime chooses for them.
#include "core/version.h"
#include "data/pairing.h"
#include "graph_building.h"
#include "idx_dataset.h"
#include "onnx_io/onnx_io.h"
#include "quantize/quantize.h"
#include "runtime/session.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <set>

using namespace hone;
using namespace hone::test;
using hone::testing::Attributes;
using hone::testing::Chain;
using hone::testing::randomTensor;

namespace
{

constexpr int side = 8;
constexpr int classes = 4;
constexpr int channels = 6;

const Shape picture = {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)};
const Attributes same = {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}};

// Noise whose mean rises with the label.
std::vector<GrayPicture> noise(std::size_t count)
{
    std::vector<GrayPicture> all;
    for (std::size_t i = 0; i < count; ++i) {
        Random random(5, i);
        const auto label = static_cast<std::uint8_t>(i % classes);
        GrayPicture made{std::vector<std::uint8_t>(side * side), label};
        for (auto& pixel : made.pixels)
            pixel = static_cast<std::uint8_t>(random.uniform(0, 120 + 40 * label));
        all.push_back(made);
    }
    return all;
}

// Adds weights of a seed of their own, so that no two layers are alike.
class Net : public Chain
{
public:
    explicit Net(std::int64_t opset = 13, const Shape& input = picture) : Chain(opset, input) {}

    Net& conv(std::int64_t in, std::int64_t out, std::int64_t group = 1)
    {
        auto attributes = same;
        attributes["group"] = group;
        then("Conv", {weights({out, in / group, 3, 3}), weights({out})}, attributes);
        return *this;
    }
    // Pooling, flattening, and scores of all classes.
    Graph scores(std::int64_t in)
    {
        then("GlobalAveragePool").then("Flatten");
        then("Gemm", {weights({classes, in}), weights({classes})}, {{"transB", std::int64_t{1}}});
        auto made = finish();
        made.value(made.outputs[0]).type.shape = Shape{made.value(made.inputs[0]).type.shape->front(), Dim::fixed(classes)};
        return made;
    }
    ValueId weights(const Dimensions& shape) { return constant("w", randomTensor(shape, ++m_seed, -0.5, 0.5)); }

private:
    std::uint64_t m_seed = 0;
};

Graph residualNet()
{
    Net net;
    net.conv(1, channels).then("Relu");
    const auto shortcut = net.last();
    net.conv(channels, channels).then("Relu");
    net.conv(channels, channels).then("Add", {shortcut}).then("Relu");
    return net.scores(channels);
}

// Pictures like those that ranges are found with, a little darker, so that what saturates is none of the tests' business.
Tensor samplePictures(std::int64_t count)
{
    Tensor tensor(DType::Float32, {count, 1, side, side});
    auto value = tensor.mutableData<float>().begin();
    for (const auto& made : noise(static_cast<std::size_t>(count)))
        for (const auto pixel : made.pixels)
            *value++ = 0.9f * static_cast<float>(pixel) / 255;
    return tensor;
}

std::vector<float> answers(const Graph& graph, const Tensor& input, Optimization optimization = Optimization::All)
{
    auto session = Session::fromBytes(serializeOnnx(graph), {.threads = 1, .optimization = optimization, .profilePrefix = {}}, "test");
    return toFloats(session.run({input}).at(0));
}

// Largest difference, as a share of the spread of the expected values.
double difference(const std::vector<float>& got, const std::vector<float>& expected)
{
    double largest = got.size() == expected.size() ? 0 : 1e9;
    const auto [low, high] = std::ranges::minmax(expected);
    for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i)
        largest = std::max(largest, static_cast<double>(std::abs(got[i] - expected[i])) / (high - low));
    return largest;
}

int count(const Graph& graph, const std::string& opType)
{
    return static_cast<int>(std::ranges::count_if(graph.order(), [&](NodeId id) { return graph.node(id).opType == opType; }));
}

// The operators that ONNX Runtime runs after its own rewriting.
std::set<std::string> kernels(const Graph& graph, const Tensor& input)
{
    const QTemporaryDir folder;
    auto session = Session::fromBytes(
        serializeOnnx(graph), {.threads = 1, .optimization = Optimization::All, .profilePrefix = folder.filePath("profile").toStdString()});
    session.run({input});
    std::set<std::string> names;
    for (const auto& event : Json::parse(std::ifstream(session.endProfiling())))
        if (event.value("cat", "") == "Node" && event["args"].contains("op_name"))
            names.insert(event["args"]["op_name"].get<std::string>());
    return names;
}

// A tolerance for these nets of a few layers with random weights: 8 bits a layer leave well under 3 % of the spread.
constexpr double tolerance = 0.03;

} // namespace

class TestQuantize : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void outputsStayCloseToFloat_data();
    void outputsStayCloseToFloat();
    void everyKernelOfAResidualNetIsInteger();
    void whatSaturationReplacesGoes();
    void aClipThatSaysMoreStays();
    void weightsAreSignedBytesWithOneScaleAChannel();
    void aReducedRangeIsKept();
    void theRangeFitsThisProcessor();
    void inputsOutputsAndMetadataStay();
    void aModelsOutputIsFloatEvenBehindConv();
    void concatPartsShareOneGrid();
    void layersOnBothSidesStayFloat();
    void transposedConvolutionsStoreTheirWeightsAsBytes();
    void aFixedBatchIsCalibrated();
    void theSameOptionsGiveTheSameBytes();
    void asManySamplesAsWantedAreRead();
    void whatIsQuantizedAlreadyIsRefused();
    void withoutWeightsThereIsNothingToQuantize();
    void withoutTrainOrValidationThereIsNothingToCalibrateWith();
    void quantizingStopsWhenAsked();

private:
    QuantizeResult quantizedBy(const Graph& graph, const QuantizeOptions& options = {}) const
    {
        return quantize({graph, &*m_data, options}, {});
    }
    MessageCode failureOf(const Graph& graph, const Dataset& data) const
    {
        try {
            quantize({graph, &data, {}}, {});
        } catch (const Error& error) {
            return error.code();
        }
        return MessageCode::InternalFault;
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

void TestQuantize::initTestCase()
{
    m_data = writeIdxDataset(m_folder.path().toStdString(), noise(80), noise(20), side, side);
}

void TestQuantize::outputsStayCloseToFloat_data()
{
    QTest::addColumn<QByteArray>("model");
    const auto row = [](const char* name, const Graph& graph) {
        const auto bytes = serializeOnnx(graph);
        QTest::newRow(name) << QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
    };
    row("residual", residualNet());
    {
        Net net;
        net.conv(1, channels).then("Clip", {net.constant("low", Tensor::scalar(0.0f)), net.constant("high", Tensor::scalar(0.8f))});
        net.conv(channels, channels, channels).then("Relu").then("MaxPool", {}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}});
        row("depthwise, Clip and pooling", net.scores(channels));
    }
    {
        Net net;
        net.conv(1, channels).then("Relu");
        const auto left = net.last();
        net.conv(channels, channels).then("Sigmoid").then("Concat", {left}, {{"axis", std::int64_t{1}}});
        net.conv(2 * channels, channels)
            .then("LeakyRelu", {}, {{"alpha", 0.1f}})
            .then("AveragePool", {}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}});
        row("Sigmoid, Concat, LeakyRelu", net.scores(channels));
    }
    {
        Net net(14);
        net.conv(1, channels).then("HardSwish");
        const auto features = net.last();
        net.then("GlobalAveragePool").then("Conv", {net.weights({channels, channels, 1, 1})}).then("HardSigmoid").then("Mul", {features});
        net.conv(channels, channels).then("PRelu", {net.weights({channels, 1, 1})});
        row("squeeze and excitation", net.scores(channels));
    }
    {
        Net net;
        net.then("Mul", {net.constant("by", Tensor::scalar(2.0f))}).then("Sub", {net.constant("minus", Tensor::scalar(1.0f))});
        net.conv(1, channels).then("Add", {net.weights({1, channels, 1, 1})}).then("Mul", {net.weights({channels, 1, 1})});
        net.conv(channels, channels).then("Relu");
        row("constants added and multiplied", net.scores(channels));
    }
    {
        Net net;
        net.then("Flatten").then("MatMul", {net.weights({side * side, 12})}).then("Relu").then("MatMul", {net.weights({12, classes})});
        auto graph = net.finish();
        graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classes)};
        row("matrix products alone", graph);
    }
    {
        Net net(8);
        net.conv(1, channels).then("Clip", {}, {{"min", 0.0f}, {"max", 6.0f}});
        net.conv(channels, channels).then("Relu");
        row("operator set 8", net.scores(channels));
    }
}

void TestQuantize::outputsStayCloseToFloat()
{
    QFETCH(QByteArray, model);
    const auto graph = parseOnnx({model.data(), static_cast<std::size_t>(model.size())});
    const auto input = samplePictures(8);
    const auto expected = answers(graph, input);
    for (const auto type : {ActivationType::Unsigned, ActivationType::Signed})
        for (const auto ranges : {RangeMethod::MinMax, RangeMethod::Percentile})
            for (const bool perChannel : {true, false}) {
                const auto result = quantizedBy(graph, {.ranges = ranges, .activations = type, .perChannelWeights = perChannel});
                QVERIFY(result.quantizedNodes >= 2);
                QVERIFY(result.floatNodes.empty());
                // ONNX Runtime's integer kernels and the definition of Q/DQ, computed in float node by node.
                const double fused = difference(answers(result.graph, input), expected);
                const double defined = difference(answers(result.graph, input, Optimization::None), expected);
                QVERIFY2(fused < tolerance && defined < tolerance, qPrintable(QString("%1 %2").arg(fused).arg(defined)));
            }
}

void TestQuantize::everyKernelOfAResidualNetIsInteger()
{
    const auto names = kernels(quantizedBy(residualNet()).graph, samplePictures(1));
    for (const auto* floating : {"Conv", "Gemm", "Add", "Relu", "GlobalAveragePool", "FusedConv", "FusedGemm"})
        QVERIFY2(!names.contains(floating), floating);
    for (const auto* integer : {"QLinearConv", "QLinearAdd", "QLinearGlobalAveragePool", "QGemm"})
        QVERIFY2(names.contains(integer), integer);
}

void TestQuantize::whatSaturationReplacesGoes()
{
    const auto graph = quantizedBy(residualNet()).graph;
    QCOMPARE(count(graph, "Relu"), 0);
    // Input, three Convs (one of them read by Add alone), the Add, the pooling, its flattened form.
    QCOMPARE(count(graph, "QuantizeLinear"), 7);
}

void TestQuantize::aClipThatSaysMoreStays()
{
    Net net;
    net.conv(1, channels).then("Clip", {net.constant("low", Tensor::scalar(-0.25f)), net.constant("high", Tensor::scalar(0.5f))});
    const auto graph = net.conv(channels, channels).scores(channels);
    const auto result = quantizedBy(graph).graph;
    QCOMPARE(count(result, "Clip"), 1);
    QVERIFY(difference(answers(result, samplePictures(4)), answers(graph, samplePictures(4))) < tolerance);
}

void TestQuantize::weightsAreSignedBytesWithOneScaleAChannel()
{
    const auto graph = quantizedBy(residualNet()).graph;
    int convolutions = 0;
    const GraphUses uses(graph);
    for (const auto id : graph.order()) {
        if (graph.node(id).opType != "Conv")
            continue;
        const auto& weights = graph.node(uses.producer(graph.node(id).inputs.at(1)));
        QCOMPARE(weights.opType, std::string("DequantizeLinear"));
        QCOMPARE(weights.intAttribute("axis", 1), std::int64_t{0});
        QCOMPARE(graph.value(weights.inputs[0]).constant.dtype(), DType::Int8);
        QCOMPARE(graph.value(weights.inputs[1]).constant.shape(), Dimensions{channels});
        const auto& bias = graph.node(uses.producer(graph.node(id).inputs.at(2)));
        QCOMPARE(graph.value(bias.inputs[0]).constant.dtype(), DType::Int32);
        // The bias is on the grid of the products: input scale times weight scale.
        const auto& input = graph.node(uses.producer(graph.node(id).inputs.at(0)));
        const float inputScale = graph.value(input.inputs[1]).constant.data<float>()[0];
        for (std::size_t c = 0; c < channels; ++c)
            QCOMPARE(graph.value(bias.inputs[1]).constant.data<float>()[c],
                     inputScale * graph.value(weights.inputs[1]).constant.data<float>()[c]);
        ++convolutions;
    }
    QCOMPARE(convolutions, 3);
}

void TestQuantize::aReducedRangeIsKept()
{
    const auto result = quantizedBy(residualNet(), {.weightRange = WeightRange::Reduced});
    int extreme = 0;
    for (std::uint32_t i = 0; i < result.graph.valueCount(); ++i)
        if (const auto& constant = result.graph.value(ValueId{i}).constant; constant.dtype() == DType::Int8)
            for (const auto value : constant.data<std::int8_t>())
                extreme = std::max(extreme, std::abs(static_cast<int>(value)));
    QCOMPARE(extreme, 63);
    QVERIFY(result.notices.empty());
    QVERIFY(difference(answers(result.graph, samplePictures(4)), answers(residualNet(), samplePictures(4))) < tolerance);
}

void TestQuantize::theRangeFitsThisProcessor()
{
    const auto features = processorFacts()["features"];
    const bool isExact = features.find("vnni") != features.npos || features.find("asimd") != features.npos;
    const auto notices = quantizedBy(residualNet()).notices;
    QCOMPARE(notices.empty(), isExact);
    if (!isExact)
        QCOMPARE(notices[0].code, MessageCode::ReducedWeightRange);
}

void TestQuantize::inputsOutputsAndMetadataStay()
{
    auto graph = residualNet();
    writeModelCard(graph, {.classes = {{"0", 0}, {"1", 1}, {"2", 2}, {"3", 3}}, .preprocess = {}});
    graph.metadata["made.by"] = "a test";
    const auto result = parseOnnx(serializeOnnx(quantizedBy(graph).graph));
    QCOMPARE(result.metadata, graph.metadata);
    QCOMPARE(readModelCard(result).classes.size(), std::size_t(4));
    QCOMPARE(result.value(result.inputs.at(0)).name, graph.value(graph.inputs[0]).name);
    QCOMPARE(result.value(result.outputs.at(0)).name, graph.value(graph.outputs[0]).name);
    QCOMPARE(*result.value(result.outputs[0]).type.shape, *graph.value(graph.outputs[0]).type.shape);
    QCOMPARE(result.value(result.outputs[0]).type.dtype, DType::Float32);
}

void TestQuantize::aModelsOutputIsFloatEvenBehindConv()
{
    Net net;
    net.conv(1, channels).then("Relu").then("Conv", {net.weights({classes, channels, side, side})}, {});
    auto graph = net.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classes), Dim::fixed(1), Dim::fixed(1)};
    const auto result = quantizedBy(graph).graph;
    QCOMPARE(result.value(result.outputs[0]).name, graph.value(graph.outputs[0]).name);
    auto session = Session::fromBytes(serializeOnnx(result));
    QCOMPARE(session.run({samplePictures(1)}).at(0).dtype(), DType::Float32);
    QVERIFY(!kernels(result, samplePictures(1)).contains("Conv"));
    QVERIFY(difference(answers(result, samplePictures(4)), answers(graph, samplePictures(4))) < tolerance);
}

void TestQuantize::concatPartsShareOneGrid()
{
    Net net;
    net.conv(1, channels).then("Relu");
    const auto trunk = net.last();
    net.conv(channels, channels);
    const auto left = net.last();
    net.setLast(trunk);
    net.conv(channels, channels)
        .then("Concat", {left}, {{"axis", std::int64_t{1}}})
        .then("MaxPool", {}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}});
    const auto graph = quantizedBy(net.conv(2 * channels, channels).scores(channels)).graph;
    const GraphUses uses(graph);
    std::set<ValueId> scales;
    for (const auto id : graph.order())
        if (graph.node(id).opType == "Concat")
            for (const auto input : graph.node(id).inputs)
                scales.insert(graph.node(uses.producer(input)).inputs.at(1));
    QCOMPARE(scales.size(), std::size_t(1));
}

void TestQuantize::layersOnBothSidesStayFloat()
{
    Net net;
    net.then("Mul", {net.constant("by", Tensor::scalar(2.0f))});
    net.conv(1, channels)
        .then("Relu")
        .then("GlobalAveragePool")
        .then("Flatten")
        .then("Gemm", {net.weights({channels, classes})})
        .then("Softmax");
    auto graph = net.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classes)};
    const auto result = quantizedBy(graph).graph;
    const auto names = kernels(result, samplePictures(1));
    QVERIFY(names.contains("Mul") && names.contains("Softmax"));
    QVERIFY(!names.contains("QLinearMul") && !names.contains("QLinearSoftmax"));
}

void TestQuantize::transposedConvolutionsStoreTheirWeightsAsBytes()
{
    Net net;
    net.conv(1, channels).then("Relu").then("ConvTranspose", {net.weights({channels, 5, 2, 2}), net.weights({5})}).then("Relu");
    const auto graph = net.scores(5);
    const auto result = quantizedBy(graph);
    QCOMPARE(result.floatNodes.size(), std::size_t(1));
    const GraphUses uses(result.graph);
    for (const auto id : result.graph.order())
        if (result.graph.node(id).opType == "ConvTranspose") {
            const auto& weights = result.graph.node(uses.producer(result.graph.node(id).inputs.at(1)));
            QCOMPARE(result.graph.value(weights.inputs.at(0)).constant.dtype(), DType::Int8);
            QCOMPARE(result.graph.value(weights.inputs.at(1)).constant.shape(), Dimensions{5});
        }
    QVERIFY(difference(answers(result.graph, samplePictures(4)), answers(graph, samplePictures(4))) < tolerance);
}

void TestQuantize::aFixedBatchIsCalibrated()
{
    for (const int batch : {1, 3}) {
        auto shape = picture;
        shape[0] = Dim::fixed(batch);
        Net whole(13, shape);
        const auto scored = whole.conv(1, channels).scores(channels);
        const auto result = quantizedBy(scored, {.samples = 10});
        QCOMPARE(result.calibrationSamples, std::size_t(10));
        QVERIFY(difference(answers(result.graph, samplePictures(batch)), answers(scored, samplePictures(batch))) < 2 * tolerance);
    }
}

void TestQuantize::theSameOptionsGiveTheSameBytes()
{
    const auto once = serializeOnnx(quantizedBy(residualNet(), {.ranges = RangeMethod::Percentile}).graph);
    const auto again = serializeOnnx(quantizedBy(residualNet(), {.ranges = RangeMethod::Percentile}).graph);
    QVERIFY(once == again);
    QVERIFY(once != serializeOnnx(quantizedBy(residualNet(), {.ranges = RangeMethod::MinMax}).graph));
}

void TestQuantize::asManySamplesAsWantedAreRead()
{
    QCOMPARE(quantizedBy(residualNet(), {.samples = 7}).calibrationSamples, std::size_t(7));
    QCOMPARE(quantizedBy(residualNet(), {.samples = 5000}).calibrationSamples, m_data->size(Split::Train));
}

void TestQuantize::whatIsQuantizedAlreadyIsRefused()
{
    QCOMPARE(failureOf(quantizedBy(residualNet()).graph, *m_data), MessageCode::AlreadyQuantized);
}

void TestQuantize::withoutWeightsThereIsNothingToQuantize()
{
    Chain chain(13, picture);
    auto graph = chain.then("Relu").then("Flatten").finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(side * side)};
    QCOMPARE(failureOf(graph, *m_data), MessageCode::NothingToQuantize);
}

void TestQuantize::withoutTrainOrValidationThereIsNothingToCalibrateWith()
{
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    writeIdx(root, "t10k", noise(20), side, side);
    std::ofstream(root / "dataset.yaml")
        << "name: Test only\ntask: classification\nformat: idx\nsplits: {test: t10k}\n"
        << "preprocess: {size: [8, 8], range: [0, 1], mean: [0], std: [1], channels: gray, layout: nchw}\n";
    QCOMPARE(failureOf(residualNet(), Dataset::open(root)), MessageCode::CalibrationEmpty);
}

void TestQuantize::quantizingStopsWhenAsked()
{
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_EXCEPTION_THROWN(quantize({residualNet(), &*m_data, {}}, JobContext(stop.get_token())), Cancelled);
}

QTEST_GUILESS_MAIN(TestQuantize)
#include "test_quantize.moc"
