// SPDX-License-Identifier: GPL-3.0-or-later
// What `hone check` finds out about models, good and bad ones. ONNX Runtime is what LibTorch is held against.
#include "check/check.h"
#include "core/file.h"
#include "engine/shared_models.h"
#include "onnx_io/onnx_io.h"
#include "operator_graph.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace hone;
using namespace hone::test;
namespace fs = std::filesystem;

namespace
{

const OpenStep& stepOf(const ModelCheck& check, const std::string& step)
{
    return *std::ranges::find(check.steps, step, &OpenStep::step);
}

bool hasProblem(const ModelCheck& check, MessageCode code)
{
    return std::ranges::any_of(check.problems, [&](const Message& problem) { return problem.code == code; });
}

Shape batched(std::initializer_list<std::int64_t> extents)
{
    Shape shape{Dim::free("N")};
    for (const auto extent : extents)
        shape.push_back(Dim::fixed(extent));
    return shape;
}

} // namespace

class TestCheck : public QObject
{
    Q_OBJECT

private slots:
    void everySharedModelWorks_data() { addSharedModelRows(); }
    void everySharedModelWorks()
    {
        QFETCH(QString, file);
        HONE_NEEDS_SHARED_MODEL(file.toStdString());
        const auto check = checkModel(file.toStdString(), {});
        QVERIFY2(check.ok, toJson(check).dump(1).c_str());
        qInfo("largest relative difference %.2g, %.2f s", *check.maxRelativeDifference, check.seconds);
        QVERIFY(*check.maxRelativeDifference <= 1e-4);
        QVERIFY(check.trainable && check.gradientsFinite && check.quantizable && check.prunableGroups > 0);
        QVERIFY(std::ranges::all_of(check.steps, &OpenStep::open));
        QVERIFY(!check.unprunable.empty()); // its last layer at least
        const auto groups = toJson(check).at("groups");
        QCOMPARE(std::int64_t(groups.size()), check.prunableGroups);
        for (const auto& group : groups)
            QVERIFY2(!group.at("layers").empty() && group.at("channels").get<int>() > 0 && group.at("reasons").is_array(),
                     group.dump().c_str());
        QVERIFY(check.peakBytes > 0);
    }

    void unsupportedOperatorsAreNamedAllAtOnceAndOtherStepsStayOpen()
    {
        auto graph = emptyGraph(13);
        graph.opsets["com.microsoft"] = 1;
        const auto x = addInput(graph, "x", DType::Float32, batched({4, 4}));
        const auto inverse = graph.addComputed("inverse");
        graph.addNode({.name = "inverse", .opType = "Inverse", .domain = "com.microsoft", .inputs = {x}, .outputs = {inverse}});
        const auto scaled = graph.addComputed("scaled");
        graph.addNode({.name = "scaled",
                       .opType = "SkipLayerNormalization",
                       .domain = "com.microsoft",
                       .inputs = {inverse, x, graph.addConstant("b", floats({4}))},
                       .outputs = {scaled}});
        graph.outputs = {addOperator(graph, "MatMul", {scaled, graph.addConstant("w", floats({4, 3}))})};
        const auto check = checkGraph(graph);
        QVERIFY(!check.ok);
        QCOMPARE(check.unsupported, (std::vector<std::string>{"com.microsoft.Inverse", "com.microsoft.SkipLayerNormalization"}));
        QVERIFY(!check.trainable && !check.maxRelativeDifference);
        QVERIFY(stepOf(check, "evaluate").open() && stepOf(check, "deploy").open());
        QCOMPARE(stepOf(check, "finetune").closed, Closed::Operators);
        QCOMPARE(check.problems.at(0).code, MessageCode::OperatorsUnsupported);
        QVERIFY(check.problems[0].arguments.at("open").find("evaluate") != std::string::npos);
    }

