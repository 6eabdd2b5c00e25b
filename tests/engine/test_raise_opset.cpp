// SPDX-License-Identifier: GPL-3.0-or-later
// What ONNX Runtime computes from a graph of an old operator set, it computes from the raised one.
#include "core/error.h"
#include "graph_building.h"
#include "onnx_io/onnx_io.h"
#include "quantize/prepare.h"
#include "quantize/quantize.h"
#include "quantize/raise_opset.h"
#include "runtime/session.h"

#include <QtTest>

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

} // namespace

class TestRaiseOpset : public QObject
{
    Q_OBJECT

private slots:
    void outputsStayTheSame_data();
    void outputsStayTheSame();
    void aNewerOperatorSetStays();
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
}

void TestRaiseOpset::outputsStayTheSame()
{
    QFETCH(Graph, graph);
    const auto input = randomTensor(withFreeAs(*graph.value(graph.inputs[0]).type.shape, 1), 3);
    const auto before = outputsOf(graph, input);
    raiseOpset(graph);
    QCOMPARE(graph.opset(), opsetForQuantization);
    const auto after = outputsOf(graph, input);
    QCOMPARE(after.size(), before.size());
    for (std::size_t o = 0; o < after.size(); ++o) {
        QCOMPARE(after[o].size(), before[o].size());
        for (std::size_t i = 0; i < after[o].size(); ++i)
            QVERIFY(std::abs(after[o][i] - before[o][i]) < 1e-6);
    }
}

void TestRaiseOpset::aNewerOperatorSetStays()
{
    auto graph = single(17, {2, 3}, "Relu", {});
    raiseOpset(graph);
    QCOMPARE(graph.opset(), std::int64_t{17});
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
