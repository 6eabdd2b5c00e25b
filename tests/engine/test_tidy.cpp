// SPDX-License-Identifier: GPL-3.0-or-later
// Models as exporters write them, tidied: fewer nodes, the same answers in ONNX Runtime.
#include "engine/shared_models.h"
#include "graph/shape_inference.h"
#include "onnx_io/onnx_io.h"
#include "operator_graph.h"
#include "runtime/made_up_inputs.h"
#include "runtime/session.h"
#include "tidy/batch_normalization.h"
#include "tidy/tidy.h"

#include <QTest>

#include <algorithm>
#include <filesystem>

using namespace hone;
using namespace hone::test;
namespace fs = std::filesystem;

namespace
{

constexpr double sameOutputs = 1e-5; // of the largest

std::vector<std::string> operators(const Graph& graph)
{
    std::vector<std::string> types;
    for (const auto id : graph.order())
        types.push_back(graph.node(id).opType);
    return types;
}

std::vector<std::int64_t> constantInput(const Graph& graph, const std::string& opType, std::size_t input)
{
    for (const auto id : graph.order())
        if (graph.node(id).opType == opType && graph.isConstant(graph.node(id).input(input)))
            return toInt64s(graph.value(graph.node(id).input(input)).constant);
    return {};
}

Shape shapeOf(std::vector<Dim> dims)
{
    return dims;
}

// x.view(x.size(0), -1) and the like, as torch.onnx writes them: Shape, Gather, Unsqueeze, Concat, Reshape.
ValueId viewOfBatch(Graph& graph, ValueId x, const std::vector<std::int64_t>& rest)
{
    const auto batch =
        addOperator(graph, "Gather", {addOperator(graph, "Shape", {x}), graph.addConstant("zero", Tensor::scalar<std::int64_t>(0))},
                    {{"axis", std::int64_t{0}}});
    std::vector<ValueId> parts{addOperator(graph, "Unsqueeze", {batch, graph.addConstant("axes", int64s({0}))})};
    for (const auto extent : rest)
        parts.push_back(addOperator(graph, "Constant", {}, {{"value", int64s({extent})}}));
    return addOperator(graph, "Reshape", {x, addOperator(graph, "Concat", parts, {{"axis", std::int64_t{0}}})});
}

bool computesTheSame(const Graph& before, const Graph& after)
{
    const auto difference = outputDifference(before, after, {});
    return difference && *difference <= sameOutputs;
}

bool did(const TidyResult& result, TidyPass pass)
{
    return std::ranges::any_of(result.changes, [&](const TidyChange& change) { return change.pass == pass; });
}

} // namespace

