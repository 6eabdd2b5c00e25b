// SPDX-License-Identifier: GPL-3.0-or-later
// How many channels leave which group: scopes, rounding, what is kept.
#include "core/error.h"
#include "engine/pruning_net.h"
#include "prune/pruner.h"

#include <QtTest>

#include <algorithm>

using namespace hone;
using hone::testing::PruningNet;

namespace
{

// Channels of `layer` from `from` on are next to nothing.
void weaken(PruningNet& net, const std::string& layer, std::int64_t from)
{
    Tensor& weight = net.graph().value(net.at(layer + ".w")).constant;
    const auto outputs = static_cast<std::size_t>(weight.shape()[0]);
    auto values = weight.mutableData<float>();
    const std::size_t inner = values.size() / outputs;
    for (std::size_t i = static_cast<std::size_t>(from) * inner; i < values.size(); ++i)
        values[i] *= 1e-3F;
}

// a and b are read by convolutions, c by the head: two of one structure, one of another.
PruningNet chain()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("a", "x", {3, 16});
    net.op("Relu", "ra", {"a"});
    net.conv("b", "ra", {16, 16});
    net.op("Relu", "rb", {"b"});
    net.conv("c", "rb", {16, 20});
    net.op("Relu", "rc", {"c"});
    net.head("rc", 20);
    return net;
}

std::vector<std::int64_t> countsOf(PruningNet& net, const PruneOptions& options, const PruneEvidence& evidence = {})
{
    std::vector<std::int64_t> counts;
    for (const PrunedGroup& group : prune(net.graph(), options, {}, evidence).groups)
        counts.push_back(group.channelsAfter);
    return counts;
}

using Counts = std::vector<std::int64_t>;

Message messageOf(PruningNet& net, const PruneOptions& options)
{
    try {
        prune(net.graph(), options, {});
    } catch (const Error& error) {
        return error.message();
    }
    return {MessageCode::PicturesSkipped, {}}; // nothing thrown
}

} // namespace

