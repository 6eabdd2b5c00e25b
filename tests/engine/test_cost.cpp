// SPDX-License-Identifier: GPL-3.0-or-later
// Costs against sums worked out by hand from the papers' architectures.
#include "engine/shared_models.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "operator_graph.h"

#include <QTest>

#include <filesystem>

using namespace hone;
using namespace hone::test;
namespace fs = std::filesystem;

namespace
{

// He et al. 2015, section 4.2: n blocks of two 3x3 convolutions at each of 16x32x32, 32x16x16, 64x8x8, shortcuts
// without parameters, 10 classes.
std::int64_t residualMacs(std::int64_t n)
{
    const auto convolution = [](std::int64_t in, std::int64_t out, std::int64_t side) { return side * side * out * in * 9; };
    return convolution(3, 16, 32) + 2 * n * convolution(16, 16, 32) + convolution(16, 32, 16) + (2 * n - 1) * convolution(32, 32, 16) +
           convolution(32, 64, 8) + (2 * n - 1) * convolution(64, 64, 8) + 64 * 10;
}

std::int64_t residualWeights(std::int64_t n)
{
    return 9 * (3 * 16 + 2 * n * 16 * 16 + 16 * 32 + (2 * n - 1) * 32 * 32 + 32 * 64 + (2 * n - 1) * 64 * 64) + 64 * 10 + 10;
}

// The shared files write their two shortcuts, which only pad with zero channels, as fixed 1x1 convolutions.
constexpr std::int64_t shortcutWeights = 16 * 32 + 32 * 64;
constexpr std::int64_t shortcutMacs = 16 * 16 * 16 * 32 + 8 * 8 * 32 * 64;

std::int64_t residualChannels(std::int64_t n)
{
    return 16 + 2 * n * (16 + 32 + 64);
}

Graph singleNode(const std::string& opType, Dimensions data, Dimensions weights, std::map<std::string, Attribute> attributes)
{
    return graphOf({opType, 13, {{floats(std::move(data))}, {floats(std::move(weights)), Feeding::Constant}}, std::move(attributes)});
}

} // namespace

