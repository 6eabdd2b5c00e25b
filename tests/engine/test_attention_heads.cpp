// SPDX-License-Identifier: GPL-3.0-or-later
// What attention loses: of every head its size, or whole heads. The groups were worked out by hand.
#include "engine/pruning_checks.h"
#include "engine/pruning_net.h"
#include "graph/cost.h"
#include "train/architecture.h"

#include <QtTest>

using namespace hone;
using namespace hone::testing;

namespace
{

using Ints = std::vector<std::int64_t>;

// Attention over 5 tokens of 8 numbers with 3 heads of 4; `joined`: one projection makes queries, keys and values.
PruningNet attention(bool joined)
{
    PruningNet net;
    net.input("x", {-1, 5, 8});
    if (joined) {
        net.integers("heads", {0, 0, 3, 3, 4});
        net.weight("qkv.w", {8, 36});
        net.op("MatMul", "qkv", {"x", "qkv.w"});
        net.op("Reshape", "qkv.heads", {"qkv", "heads"});
        net.op("Transpose", "qkv.turned", {"qkv.heads"}, {{"perm", Ints{2, 0, 3, 1, 4}}}); // 3, N, heads, tokens, size
        net.op("Split", "q", {"qkv.turned"}, {{"axis", std::int64_t{0}}}, 3);
        net.integers("first", {0});
        for (const auto& [name, part] : {std::pair("q.one", "q"), std::pair("k.one", "q:1"), std::pair("v.one", "q:2")})
            net.op("Squeeze", name, {part, "first"});
        net.op("Transpose", "k.turned", {"k.one"}, {{"perm", Ints{0, 1, 3, 2}}});
        net.op("MatMul", "scores", {"q.one", "k.turned"});
    } else {
        net.integers("heads", {0, 0, 3, 4});
        for (const std::string name : {"q", "k", "v"}) {
            net.weight(name + ".w", {8, 12});
            net.op("MatMul", name, {"x", name + ".w"});
            net.op("Reshape", name + ".heads", {name, "heads"});
            net.op("Transpose", name + ".turned", {name + ".heads"}, {{"perm", name == "k" ? Ints{0, 2, 3, 1} : Ints{0, 2, 1, 3}}});
        }
        net.op("MatMul", "scores", {"q.turned", "k.turned"});
    }
    net.op("Softmax", "weights", {"scores"}, {{"axis", std::int64_t{-1}}});
    net.op("MatMul", "mixed", {"weights", joined ? "v.one" : "v.turned"});
    net.op("Transpose", "back", {"mixed"}, {{"perm", Ints{0, 2, 1, 3}}});
    net.integers("together", {0, 0, 12});
    net.op("Reshape", "all", {"back", "together"});
    net.weight("o.w", {12, 8});
    net.op("MatMul", "o", {"all", "o.w"});
    net.output("o");
    return net;
}

PruneResult withFewerHeads(const Graph& graph, double ratio)
{
    return prune(graph, {.ratio = ratio, .attention = AttentionChannels::Heads}, {});
}

} // namespace

class TestAttentionHeads : public QObject
{
    Q_OBJECT

private slots:
    void headsLoseTheirSizeEvenly()
    {
        PruningNet net = attention(false);
        QCOMPARE(groupsOf(net.graph()), std::string("q,k:4x3 v:4x3"));
        const PruneResult result = pruned(net.graph());
        QVERIFY(proves(result));
        QCOMPARE(result.graph.value(*result.graph.findValue("q.w")).constant.shape(), (Dimensions{8, 6}));
    }

    void wholeHeadsLeave()
    {
        PruningNet net = attention(false);
        QCOMPARE(groupsOf(net.graph(), AttentionChannels::Heads), std::string("q,k,v:3x4"));
        const DependencyGraph found = findDependencies(net.graph(), AttentionChannels::Heads);
        QCOMPARE(sliceOf(net.graph(), found, 0, "q.w").positions[1], (Ints{4, 5, 6, 7})); // the second head's
        QCOMPARE(sliceOf(net.graph(), found, 0, "o.w").positions[1], (Ints{4, 5, 6, 7}));
        const PruneResult result = withFewerHeads(net.graph(), 0.34);
        QVERIFY(proves(result));
        QCOMPARE(result.groups[0].channelsAfter, std::int64_t{8});
        for (const char* name : {"q.w", "k.w", "v.w"})
            QCOMPARE(result.graph.value(*result.graph.findValue(name)).constant.shape(), (Dimensions{8, 8}));
        QCOMPARE(result.graph.value(*result.graph.findValue("o.w")).constant.shape(), (Dimensions{8, 8}));
    }

    void headsOfOneProjectionLeaveFromAllThreeParts()
    {
        PruningNet net = attention(true);
        QCOMPARE(groupsOf(net.graph(), AttentionChannels::Heads), std::string("qkv:3x12"));
        const DependencyGraph found = findDependencies(net.graph(), AttentionChannels::Heads);
        QCOMPARE(sliceOf(net.graph(), found, 0, "qkv.w").positions[0], (Ints{0, 1, 2, 3, 12, 13, 14, 15, 24, 25, 26, 27}));
        const PruneResult result = withFewerHeads(net.graph(), 0.34);
        QVERIFY(proves(result));
        QCOMPARE(result.graph.value(*result.graph.findValue("qkv.w")).constant.shape(), (Dimensions{8, 24}));
    }

    void aViTLosesHeadsWithTheProof()
    {
        const Graph graph = makeArchitecture({.name = "vit"});
        const PruneResult result = withFewerHeads(graph, 0.3);
        QVERIFY2(proves(result), qPrintable(QString::number(result.maxAbsDifference)));
        QVERIFY(cost(result.graph).parameters < cost(graph).parameters);
        const auto groups = findDependencies(graph).groups.size();
        QVERIFY(findDependencies(graph, AttentionChannels::Heads).groups.size() < groups); // values go with queries and keys
    }
};

QTEST_GUILESS_MAIN(TestAttentionHeads)
#include "test_attention_heads.moc"
