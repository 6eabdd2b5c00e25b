// SPDX-License-Identifier: GPL-3.0-or-later
// One small net a topology; the groups were worked out by hand.
#include "engine/pruning_checks.h"
#include "engine/pruning_net.h"

#include <QtTest>

using namespace hone;
using namespace hone::testing;

class TestDependencyGraph : public QObject
{
    Q_OBJECT

private slots:
    void aChainHasAGroupForEachLayerButTheLast();
    void batchNormalizationFollowsItsConvolution();
    void aResidualAddCouplesBothSides();
    void concatKeepsGroupsApartAndOffsetsTheirReaders();
    void splitMakesAGroupOfEachPiece();
    void sliceCutsALayerIntoGroupsAndItsBoundsFollow();
    void depthwiseConvolutionFollowsItsInput();
    void depthMultiplierLeavesInBlocks();
    void groupedConvolutionLosesChannelsEvenly();
    void transposedConvolutionSwapsItsAxes();
    void squeezeAndExcitationIsCoupledThroughItsProduct();
    void flattenRepeatsAChannelForEveryPixel();
    void reshapeWithAWrittenChannelCountIsRewritten();
    void reshapeFedByAShapeChainFollows();
    void aChannelCountInsideAShapeChainIsRewritten();
    void shapeArithmeticOnChannelsIsWrittenDown();
    void shapeArithmeticOnBatchAndChannelsIsRefused();
    void channelsFollowATranspose();
    void perChannelConstantsAndPReluAreSliced();
    void constantsSharedByTwoLayersAreParted();
    void aWeightSharedByTwoLayersIsOneGroup();
    void constantNodesAndIdentitiesAreSeenThrough();
    void matMulChainsAreFollowed();
    void gemmWithoutTransposeAndWithFactorsIsFollowed();
    void channelShuffleLosesChannelsEvenly();
    void aGroupsOwnPaddingStays();
    void theModelsOutputIsLocked();
    void unknownOperatorsAreNamed();
    void normalizationIsOverTheChannelsThatStay();
    void softmaxOverChannelsIsNamed();
    void quantizedModelsAreSentBack();
    void branchesThatReadAValueLockIt();
    void recurrentLayersReadAndMakeChannels();
    void theInputsChannelsAreNeverPruned();
};

void TestDependencyGraph::aChainHasAGroupForEachLayerButTheLast()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 8});
    net.op("Relu", "r1", {"c1"});
    net.conv("c2", "r1", {8, 6});
    net.op("MaxPool", "m", {"c2"}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}});
    net.conv("c3", "m", {6, 4});
    net.output("c3");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:6"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("c1.b[0] c1.w[0] c2.w[1]"));
    QCOMPARE(slicesOf(net.graph(), 1), std::string("c2.b[0] c2.w[0] c3.w[1]"));
    QCOMPARE(reasonOf(net.graph(), "c3"), std::string("makes the model's output"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::batchNormalizationFollowsItsConvolution()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 8});
    net.batchNorm("bn", "c1", 8);
    net.op("Relu", "r", {"bn"});
    net.head("r", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("bn.bias[0] bn.mean[0] bn.scale[0] bn.var[0] c1.b[0] c1.w[0] fc.w[1]"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::aResidualAddCouplesBothSides()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 8});
    net.conv("c2", "c1", {8, 6});
    net.op("Relu", "r", {"c2"});
    net.conv("c3", "r", {6, 8});
    net.op("Add", "sum", {"c1", "c3"});
    net.head("sum", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c1,c3:8 c2:6"));
    const auto reasons = findDependencies(net.graph()).groups[0].reasons;
    QCOMPARE(reasons.size(), std::size_t{1});
    QCOMPARE(reasons[0], std::string("Add 'sum' couples 'c1' and 'c3'"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::concatKeepsGroupsApartAndOffsetsTheirReaders()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 4});
    net.conv("c2", "x", {3, 6});
    net.op("Concat", "cat", {"c1", "c2", "x"}, {{"axis", std::int64_t{1}}});
    net.conv("c3", "cat", {13, 8});
    net.head("c3", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:4 c2:6 c3:8"));
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 1, "c3.w").positions[2], std::vector<std::int64_t>{6}); // 4 before it
    const PruneResult result = pruned(net.graph());
    QCOMPARE(result.graph.value(*result.graph.findValue("c3.w")).constant.shape(), (Dimensions{4, 8, 3, 3}));
    QVERIFY(result.maxAbsDifference < 1e-5);
}

