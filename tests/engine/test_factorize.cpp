// SPDX-License-Identifier: GPL-3.0-or-later
// Layers split in two of low rank: exact where the rank suffices, nearest where it doesn't.
#include "autograd/decomposition.h"
#include "bars_data.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "prune/factorize.h"
#include "pruning_net.h"
#include "runtime/session.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace hone;
using namespace hone::testing;

namespace
{

// Of the given rank: a product of two random matrices.
Tensor lowRank(std::int64_t rows, std::int64_t columns, std::int64_t rank, std::uint64_t seed)
{
    const Tensor a = randomTensor({rows, rank}, seed), b = randomTensor({rank, columns}, seed + 1);
    Tensor product(DType::Float32, {rows, columns});
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < columns; ++c)
            for (std::int64_t k = 0; k < rank; ++k)
                product.mutableData<float>()[static_cast<std::size_t>(r * columns + c)] +=
                    a.data<float>()[static_cast<std::size_t>(r * rank + k)] * b.data<float>()[static_cast<std::size_t>(k * columns + c)];
    return product;
}

std::vector<float> answer(const Graph& graph, const Tensor& input)
{
    return toFloats(Session::fromBytes(serializeOnnx(graph)).run({input}).at(0));
}

double relative(const std::vector<float>& a, const std::vector<float>& b)
{
    double error = 0, scale = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
        error += std::pow(static_cast<double>(a.at(i)) - b[i], 2);
        scale += std::pow(static_cast<double>(b[i]), 2);
    }
    return error / scale;
}

// A convolution with everything that its first half has to keep.
Graph convolution(const Tensor& weight, bool bias)
{
    PruningNet net;
    net.input("x", {-1, 6, 9, 11});
    net.constant("w", weight.reshaped({12, 6, 3, 3}));
    std::vector<std::string> inputs = {"x", "w"};
    if (bias) {
        net.weight("b", {12});
        inputs.push_back("b");
    }
    net.op("Conv", "conv", inputs,
           {{"kernel_shape", std::vector<std::int64_t>{3, 3}},
            {"strides", std::vector<std::int64_t>{2, 1}},
            {"dilations", std::vector<std::int64_t>{1, 2}},
            {"pads", std::vector<std::int64_t>{1, 0, 1, 2}}});
    net.output("conv");
    return net.graph();
}

Graph dense(const std::string& type, const Tensor& weight, const std::map<std::string, Attribute>& attributes = {})
{
    PruningNet net;
    net.input("x", {-1, 20});
    net.constant("w", weight);
    net.weight("b", {16});
    if (type == "Gemm")
        net.op("Gemm", "layer", {"x", "w", "b"}, attributes);
    else {
        net.op("MatMul", "layer", {"x", "w"});
    }
    net.output("layer");
    return net.graph();
}

} // namespace

class TestFactorize : public QObject
{
    Q_OBJECT

private slots:
    // [[3, 0], [4, 5]] has singular values sqrt(45) and sqrt(5) (Strang, "Linear Algebra and Its
    // Applications").
    void singularValuesAreThoseOfATextbook()
    {
        const auto found = singularValues(Tensor::of<float>({2, 2}, {3, 0, 4, 5}));
        QVERIFY(std::abs(found.values.at(0) - std::sqrt(45.0)) < 1e-12);
        QVERIFY(std::abs(found.values.at(1) - std::sqrt(5.0)) < 1e-12);
        const auto u = found.left.data<double>(), v = found.right.data<double>();
        const std::vector<double> matrix = {3, 0, 4, 5};
        for (std::size_t r = 0; r < 2; ++r)
            for (std::size_t c = 0; c < 2; ++c)
                QVERIFY(std::abs(u[r * 2] * found.values[0] * v[c] + u[r * 2 + 1] * found.values[1] * v[2 + c] - matrix[r * 2 + c]) <
                        1e-12);
    }