class TestTidy : public QObject
{
    Q_OBJECT

private slots:
    void aChainFromShapeToReshapeBecomesAPlainReshape()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("batch"), Dim::fixed(4), Dim::fixed(2), Dim::fixed(2)}));
        graph.outputs = {viewOfBatch(graph, addOperator(graph, "Relu", {x}), {-1})};
        const auto result = tidy(graph, {}, {});
        QCOMPARE(operators(result.graph), (std::vector<std::string>{"Relu", "Reshape"}));
        QCOMPARE(constantInput(result.graph, "Reshape", 1), (std::vector<std::int64_t>{0, 16}));
        QVERIFY(did(result, TidyPass::FoldConstants));
        QCOMPARE(result.before.nodes, std::int64_t{7});
        QCOMPARE(result.after.nodes, std::int64_t{2});
        QVERIFY(computesTheSame(graph, result.graph));
    }

    void twoFreeExtentsAreSaidByZeroAndTheRest()
    {
        // [B, T, 6] -> [B, T, 2, 3] -> back: attention's heads with a free batch and a free length
        auto graph = emptyGraph(17);
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("batch"), Dim::free("length"), Dim::fixed(6)}));
        const auto shape = addOperator(graph, "Shape", {x});
        const auto at = [&](std::int64_t i) {
            return addOperator(
                graph, "Unsqueeze",
                {addOperator(graph, "Gather", {shape, graph.addConstant("i", Tensor::scalar(i))}), graph.addConstant("axes", int64s({0}))});
        };
        const auto axis = std::map<std::string, Attribute>{{"axis", std::int64_t{0}}};
        const auto heads =
            addOperator(graph, "Reshape", {x, addOperator(graph, "Concat", {at(0), at(1), graph.addConstant("h", int64s({2, 3}))}, axis)});
        const auto turned = addOperator(graph, "Transpose", {heads}, {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
        const auto length = addOperator(
            graph, "Concat", {at(0), graph.addConstant("two", int64s({2})), at(1), graph.addConstant("three", int64s({3}))}, axis);
        graph.outputs = {addOperator(graph, "Reshape", {turned, length})};
        const auto result = tidy(graph, {}, {});
        QCOMPARE(operators(result.graph), (std::vector<std::string>{"Reshape", "Transpose", "Reshape"}));
        QVERIFY(computesTheSame(graph, result.graph));
    }

    void sizesOfAResizeThatRepeatTheBatchBecomeScales()
    {
        // F.interpolate(x, size=(7, 5)): Shape -> Slice -> Concat -> Resize's sizes
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("batch"), Dim::fixed(2), Dim::fixed(3), Dim::fixed(5)}));
        const auto front =
            addOperator(graph, "Slice",
                        {addOperator(graph, "Shape", {x}), graph.addConstant("from", int64s({0})), graph.addConstant("to", int64s({2}))});
        const auto sizes = addOperator(graph, "Concat", {front, graph.addConstant("hw", int64s({6, 10}))}, {{"axis", std::int64_t{0}}});
        graph.outputs = {addOperator(graph, "Resize", {x, ValueId(), ValueId(), sizes},
                                     {{"mode", std::string("linear")}, {"coordinate_transformation_mode", std::string("half_pixel")}})};
        const auto result = tidy(graph, {}, {});
        QCOMPARE(operators(result.graph), (std::vector<std::string>{"Resize"}));
        QVERIFY(computesTheSame(graph, result.graph));
    }

    void whatIsComputedFromConstantsAloneIsFoldedAtOnce()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("N"), Dim::fixed(4)}));
        const auto weights = addOperator(graph, "Transpose", {graph.addConstant("w", floats({3, 4}))});
        const auto scaled = addOperator(graph, "Mul", {weights, addOperator(graph, "Constant", {}, {{"value_float", 0.5f}})});
        graph.outputs = {addOperator(graph, "MatMul", {x, scaled})};
        const auto result = tidy(graph, {}, {});
        QCOMPARE(operators(result.graph), (std::vector<std::string>{"MatMul"}));
        QCOMPARE(result.changes.front().nodes.size(), std::size_t{3});
        QVERIFY(computesTheSame(graph, result.graph));
    }

    void aConstantThatWouldGrowTheFileStaysComputed()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("N"), Dim::fixed(4000), Dim::fixed(4000)}));
        const auto one = graph.addConstant("one", Tensor::of({1}, std::vector<float>{1}));
        graph.outputs = {
            addOperator(graph, "Add", {x, addOperator(graph, "Expand", {one, graph.addConstant("shape", int64s({4000, 4000}))})})};
        const auto result = tidy(graph, {}, {});
        QCOMPARE(operators(result.graph), (std::vector<std::string>{"Expand", "Add"}));
        const auto unlimited = tidy(graph, {.limits = {.largestGrowthBytes = std::int64_t{1} << 30}}, {});
        QCOMPARE(operators(unlimited.graph), (std::vector<std::string>{"Add"}));
    }

    void aBranchThatIsKnownToBeTakenReplacesItsIf()
    {
        // x.squeeze(1) of a rank that the exporter didn't know: If(Shape(x)[1] == 1) Squeeze else Identity
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("N"), Dim::fixed(1), Dim::fixed(3)}));
        const auto extent = addOperator(graph, "Gather", {addOperator(graph, "Shape", {x}), graph.addConstant("i", int64s({1}))});
        const auto equal = addOperator(graph, "Equal", {extent, graph.addConstant("one", int64s({1}))});
        const auto condition = addOperator(graph, "Squeeze", {equal});
        const auto branch = [](const std::string& opType) {
            auto body = emptyGraph(13);
            body.name = opType;
            std::vector<ValueId> inputs{body.addValue({.name = "x"})};
            if (opType == "Squeeze")
                inputs.push_back(body.addConstant("axes", int64s({1})));
            body.outputs = {addOperator(body, opType, inputs)};
            body.renameValue(body.outputs[0], "inside " + opType); // names are unique in the graphs around it, too
            body.value(body.outputs[0]).type.dtype = DType::Float32;
            return std::make_shared<const Graph>(body);
        };
        graph.outputs = {addOperator(graph, "If", {condition}, {{"then_branch", branch("Squeeze")}, {"else_branch", branch("Identity")}})};
        const auto result = tidy(graph, {}, {});
        QCOMPARE(operators(result.graph), (std::vector<std::string>{"Squeeze"}));
        QVERIFY(computesTheSame(graph, result.graph));
    }

    void aQuantizedModelsWeightsStayQuantized()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("N"), Dim::fixed(2)}));
        const auto small = graph.addConstant("w", Tensor::of({2, 2}, std::vector<std::int8_t>{1, -2, 3, 4}));
        graph.outputs = {addOperator(graph, "MatMul",
                                     {x, addOperator(graph, "DequantizeLinear", {small, graph.addConstant("s", Tensor::scalar(0.5f))})})};
        QVERIFY(tidy(graph, {}, {}).changes.empty());
    }

    void oneNodeThatOnnxRuntimeLacksKeepsOnlyItself()
    {
        auto graph = emptyGraph(13);
        graph.opsets["nowhere"] = 1;
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("N"), Dim::fixed(2)}));
        const auto folded = addOperator(graph, "Neg", {graph.addConstant("a", floats({2}))});
        const auto odd = graph.addComputed("odd", {DType::Float32, fixedShape(Dimensions{2})});
        graph.addNode(
            {.name = "odd", .opType = "Odd", .domain = "nowhere", .inputs = {graph.addConstant("b", floats({2}))}, .outputs = {odd}});
        graph.outputs = {addOperator(graph, "Add", {addOperator(graph, "Add", {x, folded}), odd})};
        QCOMPARE(operators(tidy(graph, {}, {}).graph), (std::vector<std::string>{"Odd", "Add", "Add"}));
    }

    void whatNothingReadsGoesAndIsNamed()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, shapeOf({Dim::free("N"), Dim::fixed(2)}));
        graph.addConstant("unread", floats({5}));
        addOperator(graph, "Neg", {x});
        graph.outputs = {addOperator(graph, "Relu", {x})};
        const auto result = tidy(graph, {}, {});
        QCOMPARE(result.changes.size(), std::size_t{1});
        QCOMPARE(result.changes[0].pass, TidyPass::RemoveUnused);
        QCOMPARE(result.changes[0].nodes.size(), std::size_t{2});
        QCOMPARE(result.after.initializers, std::int64_t{0});
        QCOMPARE(result.notices.at(0), (Message{MessageCode::UnusedRemoved, {{"count", "2"}}}));
    }

    void aFixedBatchIsFreedWithTheReshapesThatRepeatIt()
    {
        // Batch 2, exported with it baked in: windows of rows merged with the batch, as in a shifted-window transformer.
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{2, 4, 4, 3}));
        const auto reshape = [&](ValueId from, std::vector<std::int64_t> target) {
            return addOperator(graph, "Reshape", {from, graph.addConstant("target", int64s(target))});
        };
        const auto windows = reshape(
            addOperator(graph, "Transpose", {reshape(x, {2, 2, 2, 2, 2, 3})}, {{"perm", std::vector<std::int64_t>{0, 1, 3, 2, 4, 5}}}),
            {8, 4, 3});
        const auto mixed = addOperator(graph, "MatMul", {windows, graph.addConstant("w", floats({3, 3}))});
        graph.outputs = {reshape(addOperator(graph, "Softmax", {mixed}, {{"axis", std::int64_t{-1}}}), {2, 4, 12})};
        const auto result = tidy(graph, {}, {});
        QVERIFY2(result.batch.isFree, result.batch.reason.c_str());
        QCOMPARE(result.batch.before, std::int64_t{2});
        QCOMPARE(toText(*result.graph.value(result.graph.inputs[0]).type.shape), std::string("[N, 4, 4, 3]"));
        QVERIFY(computesTheSame(graph, result.graph));
        QCOMPARE(Session::fromBytes(serializeOnnx(result.graph)).run({floats({5, 4, 4, 3})})[0].shape(), (Dimensions{5, 4, 12}));
    }

    void aClassTokenInFrontOfASingleSampleIsGivenToEach()
    {
        // The beginning of a vision transformer exported at batch 1.
        auto graph = emptyGraph(17);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{1, 4, 6}));
        const auto tokens = addOperator(graph, "Concat", {graph.addConstant("token", floats({1, 1, 6})), x}, {{"axis", std::int64_t{1}}});
        const auto placed = addOperator(graph, "Add", {tokens, graph.addConstant("places", floats({1, 5, 6}))});
        const auto mixed = addOperator(graph, "MatMul",
                                       {placed, addOperator(graph, "Transpose", {placed}, {{"perm", std::vector<std::int64_t>{0, 2, 1}}})});
        graph.outputs = {addOperator(graph, "Softmax", {mixed}, {{"axis", std::int64_t{-1}}})};
        const auto result = tidy(graph, {}, {});
        QVERIFY2(result.batch.isFree, result.batch.reason.c_str());
        QVERIFY(computesTheSame(graph, result.graph));
        QCOMPARE(Session::fromBytes(serializeOnnx(result.graph)).run({floats({3, 4, 6})})[0].shape(), (Dimensions{3, 5, 5}));
    }

    void aFixedBatchThatCantBeFreedIsToldWithItsReason()
    {
        auto graph = graphOf({"ReduceMean", 13, {{floats({4, 6})}}, {{"axes", std::vector<std::int64_t>{0}}}});
        const auto result = tidy(graph, {}, {});
        QVERIFY(!result.batch.isFree);
        QCOMPARE(result.notices.at(0).code, MessageCode::BatchStaysFixed);
        QVERIFY(result.notices[0].arguments.at("detail").find("ReduceMean") != std::string::npos);
        QVERIFY(tidy(graph, {.freeBatch = false}, {}).notices.empty());
    }

    void insertedNormalizationsLeaveOutputsAsTheyAreAndFoldAgain()
    {
        HONE_NEEDS_SHARED_MODEL(sharedModel("resnet20_cifar10_folded.onnx"));
        const auto graph = readOnnx(sharedModel("resnet20_cifar10_folded.onnx"));
        auto inserted = graph;
        const auto normalizations = insertBatchNormalization(inserted);
        QCOMPARE(normalizations.size(), std::size_t{21}); // one a convolution
        QVERIFY(computesTheSame(graph, inserted));
        // Statistics of any size leave them too.
        for (const auto& normalization : normalizations) {
            const auto channels = static_cast<std::size_t>(normalization.channels);
            setStatistics(inserted, normalization, std::vector<float>(channels, 0.4f), std::vector<float>(channels, 2.5f));
        }
        QVERIFY(computesTheSame(graph, inserted));
        std::vector<std::string> names;
        for (const auto& normalization : normalizations)
            names.push_back(normalization.node);
        QCOMPARE(foldBatchNormalization(inserted, names).size(), std::size_t{21});
        QCOMPARE(operators(inserted), operators(graph));
        QVERIFY(computesTheSame(graph, inserted));
    }

    void aModelsOwnNormalizationsAreLeftWhereOthersAreFolded()
    {
        HONE_NEEDS_SHARED_MODEL(sharedModel("resnet20_cifar10.onnx"));
        auto graph = readOnnx(sharedModel("resnet20_cifar10.onnx"));
        const auto before = operators(graph);
        const auto inserted = insertBatchNormalization(graph);
        QCOMPARE(inserted.size(), std::size_t{2}); // behind the two shortcuts; the other convolutions have one
        QCOMPARE(foldBatchNormalization(graph, {inserted[0].node, inserted[1].node}).size(), std::size_t{2});
        QCOMPARE(operators(graph), before);
    }

    // ONNX's own cases, of every operator and as PyTorch exported them: what ONNX Runtime runs gives the same afterwards.
    void onnxsOwnModelsComputeTheSameTidied()
    {
        if (!fs::exists(HONE_ONNX_TESTDATA))
            QSKIP("the package libonnx-testdata is not installed");
        int same = 0, notRun = 0;
        for (const auto& entry : fs::recursive_directory_iterator(HONE_ONNX_TESTDATA)) {
            if (entry.path().extension() != ".onnx")
                continue;
            Graph graph;
            try {
                graph = readOnnx(entry.path());
            } catch (const Error&) {
                continue; // training operators' domains
            }
            const auto result = tidy(graph, {.foldNormalization = true}, {});
            const auto difference = result.changes.empty() ? std::optional(0.0) : outputDifference(graph, result.graph, {});
            QVERIFY2(!difference || *difference <= sameOutputs, entry.path().c_str());
            ++(difference ? same : notRun);
        }
        qInfo("%d computed the same, ONNX Runtime doesn't run %d", same, notRun);
        QVERIFY(same > 800);
    }

    void realModelsComputeTheSameTidied_data() { addSharedModelRows(); }
    void realModelsComputeTheSameTidied()
    {
        QFETCH(QString, file);
        HONE_NEEDS_SHARED_MODEL(file.toStdString());
        const auto graph = readOnnx(file.toStdString());
        for (const bool fold : {false, true}) {
            const auto result = tidy(graph, {.foldNormalization = fold}, {});
            QVERIFY2(result.batch.isFree, result.batch.reason.c_str());
            if (result.changes.empty())
                continue; // the same graph
            const auto difference = outputDifference(graph, result.graph, {});
            QVERIFY(difference.has_value());
            qInfo("%lld nodes, then %lld; %.2g of the largest", static_cast<long long>(result.before.nodes),
                  static_cast<long long>(result.after.nodes), *difference);
            QVERIFY(*difference <= sameOutputs);
        }
    }
};

QTEST_GUILESS_MAIN(TestTidy)
#include "test_tidy.moc"
