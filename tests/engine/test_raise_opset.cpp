// SPDX-License-Identifier: GPL-3.0-or-later
// What ONNX Runtime computes from a graph of an old operator set, it computes from the raised one.
#include "core/error.h"
#include "graph_building.h"
#include "onnx_io/onnx_io.h"
#include "quantize/prepare.h"
#include "quantize/quantize.h"
#include "quantize/raise_opset.h"
#include "runtime/session.h"
#include "shared_models.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace hone;
using hone::testing::Attributes;
using hone::testing::Chain;
using hone::testing::integers;
using hone::testing::randomTensor;

Q_DECLARE_METATYPE(hone::Graph)

namespace
{

using Ints = std::vector<std::int64_t>;

std::vector<std::vector<float>> outputsOf(const Graph& graph, const Tensor& input)
{
    auto session =
        Session::fromBytes(serializeOnnx(graph), {.threads = 1, .optimization = Optimization::None, .profilePrefix = {}}, "test");
    std::vector<std::vector<float>> results;
    for (const auto& output : session.run({input}))
        results.push_back(toFloats(output));
    return results;
}

Shape shapeOf(const Dimensions& dimensions)
{
    return fixedShape(dimensions);
}

// One operator on "input"; outputs get no declared shape.
Graph single(std::int64_t opset, const Dimensions& input, const std::string& opType, const Attributes& attributes, std::size_t outputs = 1)
{
    Chain chain(opset, shapeOf(input));
    chain.then(opType, {}, attributes, outputs);
    auto graph = chain.finishWith(chain.outputs());
    if (opType == "TopK")
        graph.value(graph.outputs[1]).type.dtype = DType::Int64;
    return graph;
}

void addRecurrentRow(const char* opType, std::int64_t gates)
{
    constexpr std::int64_t hidden = 5;
    Chain chain(9, shapeOf({4, 2, 3}));
    chain.then(opType,
               {chain.constant("w", randomTensor({1, gates * hidden, 3}, 1)),
                chain.constant("r", randomTensor({1, gates * hidden, hidden}, 2)),
                chain.constant("b", randomTensor({1, 2 * gates * hidden}, 3))},
               {{"hidden_size", hidden}});
    QTest::newRow(opType) << chain.finish();
}

void addResizeRow(const char* name, std::int64_t opset, const Attributes& attributes)
{
    Chain chain(opset, shapeOf({1, 2, 4, 5}));
    chain.then("Resize", {chain.constant("roi", Tensor(DType::Float32, {0})), ValueId{}, chain.constant("sizes", integers({1, 2, 7, 11}))},
               attributes);
    auto graph = chain.finish();
    graph.node(graph.order()[0]).inputs[2] = graph.addConstant("scales", Tensor(DType::Float32, {0}));
    QTest::newRow(name) << graph;
}

// What changed with operator sets 14 to 21, and what might have.
void addNewerRows()
{
    const Dimensions picture = {2, 3, 4, 5};
    for (const auto* reduction :
         {"ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare"})
        QTest::newRow(reduction) << single(13, picture, reduction, {{"axes", Ints{1, -1}}, {"keepdims", std::int64_t{0}}});
    QTest::newRow("ReduceMean over all") << single(11, picture, "ReduceMean", {});
    Chain logarithm(13, shapeOf(picture));
    QTest::newRow("ReduceLogSum") << logarithm.then("Abs").then("ReduceLogSum", {}, {{"axes", Ints{2}}}).finish();
    QTest::newRow("Split evenly, 13") << single(13, {2, 6}, "Split", {{"axis", std::int64_t{1}}}, 3);
    Chain padded(13, shapeOf(picture));
    QTest::newRow("Pad by input") << padded
                                         .then("Pad", {padded.constant("pads", integers({0, 0, 1, 2, 0, 0, 0, 1})),
                                                       padded.constant("by", Tensor::scalar(2.0f))})
                                         .finish();
    const auto mode = [](const char* name) { return std::string(name); };
    addResizeRow("Resize, linear", 11, {{"mode", mode("linear")}});
    addResizeRow("Resize, corners", 13, {{"mode", mode("linear")}, {"coordinate_transformation_mode", mode("align_corners")}});
    addResizeRow("Resize, cubic", 13, {{"mode", mode("cubic")}, {"cubic_coeff_a", -0.5f}});
    addResizeRow("Resize, nearest", 13, {{"mode", mode("nearest")}, {"nearest_mode", mode("round_prefer_ceil")}});
    for (const auto* sampling : {"bilinear", "bicubic", "nearest"}) {
        Chain chain(16, shapeOf({1, 2, 4, 5}));
        chain.then("GridSample", {chain.constant("grid", randomTensor({1, 3, 3, 2}, 4))}, {{"mode", mode(sampling)}});
        QTest::newRow(sampling) << chain.finish();
    }
    Chain regions(13, shapeOf({1, 2, 8, 8}));
    QTest::newRow("RoiAlign") << regions
                                     .then("RoiAlign",
                                           {regions.constant("rois", Tensor::of<float>({1, 4}, std::vector<float>{1, 1, 6, 5})),
                                            regions.constant("batch", integers({0}))},
                                           {{"output_height", std::int64_t{2}}, {"output_width", std::int64_t{3}}})
                                     .finish();
    QTest::newRow("DFT") << single(17, {2, 8, 1}, "DFT", {});
    QTest::newRow("DFT along another axis") << single(17, {2, 8, 4, 1}, "DFT", {{"axis", std::int64_t{2}}});
    const Attributes window = {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}};
    for (const auto* pooling : {"AveragePool", "MaxPool", "LpPool"})
        QTest::newRow(pooling) << single(11, picture, pooling, window);
    auto counted = window;
    counted["count_include_pad"] = std::int64_t{1};
    QTest::newRow("AveragePool counting pads") << single(11, picture, "AveragePool", counted);
    auto ceiling = window;
    ceiling["ceil_mode"] = std::int64_t{1};
    QTest::newRow("AveragePool rounded up") << single(11, picture, "AveragePool", ceiling);
    addRecurrentRow("LSTM", 4);
    addRecurrentRow("GRU", 3);
    addRecurrentRow("RNN", 1);
    QTest::newRow("HardSwish") << single(14, picture, "HardSwish", {});
    QTest::newRow("Shape kept") << single(13, picture, "Identity", {});
    Chain scaled(17, shapeOf(picture));
    QTest::newRow("LayerNormalization") << scaled.then("LayerNormalization", {scaled.constant("scale", randomTensor({5}, 1))}).finish();
    Chain quantizedPair(13, shapeOf(picture));
    const auto step = quantizedPair.constant("step", randomTensor({3}, 7, 0.01, 0.02));
    QTest::newRow("Q and DQ") << quantizedPair.then("QuantizeLinear", {step, quantizedPair.constant("zero", Tensor(DType::Int8, {3}))})
                                     .then("DequantizeLinear", {step})
                                     .finish();
    Chain moved(13, shapeOf(picture));
    QTest::newRow("layout") << moved.then("Transpose", {}, {{"perm", Ints{0, 2, 3, 1}}})
                                   .then("Reshape", {moved.constant("shape", integers({0, -1, 1}))})
                                   .then("Squeeze", {moved.constant("axes", integers({2}))})
                                   .then("Unsqueeze", {moved.constant("axes", integers({1}))})
                                   .then("Flatten")
                                   .then("Cast", {}, {{"to", std::int64_t{1}}})
                                   .finish();
}

} // namespace