    void gradientsThatAreNotFiniteAreFound()
    {
        // The root of zero has an infinite slope.
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, batched({3}));
        const auto weighted = addOperator(graph, "MatMul", {x, graph.addConstant("w", floats({3, 2}))});
        const auto zero = addOperator(graph, "Mul", {weighted, graph.addConstant("zero", Tensor::scalar(0.0f))});
        graph.outputs = {addOperator(graph, "Sqrt", {zero})};
        const auto check = checkGraph(graph);
        QVERIFY(!check.ok && !check.gradientsFinite && !check.trainable);
        QVERIFY(hasProblem(check, MessageCode::GradientsNotFinite));
        QCOMPARE(stepOf(check, "finetune").closed, Closed::GradientsNotFinite);
    }

    void wholeNumbersAreFedAsTheIndicesThatTheyAre()
    {
        // Words of a vocabulary of seven, a free length and a second input.
        auto graph = emptyGraph(13);
        const auto words = addInput(graph, "words", DType::Int64, {Dim::free("N"), Dim::free("length")});
        const auto mask = addInput(graph, "mask", DType::Float32, {Dim::free("N"), Dim::free("length"), Dim::fixed(1)});
        const auto looked = addOperator(graph, "Gather", {graph.addConstant("table", floats({7, 5})), words});
        const auto masked = addOperator(graph, "Mul", {looked, mask});
        const auto mean =
            addOperator(graph, "ReduceMean", {masked}, {{"axes", std::vector<std::int64_t>{1}}, {"keepdims", std::int64_t{0}}});
        graph.outputs = {addOperator(graph, "MatMul", {mean, graph.addConstant("w", floats({5, 3}))})};
        const auto check = checkGraph(graph);
        QVERIFY2(check.ok, toJson(check).dump(1).c_str());
        QCOMPARE(check.inputs.at(0).shape.at(0), std::int64_t{2});
        QCOMPARE(check.inputs.at(1).shape.at(1), check.inputs.at(0).shape.at(1));
    }

    void dropoutIsAtRandomOnlyWhereItMayDropSomething_data()
    {
        QTest::addColumn<float>("ratio");
        QTest::addColumn<bool>("training");
        QTest::addColumn<bool>("compared");
        QTest::newRow("as exporters write inference") << 0.1f << false << true;
        QTest::newRow("training, drops nothing") << 0.0f << true << true;
        QTest::newRow("training") << 0.1f << true << false;
    }
    void dropoutIsAtRandomOnlyWhereItMayDropSomething()
    {
        QFETCH(float, ratio);
        QFETCH(bool, training);
        QFETCH(bool, compared);
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, batched({30}));
        const auto product = addOperator(graph, "MatMul", {x, graph.addConstant("w", floats({30, 20}))});
        graph.outputs = {addOperator(
            graph, "Dropout",
            {product, graph.addConstant("ratio", Tensor::scalar(ratio)), graph.addConstant("training", Tensor::scalar(training))})};
        const auto check = checkGraph(graph);
        QVERIFY2(check.ok, toJson(check).dump(1).c_str());
        QCOMPARE(check.maxRelativeDifference.has_value(), compared);
    }

    void aFixedBatchThatCantBeFreedClosesTraining()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{2, 3}));
        const auto mean = addOperator(graph, "ReduceMean", {x}, {{"axes", std::vector<std::int64_t>{0}}});
        graph.outputs = {addOperator(graph, "MatMul", {mean, graph.addConstant("w", floats({3, 2}))})};
        const auto check = checkGraph(graph);
        QVERIFY(check.ok && check.gradientsFinite && !check.trainable);
        QCOMPARE(stepOf(check, "finetune").closed, Closed::BatchFixed);
    }

    void aModelWithoutWeightsHasNothingToTrain()
    {
        const auto check = checkGraph(graphOf({"Relu", 13, {{floats({2, 3})}}}));
        QVERIFY(check.ok && !check.trainable && !check.quantizable);
        QCOMPARE(check.prunableGroups, std::int64_t{0});
        QCOMPARE(stepOf(check, "finetune").closed, Closed::NoGradients);
        QCOMPARE(stepOf(check, "prune").closed, Closed::NoGroups);
        QCOMPARE(stepOf(check, "quantize").closed, Closed::NoLayers);
    }

    void aFileThatIsNoModelIsAFinding()
    {
        const auto file = m_folder.path() / "no.onnx";
        writeFileAtomically(file, "this is no model");
        const auto check = checkModel(file, {});
        QVERIFY(!check.ok && !check.problems.empty());
        QVERIFY(std::ranges::none_of(check.steps, &OpenStep::open));
        const auto json = toJson(check);
        for (const auto* key : {"ok", "unsupported", "maxRelativeDifference", "gradientsFinite", "trainable", "prunableGroups",
                                "unprunable", "quantizable", "seconds", "peakBytes"})
            QVERIFY2(json.contains(key), key);
    }

    void aModelThatAsksForMoreMemoryThanThereIsIsNotRun()
    {
        auto graph = emptyGraph(13);
        const auto x = addInput(graph, "x", DType::Float32, fixedShape(Dimensions{1, 1 << 14, 1 << 14, 1 << 10}));
        graph.outputs = {addOperator(graph, "Relu", {x})};
        const auto check = checkGraph(graph);
        QVERIFY(!check.ok && hasProblem(check, MessageCode::ModelTooLarge));
        QVERIFY(check.seconds < 1);
    }

    void stoppingIsNoFinding()
    {
        std::stop_source stop;
        stop.request_stop();
        QVERIFY_EXCEPTION_THROWN(checkModel(m_folder.path() / "none.onnx", JobContext(stop.get_token())), Cancelled);
    }

private:
    ModelCheck checkGraph(const Graph& graph)
    {
        const auto file = m_folder.path() / "model.onnx";
        writeOnnx(graph, file);
        return checkModel(file, {});
    }

    TemporaryFolder m_folder;
};

QTEST_GUILESS_MAIN(TestCheck)
#include "test_check.moc"