class TestPruneSelection : public QObject
{
    Q_OBJECT

private slots:
    void likeGroupsAreRankedTogether()
    {
        PruningNet net = chain();
        weaken(net, "b", 8);
        // Of 32 channels in a and b a quarter leaves, those of b that are next to nothing; of 20 in c likewise a quarter.
        QCOMPARE(countsOf(net, {.ratio = 0.25, .scope = PruningScope::Isomorphic}), (Counts{16, 8, 15}));
        // Over all of them c would keep more.
        weaken(net, "a", 4);
        QCOMPARE(countsOf(net, {.ratio = 0.38, .scope = PruningScope::Global}), (Counts{4, 8, 20}));
        QCOMPARE(countsOf(net, {.ratio = 0.38, .scope = PruningScope::Isomorphic})[2], std::int64_t{12});
    }
    void depthwiseAndPlainConvolutionsAreNotAlike()
    {
        PruningNet net;
        net.input("x", {-1, 3, 8, 8});
        net.conv("a", "x", {3, 8});
        net.conv("b", "a", {8, 8});
        net.conv("dw", "b", {8, 8, 3, 8});
        net.conv("c", "dw", {8, 8});
        net.conv("d", "c", {8, 8});
        net.head("d", 8);
        const DependencyGraph found = findDependencies(net.graph());
        QCOMPARE(found.groups.size(), std::size_t{4}); // a, b with dw, c, d
        const auto structure = [&](std::size_t g) { return structureOf(net.graph(), found.groups[g]); };
        QCOMPARE(structure(0), structure(2));
        QVERIFY(structure(0) != structure(1));
        QVERIFY(structure(0) != structure(3)); // read by a Gemm
    }
    void eachLayerHasItsRatio()
    {
        PruningNet net = chain();
        PruneOptions options{.scope = PruningScope::Layer, .layerRatios = {{"b", 0.5}}};
        QCOMPARE(countsOf(net, options), (Counts{16, 8, 20}));
        options.layerRatios = {{"*", 0.25}, {"b", 0.5}}; // the longer name goes before
        QCOMPARE(countsOf(net, options), (Counts{12, 8, 15}));
        options.layerRatios = {{"nothing", 0.5}};
        QVERIFY(messageOf(net, options).code == MessageCode::LayerUnknown);
        options.layerRatios = {{"b", 1}};
        QVERIFY(messageOf(net, options).code == MessageCode::BadOption);
        options.layerRatios = {{"fc", 0.5}};
        QVERIFY(messageOf(net, options).code == MessageCode::NothingToPrune);
    }
    void aLayerHasAFloorOfItsOwn()
    {
        PruningNet net = chain();
        QCOMPARE(countsOf(net, {.ratio = 0.5, .layerFloors = {{"b", 12}}}), (Counts{8, 12, 10}));
        // In place of every group's, and of the tenth that stays where groups are ranked together.
        QCOMPARE(countsOf(net, {.ratio = 0.5, .atLeast = 9, .layerFloors = {{"b", 1}}}), (Counts{9, 8, 10}));
        weaken(net, "b", 1);
        QCOMPARE(countsOf(net, {.ratio = 0.3, .scope = PruningScope::Global})[1], std::int64_t{2});
        QCOMPARE(countsOf(net, {.ratio = 0.3, .scope = PruningScope::Global, .layerFloors = {{"b", 1}}})[1], std::int64_t{1});
        QCOMPARE(countsOf(net, {.ratio = 0.3, .scope = PruningScope::Global, .layerFloors = {{"b", 7}}})[1], std::int64_t{7});
        // Of several names the longest counts, of equally long ones the higher floor.
        QCOMPARE(countsOf(net, {.ratio = 0.9, .layerFloors = {{"*", 4}, {"b", 6}}}), (Counts{4, 6, 4}));
        QCOMPARE(countsOf(net, {.ratio = 0.9, .layerFloors = {{"*b", 5}, {"b", 6}}})[1], std::int64_t{6});
        // Rounding down doesn't go below it.
        QCOMPARE(countsOf(net, {.ratio = 0.05, .layerFloors = {{"c", 18}}, .roundTo = 16}), (Counts{16, 16, 20}));
        QVERIFY(messageOf(net, {.layerFloors = {{"b", 0}}}).code == MessageCode::BadOption);
        QVERIFY(messageOf(net, {.layerFloors = {{"b", 1.5}}}).code == MessageCode::BadOption);
        QVERIFY(messageOf(net, {.layerFloors = {{"nothing", 2}}}).code == MessageCode::LayerUnknown);
    }
    void ratiosByLayerAndTheirScopeGoTogether()
    {
        PruningNet net = chain();
        QVERIFY(messageOf(net, {.scope = PruningScope::Layer}).code == MessageCode::BadOption);
        QVERIFY(messageOf(net, {.layerRatios = {{"b", 0.5}}}).code == MessageCode::BadOption);
    }
    void ratiosFromElsewhereAreTaken()
    {
        PruningNet net = chain();
        const PruneEvidence evidence{.ratios = [](double ratio) { return std::vector<double>{0, ratio, 1}; }};
        QCOMPARE(countsOf(net, {.ratio = 0.5, .scope = PruningScope::Sensitivity}, evidence), (Counts{16, 8, 1}));
    }
    void countsAreRoundedUpWhereTheGroupAllows()
    {
        PruningNet net = chain();
        // 0.4 of 16 leave 10, of 20 leave 12
        QCOMPARE(countsOf(net, {.ratio = 0.4}), (Counts{10, 10, 12}));
        QCOMPARE(countsOf(net, {.ratio = 0.4, .roundTo = 4}), (Counts{12, 12, 12}));
        QCOMPARE(countsOf(net, {.ratio = 0.4, .roundTo = 8}), (Counts{16, 16, 16}));
        // 17 of 20 would stay: there is no 24, so 16 do.
        QCOMPARE(countsOf(net, {.ratio = 0.15, .roundTo = 8})[2], std::int64_t{16});
        QCOMPARE(countsOf(net, {.ratio = 0.7, .roundTo = 8}), (Counts{8, 8, 8}));
        // Fewer channels than one multiple: whole.
        QCOMPARE(countsOf(net, {.ratio = 0.7, .roundTo = 32}), (Counts{16, 16, 20}));
        // Rounding down doesn't go below the floor.
        QCOMPARE(countsOf(net, {.ratio = 0.05, .atLeast = 18, .roundTo = 16}), (Counts{16, 16, 20}));
    }
    void whatIsWrittenIsRoundedWhereOneChannelStandsForSeveral()
    {
        PruningNet net;
        net.input("x", {-1, 4, 8, 8});
        net.conv("a", "x", {4, 24, 1});
        net.conv("grouped", "a", {24, 24, 3, 4}); // one channel of each of 4 groups leaves at once
        net.conv("c", "grouped", {24, 8});
        net.head("c", 8);
        const DependencyGraph found = findDependencies(net.graph());
        QVERIFY(std::ranges::any_of(found.groups, [](const PruningGroup& group) { return group.granularity == 4; }));
        for (const PrunedGroup& group : prune(net.graph(), {.ratio = 0.5, .roundTo = 8}, {}).groups)
            QVERIFY2(group.channelsAfter % 8 == 0 && group.channelsAfter > 0, group.name.c_str());
        QCOMPARE(roundedChannels({.name = {}, .channels = 6, .granularity = 4, .slices = {}, .readings = {}, .layers = {}, .reasons = {}},
                                 3, {.roundTo = 8}),
                 std::int64_t{4}); // 16 in the file
    }
    void namedLayersKeepTheirChannels()
    {
        PruningNet net = chain();
        QCOMPARE(countsOf(net, {.ratio = 0.5, .keep = {"b"}}), (Counts{8, 16, 10}));
        QCOMPARE(countsOf(net, {.ratio = 0.5, .keep = {"a", "c"}}), (Counts{16, 8, 20}));
        QCOMPARE(countsOf(net, {.ratio = 0.5, .keep = {"fc"}}), (Counts{8, 8, 10})); // has to stay anyway
        // The ratio is of what may leave: 18 of 36.
        QCOMPARE(countsOf(net, {.ratio = 0.5, .scope = PruningScope::Global, .keep = {"b"}})[1], std::int64_t{16});
        const auto counts = countsOf(net, {.ratio = 0.5, .scope = PruningScope::Global, .keep = {"b"}});
        QCOMPARE(counts[0] + counts[2], std::int64_t{18});
    }
    void unknownNamesAreRefusedWithSimilarOnes()
    {
        PruningNet net = chain();
        const Message unknown = messageOf(net, {.ratio = 0.5, .keep = {"bb"}});
        QVERIFY(unknown.code == MessageCode::LayerUnknown);
        QVERIFY(QString::fromStdString(unknown.arguments.at("similar")).contains("b"));
        // A layer that makes no channels.
        const Message relu = messageOf(net, {.ratio = 0.5, .keep = {"ra"}});
        QVERIFY(relu.code == MessageCode::LayerUnknown);
        QCOMPARE(relu.arguments.at("similar"), std::string("a, b, c"));
    }
    void nothingLeavesWhereEverythingIsKept()
    {
        PruningNet net = chain();
        const Message message = messageOf(net, {.ratio = 0.5, .keep = {"*"}});
        QVERIFY(message.code == MessageCode::NothingToPrune);
        QCOMPARE(message.arguments.at("detail"), std::string("every layer that could lose channels is kept by name"));
    }
    void aRatioIsOfTheChannelsBeforeEarlierRounds()
    {
        PruningNet net = chain(); // a, b, c had 32, 16 and 40
        const PruneEvidence evidence{.outOf = {32, 16, 40}};
        QCOMPARE(countsOf(net, {.ratio = 0.75}, evidence), (Counts{8, 4, 10}));
        QCOMPARE(countsOf(net, {.ratio = 0.25}, evidence), (Counts{16, 12, 20})); // a and c have lost more already
        const auto global = countsOf(net, {.ratio = 0.75, .scope = PruningScope::Global}, evidence);
        QCOMPARE(global[0] + global[1] + global[2], std::int64_t{22});
    }
};

QTEST_GUILESS_MAIN(TestPruneSelection)
#include "test_prune_selection.moc"
