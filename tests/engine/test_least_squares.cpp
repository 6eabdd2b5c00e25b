// SPDX-License-Identifier: GPL-3.0-or-later
// Least squares by numbers worked out by hand, and rows of layers against ONNX Runtime.
#include "engine/pruning_net.h"
#include "layerwise/grouped_equations.h"
#include "layerwise/least_squares.h"
#include "layerwise/linear_layer.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <QtTest>

#include <cmath>

using namespace hone;
using hone::testing::PruningNet;

namespace
{

struct RowsOf
{
    std::vector<double> inputs;
    std::vector<double> targets;
    std::size_t count = 0;
};

} // namespace

class TestLeastSquares : public QObject
{
    Q_OBJECT

private slots:
    void leastSquaresFindsALineAndItsIntercept()
    {
        NormalEquations equations(1, 1);
        equations.add({std::vector<double>{0, 1}, std::vector<double>{1, 3}, 2});
        equations.add({std::vector<double>{2}, std::vector<double>{5}, 1});
        const LinearMap map = equations.solve(1e-12, {{0}, {0}}, Intercept::Solved);
        QVERIFY(std::abs(map.weights[0] - 2) < 1e-9);
        QVERIFY(std::abs(map.intercept[0] - 1) < 1e-9);
    }

    void theRidgePullsToThePriorWeights()
    {
        // sum x x = 2, sum x y = 4, lambda = 0.5 * 2: (4 + 1 * 5) / (2 + 1)
        NormalEquations equations(1, 1);
        equations.add({std::vector<double>{-1, 1}, std::vector<double>{-2, 2}, 2});
        const LinearMap map = equations.solve(0.5, {{5}, {0}}, Intercept::None);
        QVERIFY(std::abs(map.weights[0] - 3) < 1e-12);
        QCOMPARE(map.intercept[0], 0.0);
    }

    void twoUnknownsAndTwoOutputsAreSolvedTogether()
    {
        // x = (1, 0), (0, 1), (1, 1); y = x [[1, 3], [2, -1]] exactly
        NormalEquations equations(2, 2);
        equations.add({std::vector<double>{1, 0, 0, 1, 1, 1}, std::vector<double>{1, 3, 2, -1, 3, 2}, 3});
        const LinearMap map = equations.solve(1e-12, {{0, 0, 0, 0}, {0, 0}}, Intercept::None);
        const std::vector<double> expected{1, 3, 2, -1};
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(std::abs(map.weights[i] - expected[i]) < 1e-9);
    }

    void groupsAreSolvedEachByItself()
    {
        // Two systems in one row: y1 = 2 x1 + 1; y2 = -x2 (twice as far with a constant 3).
        GroupedEquations equations({.groups = 2, .unknowns = 1, .outputs = 2});
        equations.add({std::vector<double>{0, 1, 1, 2, 2, 5}, std::vector<double>{1, 2, 3, 1, 5, -2}, 3});
        const GroupedMap map = equations.solve(1e-12, {{{0}, {0}}, {{0}, {0}}}, Intercept::Solved);
        QVERIFY(std::abs(map[0].weights[0] - 2) < 1e-9 && std::abs(map[0].intercept[0] - 1) < 1e-9);
        QVERIFY(std::abs(map[1].weights[0] + 1) < 1e-9 && std::abs(map[1].intercept[0] - 3) < 1e-9);
    }

    void rowsOfALayerGiveItsOutputs_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"strided", "dilated", "same lower", "grouped", "one axis", "Gemm", "MatMul"})
            QTest::newRow(kind) << kind;
    }
    void rowsOfALayerGiveItsOutputs()
    {
        QFETCH(QString, kind);
        using Ints = std::vector<std::int64_t>;
        PruningNet net;
        Dimensions shape{2, 3, 7, 6};
        if (kind == "strided" || kind == "dilated" || kind == "same lower") {
            net.input("x", shape);
            net.weight("w", {4, 3, 3, 2});
            net.weight("b", {4});
            const PruningNet::Attributes attributes =
                kind == "strided"   ? PruningNet::Attributes{{"strides", Ints{2, 1}}, {"pads", Ints{1, 0, 2, 1}}}
                : kind == "dilated" ? PruningNet::Attributes{{"dilations", Ints{2, 3}}}
                                    : PruningNet::Attributes{{"strides", Ints{2, 3}}, {"auto_pad", std::string("SAME_LOWER")}};
            net.op("Conv", "y", {"x", "w", "b"}, attributes);
        } else if (kind == "grouped") {
            shape = {2, 6, 7, 6};
            net.input("x", shape);
            net.weight("w", {4, 3, 3, 2});
            net.weight("b", {4});
            net.op("Conv", "y", {"x", "w", "b"}, {{"group", std::int64_t{2}}, {"strides", Ints{2, 1}}});
        } else if (kind == "one axis") {
            shape = {2, 3, 9};
            net.input("x", shape);
            net.weight("w", {4, 3, 5});
            net.op("Conv", "y", {"x", "w"}, {{"pads", Ints{2, 2}}});
        } else if (kind == "Gemm") {
            shape = {8, 5};
            net.input("x", shape);
            net.gemm("y", "x", 5, 4);
        } else {
            shape = {2, 3, 5};
            net.input("x", shape);
            net.weight("w", {5, 4});
            net.op("MatMul", "y", {"x", "w"});
        }
        net.output("y");
        const Graph& graph = net.graph();
        std::string reason;
        const auto layer = LinearLayer::find(graph, GraphUses(graph), graph.order().front(), reason, GroupedConvolutions::Allowed);
        QVERIFY2(layer, reason.c_str());
        const GroupedMap map = layer->map(graph);
        const Tensor input = net.randomTensor(shape);
        const Tensor output = Session::fromBytes(serializeOnnx(graph)).run({input}).at(0);
        RowsOf rows;
        for (std::size_t sample = 0; sample < static_cast<std::size_t>(shape[0]); ++sample)
            for (std::size_t position = 0; position < layer->positions(output.shape()); ++position) {
                layer->appendInputs(input, output.shape(), sample, position, rows.inputs);
                layer->appendOutputs(output, {0, 1, 2, 3}, sample, position, rows.targets);
                ++rows.count;
            }
        QCOMPARE(rows.count * 4, static_cast<std::size_t>(output.size()));
        const SquaredError error = squaredError(map, {rows.inputs, rows.targets, rows.count}, layer->shape());
        QVERIFY2(error.scale > 0.1 && error.relative() < 1e-12, qPrintable(QString::number(error.relative())));
    }
};

QTEST_GUILESS_MAIN(TestLeastSquares)
#include "test_least_squares.moc"
