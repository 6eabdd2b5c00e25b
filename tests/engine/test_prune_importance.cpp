// SPDX-License-Identifier: GPL-3.0-or-later
// Importance from weights, by numbers worked out by hand.
#include "core/error.h"
#include "engine/pruning_net.h"
#include "prune/importance.h"

#include <QtTest>

#include <cmath>

using namespace hone;
using hone::testing::PruningNet;

namespace
{

// y = W2 relu(W1 x + b1)
PruningNet handNet()
{
    PruningNet net;
    net.input("x", {-1, 2});
    net.constant("w1", Tensor::of<float>({3, 2}, std::vector<float>{1, 2, 0.5F, -0.5F, -3, 1}));
    net.constant("b1", Tensor::of<float>({3}, std::vector<float>{10, 20, 30}));
    net.op("Gemm", "first", {"x", "w1", "b1"}, {{"transB", std::int64_t{1}}});
    net.op("Relu", "relu", {"first"});
    net.constant("w2", Tensor::of<float>({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}));
    net.op("Gemm", "second", {"relu", "w2"}, {{"transB", std::int64_t{1}}});
    net.output("second");
    return net;
}

std::vector<double> ofHandNet(ImportanceKind kind)
{
    PruningNet net = handNet();
    return importance(net.graph(), findDependencies(net.graph()).groups.at(0), kind);
}

bool near(const std::vector<double>& actual, const std::vector<double>& expected)
{
    if (actual.size() != expected.size())
        return false;
    for (std::size_t i = 0; i < actual.size(); ++i)
        if (!(std::abs(actual[i] - expected[i]) < 1e-6))
            return false;
    return true;
}

// Two groups with normalization and one without.
PruningNet normalizedNet()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("a", "x", {3, 2});
    net.batchNorm("bnA", "a", 2);
    net.conv("b", "bnA", {2, 2});
    net.batchNorm("bnB", "b", 2);
    net.conv("c", "bnB", {2, 2});
    net.head("c", 2);
    net.graph().value(net.at("bnA.scale")).constant = Tensor::of<float>({2}, std::vector<float>{-3, 1});
    net.graph().value(net.at("bnB.scale")).constant = Tensor::of<float>({2}, std::vector<float>{0.5F, 3.5F});
    return net;
}

} // namespace

class TestPruneImportance : public QObject
{
    Q_OBJECT

private slots:
    void l2IsTheRootMeanSquareOverTheLayersMean()
    {
        // Rows (1, 2), (0.5, -0.5), (-3, 1): sqrt(2.5), 0.5, sqrt(5).
        const double mean = (std::sqrt(2.5) + 0.5 + std::sqrt(5)) / 3;
        QVERIFY(near(ofHandNet(ImportanceKind::L2), {std::sqrt(2.5) / mean, 0.5 / mean, std::sqrt(5) / mean}));
    }
    void lampIsAShareOfAllThatAreAtLeastAsLarge()
    {
        // Squared rows 5, 0.5, 10.
        QVERIFY(near(ofHandNet(ImportanceKind::Lamp), {5.0 / 15, 0.5 / 15.5, 1}));
    }
    void fpgmIsTheSumOfDistancesToTheOthers()
    {
        const double ab = std::sqrt(0.5 * 0.5 + 2.5 * 2.5);
        const double ac = std::sqrt(4 * 4 + 1);
        const double bc = std::sqrt(3.5 * 3.5 + 1.5 * 1.5);
        const double mean = 2 * (ab + ac + bc) / 3;
        QVERIFY(near(ofHandNet(ImportanceKind::Fpgm), {(ab + ac) / mean, (ab + bc) / mean, (ac + bc) / mean}));
    }
    void fpgmOfLongFiltersIsTheDistanceTermByTerm()
    {
        PruningNet net;
        net.input("x", {-1, 5, 4, 4});
        net.conv("a", "x", {5, 3}); // 45 weights a filter: whole lanes and a rest
        net.head("a", 3);
        const auto w = toFloats(net.graph().value(net.at("a.w")).constant);
        std::vector<double> sums(3, 0);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) {
                double squares = 0;
                for (std::size_t k = 0; k < 45; ++k)
                    squares += std::pow(static_cast<double>(w[i * 45 + k]) - static_cast<double>(w[j * 45 + k]), 2);
                sums[i] += std::sqrt(squares);
            }
        const double mean = (sums[0] + sums[1] + sums[2]) / 3;
        QVERIFY(near(importance(net.graph(), findDependencies(net.graph()).groups.at(0), ImportanceKind::Fpgm),
                     {sums[0] / mean, sums[1] / mean, sums[2] / mean}));
    }
    void fpgmTakesTheChannelThatOthersCanStandFor()
    {
        // The largest filter, but the middle of the others: L1 would keep it.
        PruningNet net = handNet();
        net.graph().value(net.at("w1")).constant = Tensor::of<float>({3, 2}, std::vector<float>{10, 10, 9, 0, 0, 9});
        const auto scores = importance(net.graph(), findDependencies(net.graph()).groups.at(0), ImportanceKind::Fpgm);
        QVERIFY(scores[0] < scores[1] && scores[0] < scores[2]);
    }
    void scalesAreComparedOverGroupsAndGroupsWithoutOneFallBack()
    {
        PruningNet net = normalizedNet();
        const DependencyGraph found = findDependencies(net.graph());
        QCOMPARE(found.groups.size(), std::size_t{3});
        const ScoredGroups scored = scoreGroups(net.graph(), found, {.kind = ImportanceKind::BnScale});
        // |gamma| 3, 1 and 0.5, 3.5; their mean is 2.
        QVERIFY(near(scored.scores[0], {1.5, 0.5}));
        QVERIFY(near(scored.scores[1], {0.25, 1.75}));
        QCOMPARE(scored.scores[2], importance(net.graph(), found.groups[2], ImportanceKind::L1));
        QVERIFY(scored.kinds == (std::vector{ImportanceKind::BnScale, ImportanceKind::BnScale, ImportanceKind::L1}));
    }
    void randomScoresAreThoseOfTheSeed()
    {
        PruningNet net = normalizedNet();
        const DependencyGraph found = findDependencies(net.graph());
        const auto of = [&](std::uint64_t seed) {
            return scoreGroups(net.graph(), found, {.kind = ImportanceKind::Random, .seed = seed}).scores;
        };
        QCOMPARE(of(3), of(3));
        QVERIFY(of(3) != of(4));
        QVERIFY(of(3)[0] != of(3)[1]);
    }
    void kindsThatNeedSamplesHaveNoneFromWeights()
    {
        PruningNet net = handNet();
        const DependencyGraph found = findDependencies(net.graph());
        for (const auto kind : {ImportanceKind::Taylor, ImportanceKind::Fisher, ImportanceKind::Apoz, ImportanceKind::MeanActivation,
                                ImportanceKind::Reconstruction}) {
            QVERIFY(needsSamples(kind));
            QVERIFY_THROWS_EXCEPTION(Error, scoreGroups(net.graph(), found, {.kind = kind}));
        }
        for (const auto kind : {ImportanceKind::Auto, ImportanceKind::L1, ImportanceKind::L2, ImportanceKind::BnScale, ImportanceKind::Lamp,
                                ImportanceKind::Fpgm, ImportanceKind::Random}) {
            QVERIFY(!needsSamples(kind));
            QCOMPARE(scoreGroups(net.graph(), found, {.kind = kind}).scores.at(0).size(), std::size_t{3});
        }
    }
};

QTEST_GUILESS_MAIN(TestPruneImportance)
#include "test_prune_importance.moc"
