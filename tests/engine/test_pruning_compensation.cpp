// SPDX-License-Identifier: GPL-3.0-or-later
// Least squares by numbers worked out by hand, rows of layers against ONNX Runtime, and a net whose removed channels are redundant.
#include "core/error.h"
#include "engine/idx_dataset.h"
#include "engine/pruning_net.h"
#include "layerwise/least_squares.h"
#include "layerwise/linear_layer.h"
#include "onnx_io/onnx_io.h"
#include "prune/compensation.h"
#include "prune/normalization_statistics.h"
#include "prune/reconstruction.h"
#include "runtime/session.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace hone;
using hone::testing::PruningNet;

namespace
{

Dataset noisePictures(const QTemporaryDir& folder)
{
    Random random(3);
    std::vector<hone::test::GrayPicture> pictures(80);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        for (int k = 0; k < 64; ++k)
            pictures[i].pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
        pictures[i].label = static_cast<std::uint8_t>(i % 5);
    }
    return hone::test::writeIdxDataset(folder.path().toStdString(), pictures, pictures, 8, 8);
}

void scaleChannels(PruningNet& net, const std::string& name, std::size_t channels, float factor)
{
    // Channel c of the second half becomes `factor` times channel c of the first.
    auto values = net.graph().value(net.at(name)).constant.mutableData<float>();
    const std::size_t each = values.size() / channels;
    for (std::size_t i = 0; i < values.size() / 2; ++i)
        values[i + channels / 2 * each] = factor * values[i];
}

// Half of what "a" and "b" make says nothing new: relu(factor x) = factor relu(x) for factor > 0.
PruningNet redundantNet()
{
    PruningNet net;
    net.input("x", {-1, 1, 8, 8});
    net.conv("a", "x", {1, 6});
    scaleChannels(net, "a.w", 6, 0.5F);
    scaleChannels(net, "a.b", 6, 0.5F);
    net.op("Relu", "r1", {"a"});
    net.weight("b.w", {8, 6, 3, 3});
    net.op("Conv", "b", {"r1", "b.w"},
           {{"kernel_shape", std::vector<std::int64_t>{3, 3}},
            {"strides", std::vector<std::int64_t>{2, 2}},
            {"pads", std::vector<std::int64_t>{1, 0, 1, 2}}});
    net.batchNorm("bn", "b", 8);
    net.op("Relu", "r2", {"bn"});
    net.conv("c", "r2", {8, 8, 1});
    net.op("Add", "sum", {"r2", "c"});
    net.head("sum", 8);
    return net;
}

PruneResult withoutHalfOf(const Graph& graph, const std::string& group)
{
    const DependencyGraph dependencies = findDependencies(graph);
    PruneResult result;
    for (const PruningGroup& candidate : dependencies.groups) {
        std::vector<std::int64_t> kept;
        for (std::int64_t c = 0; c < (candidate.name == group ? candidate.channels / 2 : candidate.channels); ++c)
            kept.push_back(c);
        result.kept.push_back(std::move(kept));
    }
    result.graph = removeChannels(graph, dependencies, result.kept);
    return result;
}

CompensationResult compensated(const Graph& original, const PruneResult& pruned, const Dataset& dataset)
{
    CompensationOptions options;
    return compensate({original, pruned.graph, pruned.kept, dataset, options}, {});
}

double largestDifference(const Graph& a, const Graph& b, const Tensor& input)
{
    const auto left = toFloats(Session::fromBytes(serializeOnnx(a)).run({input}).at(0));
    const auto right = toFloats(Session::fromBytes(serializeOnnx(b)).run({input}).at(0));
    double worst = left.size() == right.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
        worst = std::max(worst, static_cast<double>(std::abs(left[i] - right[i])));
    return worst;
}

double meanSquaredDifference(const Graph& a, const Graph& b, const Tensor& input)
{
    const auto left = toFloats(Session::fromBytes(serializeOnnx(a)).run({input}).at(0));
    const auto right = toFloats(Session::fromBytes(serializeOnnx(b)).run({input}).at(0));
    double sum = left.size() == right.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
        sum += static_cast<double>((left[i] - right[i]) * (left[i] - right[i])) / static_cast<double>(left.size());
    return sum;
}

} // namespace

