// SPDX-License-Identifier: GPL-3.0-or-later
// Dependency groups through operators that compute over all channels at once. The groups were worked out by hand.
#include "engine/pruning_checks.h"
#include "engine/pruning_net.h"
#include "engine/shared_models.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "train/architecture.h"

#include <QtTest>

using namespace hone;
using namespace hone::testing;

namespace
{

using Ints = std::vector<std::int64_t>;

// A convolution between two others, whose 8 channels are looked at.
PruningNet twoConvolutions(std::int64_t opset = 13)
{
    PruningNet net(opset);
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 8});
    return net;
}

void secondConvolution(PruningNet& net, const std::string& x)
{
    net.conv("c2", x, {8, 6});
    net.head("c2", 6);
}

} // namespace

class TestPruneTopologies : public QObject
{
    Q_OBJECT

private slots:
    void groupNormalizationAsExportersWriteItLosesEvenly();
    void instanceNormalizationFollowsItsChannels();
    void groupNormalizationLosesEvenly();
    void aGroupForEachChannelStays();
    void meanAndMaximumOverChannelsAreThoseOfWhatStays();
    void normsOverChannelsDontCountZeros();
    void vectorsNormalizedAsExportersWriteItKeepTheirNorm();
    void equalWeightsStoredOnceAreSlicedApart();
    void padsComputedThroughAMatrixAreKnown();
    void tiledChannelsLeaveFromEveryCopy();
    void everyBlockOfADenseNetIsReadByTheNext();
    void channelsThatLeaveAllAtOnceAreNamed();
    void transposedConvolutionsInGroupsLoseEvenly();
    void transposedConvolutionsByChannelFollowTheirInput();
    void networksOfTheirUsualSizePruneByThirtyPercent_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("MobileNetV2") << "mobilenetv2";
        QTest::newRow("ViT") << "vit";
    }
    void networksOfTheirUsualSizePruneByThirtyPercent();
    void modelsInDoubleAreMaskedInDouble();
    void sharedModelsPruneByAQuarter_data() { hone::test::addSharedModelRows(); }
    void sharedModelsPruneByAQuarter();
};

void TestPruneTopologies::groupNormalizationAsExportersWriteItLosesEvenly()
{
    PruningNet net = twoConvolutions(); // GroupNorm(2, 8): reshape, InstanceNormalization, reshape to Shape(c1), affine
    net.integers("grouped", {0, 2, -1});
    net.op("Reshape", "groups", {"c1", "grouped"});
    net.constant("ones", Tensor::of<float>({2}, std::vector<float>{1, 1}));
    net.constant("zeros", Tensor::of<float>({2}, std::vector<float>{0, 0}));
    net.op("InstanceNormalization", "normal", {"groups", "ones", "zeros"});
    net.op("Shape", "shape", {"c1"});
    net.op("Reshape", "back", {"normal", "shape"});
    net.weight("scale", {8, 1, 1});
    net.op("Mul", "scaled", {"back", "scale"});
    secondConvolution(net, "scaled");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:4x2 c2:6"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("c1.b[0] c1.w[0] c2.w[1] scale[0]"));
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 0, "c1.w").positions[1], (Ints{1, 5})); // one of each group
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::instanceNormalizationFollowsItsChannels()
{
    PruningNet net = twoConvolutions();
    net.weight("scale", {8});
    net.weight("bias", {8});
    net.op("InstanceNormalization", "normal", {"c1", "scale", "bias"});
    secondConvolution(net, "normal");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:6"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("bias[0] c1.b[0] c1.w[0] c2.w[1] scale[0]"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::groupNormalizationLosesEvenly()
{
    PruningNet net = twoConvolutions(21);
    net.weight("scale", {8});
    net.weight("bias", {8});
    net.op("GroupNormalization", "normal", {"c1", "scale", "bias"}, {{"num_groups", std::int64_t{4}}});
    secondConvolution(net, "normal");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:2x4 c2:6"));
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 0, "scale").positions[1], (Ints{1, 3, 5, 7}));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::aGroupForEachChannelStays()
{
    PruningNet net = twoConvolutions(21);
    net.weight("scale", {8});
    net.weight("bias", {8});
    net.op("GroupNormalization", "normal", {"c1", "scale", "bias"}, {{"num_groups", std::int64_t{8}}});
    secondConvolution(net, "normal");
    QCOMPARE(groupsOf(net.graph()), std::string("c2:6"));
    QCOMPARE(reasonOf(net.graph(), "c1"), std::string("GroupNormalization 'normal' has a group for each of its channels"));
}

