// SPDX-License-Identifier: GPL-3.0-or-later
// Layers solved anew in nets whose removed channels are redundant or constant, and what is done of those that can't be solved.
#include "core/error.h"
#include "engine/idx_dataset.h"
#include "engine/pruning_net.h"
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
    return hone::test::writeNoiseDataset(folder.path().toStdString(), 80, 3);
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
        const auto scores = reconstructionImportance(net.graph(), dataset, {.samples = 40}, {}).scores;
        const KeptChannels kept = chooseChannels(net.graph(), findDependencies(net.graph()), {.ratio = 0.5}, scores);
        const auto& ofFirst = kept.front(); // of "a": channel c + 3 is half of channel c
        QCOMPARE(ofFirst.size(), std::size_t{3});
        for (std::int64_t c = 0; c < 3; ++c)
            QCOMPARE(std::ranges::count(ofFirst, c) + std::ranges::count(ofFirst, c + 3), std::ptrdiff_t{1});
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

    void groupedReadersOfRedundantChannelsAreSolvedExactly()
    {
        // Channel c of the second half of "a" is half of channel c of the first; each group of "b" reads one of each such pair.
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 8});
        auto rows = net.graph().value(net.at("a.w")).constant.mutableData<float>();
        auto biases = net.graph().value(net.at("a.b")).constant.mutableData<float>();
        for (std::size_t group = 0; group < 2; ++group) // channels 4g + 2 and 4g + 3 are half of 4g and 4g + 1
            for (std::size_t c = 4 * group; c < 4 * group + 2; ++c) {
                biases[c + 2] = 0.5F * biases[c];
                for (std::size_t i = 0; i < 9; ++i)
                    rows[(c + 2) * 9 + i] = 0.5F * rows[c * 9 + i];
            }
        net.op("Relu", "r1", {"a"});
        net.conv("b", "r1", {8, 6, 3, 2});
        net.op("Relu", "r2", {"b"});
        net.head("r2", 6);
        const DependencyGraph dependencies = findDependencies(net.graph());
        QCOMPARE(dependencies.groups.front().channels * dependencies.groups.front().granularity, std::int64_t{8});
        const PruneResult pruned = withoutHalfOf(net.graph(), "a");
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        const auto solved = std::ranges::find(result.solved, std::string("b"), &CompensatedLayer::name);
        QVERIFY(solved != result.solved.end());
        const Tensor input = net.randomTensor({16, 1, 8, 8}, 0, 1);
        QVERIFY(largestDifference(net.graph(), pruned.graph, input) > 0.01);
        const double after = largestDifference(net.graph(), result.graph, input);
        QVERIFY2(after < 1e-4, qPrintable(QString::number(after)));
    }

    void foldedDepthwiseConvolutionsAreSolvedToo()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 6});
        net.op("Relu", "r1", {"a"});
        net.conv("b", "r1", {6, 6, 1});
        net.op("Relu", "r2", {"b"});
        net.conv("dw", "r2", {6, 6, 3, 6});
        net.output("dw");
        const PruneResult pruned = withoutHalfOf(net.graph(), "a");
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        const auto solved = std::ranges::find(result.solved, std::string("dw"), &CompensatedLayer::name);
        QVERIFY(solved != result.solved.end() && result.left.empty());
        Graph without = result.graph; // the depthwise convolution as it was
        for (const char* name : {"dw.w", "dw.b"})
            without.value(*without.findValue(name)).constant = net.graph().value(net.at(name)).constant;
        const Tensor input = net.randomTensor({64, 1, 8, 8}, 0, 1);
        QVERIFY(meanSquaredDifference(net.graph(), result.graph, input) < meanSquaredDifference(net.graph(), without, input));
    }

    void biasesOfTransposedConvolutionsAreTakenAnew_data()
    {
        QTest::addColumn<bool>("hasBias");
        QTest::addColumn<bool>("byChannel");
        QTest::newRow("its bias") << true << false;
        QTest::newRow("a new bias") << false << false;
        QTest::newRow("by channel") << true << true;
    }
    void biasesOfTransposedConvolutionsAreTakenAnew()
    {
        QFETCH(bool, hasBias);
        QFETCH(bool, byChannel);
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 8});
        net.op("Relu", "r1", {"a"});
        std::string read = "r1";
        if (byChannel) {
            net.conv("b", "r1", {8, 6, 1});
            net.op("Relu", "r2", {"b"});
            read = "r2";
        }
        net.weight("up.w", byChannel ? Dimensions{6, 1, 2, 2} : Dimensions{8, 6, 2, 2});
        net.weight("up.b", {6});
        net.op("ConvTranspose", "up", hasBias ? std::vector<std::string>{read, "up.w", "up.b"} : std::vector<std::string>{read, "up.w"},
               {{"strides", std::vector<std::int64_t>{2, 2}}, {"group", std::int64_t{byChannel ? 6 : 1}}});
        net.output("up");
        const PruneResult pruned = withoutHalfOf(net.graph(), "a");
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        const auto shifted = std::ranges::find(result.solved, std::string("up"), &CompensatedLayer::name);
        QVERIFY(shifted != result.solved.end() && shifted->relativeErrorAfter < shifted->relativeErrorBefore);
        QVERIFY(result.left.empty());
        // On pictures that it hasn't seen, the mean of each channel is the original's to a twentieth of its size.
        const Tensor input = net.randomTensor({512, 1, 8, 8}, 0, 1);
        const auto wanted = toFloats(Session::fromBytes(serializeOnnx(net.graph())).run({input}).at(0));
        const auto given = toFloats(Session::fromBytes(serializeOnnx(result.graph)).run({input}).at(0));
        for (std::size_t c = 0; c < 6; ++c) {
            double difference = 0;
            double squares = 0;
            std::size_t count = 0;
            for (std::size_t i = 0; i < wanted.size(); ++i)
                if (i / 256 % 6 == c) { // 16 x 16 pixels a channel
                    difference += static_cast<double>(given[i] - wanted[i]);
                    squares += static_cast<double>(wanted[i]) * static_cast<double>(wanted[i]);
                    ++count;
                }
            const double mean = difference / static_cast<double>(count);
            QVERIFY2(std::abs(mean) < 0.05 * std::sqrt(squares / static_cast<double>(count)), qPrintable(QString::number(mean)));
        }
    }

    void recurrentReadersAreNamed()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net(14);
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 8}); // [N, 8, 8, 8]
        net.op("Relu", "r1", {"a"});
        net.op("ReduceMean", "m", {"r1"}, {{"axes", std::vector<std::int64_t>{3}}, {"keepdims", std::int64_t{0}}}); // [N, 8, 8]
        net.op("Transpose", "t", {"m"}, {{"perm", std::vector<std::int64_t>{2, 0, 1}}});                            // [8, N, 8]
        net.weight("rw", {1, 12, 8});
        net.weight("rr", {1, 12, 3});
        net.op("LSTM", "lstm", {"t", "rw", "rr"}, {{"hidden_size", std::int64_t{3}}}, 2);
        net.op("Squeeze", "last", {"lstm:1"});
        net.output("last");
        const PruneResult pruned = withoutHalfOf(net.graph(), "a");
        const CompensationResult result = compensated(net.graph(), pruned, dataset);
        QVERIFY(std::ranges::any_of(result.left, [](const LayerLeft& layer) {
            return layer.name == "lstm" && layer.reason == "it is a recurrent layer, whose gates' sums can't be seen";
        }));
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

    void normalizationsBehindTransposedConvolutionsTakeTheirStatisticsAnew()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 8});
        net.op("Relu", "r1", {"a"});
        net.weight("unsolved.w", {8, 6, 2, 2});
        net.op("ConvTranspose", "unsolved", {"r1", "unsolved.w"}, {{"strides", std::vector<std::int64_t>{2, 2}}});
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
};

QTEST_GUILESS_MAIN(TestPruningCompensation)
#include "test_pruning_compensation.moc"