class TestCost : public QObject
{
    Q_OBJECT

private slots:
    void aResidualNetworkCostsWhatItsPaperSays_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("blocks");
        QTest::addColumn<int>("valuesPerNormalizedChannel");
        QTest::newRow("ResNet-20") << "resnet20_cifar10.onnx" << 3 << 4;
        QTest::newRow("ResNet-56") << "resnet56_cifar10.onnx" << 9 << 4;
        QTest::newRow("ResNet-20, folded") << "resnet20_cifar10_folded.onnx" << 3 << 1;
    }
    void aResidualNetworkCostsWhatItsPaperSays()
    {
        QFETCH(QString, file);
        QFETCH(int, blocks);
        QFETCH(int, valuesPerNormalizedChannel);
        const auto path = sharedModel(file.toStdString());
        HONE_NEEDS_SHARED_MODEL(path);
        const auto total = cost(readOnnx(path));
        QVERIFY(total.complete);
        QCOMPARE(total.macs, residualMacs(blocks) + shortcutMacs);
        QCOMPARE(total.parameters, residualWeights(blocks) + shortcutWeights + valuesPerNormalizedChannel * residualChannels(blocks));
        QCOMPARE(total.parameterBytes, 4 * total.parameters);
    }

    void theHandFormulaGivesResNet20sKnownFigures()
    {
        QCOMPARE(residualMacs(3), std::int64_t{40551040});                            // 0.041 G
        QCOMPARE(residualWeights(3) + 2 * residualChannels(3), std::int64_t{269722}); // 0.27 M, as torch counts them
    }

    void groupsDivideAConvolutionsProducts()
    {
        // 10x10 -> 8x8, each output element reads 4 / 4 channels of 3x3.
        QCOMPARE(cost(singleNode("Conv", {1, 4, 10, 10}, {4, 1, 3, 3}, {{"group", std::int64_t{4}}})).macs, std::int64_t{8 * 8 * 4 * 9});
        // Every one of 2 * 5 * 5 input elements meets 3 * 2 * 2 weights.
        QCOMPARE(cost(singleNode("ConvTranspose", {1, 2, 5, 5}, {2, 3, 2, 2}, {})).macs, std::int64_t{2 * 25 * 12});
        QCOMPARE(cost(singleNode("Gemm", {3, 7}, {5, 7}, {{"transB", std::int64_t{1}}})).macs, std::int64_t{3 * 5 * 7});
        QCOMPARE(cost(singleNode("MatMul", {2, 3, 4}, {4, 5}, {})).macs, std::int64_t{2 * 3 * 4 * 5});
        QCOMPARE(cost(singleNode("Add", {2, 3}, {3}, {})).macs, std::int64_t{0});
    }

    void recurrentLayersMeetAllTheirWeightsAtEachStep()
    {
        // 4 steps of 2 sequences; four gates of 5 units from 3 inputs and 5 units
        const Graph lstm = graphOf({"LSTM",
                                    13,
                                    {{floats({4, 2, 3})}, {floats({1, 20, 3}), Feeding::Constant}, {floats({1, 20, 5}), Feeding::Constant}},
                                    {{"hidden_size", std::int64_t{5}}}});
        QCOMPARE(cost(lstm).macs, std::int64_t{4 * 2 * (20 * 3 + 20 * 5)});
    }

    void aFreeBatchCountsAsOneAndAnotherFreeExtentMakesTheCostIncomplete()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, {Dim::free("N"), Dim::fixed(3), Dim::fixed(8)});
        graph.outputs = {addOperator(graph, "Relu", {x})};
        QVERIFY(cost(graph).complete);
        QCOMPARE(cost(graph).nodes[0].activationBytes, std::int64_t{3 * 8 * 4});
        QCOMPARE(toText(cost(graph).nodes[0].outputShape), std::string("[1, 3, 8]"));
        graph.value(x).type.shape->back() = Dim::free("length");
        QVERIFY(!cost(graph).complete);
        graph.value(x).type.shape = Shape{Dim::fixed(1), Dim::free("length")};
        QVERIFY(!cost(graph).complete);
    }

    void aSharedWeightCountsOnceAndSettingsDoNot()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{2, 4}));
        const auto shared = graph.addConstant("w", floats({4, 4}));
        const auto first = addOperator(graph, "MatMul", {x, shared});
        const auto second = addOperator(graph, "MatMul", {first, shared});
        const auto clipped = addOperator(graph, "Clip", {second, graph.addConstant("low", floats({}))});
        graph.outputs = {addOperator(graph, "Reshape", {clipped, graph.addConstant("to", int64s({-1}))})};
        const auto total = cost(graph);
        QCOMPARE(total.parameters, std::int64_t{16});
        QCOMPARE(total.nodes[0].parameters, std::int64_t{16});
        QCOMPARE(total.nodes[1].parameters, std::int64_t{0});
        QCOMPARE(total.macs, std::int64_t{2 * 2 * 4 * 4});
    }

    void aQuantizedWeightCountsItsElementsAndItsOwnBytes()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{1, 3, 8, 8}));
        const auto scale = graph.addConstant("scale", Tensor::scalar(0.1f));
        const auto zero = graph.addConstant("zero", Tensor(DType::Int8, {}));
        const auto weight = graph.addConstant("w", Tensor(DType::Int8, {16, 3, 3, 3}));
        const auto bias = graph.addConstant("b", Tensor(DType::Int32, {16}));
        const auto quantized = addOperator(graph, "QuantizeLinear", {x, scale, zero});
        const auto input = addOperator(graph, "DequantizeLinear", {quantized, scale, zero});
        const auto weights = addOperator(graph, "DequantizeLinear", {weight, scale, zero});
        const auto biases = addOperator(graph, "DequantizeLinear", {bias, scale});
        graph.outputs = {addOperator(graph, "Conv", {input, weights, biases})};
        const auto total = cost(graph);
        QVERIFY(total.complete);
        QCOMPARE(total.parameters, std::int64_t{16 * 27 + 16});
        QCOMPARE(total.parameterBytes, std::int64_t{16 * 27 + 4 * 16});
        QCOMPARE(total.macs, std::int64_t{6 * 6 * 16 * 27});
        QCOMPARE(total.nodes[0].activationBytes, std::int64_t{192}); // one byte an element
        QCOMPARE(total.nodes[2].activationBytes, std::int64_t{0});   // known before the model runs
    }

    // x (16 bytes) -> a -> b, y = x + b: while b is made x, a and b live; while y is made x, b and y.
    void thePeakKeepsWhatIsReadLater()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{4}));
        const auto a = addOperator(graph, "Relu", {x});
        const auto b = addOperator(graph, "Sigmoid", {a});
        const auto y = addOperator(graph, "Add", {x, b});
        graph.outputs = {y};
        QCOMPARE(cost(graph).peakActivationBytes, std::int64_t{3 * 16});
        graph.outputs = {a, y};
        QCOMPARE(cost(graph).peakActivationBytes, std::int64_t{4 * 16});
    }
};

QTEST_GUILESS_MAIN(TestCost)
#include "test_cost.moc"