class TestRaiseOpset : public QObject
{
    Q_OBJECT

private slots:
    void outputsStayTheSame_data();
    void outputsStayTheSame();
    void groupNormalizationIsThatOfItsGroups();
    void sharedModelsGiveTheSame_data();
    void sharedModelsGiveTheSame();
    void aNewerOperatorSetStays();
    void theFileFormatGoesWithTheOperatorSet();
    void operatorsThatCantBeRaisedAreNamedAtOnce();
    void preparingChangesNoOutput_data();
    void preparingChangesNoOutput();
};

void TestRaiseOpset::outputsStayTheSame_data()
{
    QTest::addColumn<Graph>("graph");
    const Dimensions picture = {2, 3, 4, 5};
    QTest::newRow("Clip") << single(8, picture, "Clip", {{"min", -0.5f}, {"max", 0.25f}});
    QTest::newRow("Clip from below") << single(8, picture, "Clip", {{"min", 0.0f}});
    QTest::newRow("Pad") << single(8, picture, "Pad", {{"pads", Ints{0, 0, 1, 2, 0, 0, 0, 1}}, {"value", 7.0f}});
    QTest::newRow("Pad, reflecting") << single(8, picture, "Pad",
                                               {{"pads", Ints{0, 0, 1, 2, 0, 0, 0, 1}}, {"mode", std::string("reflect")}});
    QTest::newRow("Slice") << single(8, picture, "Slice", {{"starts", Ints{1, 0}}, {"ends", Ints{3, -1}}, {"axes", Ints{2, 3}}});
    QTest::newRow("Slice without axes") << single(8, picture, "Slice", {{"starts", Ints{1, 0}}, {"ends", Ints{2, 2}}});
    QTest::newRow("Squeeze") << single(8, {2, 1, 3, 1}, "Squeeze", {{"axes", Ints{1}}});
    QTest::newRow("Squeeze all") << single(11, {2, 1, 3, 1}, "Squeeze", {});
    QTest::newRow("Unsqueeze") << single(11, {2, 3}, "Unsqueeze", {{"axes", Ints{0, 3}}});
    QTest::newRow("Split") << single(8, {2, 5}, "Split", {{"axis", std::int64_t{1}}, {"split", Ints{2, 3}}}, 2);
    QTest::newRow("Split evenly") << single(8, {2, 4}, "Split", {{"axis", std::int64_t{1}}}, 2);
    QTest::newRow("ReduceSum") << single(11, picture, "ReduceSum", {{"axes", Ints{1, 3}}, {"keepdims", std::int64_t{0}}});
    QTest::newRow("ReduceSum over all") << single(11, picture, "ReduceSum", {});
    QTest::newRow("Softmax of a matrix") << single(8, {2, 7}, "Softmax", {});
    QTest::newRow("Softmax over the rest together") << single(8, picture, "Softmax", {});
    QTest::newRow("Softmax over the last") << single(11, picture, "Softmax", {{"axis", std::int64_t{-1}}});
    QTest::newRow("Softmax over ones behind") << single(11, {2, 7, 1, 1}, "Softmax", {{"axis", std::int64_t{1}}});
    QTest::newRow("LogSoftmax over the rest together") << single(11, picture, "LogSoftmax", {{"axis", std::int64_t{2}}});
    QTest::newRow("Upsample by attribute") << single(7, picture, "Upsample",
                                                     {{"scales", std::vector<float>{1, 1, 2, 3}}, {"mode", std::string("nearest")}});
    QTest::newRow("Dropout") << single(10, picture, "Dropout", {{"ratio", 0.5f}});
    QTest::newRow("TopK") << single(8, {2, 7}, "TopK", {{"k", std::int64_t{3}}}, 2);
    QTest::newRow("LeakyRelu") << single(7, picture, "LeakyRelu", {{"alpha", 0.25f}});
    QTest::newRow("Flatten") << single(8, picture, "Flatten", {});
    for (const auto& [opset, opType] : {std::pair{9, "Upsample"}, std::pair{10, "Resize"}}) {
        Chain chain(opset, shapeOf(picture));
        chain.then(opType, {chain.constant("scales", Tensor::of<float>({4}, std::vector<float>{1, 1, 1.5f, 2}))},
                   {{"mode", std::string("nearest")}});
        QTest::newRow(opType) << chain.finish();
    }
    Chain normalized(8, shapeOf(picture));
    std::vector<ValueId> statistics;
    for (const auto* name : {"scale", "shift", "mean", "variance"})
        statistics.push_back(normalized.constant(name, randomTensor({3}, statistics.size(), 0.5, 1.5)));
    QTest::newRow("BatchNormalization") << normalized.then("BatchNormalization", statistics, {{"spatial", std::int64_t{1}}}).finish();
    addNewerRows();
}