    // Points at (1, 1) +- (3, 4) and (1, 1) +- (-0.4, 0.3): variances 12.5 and 0.125 along (0.6, 0.8) and
    // (-0.8, 0.6).
    void principalAxesAreThoseOfACross()
    {
        const auto found = principalAxes(Tensor::of<float>({4, 2}, {4, 5, -2, -3, 0.6F, 1.3F, 1.4F, 0.7F}));
        QVERIFY(std::abs(found.mean[0] - 1) < 1e-6 && std::abs(found.mean[1] - 1) < 1e-6);
        QVERIFY(std::abs(found.variances[0] - 12.5) < 1e-5);
        QVERIFY(std::abs(found.variances[1] - 0.125) < 1e-5);
        const auto axes = found.axes.data<double>();
        QVERIFY(std::abs(std::abs(axes[0]) - 0.6) < 1e-6 && std::abs(std::abs(axes[2]) - 0.8) < 1e-6);
    }

    void aLayerOfLowRankStaysTheSame_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"Conv", "Conv without bias", "Gemm", "Gemm transB", "Gemm scaled", "MatMul"})
            QTest::newRow(kind) << kind;
    }
    void aLayerOfLowRankStaysTheSame()
    {
        QFETCH(QString, kind);
        Graph graph;
        if (kind.startsWith("Conv"))
            graph = convolution(lowRank(12, 54, 3, 5), kind == "Conv");
        else if (kind == "Gemm transB")
            graph = dense("Gemm", lowRank(16, 20, 3, 5), {{"transB", std::int64_t{1}}});
        else if (kind == "Gemm scaled")
            graph = dense("Gemm", lowRank(20, 16, 3, 5), {{"alpha", 0.5F}, {"beta", 2.0F}});
        else
            graph = dense(kind == "MatMul" ? "MatMul" : "Gemm", lowRank(20, 16, 3, 5));
        const auto result = factorize(graph, nullptr, {.energy = 0.999999}, {});
        QCOMPARE(result.layers.size(), std::size_t{1});
        QCOMPARE(result.layers[0].rank, std::int64_t{3});
        const Tensor input = randomTensor(withFreeAs(*graph.value(graph.inputs[0]).type.shape, 2), 3);
        QVERIFY2(relative(answer(result.graph, input), answer(graph, input)) < 1e-10,
                 qPrintable(QString::number(relative(answer(result.graph, input), answer(graph, input)))));
        QCOMPARE(result.layers[0].macsBefore, cost(graph).macs);
        QCOMPARE(result.layers[0].macsAfter, cost(result.graph).macs);
        QVERIFY(cost(result.graph).macs < cost(graph).macs);
        QCOMPARE(result.graph.value(result.graph.outputs[0]).name, graph.value(graph.outputs[0]).name);
    }

    void theNearestMatrixIsTaken()
    {
        // What is lost is the energy of the singular values that go (Eckart and Young 1936).
        const Tensor weight = randomTensor({16, 20}, 8);
        const auto values = singularValues(weight).values;
        double all = 0, lost = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            all += values[i] * values[i];
            lost += i >= 6 ? values[i] * values[i] : 0;
        }
        Graph graph = dense("Gemm", weight, {{"transB", std::int64_t{1}}});
        graph.node(graph.order()[0]).inputs.resize(2); // without its bias
        const auto result = factorize(graph, nullptr, {.rankRatio = 6.0 / 16}, {});
        QCOMPARE(result.layers[0].rank, std::int64_t{6});
        QCOMPARE(factorize(graph, nullptr, {.rank = 6}, {}).layers[0].rank, std::int64_t{6});
        QVERIFY(std::abs(result.layers[0].energy - (1 - lost / all)) < 1e-9);
        Tensor identity(DType::Float32, {20, 20});
        for (std::size_t i = 0; i < 20; ++i)
            identity.mutableData<float>()[i * 21] = 1;
        QVERIFY(std::abs(relative(answer(result.graph, identity), answer(graph, identity)) - lost / all) < 1e-5);
    }

    // Neighbouring pixels of bars hang together, which the weights know nothing of.
    void dataTellWhichDirectionsMatter()
    {
        QTemporaryDir folder;
        const Dataset bars = drawBars(folder.path().toStdString());
        PruningNet net;
        net.input("x", {-1, 1, side, side});
        net.conv("conv", "x", {.from = 1, .to = 8});
        net.output("conv");
        const FactorizeOptions options{.rankRatio = 0.25, .threads = 1};
        const auto byWeights = factorize(net.graph(), nullptr, options, {});
        const auto byData = factorize(net.graph(), &bars, options, {});
        QCOMPARE(byData.layers.at(0).rank, byWeights.layers.at(0).rank);
        Loader loader(bars, Split::Test, pairForInput(net.graph(), bars), {.batch = 80});
        const Tensor pictures = loader.next({})->inputs;
        const auto wanted = answer(net.graph(), pictures);
        const double plain = relative(answer(byWeights.graph, pictures), wanted),
                     informed = relative(answer(byData.graph, pictures), wanted);
        QVERIFY2(informed < 0.5 * plain, qPrintable(QString("%1 by weights, %2 by data").arg(plain).arg(informed)));
    }

    // Responses that fill only two directions around a mean that isn't zero: two suffice, and the bias
    // carries the mean.
    void responsesOfLowRankStayTheSameAroundTheirMean()
    {
        QTemporaryDir folder;
        const Dataset bars = drawBars(folder.path().toStdString());
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.op("Flatten", "flat", {"x"});
        net.constant("w", lowRank(12, 64, 2, 4));
        net.weight("b", {12});
        net.op("Gemm", "layer", {"flat", "w", "b"}, {{"transB", std::int64_t{1}}});
        net.output("layer");
        const auto result = factorize(net.graph(), &bars, {.energy = 0.99999, .threads = 1}, {});
        QCOMPARE(result.layers.at(0).rank, std::int64_t{2});
        const Tensor input = randomTensor({5, 1, 8, 8}, 3);
        QVERIFY(relative(answer(result.graph, input), answer(net.graph(), input)) < 1e-6);
    }

    void layersThatWouldCostMoreAreLeft()
    {
        PruningNet net;
        net.input("x", {-1, 8, 6, 6});
        net.conv("full", "x", {.from = 8, .to = 8});
        net.conv("depthwise", "full", {.from = 8, .to = 8, .groups = 8});
        net.conv("one", "depthwise", {.from = 8, .to = 1, .kernel = 1});
        net.output("one");
        QCOMPARE(codeOf([&] { factorize(net.graph(), nullptr, {.energy = 1}, {}); }), MessageCode::NothingToFactorize);
        const auto result = factorize(net.graph(), nullptr, {.rankRatio = 0.5}, {});
        QCOMPARE(result.layers.size(), std::size_t{1});
        QCOMPARE(result.layers[0].name, std::string("full"));
        QCOMPARE(result.left.size(), std::size_t{2});
        QCOMPARE(result.left[0].reason, std::string("it is a grouped convolution"));
    }

    void whatCantBeIsRefused()
    {
        const Graph graph = dense("MatMul", randomTensor({20, 16}, 1));
        for (const double energy : {0.0, 1.5, std::nan("")})
            QCOMPARE(codeOf([&] { factorize(graph, nullptr, {.energy = energy}, {}); }), MessageCode::BadOption);
        QCOMPARE(codeOf([&] { factorize(graph, nullptr, {.rankRatio = 2}, {}); }), MessageCode::BadOption);
        QCOMPARE(codeOf([&] { factorize(graph, nullptr, {.rankRatio = 0.5, .rank = 2}, {}); }), MessageCode::BadOption);
        PruningNet net;
        net.input("x", {-1, 3});
        net.op("Relu", "relu", {"x"});
        net.output("relu");
        QCOMPARE(codeOf([&] { factorize(net.graph(), nullptr, {}, {}); }), MessageCode::NothingToFactorize);
    }
};

QTEST_GUILESS_MAIN(TestFactorize)
#include "test_factorize.moc"