void TestPruneTopologies::meanAndMaximumOverChannelsAreThoseOfWhatStays()
{
    PruningNet net = twoConvolutions(); // attention over places, from the mean and the largest of all channels
    net.op("ReduceMean", "mean", {"c1"}, {{"axes", Ints{1}}});
    net.op("ReduceMax", "most", {"c1"}, {{"axes", Ints{1}}});
    net.op("Concat", "both", {"mean", "most"}, {{"axis", std::int64_t{1}}});
    net.conv("places", "both", {2, 1, 3});
    net.op("Sigmoid", "gate", {"places"});
    net.op("Mul", "attended", {"c1", "gate"});
    secondConvolution(net, "attended");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:6"));
    QCOMPARE(findDependencies(net.graph()).restrictions.size(), std::size_t{2});
    QCOMPARE(reasonOf(net.graph(), "places"), std::string("makes a single channel"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::normsOverChannelsDontCountZeros()
{
    PruningNet net = twoConvolutions();
    net.op("ReduceL2", "norm", {"c1"}, {{"axes", Ints{1}}});
    net.op("Div", "unit", {"c1", "norm"});
    net.op("LpNormalization", "again", {"unit"}, {{"axis", std::int64_t{1}}});
    secondConvolution(net, "again");
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:6"));
    QVERIFY(found.restrictions.empty()); // exact as it is
    QCOMPARE(found.groups[0].readings.size(), std::size_t{3});
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::vectorsNormalizedAsExportersWriteItKeepTheirNorm()
{
    for (const bool written : {false, true}) {
        PruningNet net = twoConvolutions(); // F.normalize(x, dim=1): the norm is expanded to x's shape
        net.op("ReduceL2", "norm", {"c1"}, {{"axes", Ints{1}}});
        net.constant("least", Tensor::scalar(1e-12F));
        net.op("Clip", "safe", {"norm", "least"});
        if (written)
            net.integers("shape", {1, 8, 4, 4});
        else
            net.op("Shape", "shape", {"c1"});
        net.op("Expand", "norms", {"safe", "shape"});
        net.op("Div", "unit", {"c1", "norms"});
        secondConvolution(net, "unit");
        QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:6"));
        const PruneResult result = pruned(net.graph());
        QVERIFY(!written || integersOf(result, "shape") == (Ints{1, 4, 4, 4}));
        QVERIFY(proves(result));
    }
}

void TestPruneTopologies::equalWeightsStoredOnceAreSlicedApart()
{
    PruningNet net; // untrained normalizations are equal: exporters store one, and an Identity for each of
                    // the others
    net.input("x", {-1, 3, 4, 4});
    net.constant("ones", Tensor::of<float>({8}, std::vector<float>(8, 1)));
    net.constant("zeros", Tensor::of<float>({8}, std::vector<float>(8, 0)));
    std::string x = "x";
    for (const std::string i : {"1", "2", "3"}) {
        net.conv("c" + i, x, {i == "1" ? 3 : 8, 8});
        x = "bn" + i;
        if (i == "1") {
            net.op("BatchNormalization", x, {"c1", "ones", "zeros", "zeros", "ones"});
            continue;
        }
        for (const std::string name : {"scale", "var"})
            net.op("Identity", name + i, {"ones"});
        for (const std::string name : {"bias", "mean"})
            net.op("Identity", name + i, {"zeros"});
        net.op("BatchNormalization", x, {"c" + i, "scale" + i, "bias" + i, "mean" + i, "var" + i});
    }
    net.output("bn3");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:8")); // c3 alone makes the output
    const Graph parted = removeChannels(net.graph(), findDependencies(net.graph()), {{0, 1, 2}, {1, 2, 3, 4}});
    const auto stored = [&](const char* identity) {
        return parted.value(parted.node(*parted.findNode(identity)).inputs[0]).constant.shape();
    };
    QCOMPARE(stored("scale2"), Dimensions{4});
    QCOMPARE(stored("scale3"), Dimensions{8});
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::padsComputedThroughAMatrixAreKnown()
{
    PruningNet net = twoConvolutions(); // F.pad, as torch.onnx writes it: pairs from the last axis on, turned round
    net.integers("pairs", {1, 2, 0, 1, 0, 0, 0, 0});
    net.integers("rows", {-1, 2});
    net.op("Reshape", "matrix", {"pairs", "rows"});
    net.integers("last", {-1});
    net.integers("first", {-9223372036854775807});
    net.integers("axis", {0});
    net.op("Slice", "turned", {"matrix", "last", "first", "axis", "last"});
    net.op("Transpose", "columns", {"turned"}, {{"perm", Ints{1, 0}}});
    net.op("Reshape", "pads", {"columns", "last"});
    net.op("Pad", "padded", {"c1", "pads"}); // [0, 0, 0, 1, 0, 0, 1, 2]: two axes of the picture
    secondConvolution(net, "padded");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:6"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::tiledChannelsLeaveFromEveryCopy()
{
    PruningNet net = twoConvolutions();
    net.integers("twice", {1, 2, 1, 1});
    net.op("Tile", "copies", {"c1", "twice"});
    net.conv("c2", "copies", {16, 6});
    net.head("c2", 6);
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:6"));
    QCOMPARE(sliceOf(net.graph(), found, 0, "c2.w").positions[3], (Ints{3, 11}));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::everyBlockOfADenseNetIsReadByTheNext()
{
    PruningNet net = twoConvolutions();
    net.conv("c2", "c1", {8, 4});
    net.op("Concat", "two", {"c1", "c2"}, {{"axis", std::int64_t{1}}});
    net.batchNorm("bn", "two", 12);
    net.conv("c3", "bn", {12, 4});
    net.op("Concat", "three", {"two", "c3"}, {{"axis", std::int64_t{1}}});
    net.head("three", 16);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:4 c3:4"));
    QCOMPARE(slicesOf(net.graph(), 1), std::string("bn.bias[0] bn.mean[0] bn.scale[0] bn.var[0] c2.b[0] c2.w[0] c3.w[1] fc.w[1]"));
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 1, "bn.scale").positions[2], Ints{10});
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::channelsThatLeaveAllAtOnceAreNamed()
{
    PruningNet net; // a shuffle that is added to what it shuffles
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.integers("apart", {0, 2, 3, 4, 4});
    net.op("Reshape", "five", {"c1", "apart"});
    net.op("Transpose", "turned", {"five"}, {{"perm", Ints{0, 2, 1, 3, 4}}});
    net.integers("together", {0, 6, 4, 4});
    net.op("Reshape", "shuffled", {"turned", "together"});
    net.op("Add", "sum", {"shuffled", "c1"});
    net.conv("c2", "sum", {6, 4});
    net.head("c2", 4);
    // Channel 3 a + b comes to lie on 2 b + a: 1, 2, 4, 3 and 1 again are tied. The reshape loses an a whole (0, 1, 2) or a b
    // whole (0, 3 and 1, 4 and 2, 5), which ties 0 and 5 to them as well.
    QCOMPARE(groupsOf(net.graph()), std::string("c2:4"));
    QCOMPARE(reasonOf(net.graph(), "c1"), std::string("has channels that could only leave all at once"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::transposedConvolutionsInGroupsLoseEvenly()
{
    PruningNet net; // weight [12, 8 / 2, 2, 2] of two groups: inputs 0 to 5 make outputs 0 to 3, inputs 6 to 11 outputs 4 to 7
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 12});
    net.op("Relu", "r1", {"c1"});
    net.weight("up.w", {12, 4, 2, 2});
    net.weight("up.b", {8});
    net.op("ConvTranspose", "up", {"r1", "up.w", "up.b"}, {{"group", std::int64_t{2}}, {"strides", Ints{2, 2}}});
    net.op("Relu", "r2", {"up"});
    net.conv("c2", "r2", {8, 6});
    net.head("c2", 6);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:6x2 up:4x2 c2:6"));
    const DependencyGraph found = findDependencies(net.graph());
    const auto pairs = [](std::int64_t count) {
        std::vector<Ints> positions;
        for (std::int64_t c = 0; c < count; ++c)
            positions.push_back({c, c + count});
        return positions;
    };
    QVERIFY(sliceOf(net.graph(), found, 0, "c1.w").positions == pairs(6));
    QVERIFY(sliceOf(net.graph(), found, 0, "up.w", 0).positions == pairs(6));
    QVERIFY(sliceOf(net.graph(), found, 1, "up.w", 1).positions == (std::vector<Ints>{{0}, {1}, {2}, {3}})); // the groups share them
    QVERIFY(sliceOf(net.graph(), found, 1, "up.b").positions == pairs(4));
    QVERIFY(sliceOf(net.graph(), found, 1, "c2.w", 1).positions == pairs(4));
    const PruneResult result = pruned(net.graph());
    QVERIFY(proves(result));
    QCOMPARE(shapeOf(result, "up.w"), (Dimensions{6, 2, 2, 2}));
    QCOMPARE(result.graph.node(*result.graph.findNode("up")).intAttribute("group", 1), std::int64_t{2});
}

void TestPruneTopologies::transposedConvolutionsByChannelFollowTheirInput()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.op("Relu", "r1", {"c1"});
    net.weight("up.w", {6, 1, 2, 2});
    net.weight("up.b", {6});
    net.op("ConvTranspose", "up", {"r1", "up.w", "up.b"}, {{"group", std::int64_t{6}}, {"strides", Ints{2, 2}}});
    net.conv("c2", "up", {6, 4});
    net.head("c2", 4);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:6 c2:4"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("c1.b[0] c1.w[0] c2.w[1] up.b[0] up.w[0]"));
    const DependencyGraph found = findDependencies(net.graph());
    for (const char* name : {"c1.w", "up.w", "up.b"})
        QVERIFY(sliceOf(net.graph(), found, 0, name).positions == (std::vector<Ints>{{0}, {1}, {2}, {3}, {4}, {5}}));
    const PruneResult result = pruned(net.graph());
    QVERIFY(proves(result));
    QCOMPARE(shapeOf(result, "up.w"), (Dimensions{3, 1, 2, 2}));
    QCOMPARE(result.graph.node(*result.graph.findNode("up")).intAttribute("group", 1), std::int64_t{3});
}

void TestPruneTopologies::networksOfTheirUsualSizePruneByThirtyPercent()
{
    QFETCH(QString, name);
    const Graph graph = makeArchitecture({.name = name.toStdString()});
    const PruneResult result = pruned(graph, 0.3);
    QVERIFY2(proves(result), qPrintable(QString("%1; %2").arg(result.maxAbsDifference).arg(result.maxAbsDifferenceDouble.value_or(-1))));
    const double share = static_cast<double>(cost(result.graph).parameters) / static_cast<double>(cost(graph).parameters);
    QVERIFY2(share > 0.45 && share < 0.8, qPrintable(QString::number(share)));
}

void TestPruneTopologies::modelsInDoubleAreMaskedInDouble()
{
    PruningNet net; // a product of two activations, masked where one of them is read
    net.graph().inputs.push_back(net.graph().addValue({"x", {DType::Float64, Shape{Dim::free("N"), Dim::fixed(5), Dim::fixed(8)}}, {}}));
    for (const std::string name : {"q", "k", "out"}) {
        Tensor weight(DType::Float64, name == "out" ? Dimensions{5, 3} : Dimensions{8, 6});
        for (double& value : weight.mutableData<double>())
            value = net.random().uniform(-1, 1);
        net.constant(name + ".w", weight);
    }
    net.op("MatMul", "q", {"x", "q.w"});
    net.op("MatMul", "k", {"x", "k.w"});
    net.op("Transpose", "kT", {"k"}, {{"perm", Ints{0, 2, 1}}});
    net.op("MatMul", "products", {"q", "kT"});
    net.op("MatMul", "out", {"products", "out.w"});
    net.output("out", DType::Float64);
    QCOMPARE(groupsOf(net.graph()), std::string("q,k:6"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneTopologies::sharedModelsPruneByAQuarter()
{
    QFETCH(QString, file);
    HONE_NEEDS_SHARED_MODEL(file.toStdString());
    const Graph graph = readOnnx(file.toStdString());
    const PruneResult result = pruned(graph, 0.25);
    QVERIFY(result.maxAbsDifference < 1e-4);
    QVERIFY(result.maxAbsDifferenceDouble && *result.maxAbsDifferenceDouble < 1e-12);
    // Inputs and outputs keep their width, and small groups round.
    const double share = static_cast<double>(cost(result.graph).macs) / static_cast<double>(cost(graph).macs);
    QVERIFY2(share > 0.5 && share < 0.72, qPrintable(QString::number(share)));
}

QTEST_GUILESS_MAIN(TestPruneTopologies)
#include "test_prune_topologies.moc"
