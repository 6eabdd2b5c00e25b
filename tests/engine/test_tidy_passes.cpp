// SPDX-License-Identifier: GPL-3.0-or-later
// Rewrites leave what ONNX Runtime computes as it is.
#include "engine/shared_models.h"
#include "onnx_io/onnx_io.h"
#include "operator_graph.h"
#include "runtime/session.h"
#include "tidy/batch_normalization.h"
#include "tidy/constant_folding.h"
#include "tidy/free_batch.h"
#include "tidy/no_ops.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace hone;
using namespace hone::test;
namespace fs = std::filesystem;

namespace
{

std::vector<Tensor> run(const Graph& graph, const std::vector<Tensor>& inputs)
{
    return Session::fromBytes(serializeOnnx(graph)).run(inputs);
}

double largestDifference(const Tensor& left, const Tensor& right)
{
    const auto a = toFloats(left), b = toFloats(right);
    double largest = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
        largest = std::max(largest, static_cast<double>(std::abs(a[i] - b[i])));
    return largest;
}

int countOf(const Graph& graph, const std::string& opType)
{
    return static_cast<int>(std::ranges::count_if(graph.order(), [&](NodeId id) { return graph.node(id).opType == opType; }));
}

ValueId addNormalization(Graph& graph, ValueId data, std::int64_t channels)
{
    std::vector<float> variance(static_cast<std::size_t>(channels));
    for (std::size_t i = 0; i < variance.size(); ++i)
        variance[i] = 0.3f + 0.2f * static_cast<float>(i);
    return addOperator(graph, "BatchNormalization",
                       {data, graph.addConstant("gamma", floats({channels})), graph.addConstant("beta", floats({channels})),
                        graph.addConstant("mean", floats({channels})), graph.addConstant("var", Tensor::of({channels}, variance))},
                       {{"epsilon", 1e-3f}});
}

// opType over data and weights, then a normalization of that many channels.
struct FoldCase
{
    const char* opType;
    Dimensions data;
    Dimensions weights;
    std::optional<Dimensions> bias;
    std::int64_t channels;
    std::map<std::string, Attribute> attributes;
};

std::vector<FoldCase> foldCases()
{
    const auto two = Attribute(std::int64_t{2}), one = Attribute(std::int64_t{1});
    return {{"Conv", {2, 4, 6, 6}, {6, 4, 3, 3}, std::nullopt, 6, {}},
            {"Conv", {2, 4, 6, 6}, {6, 2, 3, 3}, Dimensions{6}, 6, {{"group", two}}},
            {"ConvTranspose", {2, 4, 6, 6}, {4, 3, 2, 2}, Dimensions{6}, 6, {{"group", two}}},
            {"ConvTranspose", {2, 4, 6, 6}, {4, 5, 2, 2}, std::nullopt, 5, {}},
            {"Gemm", {3, 4}, {4, 5}, Dimensions{5}, 5, {{"alpha", 0.5f}, {"beta", 2.0f}}},
            {"Gemm", {3, 4}, {5, 4}, Dimensions{1}, 5, {{"transB", one}, {"beta", 0.0f}}},
            {"Gemm", {3, 4}, {5, 4}, std::nullopt, 5, {{"transB", one}}}};
}

} // namespace