class TestPruningCompensation : public QObject
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

    void aChannelThatAnotherTellsAddsNothing()
    {
        // Variances 1, 4, 4; the last two always equal. All: 9. The second tells 4 + 4 of it, the first 1, the third nothing more.
        const auto scores = forwardSelection({{{1, 0, 0, 0, 4, 4, 0, 4, 4}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}}, 3);
        const std::vector<double> expected{1.0 / 9, 8.0 / 9, 0};
        for (std::size_t c = 0; c < 3; ++c)
            QVERIFY2(std::abs(scores[c] - expected[c]) < 1e-9, qPrintable(QString::number(scores[c])));
    }

    void reconstructionKeepsOneOfEachPairOfRedundantChannels()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net = redundantNet();
        const auto scores = reconstructionImportance(net.graph(), dataset, {.samples = 40}, {});
        const KeptChannels kept = chooseChannels(net.graph(), findDependencies(net.graph()), {.ratio = 0.5}, scores);
        const auto& ofFirst = kept.front(); // of "a": channel c + 3 is half of channel c
        QCOMPARE(ofFirst.size(), std::size_t{3});
        for (std::int64_t c = 0; c < 3; ++c)
            QCOMPARE(std::ranges::count(ofFirst, c) + std::ranges::count(ofFirst, c + 3), std::ptrdiff_t{1});
    }

    void rowsOfALayerGiveItsOutputs_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"strided", "dilated", "same lower", "one axis", "Gemm", "MatMul"})
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
        const auto layer = LinearLayer::find(graph, GraphUses(graph), graph.order().front(), reason);
        QVERIFY2(layer, reason.c_str());
        const LinearMap map = layer->map(graph);
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
        const SquaredError error = squaredError(map, {rows.inputs, rows.targets, rows.count}, layer->unknowns(), layer->outputs());
        QVERIFY2(error.scale > 0.1 && error.relative() < 1e-12, qPrintable(QString::number(error.relative())));
    }

    void redundantChannelsLeaveWithoutATrace()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net = redundantNet();
        const PruneResult pruned = withoutHalfOf(net.graph(), "a");
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        const Tensor input = net.randomTensor({16, 1, 8, 8}, 0, 1);
        const double before = largestDifference(net.graph(), pruned.graph, input);
        const double after = largestDifference(net.graph(), result.graph, input);
        QVERIFY2(before > 0.1, qPrintable(QString::number(before)));
        QVERIFY2(after < 1e-4, qPrintable(QString::number(after)));
        QCOMPARE(result.solved.front().name, std::string("b"));
        QCOMPARE(result.samples, std::size_t{40});
    }

    void aConstantChannelGoesIntoTheIntercept_data()
    {
        QTest::addColumn<QString>("place");
        for (const char* place : {"its bias", "a new bias", "the normalization's mean", "the added constant"})
            QTest::newRow(place) << place;
    }
    void aConstantChannelGoesIntoTheIntercept()
    {
        QFETCH(QString, place);
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        if (place == "the added constant") {
            net.op("Flatten", "flat", {"x"});
            net.gemm("a", "flat", 64, 4);
            net.op("Relu", "r", {"a"});
            net.weight("b.w", {4, 5});
            net.weight("b.b", {5});
            net.op("MatMul", "b", {"r", "b.w"});
            net.op("Add", "sum", {"b", "b.b"});
            net.output("sum");
        } else {
            net.conv("a", "x", {1, 4});
            net.op("Relu", "r", {"a"});
            net.weight("b.w", {6, 4, 3, 3});
            net.weight("b.b", {6});
            const bool biased = place == "its bias";
            net.op("Conv", "b", biased ? std::vector<std::string>{"r", "b.w", "b.b"} : std::vector<std::string>{"r", "b.w"});
            if (place == "the normalization's mean")
                net.batchNorm("bn", "b", 6);
            net.op("Relu", "r2", {place == "the normalization's mean" ? "bn" : "b"}); // so that no later layer can make up for it
            net.head("r2", 6);
        }
        // The last channel is 2 whatever is fed.
        auto weights = net.graph().value(net.at("a.w")).constant.mutableData<float>();
        std::fill(weights.end() - static_cast<std::ptrdiff_t>(weights.size() / 4), weights.end(), 0.0F);
        net.graph().value(net.at("a.b")).constant.mutableData<float>()[3] = 2;
        const DependencyGraph dependencies = findDependencies(net.graph());
        PruneResult pruned;
        for (const PruningGroup& group : dependencies.groups) {
            pruned.kept.emplace_back(static_cast<std::size_t>(group.channels - (group.name == "a" ? 1 : 0)));
            std::iota(pruned.kept.back().begin(), pruned.kept.back().end(), 0);
        }
        pruned.graph = removeChannels(net.graph(), dependencies, pruned.kept);
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        const Tensor input = net.randomTensor({16, 1, 8, 8}, 0, 1);
        QVERIFY(largestDifference(net.graph(), pruned.graph, input) > 0.1);
        const double after = largestDifference(net.graph(), result.graph, input);
        QVERIFY2(after < 1e-4, qPrintable(QString::number(after)));
        QCOMPARE(result.graph.isConstant(result.graph.node(*result.graph.findNode("b")).input(2)), place.contains("bias"));
    }

    void lostChannelsAreMadeUpForAsFarAsTheRestKnowsThem()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net = redundantNet();
        const PruneResult pruned = withoutHalfOf(net.graph(), "b"); // the residual sum's channels; they are not redundant
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        for (const auto& layer : result.solved)
            QVERIFY2(layer.relativeErrorAfter < layer.relativeErrorBefore, layer.name.c_str());
        QVERIFY(!result.solved.empty());
        const Tensor input = net.randomTensor({16, 1, 8, 8}, 0, 1);
        QVERIFY(largestDifference(net.graph(), result.graph, input) < 0.5 * largestDifference(net.graph(), pruned.graph, input));
    }

    void groupedConvolutionsStayAndAreCounted()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 6});
        net.conv("b", "a", {6, 6, 1});
        net.conv("dw", "b", {6, 6, 3, 6});
        net.head("dw", 6);
        const PruneResult pruned = withoutHalfOf(net.graph(), "a");
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        QVERIFY(std::ranges::any_of(
            result.left, [](const LayerLeft& layer) { return layer.name == "dw" && layer.reason == "it is a grouped convolution"; }));
    }

    void statisticsTakenAnewGiveTheOutputsThatTheOldOnesGave()
    {
        // Targets 1 and 3 with mean 1 and variance 1 give 0 and 2; so do inputs 2 and 6 with mean 2 and variance 4. The second
        // channel lies two lower, and is as wide. The third never changes: its variance stays.
        PruningNet net;
        net.input("x", {-1, 3});
        net.constant("scale", Tensor::of<float>({3}, std::vector<float>{1, -2, 1}));
        net.constant("bias", Tensor::of<float>({3}, std::vector<float>{5, 0, 0}));
        net.constant("mean", Tensor::of<float>({3}, std::vector<float>{1, 2, 1}));
        net.constant("variance", Tensor::of<float>({3}, std::vector<float>{0.75F, 0.25F, 9}));
        net.op("BatchNormalization", "bn", {"x", "scale", "bias", "mean", "variance"}, {{"epsilon", 0.25F}});
        net.output("bn");
        const NormalizationLayer normalization(net.graph(), *net.graph().findNode("bn"));
        const std::vector<double> inputs{2, -1, 4, 6, 1, 4};
        const std::vector<double> targets{1, 1, 3, 3, 3, 3};
        const Rows rows{inputs, targets, 2};
        const auto anew = normalization.anew(rows);
        const std::vector<double> mean{2, 0, 2};
        const std::vector<double> variance{3.75, 0.25, 9};
        for (std::size_t c = 0; c < 3; ++c) {
            QVERIFY2(std::abs(anew.mean[c] - mean[c]) < 1e-9, qPrintable(QString::number(anew.mean[c])));
            QVERIFY2(std::abs(anew.variance[c] - variance[c]) < 1e-9, qPrintable(QString::number(anew.variance[c])));
        }
        QVERIFY(normalization.error(rows, anew).error < 1e-18);
        // (2 - 1) - 0, (6 - 1) - 2; -2 (-1 - 1) / sqrt(0.5), twice; (4 - 3) / sqrt(9.25), twice.
        QVERIFY(std::abs(normalization.error(rows, normalization.now()).error - (1 + 9 + 2 * 16 / 0.5 + 2 / 9.25)) < 1e-6);
        normalization.set(net.graph(), anew);
        QCOMPARE(toFloats(net.graph().value(net.at("mean")).constant), (std::vector<float>{2, 0, 2}));
        QCOMPARE(toFloats(net.graph().value(net.at("variance")).constant), (std::vector<float>{3.75F, 0.25F, 9}));
    }

    void normalizationsBehindDepthwiseConvolutionsTakeTheirStatisticsAnew_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("depthwise") << "depthwise";
        QTest::newRow("transposed") << "transposed";
    }
    void normalizationsBehindDepthwiseConvolutionsTakeTheirStatisticsAnew()
    {
        QFETCH(QString, kind);
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 8});
        net.op("Relu", "r1", {"a"});
        if (kind == "depthwise") {
            net.conv("b", "r1", {8, 6, 1});
            net.op("Relu", "r2", {"b"});
            net.conv("unsolved", "r2", {6, 6, 3, 6});
        } else {
            net.weight("unsolved.w", {8, 6, 2, 2});
            net.op("ConvTranspose", "unsolved", {"r1", "unsolved.w"}, {{"strides", std::vector<std::int64_t>{2, 2}}});
        }
        net.batchNorm("bn", "unsolved", 6);
        net.op("Relu", "r3", {"bn"});
        net.output("r3"); // nothing behind it makes up for anything
        const PruneResult pruned = withoutHalfOf(net.graph(), "a");
        QVERIFY(pruned.kept.front().size() == 4);
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        const auto restated = std::ranges::find(result.solved, std::string("bn"), &CompensatedLayer::name);
        QVERIFY(restated != result.solved.end());
        QVERIFY2(restated->relativeErrorAfter < restated->relativeErrorBefore, qPrintable(QString::number(restated->relativeErrorAfter)));
        QVERIFY(std::ranges::find(result.left, std::string("unsolved"), &LayerLeft::name) == result.left.end());
        // On pictures that it hasn't seen, by ONNX Runtime: closer than with the statistics that it had.
        Graph old = result.graph;
        for (const char* name : {"bn.mean", "bn.var"})
            old.value(*old.findValue(name)).constant = net.graph().value(net.at(name)).constant;
        const Tensor input = net.randomTensor({64, 1, 8, 8}, 0, 1);
        const double before = meanSquaredDifference(net.graph(), old, input);
        const double after = meanSquaredDifference(net.graph(), result.graph, input);
        QVERIFY2(after < before, qPrintable(QString("%1, with the old statistics %2").arg(after).arg(before)));
    }

    // What is kept between layers saves time alone: the same to 1e-6 of the largest number of each constant. (Not of channels that
    // say nothing new: there rounding decides between solutions that are equally good.)
    void activationsThatAreKeptChangeNothing_data()
    {
        QTest::addColumn<QString>("group");
        QTest::newRow("a residual sum's channels") << "b";
    }
    void activationsThatAreKeptChangeNothing()
    {
        QFETCH(QString, group);
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net = redundantNet();
        const PruneResult pruned = withoutHalfOf(net.graph(), group.toStdString());
        CompensationOptions computedAgain;
        computedAgain.mostCacheBytes = 0;
        const auto slow = compensate({net.graph(), pruned.graph, pruned.kept, dataset, computedAgain}, {});
        const auto fast = compensated(net.graph(), pruned, dataset);
        QCOMPARE(fast.solved.size(), slow.solved.size());
        for (std::size_t i = 0; i < slow.solved.size(); ++i) {
            QCOMPARE(fast.solved[i].name, slow.solved[i].name);
            QVERIFY(std::abs(fast.solved[i].relativeErrorAfter - slow.solved[i].relativeErrorAfter) < 1e-6);
        }
        QCOMPARE(fast.graph.valueCount(), slow.graph.valueCount());
        for (std::uint32_t i = 0; i < slow.graph.valueCount(); ++i) {
            const Value& value = slow.graph.value(ValueId{i});
            if (value.constant.isNull() || value.constant.dtype() != DType::Float32)
                continue;
            const auto wanted = toFloats(value.constant);
            const auto found = toFloats(fast.graph.value(ValueId{i}).constant);
            QCOMPARE(found.size(), wanted.size());
            double largest = 0;
            double difference = 0;
            for (std::size_t k = 0; k < wanted.size(); ++k) {
                largest = std::max(largest, std::abs(static_cast<double>(wanted[k])));
                difference = std::max(difference, std::abs(static_cast<double>(wanted[k]) - static_cast<double>(found[k])));
            }
            QVERIFY2(difference <= 1e-6 * largest, value.name.c_str());
        }
    }

    void theSameSeedGivesTheSameBytes()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net = redundantNet();
        const PruneResult pruned = withoutHalfOf(net.graph(), "b");
        QCOMPARE(serializeOnnx(compensated(net.graph(), pruned, dataset).graph),
                 serializeOnnx(compensated(net.graph(), pruned, dataset).graph));
    }

    void aStopIsObeyed()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net = redundantNet();
        const PruneResult pruned = withoutHalfOf(net.graph(), "a");
        std::stop_source source;
        source.request_stop();
        const CompensationOptions options;
        QVERIFY_THROWS_EXCEPTION(Cancelled,
                                 compensate({net.graph(), pruned.graph, pruned.kept, dataset, options}, JobContext(source.get_token())));
    }

private:
    struct RowsOf
    {
        std::vector<double> inputs;
        std::vector<double> targets;
        std::size_t count = 0;
    };
};

QTEST_GUILESS_MAIN(TestPruningCompensation)
#include "test_pruning_compensation.moc"