void TestDependencyGraph::splitMakesAGroupOfEachPiece()
{
    for (const bool written : {false, true}) {
        PruningNet net;
        net.input("x", {-1, 3, 8, 8});
        net.conv("c1", "x", {3, 12});
        std::vector<std::string> inputs{"c1"};
        if (written) {
            net.integers("sizes", {6, 6});
            inputs.push_back("sizes");
        }
        net.op("Split", "s", inputs, {{"axis", std::int64_t{1}}}, 2);
        net.conv("c2", "s", {6, 6});
        net.op("Concat", "cat", {"c2", "s:1"}, {{"axis", std::int64_t{1}}});
        net.head("cat", 12);
        QCOMPARE(groupsOf(net.graph()), std::string("c1:6 c1:6 c2:6"));
        QCOMPARE(findDependencies(net.graph()).groups[1].name, std::string("c1 #2"));
        const DependencyGraph found = findDependencies(net.graph());
        // Uneven pieces, so that the sizes have to be written.
        const Graph uneven = removeChannels(net.graph(), found, {{0, 2}, {0, 1, 2, 3, 5}, {1, 4, 5}});
        const NodeId split = *uneven.findNode("s");
        QCOMPARE(toInt64s(uneven.value(uneven.node(split).inputs.at(1)).constant), (std::vector<std::int64_t>{2, 5}));
        QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
    }
}

void TestDependencyGraph::sliceCutsALayerIntoGroupsAndItsBoundsFollow()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 10});
    net.integers("zero", {0});
    net.integers("four", {4});
    net.integers("minusSix", {-6});
    net.integers("far", {9223372036854775807});
    net.integers("axis", {1});
    net.op("Slice", "front", {"c1", "zero", "four", "axis"});
    net.op("Slice", "back", {"c1", "minusSix", "far", "axis"});
    net.conv("c2", "front", {4, 6});
    net.op("Mul", "product", {"c2", "back"});
    net.head("product", 6);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:4 c1,c2:6"));
    const PruneResult result = pruned(net.graph());
    QVERIFY(result.maxAbsDifference < 1e-5);
    const Node& back = result.graph.node(*result.graph.findNode("back"));
    QCOMPARE(toInt64s(result.graph.value(back.inputs[1]).constant), (std::vector<std::int64_t>{-3}));
}

void TestDependencyGraph::depthwiseConvolutionFollowsItsInput()
{
    PruningNet net; // an inverted residual
    net.input("x", {-1, 3, 8, 8});
    net.conv("stem", "x", {3, 6});
    net.conv("expand", "stem", {6, 12, 1});
    net.op("Relu", "r1", {"expand"});
    net.conv("dw", "r1", {12, 12, 3, 12});
    net.op("Relu", "r2", {"dw"});
    net.conv("project", "r2", {12, 6, 1});
    net.op("Add", "sum", {"stem", "project"});
    net.head("sum", 6);
    QCOMPARE(groupsOf(net.graph()), std::string("stem,project:6 expand:12"));
    QCOMPARE(slicesOf(net.graph(), 1), std::string("dw.b[0] dw.w[0] expand.b[0] expand.w[0] project.w[1]"));
    const PruneResult result = pruned(net.graph());
    QCOMPARE(result.graph.node(*result.graph.findNode("dw")).intAttribute("group", 1), std::int64_t{6});
    QVERIFY(result.maxAbsDifference < 1e-5);
}

void TestDependencyGraph::depthMultiplierLeavesInBlocks()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 4});
    net.conv("dw", "c1", {4, 8, 3, 4});
    net.head("dw", 8);
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(groupsOf(net.graph()), std::string("c1:4"));
    QCOMPARE(sliceOf(net.graph(), found, 0, "dw.w").positions[1], (std::vector<std::int64_t>{2, 3}));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::groupedConvolutionLosesChannelsEvenly()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 8});
    net.conv("grouped", "c1", {8, 12, 3, 2});
    net.head("grouped", 12);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:4x2 grouped:6x2"));
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 1, "grouped.w").positions[1], (std::vector<std::int64_t>{1, 7}));
    QCOMPARE(sliceOf(net.graph(), found, 0, "grouped.w").positions[1], (std::vector<std::int64_t>{1}));
    const PruneResult result = pruned(net.graph());
    QCOMPARE(result.graph.value(*result.graph.findValue("grouped.w")).constant.shape(), (Dimensions{6, 2, 3, 3}));
    QVERIFY(result.maxAbsDifference < 1e-5);
}