class TestTidyPasses : public QObject
{
    Q_OBJECT

private slots:
    void aFoldedNormalizationComputesTheSame_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(foldCases().size()); ++i)
            QTest::addRow("%d %s", i, foldCases()[static_cast<std::size_t>(i)].opType) << i;
    }
    void aFoldedNormalizationComputesTheSame()
    {
        QFETCH(int, index);
        const auto wanted = foldCases()[static_cast<std::size_t>(index)];
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(wanted.data));
        std::vector<ValueId> inputs{x, graph.addConstant("w", floats(wanted.weights))};
        if (wanted.bias)
            inputs.push_back(graph.addConstant("b", floats(*wanted.bias)));
        graph.outputs = {addNormalization(graph, addOperator(graph, wanted.opType, inputs, wanted.attributes), wanted.channels)};
        const auto outputName = graph.value(graph.outputs[0]).name;
        const auto before = run(graph, {floats(wanted.data)});

        QCOMPARE(foldBatchNormalization(graph).size(), std::size_t{1});
        QCOMPARE(graph.order().size(), std::size_t{1});
        QCOMPARE(graph.value(graph.outputs[0]).name, outputName);
        QVERIFY(graph.findValue("w").has_value());
        QVERIFY(!graph.findValue("gamma").has_value());
        const auto difference = largestDifference(before[0], run(graph, {floats(wanted.data)})[0]);
        QVERIFY2(difference < 2e-5, qPrintable(QString::number(difference))); // float rounding of values below 10
    }

    void aNormalizationIsKeptWhereItsInputIsReadElsewhere()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{1, 2, 4, 4}));
        const auto between = addOperator(graph, "Conv", {x, graph.addConstant("w", floats({3, 2, 1, 1}))});
        const auto normalized = addNormalization(graph, between, 3);
        graph.outputs = {addOperator(graph, "Add", {between, normalized})};
        QCOMPARE(foldBatchNormalization(graph).size(), std::size_t{0});
        graph.outputs = {between, normalized};
        QCOMPARE(foldBatchNormalization(graph).size(), std::size_t{0});
    }

    void weightsThatTwoNodesShareAreFoldedApart()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{1, 3, 4, 4}));
        const auto shared = graph.addConstant("w", floats({3, 3, 1, 1}));
        const auto first = addNormalization(graph, addOperator(graph, "Conv", {x, shared}), 3);
        graph.outputs = {addOperator(graph, "Conv", {first, shared})};
        const auto before = run(graph, {floats({1, 3, 4, 4})});
        QCOMPARE(foldBatchNormalization(graph).size(), std::size_t{1});
        QVERIFY(largestDifference(before[0], run(graph, {floats({1, 3, 4, 4})})[0]) < 2e-5);
    }

    void resNet20FoldsToWhatItsAuthorsExportAndAnswersTheSame()
    {
        HONE_NEEDS_SHARED_MODEL(sharedModel("resnet20_cifar10.onnx"));
        const auto graph = readOnnx(sharedModel("resnet20_cifar10.onnx"));
        auto folded = graph;
        QCOMPARE(foldBatchNormalization(folded).size(), std::size_t{19});
        QCOMPARE(countOf(folded, "BatchNormalization"), 0);
        const std::vector<Tensor> pictures{floats({4, 3, 32, 32})};
        const auto difference = largestDifference(run(graph, pictures)[0], run(folded, pictures)[0]);
        QVERIFY2(difference < 1e-3, qPrintable(QString::number(difference))); // logits around 10
        const auto exported = readOnnx(sharedModel("resnet20_cifar10_folded.onnx"));
        QCOMPARE(folded.order().size(), exported.order().size());
    }

    void nodesThatDoNothingGoAndOutputsKeepTheirNames()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{2, 3}));
        const auto lifted = addOperator(graph, "Constant", {}, {{"value", floats({3})}});
        const auto sum = addOperator(graph, "Add", {addOperator(graph, "Identity", {x}), lifted});
        const auto dropped = addOperator(graph, "Dropout", {sum});
        const auto relu = addOperator(graph, "Relu", {dropped});
        graph.outputs = {addOperator(graph, "Identity", {relu})};
        const auto before = run(graph, {floats({2, 3})});
        const auto outputName = graph.value(graph.outputs[0]).name;

        QCOMPARE(liftConstants(graph).size(), std::size_t{1});
        QCOMPARE(dropNoOps(graph).size(), std::size_t{3});
        QCOMPARE(graph.order().size(), std::size_t{2});
        QCOMPARE(graph.value(graph.outputs[0]).name, outputName);
        QVERIFY(run(graph, {floats({2, 3})}) == before);
    }

    void anIdentityBetweenAnInputAndAnOutputStays()
    {
        auto graph = graphOf({"Identity", 13, {{floats({2})}}});
        QCOMPARE(dropNoOps(graph).size(), std::size_t{0});
        QVERIFY(run(graph, {floats({2})})[0] == floats({2}));
    }

    void aDropoutThatTrainsOrWhoseMaskIsReadStays()
    {
        auto training =
            graphOf({"Dropout", 13, {{floats({2})}, {Tensor::scalar(0.5f), Feeding::Constant}, {Tensor::scalar(true), Feeding::Constant}}});
        QCOMPARE(dropNoOps(training).size(), std::size_t{0});
        auto masked = graphOf({"Dropout", 13, {{floats({2})}}, {}, 2});
        QCOMPARE(dropNoOps(masked).size(), std::size_t{0});
    }

    void mnistsBatchBecomesFreeAndEverySampleAnswersAsBefore()
    {
        HONE_NEEDS_SHARED_MODEL(sharedModel("mnist_cntk.onnx"));
        const auto graph = readOnnx(sharedModel("mnist_cntk.onnx"));
        auto freed = graph;
        QVERIFY(makeBatchFree(freed).isFree);
        QCOMPARE(toText(*freed.value(freed.inputs[0]).type.shape), std::string("[N, 1, 28, 28]"));
        QCOMPARE(toText(*freed.value(freed.outputs[0]).type.shape), std::string("[N, 10]"));
        const auto three = floats({3, 1, 28, 28});
        const auto together = toFloats(run(freed, {three})[0]);
        QCOMPARE(together.size(), std::size_t{30});
        for (std::size_t i = 0; i < 3; ++i) {
            const auto values = three.data<float>().subspan(i * 784, 784);
            const auto alone = toFloats(run(graph, {Tensor::of<float>({1, 1, 28, 28}, values)})[0]);
            for (std::size_t c = 0; c < 10; ++c)
                QVERIFY(std::abs(alone[c] - together[i * 10 + c]) < 1e-4f * (1 + std::abs(alone[c])));
        }
    }

    void aBatchThatSomeNodeNeedsFixedStaysFixed_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(batchBound().size()); ++i)
            QTest::addRow("%d %s", i, batchBound()[static_cast<std::size_t>(i)].opType.c_str()) << i;
    }
    void aBatchThatSomeNodeNeedsFixedStaysFixed()
    {
        QFETCH(int, index);
        auto graph = graphOf(batchBound()[static_cast<std::size_t>(index)]);
        const auto before = serializeOnnx(graph);
        const auto freed = makeBatchFree(graph);
        QVERIFY(!freed.isFree && !freed.reason.empty());
        QCOMPARE(serializeOnnx(graph), before);
    }

private:
    static std::vector<OperatorCase> batchBound()
    {
        const OperatorInput data{floats({1, 4, 6})};
        const auto axis = [](std::int64_t value) { return std::map<std::string, Attribute>{{"axis", value}}; };
        const auto constant = [](std::vector<std::int64_t> values) { return OperatorInput{int64s(values), Feeding::Constant}; };
        return {{"Softmax", 13, {data}, axis(0)},
                {"Squeeze", 13, {data, constant({0})}},
                {"Reshape", 13, {data, constant({4, -1})}},
                {"Reshape", 13, {data, constant({24})}},
                {"ReduceMean", 13, {data}, {{"axes", std::vector<std::int64_t>{0}}}},
                {"Gather", 13, {data, {Tensor::scalar<std::int64_t>(0), Feeding::Constant}}},
                {"Concat", 13, {data, {floats({1, 4, 6}), Feeding::Constant}}, axis(0)},
                {"Add", 13, {{floats({2, 4, 6})}, {floats({2, 1, 6}), Feeding::Constant}}},
                {"Frobnicate", 13, {data}}};
    }
};

QTEST_GUILESS_MAIN(TestTidyPasses)
#include "test_tidy_passes.moc"