void TestRaiseOpset::outputsStayTheSame()
{
    QFETCH(Graph, graph);
    const auto input = randomTensor(withFreeAs(*graph.value(graph.inputs[0]).type.shape, 1), 3);
    const auto before = outputsOf(graph, input);
    for (const std::int64_t target : {opsetForQuantization, std::int64_t{18}, opsetForBlocks}) {
        auto raised = graph;
        raiseOpset(raised, target);
        QCOMPARE(raised.opset(), std::max(target, graph.opset()));
        const auto after = outputsOf(raised, input);
        QCOMPARE(after.size(), before.size());
        for (std::size_t o = 0; o < after.size(); ++o) {
            QCOMPARE(after[o].size(), before[o].size());
            for (std::size_t i = 0; i < after[o].size(); ++i)
                QVERIFY(std::abs(after[o][i] - before[o][i]) < 1e-6);
        }
    }
}

// The operator of 18 had a scale and a bias a group, was withdrawn for that, and ONNX Runtime doesn't run it: here is what it said.
void TestRaiseOpset::groupNormalizationIsThatOfItsGroups()
{
    const Dimensions shape = {2, 6, 3, 2};
    const auto input = randomTensor(shape, 3);
    const auto scale = randomTensor({3}, 4, 0.5, 1.5);
    const auto bias = randomTensor({3}, 5);
    Chain chain(18, shapeOf(shape));
    auto graph =
        chain.then("GroupNormalization", {chain.constant("scale", scale), chain.constant("bias", bias)}, {{"num_groups", std::int64_t{3}}})
            .finish();
    raiseOpset(graph, opsetForBlocks);
    const auto result = outputsOf(graph, input).at(0);

    Chain parts(17, shapeOf(shape)); // x to [N, groups, rest], each group to mean 0 and deviation 1, times scale plus bias
    auto expected = parts.then("Reshape", {parts.constant("grouped", integers({2, 3, 12}))})
                        .then("InstanceNormalization", {parts.constant("scale", scale), parts.constant("bias", bias)})
                        .then("Reshape", {parts.constant("whole", integers({2, 6, 3, 2}))})
                        .finish();
    const auto wanted = outputsOf(expected, input).at(0);
    QCOMPARE(result.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
        QVERIFY(std::abs(result[i] - wanted[i]) < 1e-5);
}

void TestRaiseOpset::sharedModelsGiveTheSame_data()
{
    hone::test::addSharedModelRows();
}

void TestRaiseOpset::sharedModelsGiveTheSame()
{
    QFETCH(QString, file);
    HONE_NEEDS_SHARED_MODEL(file.toStdString());
    auto graph = readOnnx(file.toStdString());
    const auto input = randomTensor(withFreeAs(*graph.value(graph.inputs.at(0)).type.shape, 2), 3);
    const auto before = outputsOf(graph, input);
    raiseOpset(graph, opsetForBlocks);
    QCOMPARE(graph.opset(), opsetForBlocks);
    const auto after = outputsOf(graph, input);
    QCOMPARE(after.size(), before.size());
    for (std::size_t o = 0; o < after.size(); ++o) {
        float largest = 0;
        for (const float value : before[o])
            largest = std::max(largest, std::abs(value));
        for (std::size_t i = 0; i < after[o].size(); ++i)
            QVERIFY(std::abs(after[o][i] - before[o][i]) <= 1e-5f * largest);
    }
}

void TestRaiseOpset::aNewerOperatorSetStays()
{
    auto graph = single(17, {2, 3}, "Relu", {});
    raiseOpset(graph);
    QCOMPARE(graph.opset(), std::int64_t{17});
}

// ONNX's table of releases: operator set 13 came with format 7, 18 with 8, 21 with 10. A newer format stays.
void TestRaiseOpset::theFileFormatGoesWithTheOperatorSet()
{
    for (const auto& [target, format] : {std::pair{13, 7}, std::pair{18, 8}, std::pair{19, 9}, std::pair{21, 10}}) {
        auto graph = single(8, {2, 3}, "Relu", {});
        graph.irVersion = 3;
        raiseOpset(graph, target);
        QCOMPARE(graph.irVersion, std::int64_t{format});
    }
    auto graph = single(8, {2, 3}, "Relu", {});
    graph.irVersion = 9;
    raiseOpset(graph);
    QCOMPARE(graph.irVersion, std::int64_t{9});
}

void TestRaiseOpset::operatorsThatCantBeRaisedAreNamedAtOnce()
{
    Chain chain(8, shapeOf({2, 3}));
    auto graph = chain.then("Scan").then("Relu").then("Imaginary").finish();
    try {
        raiseOpset(graph);
        QFAIL("nothing was thrown");
    } catch (const Error& error) {
        QCOMPARE(error.code(), MessageCode::OpsetNotRaised);
        QCOMPARE(error.message().arguments.at("operators"), std::string("Imaginary, Scan"));
        QCOMPARE(error.message().arguments.at("opset"), std::string("8"));
    }
}

void TestRaiseOpset::preparingChangesNoOutput_data()
{
    QTest::addColumn<Graph>("graph");
    QTest::addColumn<QString>("gone"); // an operator that preparing does away with
    const Dimensions picture = {2, 3, 6, 6};
    {
        Chain chain(8, shapeOf(picture));
        chain.then("Conv", {chain.constant("w", randomTensor({4, 3, 3, 3}, 1))})
            .then("Add", {chain.constant("b", randomTensor({4, 1, 1}, 2))});
        QTest::newRow("Add after Conv") << chain.finish() << "Add";
    }
    {
        Chain chain(13, shapeOf(picture));
        chain.then("ConvTranspose", {chain.constant("w", randomTensor({3, 2, 2, 2}, 1))})
            .then("Add", {chain.constant("b", randomTensor({1, 2, 1, 1}, 2))});
        QTest::newRow("Add after ConvTranspose") << chain.finish() << "Add";
    }
    {
        Chain chain(8, shapeOf({2, 5}));
        chain.then("MatMul", {chain.constant("w", randomTensor({5, 4}, 1))}).then("Add", {chain.constant("b", randomTensor({1, 4}, 2))});
        QTest::newRow("MatMul and Add") << chain.finish() << "MatMul";
    }
    {
        Chain chain(13, shapeOf({2, 5}));
        chain
            .then("Gemm", {chain.constant("w", randomTensor({4, 5}, 1)), chain.constant("b", randomTensor({1}, 2))},
                  {{"transB", std::int64_t{1}}, {"alpha", 0.5f}, {"beta", 3.0f}})
            .then("Identity");
        QTest::newRow("Gemm with factors") << chain.finish() << "Identity";
    }
    {
        Chain chain(13, shapeOf({2, 3, 1, 1}));
        chain.then("Conv", {chain.constant("w", randomTensor({5, 3, 1, 1}, 1)), chain.constant("b", randomTensor({5}, 2))}).then("Flatten");
        QTest::newRow("classifier as Conv") << chain.finish() << "Conv";
    }
    for (const std::int64_t keeps : {0, 1}) {
        Chain chain(13, shapeOf(picture));
        chain.then("ReduceMean", {}, {{"axes", Ints{-1, 2}}, {"keepdims", keeps}});
        QTest::newRow(keeps ? "mean kept" : "mean dropped") << chain.finish() << "ReduceMean";
    }
    {
        Chain chain(8, shapeOf({2, 8}));
        const auto weights = chain.constant("w", randomTensor({2, 4, 3}, 1));
        const auto input = chain.last();
        chain.setLast(weights);
        chain.then("Reshape", {chain.constant("shape", integers({8, 3}))});
        const auto reshaped = chain.last();
        chain.setLast(input);
        QTest::newRow("reshaped weights") << chain.then("MatMul", {reshaped}).finish() << "Reshape";
    }
}

void TestRaiseOpset::preparingChangesNoOutput()
{
    QFETCH(Graph, graph);
    QFETCH(QString, gone);
    const auto input = randomTensor(withFreeAs(*graph.value(graph.inputs[0]).type.shape, 1), 3);
    const auto prepared = prepareForQuantization(graph);
    for (const auto id : prepared.order())
        QVERIFY(prepared.node(id).opType != gone.toStdString());
    const auto before = outputsOf(graph, input).at(0);
    const auto after = outputsOf(prepared, input).at(0);
    QCOMPARE(after.size(), before.size());
    for (std::size_t i = 0; i < after.size(); ++i)
        QVERIFY(std::abs(after[i] - before[i]) < 1e-5);
}

QTEST_GUILESS_MAIN(TestRaiseOpset)
#include "test_raise_opset.moc"