void TestDependencyGraph::transposedConvolutionSwapsItsAxes()
{
    PruningNet net; // down, up, and a skip: a U-Net's corner
    net.input("x", {-1, 3, 8, 8});
    net.conv("down", "x", {3, 6});
    net.op("MaxPool", "m", {"down"}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}});
    net.conv("deep", "m", {6, 8});
    net.weight("up.w", {8, 4, 2, 2});
    net.weight("up.b", {4});
    net.op("ConvTranspose", "up", {"deep", "up.w", "up.b"}, {{"strides", std::vector<std::int64_t>{2, 2}}});
    net.op("Concat", "cat", {"down", "up"}, {{"axis", std::int64_t{1}}});
    net.conv("last", "cat", {10, 2, 1});
    net.output("last");
    QCOMPARE(groupsOf(net.graph()), std::string("down:6 deep:8 up:4"));
    QCOMPARE(slicesOf(net.graph(), 2), std::string("last.w[1] up.b[0] up.w[1]"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::squeezeAndExcitationIsCoupledThroughItsProduct()
{
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 8});
    net.op("GlobalAveragePool", "gap", {"c1"});
    net.conv("squeeze", "gap", {8, 4, 1});
    net.op("Relu", "r", {"squeeze"});
    net.conv("excite", "r", {4, 8, 1});
    net.op("Sigmoid", "gate", {"excite"});
    net.op("Mul", "scaled", {"c1", "gate"});
    net.head("scaled", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c1,excite:8 squeeze:4"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::flattenRepeatsAChannelForEveryPixel()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.op("Flatten", "flatten", {"c1"});
    net.gemm("fc1", "flatten", 96, 10);
    net.op("Relu", "r", {"fc1"});
    net.gemm("fc2", "r", 10, 3);
    net.output("fc2");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:6 fc1:10"));
    const DependencyGraph found = findDependencies(net.graph());
    const auto& positions = sliceOf(net.graph(), found, 0, "fc1.w").positions[2];
    QCOMPARE(positions.size(), std::size_t{16});
    QCOMPARE(positions.front(), std::int64_t{32});
    QCOMPARE(positions.back(), std::int64_t{47});
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::reshapeWithAWrittenChannelCountIsRewritten()
{
    for (const std::vector<std::int64_t>& target : {std::vector<std::int64_t>{-1, 96}, {0, -1}, {0, 96}}) {
        PruningNet net;
        net.input("x", {-1, 3, 4, 4});
        net.conv("c1", "x", {3, 6});
        net.integers("target", target);
        net.op("Reshape", "flatten", {"c1", "target"});
        net.gemm("fc1", "flatten", 96, 4);
        net.output("fc1");
        QCOMPARE(groupsOf(net.graph()), std::string("c1:6"));
        const PruneResult result = pruned(net.graph());
        QVERIFY(result.maxAbsDifference < 1e-5);
        const auto after = toInt64s(result.graph.value(*result.graph.findValue("target")).constant);
        QCOMPARE(after, (std::vector<std::int64_t>{target[0], target[1] == 96 ? 48 : -1}));
    }
}

void TestDependencyGraph::reshapeFedByAShapeChainFollows()
{
    PruningNet net; // x.view(x.size(0), x.size(1), -1).mean(2), then a layer
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.op("Shape", "shape", {"c1"});
    net.constant("0", Tensor::scalar<std::int64_t>(0));
    net.constant("1", Tensor::scalar<std::int64_t>(1));
    net.integers("axis0", {0});
    net.integers("minusOne", {-1});
    net.op("Gather", "g0", {"shape", "0"});
    net.op("Gather", "g1", {"shape", "1"});
    net.op("Unsqueeze", "u0", {"g0", "axis0"});
    net.op("Unsqueeze", "u1", {"g1", "axis0"});
    net.op("Concat", "target", {"u0", "u1", "minusOne"}, {{"axis", std::int64_t{0}}});
    net.op("Reshape", "view", {"c1", "target"});
    net.op("ReduceMean", "mean", {"view"}, {{"axes", std::vector<std::int64_t>{2}}, {"keepdims", std::int64_t{0}}});
    net.gemm("fc", "mean", 6, 3);
    net.output("fc");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:6"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::aChannelCountInsideAShapeChainIsRewritten()
{
    PruningNet net; // x.view(x.size(0), 96), the number written into the file and shared with somebody else
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.op("Shape", "shape", {"c1"});
    net.constant("0", Tensor::scalar<std::int64_t>(0));
    net.integers("axis0", {0});
    net.integers("count", {96});
    net.op("Gather", "g0", {"shape", "0"});
    net.op("Unsqueeze", "u0", {"g0", "axis0"});
    net.op("Concat", "target", {"u0", "count"}, {{"axis", std::int64_t{0}}});
    net.op("Reshape", "view", {"c1", "target"});
    net.gemm("fc", "view", 96, 96);
    net.op("Concat", "target2", {"u0", "count"}, {{"axis", std::int64_t{0}}});
    net.op("Reshape", "view2", {"fc", "target2"});
    net.output("view2");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:6"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::shapeArithmeticOnChannelsIsWrittenDown()
{
    PruningNet net; // view(-1, C * 16): C goes through a product
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.op("Relu", "r", {"c1"});
    net.op("Shape", "shape", {"r"});
    net.constant("1", Tensor::scalar<std::int64_t>(1));
    net.constant("16", Tensor::scalar<std::int64_t>(16));
    net.integers("axis0", {0});
    net.integers("minusOne", {-1});
    net.op("Gather", "g1", {"shape", "1"});
    net.op("Mul", "product", {"g1", "16"});
    net.op("Unsqueeze", "u1", {"product", "axis0"});
    net.op("Concat", "target", {"minusOne", "u1"}, {{"axis", std::int64_t{0}}});
    net.op("Reshape", "view", {"r", "target"});
    net.gemm("fc", "view", 96, 4);
    net.output("fc");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:6"));
    const PruneResult result = pruned(net.graph());
    const Node& view = result.graph.node(*result.graph.findNode("view"));
    QCOMPARE(toInt64s(result.graph.value(view.inputs[1]).constant), (std::vector<std::int64_t>{-1, 48}));
    QVERIFY(proves(result));
}

void TestDependencyGraph::shapeArithmeticOnBatchAndChannelsIsRefused()
{
    PruningNet net; // view(N * C, 16): no number of the file, whatever C becomes
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.op("Shape", "shape", {"c1"});
    net.integers("0", {0});
    net.integers("1", {1});
    net.integers("16", {16});
    net.op("Gather", "g0", {"shape", "0"});
    net.op("Gather", "g1", {"shape", "1"});
    net.op("Mul", "product", {"g0", "g1"});
    net.op("Concat", "target", {"product", "16"}, {{"axis", std::int64_t{0}}});
    net.op("Reshape", "view", {"c1", "target"});
    net.gemm("fc", "view", 16, 4);
    net.output("fc");
    QCOMPARE(groupsOf(net.graph()), std::string());
    QVERIFY(!reasonOf(net.graph(), "c1").empty());
}

void TestDependencyGraph::channelsFollowATranspose()
{
    PruningNet net; // channels last, and a MatMul there
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.op("Transpose", "last", {"c1"}, {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}});
    net.weight("mm.w", {6, 8});
    net.op("MatMul", "mm", {"last", "mm.w"});
    net.op("Relu", "r", {"mm"});
    net.op("Transpose", "first", {"r"}, {{"perm", std::vector<std::int64_t>{0, 3, 1, 2}}});
    net.head("first", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:6 mm:8"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("c1.b[0] c1.w[0] mm.w[0]"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::perChannelConstantsAndPReluAreSliced()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 6});
    net.weight("slope", {6, 1, 1});
    net.op("PRelu", "p", {"c1", "slope"});
    net.weight("scale", {1, 6, 1, 1});
    net.op("Mul", "scaled", {"p", "scale"});
    net.weight("whole", {1});
    net.op("Add", "shifted", {"whole", "scaled"});
    net.head("shifted", 6);
    QCOMPARE(slicesOf(net.graph(), 0), std::string("c1.b[0] c1.w[0] fc.w[1] scale[1] slope[0]"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::constantsSharedByTwoLayersAreParted()
{
    PruningNet net; // an exporter that stores equal tensors once: one bias for two layers of the same width
    net.input("x", {-1, 3, 4, 4});
    net.weight("w1", {6, 3, 1, 1});
    net.weight("w2", {6, 6, 1, 1});
    net.weight("bias", {6});
    net.op("Conv", "c1", {"x", "w1", "bias"});
    net.op("Relu", "r", {"c1"});
    net.op("Conv", "c2", {"r", "w2", "bias"});
    net.head("c2", 6);
    QCOMPARE(groupsOf(net.graph()), std::string("c1:6 c2:6"));
    const Graph parted = removeChannels(net.graph(), findDependencies(net.graph()), {{0, 1, 2}, {1, 2, 3, 4}});
    const auto biasOf = [&](const char* name) { return parted.value(parted.node(*parted.findNode(name)).inputs[2]).constant.shape(); };
    QCOMPARE(biasOf("c1"), Dimensions{3});
    QCOMPARE(biasOf("c2"), Dimensions{4});
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::aWeightSharedByTwoLayersIsOneGroup()
{
    PruningNet net;
    net.input("x", {-1, 6, 4, 4});
    net.conv("c0", "x", {6, 6});
    net.weight("w", {6, 6, 1, 1});
    net.op("Conv", "c1", {"c0", "w"});
    net.op("Relu", "r", {"c1"});
    net.op("Conv", "c2", {"r", "w"});
    net.head("c2", 6);
    QCOMPARE(groupsOf(net.graph()), std::string("c0,c1,c2:6")); // what c1 makes c2 reads with the same columns
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::constantNodesAndIdentitiesAreSeenThrough()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.op("Constant", "w1", {}, {{"value", net.randomTensor({8, 3, 1, 1})}});
    net.op("Conv", "c1", {"x", "w1"});
    net.op("Identity", "same", {"c1"});
    net.weight("stored", {4, 8, 1, 1});
    net.op("Identity", "w2", {"stored"});
    net.op("Conv", "c2", {"same", "w2"});
    net.op("Dropout", "d", {"c2"});
    net.weight("fcT", {3, 4});
    net.op("Transpose", "fc.w", {"fcT"});
    net.op("GlobalAveragePool", "pool", {"d"});
    net.op("Constant", "target", {}, {{"value", Tensor::of<std::int64_t>({2}, std::vector<std::int64_t>{-1, 4})}});
    net.op("Reshape", "flat", {"pool", "target"});
    net.op("MatMul", "fc", {"flat", "fc.w"});
    net.output("fc");
    QCOMPARE(groupsOf(net.graph()), std::string("c1:8 c2:4"));
    QCOMPARE(slicesOf(net.graph(), 1), std::string("fcT[1] stored[0]"));
    const PruneResult result = pruned(net.graph());
    QVERIFY(result.maxAbsDifference < 1e-5);
    QCOMPARE(result.graph.value(*result.graph.findValue("fcT")).constant.shape(), (Dimensions{3, 2}));
}

void TestDependencyGraph::matMulChainsAreFollowed()
{
    PruningNet net; // a transformer's feed-forward part, Gelu written out
    net.input("x", {-1, 5, 8});
    net.weight("up.w", {8, 16});
    net.weight("up.b", {16});
    net.op("MatMul", "up", {"x", "up.w"});
    net.op("Add", "biased", {"up.b", "up"});
    net.constant("root", Tensor::scalar(1.4142135F));
    net.constant("one", Tensor::scalar(1.0F));
    net.constant("half", Tensor::scalar(0.5F));
    net.op("Div", "d", {"biased", "root"});
    net.op("Erf", "e", {"d"});
    net.op("Add", "e1", {"e", "one"});
    net.op("Mul", "m", {"biased", "e1"});
    net.op("Mul", "gelu", {"m", "half"});
    net.weight("down.w", {16, 8});
    net.op("MatMul", "down", {"gelu", "down.w"});
    net.op("Add", "sum", {"x", "down"});
    net.output("sum");
    QCOMPARE(groupsOf(net.graph()), std::string("up:16"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("down.w[0] up.b[0] up.w[1]"));
    QVERIFY(QString::fromStdString(reasonOf(net.graph(), "down")).contains("the model's input"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::gemmWithoutTransposeAndWithFactorsIsFollowed()
{
    PruningNet net;
    net.input("x", {-1, 6});
    net.weight("w1", {6, 10});
    net.weight("b1", {1, 10});
    net.op("Gemm", "g1", {"x", "w1", "b1"}, {{"alpha", 0.5F}, {"beta", 2.0F}});
    net.op("Tanh", "t", {"g1"});
    net.op("Transpose", "turned", {"t"});
    net.weight("w2", {10, 4});
    net.op("Gemm", "g2", {"turned", "w2"}, {{"transA", std::int64_t{1}}, {"alpha", 3.0F}});
    net.output("g2");
    QCOMPARE(groupsOf(net.graph()), std::string("g1:10"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("b1[1] w1[1] w2[0]"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

// c1, shuffled in `groups` parts, through a depthwise convolution into one of `groups` groups.
static PruningNet shuffleNet(std::int64_t channels, std::int64_t groups)
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, channels});
    net.integers("apart", {-1, groups, channels / groups, 4, 4});
    net.op("Reshape", "groups", {"c1", "apart"});
    net.op("Transpose", "turned", {"groups"}, {{"perm", std::vector<std::int64_t>{0, 2, 1, 3, 4}}});
    net.integers("together", {-1, channels, 4, 4});
    net.op("Reshape", "shuffled", {"turned", "together"});
    net.conv("dw", "shuffled", {channels, channels, 3, channels});
    net.conv("c2", "dw", {channels, channels, 1, groups});
    net.head("c2", channels);
    return net;
}

void TestDependencyGraph::channelShuffleLosesChannelsEvenly()
{
    using Positions = std::vector<std::vector<std::int64_t>>;
    PruningNet net = shuffleNet(8, 2);
    // Channel 4 g + k becomes 2 k + g. The reshapes lose a k whole: 2 k and 2 k + 1 of what c2 reads; c2 loses as many of 0 to 3 as
    // of 4 to 7: j and j + 4. So k = 0 leaves with k = 2, and 1 with 3.
    QCOMPARE(groupsOf(net.graph()), std::string("c1:2x4 c2:4x2"));
    const DependencyGraph found = findDependencies(net.graph());
    QVERIFY(sliceOf(net.graph(), found, 0, "c1.w").positions == (Positions{{0, 2, 4, 6}, {1, 3, 5, 7}}));
    QVERIFY(sliceOf(net.graph(), found, 0, "dw.w").positions == (Positions{{0, 1, 4, 5}, {2, 3, 6, 7}}));
    QVERIFY(sliceOf(net.graph(), found, 0, "c2.w", 1).positions == (Positions{{0, 1}, {2, 3}})); // of each group's own inputs
    QVERIFY(sliceOf(net.graph(), found, 1, "c2.w", 0).positions == (Positions{{0, 4}, {1, 5}, {2, 6}, {3, 7}}));
    QVERIFY(proves(pruned(net.graph())));
    // With 3 parts of 4 the same two conditions lead from every channel to every other.
    PruningNet odd = shuffleNet(12, 3);
    QCOMPARE(groupsOf(odd.graph()), std::string("c2:4x3"));
    QCOMPARE(reasonOf(odd.graph(), "c1"), std::string("has channels that could only leave all at once"));
    QVERIFY(proves(pruned(odd.graph())));
}

void TestDependencyGraph::aGroupsOwnPaddingStays()
{
    PruningNet net; // the parameter-free shortcut of the CIFAR ResNets: new channels are zeros
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 4});
    net.integers("pads", {0, 2, 0, 0, 0, 2, 0, 0});
    net.op("Pad", "wider", {"c1", "pads"});
    net.conv("c2", "c1", {4, 8});
    net.op("Add", "sum", {"wider", "c2"});
    net.head("sum", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c1,c2:4"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::theModelsOutputIsLocked()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 8});
    net.op("Relu", "r", {"c1"});
    net.output("r");
    QCOMPARE(groupsOf(net.graph()), std::string());
    QCOMPARE(reasonOf(net.graph(), "c1"), std::string("makes the model's output"));
}

void TestDependencyGraph::unknownOperatorsAreNamed()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 8});
    net.op("GridOfDreams", "odd", {"c1"});
    net.graph().node(*net.graph().findNode("odd")).domain = "somebody.else";
    net.conv("c2", "odd", {8, 8});
    net.head("c2", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c2:8"));
    QCOMPARE(reasonOf(net.graph(), "c1"), std::string("passes through GridOfDreams 'odd', which Hone can't slice"));
}

void TestDependencyGraph::normalizationIsOverTheChannelsThatStay()
{
    PruningNet net(17);
    net.input("x", {-1, 5, 4});
    net.weight("w", {4, 8});
    net.op("MatMul", "mm", {"x", "w"});
    net.weight("scale", {8});
    net.op("LayerNormalization", "norm", {"mm", "scale"});
    net.weight("w2", {8, 6});
    net.op("MatMul", "mm2", {"norm", "w2"});
    net.op("Relu", "r", {"mm2"});
    net.weight("w3", {6, 2});
    net.op("MatMul", "mm3", {"r", "w3"});
    net.output("mm3");
    QCOMPARE(groupsOf(net.graph()), std::string("mm:8 mm2:6"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("scale[0] w2[0] w[1]"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestDependencyGraph::softmaxOverChannelsIsNamed()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 8});
    net.op("Softmax", "soft", {"c1"}, {{"axis", std::int64_t{1}}});
    net.conv("c2", "soft", {8, 8});
    net.head("c2", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c2:8"));
    QCOMPARE(reasonOf(net.graph(), "c1"), std::string("Softmax 'soft' computes over all of its channels at once"));
}

void TestDependencyGraph::quantizedModelsAreSentBack()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 8});
    net.constant("s", Tensor::scalar(0.1F));
    net.constant("z", Tensor::scalar<std::int8_t>(0));
    net.op("QuantizeLinear", "q", {"c1", "s", "z"});
    net.op("DequantizeLinear", "dq", {"q", "s", "z"});
    net.conv("c2", "dq", {8, 4});
    net.output("c2");
    QCOMPARE(groupsOf(net.graph()), std::string());
    QCOMPARE(reasonOf(net.graph(), "c1"), std::string("is quantized (QuantizeLinear 'q'): prune before quantizing"));
}

void TestDependencyGraph::branchesThatReadAValueLockIt()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.input("flag", {}, DType::Bool);
    net.conv("c1", "x", {3, 8});
    const auto branch = [](const char* op) {
        Graph inner;
        inner.name = op;
        Node node;
        node.name = op;
        node.opType = op;
        node.inputs = {inner.addValue({"c1", {}, {}})};
        node.outputs = {inner.addValue({std::string(op) + "_out", {DType::Float32, {}}, {}})};
        inner.outputs = node.outputs;
        inner.addNode(std::move(node));
        return std::make_shared<const Graph>(std::move(inner));
    };
    net.op("If", "if", {"flag"}, {{"then_branch", branch("Relu")}, {"else_branch", branch("Tanh")}});
    net.conv("c2", "if", {8, 8});
    net.head("c2", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("c2:8"));
    QCOMPARE(reasonOf(net.graph(), "c1"), std::string("is read inside a branch or loop"));
    QVERIFY(pruned(net.graph()).maxAbsDifference < 1e-5);
}

void TestDependencyGraph::recurrentLayersReadAndMakeChannels()
{
    PruningNet net;
    net.input("x", {4, -1, 6}); // [time, batch, features]
    net.weight("in.w", {6, 8});
    net.op("MatMul", "in", {"x", "in.w"});
    net.weight("w", {1, 20, 8});
    net.weight("r", {1, 20, 5});
    net.op("LSTM", "lstm", {"in", "w", "r"}, {{"hidden_size", std::int64_t{5}}});
    net.integers("axes", {1});
    net.op("Squeeze", "hidden", {"lstm", "axes"});
    net.weight("mid.w", {5, 8});
    net.op("MatMul", "mid", {"hidden", "mid.w"});
    net.op("Relu", "relu", {"mid"});
    net.weight("out.w", {8, 3});
    net.op("MatMul", "out", {"relu", "out.w"});
    net.output("out");
    QCOMPARE(groupsOf(net.graph()), std::string("in:8 lstm:5 mid:8"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestDependencyGraph::theInputsChannelsAreNeverPruned()
{
    PruningNet net;
    net.input("x", {-1, 4, 8, 8});
    net.conv("dw", "x", {4, 4, 3, 4});
    net.conv("c1", "dw", {4, 4, 1});
    net.op("Add", "sum", {"c1", "x"});
    net.conv("c2", "sum", {4, 6});
    net.head("c2", 6);
    QCOMPARE(groupsOf(net.graph()), std::string("c2:6"));
    QCOMPARE(reasonOf(net.graph(), "c1"), std::string("Add 'sum' couples it with the model's input"));
}

QTEST_GUILESS_MAIN(TestDependencyGraph)
#include "test_dependency_graph.moc"
