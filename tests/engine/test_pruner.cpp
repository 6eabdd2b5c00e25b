// SPDX-License-Identifier: GPL-3.0-or-later
// Surgery by numbers worked out by hand, against ONNX Runtime, and on the shared models.
#include "core/error.h"
#include "engine/pruning_checks.h"
#include "engine/pruning_net.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "prune/proven_surgery.h"
#include "prune/pruner.h"
#include "runtime/session.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <numeric>

using namespace hone;
using hone::testing::PruningNet;

namespace
{

std::vector<float> floatsOf(const Graph& graph, const char* name)
{
    return toFloats(graph.value(*graph.findValue(name)).constant);
}

PruneOptions options(double ratio, PruningScope scope = PruningScope::Uniform)
{
    PruneOptions chosen;
    chosen.ratio = ratio;
    chosen.scope = scope;
    return chosen;
}

template<class Action>
std::optional<Message> errorOf(Action&& action)
{
    try {
        action();
    } catch (const Error& error) {
        return error.message();
    }
    return std::nullopt;
}

MessageCode codeOf(const Graph& graph, const PruneOptions& chosen)
{
    try {
        prune(graph, chosen, {});
    } catch (const Error& error) {
        return error.code();
    }
    return MessageCode::PicturesSkipped; // nothing thrown
}

// y = W2 relu(W1 x + b1), numbers small enough for a head.
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

// A net with the last half of each layer's channels at zero, bias and normalization too: without them nothing changes.
PruningNet halfDeadNet()
{
    PruningNet net(17);
    net.input("x", {-1, 3, 8, 8});
    net.conv("stem", "x", {3, 8});
    net.batchNorm("bn", "stem", 8);
    net.op("Relu", "r1", {"bn"});
    net.conv("a", "r1", {8, 12, 1});
    net.op("Clip", "r2", {"a"});
    net.conv("dw", "r2", {12, 12, 3, 12});
    net.op("HardSwish", "r3", {"dw"});
    net.conv("b", "r3", {12, 8, 1});
    net.op("Add", "sum", {"r1", "b"});
    net.conv("side", "sum", {8, 4});
    net.op("Concat", "cat", {"sum", "side"}, {{"axis", std::int64_t{1}}});
    net.conv("c", "cat", {12, 6});
    net.op("MaxPool", "m", {"c"}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}});
    net.op("Flatten", "flatten", {"m"});
    net.gemm("fc1", "flatten", 96, 10);
    net.op("Tanh", "t", {"fc1"});
    net.gemm("fc2", "t", 10, 4);
    net.output("fc2");
    for (const char* name : {"stem.w", "stem.b", "bn.scale", "bn.bias", "a.w", "a.b", "dw.w", "dw.b", "b.w", "b.b", "side.w", "side.b",
                             "c.w", "c.b", "fc1.w", "fc1.b"}) {
        auto values = net.graph().value(net.at(name)).constant.mutableData<float>();
        std::fill(values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end(), 0.0F);
    }
    return net;
}

// Every other channel of each group.
KeptChannels everyOther(const DependencyGraph& found)
{
    KeptChannels kept;
    for (const PruningGroup& group : found.groups) {
        auto& channels = kept.emplace_back();
        for (std::int64_t c = 0; c < group.channels; c += 2)
            channels.push_back(c);
    }
    return kept;
}

double largestDifference(const Graph& a, const Graph& b, const Tensor& input)
{
    Session first = Session::fromBytes(serializeOnnx(a));
    Session second = Session::fromBytes(serializeOnnx(b));
    const auto left = toFloats(first.run({input})[0]);
    const auto right = toFloats(second.run({input})[0]);
    double worst = left.size() == right.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
        worst = std::max(worst, static_cast<double>(std::abs(left[i] - right[i])));
    return worst;
}

std::string namesOf(const std::vector<UnprunableLayer>& layers)
{
    std::string text;
    for (const UnprunableLayer& layer : layers)
        text += layer.name + " " + layer.reason + "\n";
    return text;
}

} // namespace

class TestPruner : public QObject
{
    Q_OBJECT

private slots:
    void theLeastImportantChannelLeavesWithItsRowBiasAndColumn();
    void importanceOfALayerIsItsShareOfTheMean();
    void deadChannelsLeaveWithoutATrace();
    void ratioZeroGivesTheGraphBack();
    void ratiosOutsideOfTheirRangeAreRefused();
    void aModelWithoutPrunableLayersSaysWhy();
    void everyGroupKeepsWhatItMust();
    void globalPruningTakesTheRatioOverAllGroups();
    void theSameInputGivesTheSameBytes();
    void namesMetadataAndDeclaredShapesAreKept();
    void aStopIsObeyed();
    void theProofFindsWrongSurgery();
    void theProofLooksBehindLabels_data();
    void theProofLooksBehindLabels();
    void aProofOfNothingDoesNotHold();
    void aWrongGroupIsNamed();
    void aGroupThatFailsAloneIsNamed();
    void groupsThatFailOnlyTogetherAreNamed();
    void aModelWithoutNumbersIsTheReason();
    void halfPrecisionWeightsArePruned();
    void oddGraphsArePrunedOrRefused_data();
    void oddGraphsArePrunedOrRefused();
    void sharedModelsArePruned_data();
    void sharedModelsArePruned();
};

void TestPruner::theLeastImportantChannelLeavesWithItsRowBiasAndColumn()
{
    const PruneResult result = prune(handNet().graph(), options(0.34), {});
    QCOMPARE(result.groups.size(), std::size_t{1});
    QCOMPARE(result.groups[0].name, std::string("first"));
    QCOMPARE(result.groups[0].channelsBefore, std::int64_t{3});
    QCOMPARE(result.groups[0].channelsAfter, std::int64_t{2});
    QCOMPARE(floatsOf(result.graph, "w1"), (std::vector<float>{1, 2, -3, 1})); // |0.5| + |-0.5| is the least
    QCOMPARE(floatsOf(result.graph, "b1"), (std::vector<float>{10, 30}));
    QCOMPARE(floatsOf(result.graph, "w2"), (std::vector<float>{1, 3, 4, 6}));
    // x = (1, 2): relu(15, -, 29), so y = (1*15 + 3*29, 4*15 + 6*29)
    Session session = Session::fromBytes(serializeOnnx(result.graph));
    const auto y = session.run({Tensor::of<float>({1, 2}, std::vector<float>{1, 2})});
    QCOMPARE(toFloats(y[0]), (std::vector<float>{102, 234}));
}

void TestPruner::importanceOfALayerIsItsShareOfTheMean()
{
    PruningNet net = handNet();
    const auto scores = importance(net.graph(), findDependencies(net.graph()).groups[0], ImportanceKind::L1);
    // Mean |w| by row: 1.5, 0.5, 2; their mean is 4/3.
    QCOMPARE(scores.size(), std::size_t{3});
    QVERIFY(std::abs(scores[0] - 1.125) < 1e-12);
    QVERIFY(std::abs(scores[1] - 0.375) < 1e-12);
    QVERIFY(std::abs(scores[2] - 1.5) < 1e-12);
}

void TestPruner::deadChannelsLeaveWithoutATrace()
{
    PruningNet net = halfDeadNet();
    const PruneResult result = prune(net.graph(), options(0.5), {});
    QCOMPARE(result.groups.size(), std::size_t{5});
    for (const PrunedGroup& group : result.groups)
        QCOMPARE(group.channelsAfter * 2, group.channelsBefore);
    const Tensor input = net.randomTensor({2, 3, 8, 8});
    // float32 sums in another order
    QVERIFY(largestDifference(net.graph(), result.graph, input) < 1e-4);
    QVERIFY(cost(result.graph).macs < cost(net.graph()).macs / 2);
}

void TestPruner::ratioZeroGivesTheGraphBack()
{
    PruningNet net = halfDeadNet();
    const PruneResult result = prune(net.graph(), options(0), {});
    QCOMPARE(serializeOnnx(result.graph), serializeOnnx(net.graph()));
    QCOMPARE(result.groups[0].channelsAfter, result.groups[0].channelsBefore);
    QCOMPARE(result.maxAbsDifference, 0.0);
}

void TestPruner::ratiosOutsideOfTheirRangeAreRefused()
{
    for (const double ratio : {-0.1, 1.0, 7.0, std::numeric_limits<double>::quiet_NaN()})
        QCOMPARE(codeOf(handNet().graph(), options(ratio)), MessageCode::RatioOutOfRange);
    try {
        prune(handNet().graph(), options(1.2), {});
        QFAIL("nothing was thrown");
    } catch (const Error& error) {
        QCOMPARE(QString::fromStdString(error.message().arguments.at("ratio")), QString("1.2"));
    }
}

void TestPruner::aModelWithoutPrunableLayersSaysWhy()
{
    PruningNet net;
    net.input("x", {-1, 3, 4, 4});
    net.conv("c1", "x", {3, 8});
    net.output("c1");
    try {
        prune(net.graph(), options(0.3), {});
        QFAIL("nothing thrown");
    } catch (const Error& error) {
        QCOMPARE(error.code(), MessageCode::NothingToPrune);
        QCOMPARE(error.message().arguments.at("detail"), std::string("'c1' makes the model's output"));
    }
}

void TestPruner::everyGroupKeepsWhatItMust()
{
    PruningNet net = halfDeadNet();
    PruneOptions most = options(0.99);
    for (const PrunedGroup& group : prune(net.graph(), most, {}).groups)
        QCOMPARE(group.channelsAfter, std::int64_t{1});
    most.atLeast = 3;
    for (const PrunedGroup& group : prune(net.graph(), most, {}).groups)
        QCOMPARE(group.channelsAfter, std::int64_t{3});
    most.scope = PruningScope::Global;
    for (const PrunedGroup& group : prune(net.graph(), most, {}).groups)
        QVERIFY(group.channelsAfter >= 3);
}

void TestPruner::globalPruningTakesTheRatioOverAllGroups()
{
    PruningNet net = halfDeadNet();
    for (const double ratio : {0.1, 0.3, 0.6}) {
        std::int64_t before = 0;
        std::int64_t after = 0;
        for (const PrunedGroup& group : prune(net.graph(), options(ratio, PruningScope::Global), {}).groups) {
            before += group.channelsBefore;
            after += group.channelsAfter;
        }
        QCOMPARE(before - after, std::int64_t{std::llround(ratio * static_cast<double>(before))});
    }
}

void TestPruner::theSameInputGivesTheSameBytes()
{
    PruningNet net = halfDeadNet();
    const std::string first = serializeOnnx(prune(net.graph(), options(0.4, PruningScope::Global), {}).graph);
    QCOMPARE(serializeOnnx(prune(net.graph(), options(0.4, PruningScope::Global), {}).graph), first);
}

void TestPruner::namesMetadataAndDeclaredShapesAreKept()
{
    PruningNet net = halfDeadNet();
    net.graph().metadata["classes"] = "a,b";
    net.graph().value(net.at("r2")).type = {DType::Float32, Shape{Dim::free("N"), Dim::fixed(12), Dim::fixed(8), Dim::fixed(8)}};
    const Graph after = prune(net.graph(), options(0.5), {}).graph;
    QCOMPARE(after.metadata, net.graph().metadata);
    QCOMPARE(after.order().size(), net.graph().order().size());
    for (const NodeId id : net.graph().order())
        QVERIFY(after.findNode(net.graph().node(id).name).has_value());
    QCOMPARE(toText(*after.value(*after.findValue("r2")).type.shape), std::string("[N, 6, 8, 8]"));
    QCOMPARE(toText(*after.value(after.inputs[0]).type.shape), std::string("[N, 3, 8, 8]"));
}

void TestPruner::aStopIsObeyed()
{
    std::stop_source source;
    source.request_stop();
    PruningNet net = halfDeadNet();
    QVERIFY_THROWS_EXCEPTION(Cancelled, prune(net.graph(), options(0.5), JobContext(source.get_token())));
}

void TestPruner::theProofFindsWrongSurgery()
{
    PruningNet net = handNet();
    const DependencyGraph found = findDependencies(net.graph());
    const Graph right = removeChannels(net.graph(), found, {{0, 2}});
    const Graph masked = maskChannels(net.graph(), found, {{0, 2}});
    QVERIFY(surgeryDifference(masked, right, {}) < 1e-6);
    QVERIFY(surgeryDifference(masked, removeChannels(net.graph(), found, {{0, 1}}), {}) > 1e-2);
    Graph wrong = right;
    wrong.value(*wrong.findValue("w2")).constant = Tensor::of<float>({2, 2}, std::vector<float>{3, 1, 6, 4});
    QVERIFY(surgeryDifference(masked, wrong, {}) > 1e-2);
}

void TestPruner::theProofLooksBehindLabels_data()
{
    QTest::addColumn<QString>("end");
    for (const char* end : {"ArgMax", "ArgMax as floats", "ArgMax as a row", "TopK", "Softmax", "Softmax turned", "NonMaxSuppression"})
        QTest::newRow(end) << end;
}

// A surgery so slightly wrong that no label changes.
void TestPruner::theProofLooksBehindLabels()
{
    QFETCH(QString, end);
    PruningNet net;
    net.input("x", {-1, 3, 8, 8});
    net.conv("c1", "x", {3, 8});
    net.op("Relu", "r", {"c1"});
    net.op("GlobalAveragePool", "pool", {"r"});
    net.op("Flatten", "flat", {"pool"});
    net.gemm("fc", "flat", 8, 4);
    for (float& value : net.graph().value(net.at("fc.b")).constant.mutableData<float>())
        value *= 1000; // one class stands out, and saturates
    const std::int64_t asInt32 = 6;
    const std::int64_t asFloat = 1;
    if (end.startsWith("ArgMax")) {
        net.op("ArgMax", "label", {"fc"}, {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}});
        if (end == "ArgMax as a row") {
            net.constant("depth", Tensor::scalar<std::int64_t>(4));
            net.constant("off and on", Tensor::of<float>({2}, std::vector<float>{0, 1}));
            net.op("OneHot", "y", {"label", "depth", "off and on"});
        } else
            net.op("Cast", "y", {"label"}, {{"to", end == "ArgMax" ? asInt32 : asFloat}});
        net.output("y", end == "ArgMax" ? DType::Int32 : DType::Float32);
    } else if (end == "TopK") {
        net.integers("k", {3});
        net.op("TopK", "best", {"fc", "k"}, {{"axis", std::int64_t{1}}}, 2);
        net.output("best:1", DType::Int64);
    } else if (end.startsWith("Softmax")) {
        net.op("Softmax", "p", {"fc"}, {{"axis", std::int64_t{1}}});
        net.op("Transpose", "turned", {"p"}, {{"perm", std::vector<std::int64_t>{1, 0}}});
        net.output(end == "Softmax" ? "p" : "turned");
    } else {
        net.integers("as boxes", {0, 1, 4}); // one box of four numbers, one score
        net.op("Reshape", "boxes", {"fc", "as boxes"});
        net.op("ReduceMax", "scores", {"boxes"}, {{"axes", std::vector<std::int64_t>{2}}});
        net.integers("most", {3});
        net.op("NonMaxSuppression", "picked", {"boxes", "scores", "most"});
        net.output("picked", DType::Int64);
    }
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(found.groups.size(), std::size_t{1});
    const KeptChannels kept = {{0, 2, 3, 5, 7}};
    const Graph masked = maskChannels(net.graph(), found, kept);
    Graph pruned = removeChannels(net.graph(), found, kept);
    const SurgeryProof right = proveSurgery(masked, pruned, {});
    QVERIFY(right.holds() && right.maxAbsDifference < 1e-5);
    QVERIFY2(right.maxAbsDifferenceDouble || end == "NonMaxSuppression", right.doubleLeftOut.c_str());
    for (float& value : pruned.value(*pruned.findValue("c1.w")).constant.mutableData<float>())
        value *= 1.1F; // far below what turns a label
    const SurgeryProof wrong = proveSurgery(masked, pruned, {});
    QVERIFY2(!wrong.holds() && wrong.maxAbsDifference < 1, qPrintable(QString::number(wrong.maxAbsDifference)));
}

void TestPruner::aProofOfNothingDoesNotHold()
{
    PruningNet net = handNet();
    QVERIFY(proveSurgery(net.graph(), net.graph(), {}).holds());
    for (float& value : net.graph().value(net.at("w2")).constant.mutableData<float>())
        value = std::numeric_limits<float>::quiet_NaN();
    QVERIFY(!proveSurgery(net.graph(), net.graph(), {}).holds());
}

void TestPruner::aWrongGroupIsNamed()
{
    PruningNet net = halfDeadNet();
    DependencyGraph found = findDependencies(net.graph());
    const KeptChannels kept = everyOther(found);
    const ProvenSurgery right = removeAndProve(net.graph(), found, kept, {});
    QVERIFY(right.proof.holds());
    // Two channels of a group change places where they are read.
    const auto guilty = std::ranges::find(found.groups, std::string("c"), &PruningGroup::name);
    QVERIFY(guilty != found.groups.end());
    const auto read = std::ranges::find(guilty->slices, SliceRole::Input, &Slice::role);
    std::swap(read->positions[0], read->positions[1]);
    const auto thrown = errorOf([&] { removeAndProve(net.graph(), found, kept, {}); });
    QVERIFY(thrown && thrown->code == MessageCode::InternalFault);
    QCOMPARE(thrown->arguments.at("detail"), std::string("removing channels of group 'c' changes other outputs"));
}

void TestPruner::aGroupThatFailsAloneIsNamed()
{
    PruningNet net = halfDeadNet();
    DependencyGraph found = findDependencies(net.graph());
    const KeptChannels kept = everyOther(found);
    // Where it is read nothing leaves: the shapes don't fit any more.
    const auto guilty = std::ranges::find(found.groups, std::string("c"), &PruningGroup::name);
    std::erase_if(guilty->slices, [](const Slice& slice) { return slice.role == SliceRole::Input; });
    const auto thrown = errorOf([&] { removeAndProve(net.graph(), found, kept, {}); });
    QVERIFY(thrown && thrown->code == MessageCode::InternalFault);
    QVERIFY2(thrown->arguments.at("detail").starts_with("removing channels of group 'c' fails: "), thrown->arguments.at("detail").c_str());
}

void TestPruner::groupsThatFailOnlyTogetherAreNamed()
{
    // Twins 'a' and 'b', and 'c' that adds little: y = sum of their second layers.
    const auto netWith = [](float difference) {
        PruningNet net;
        net.input("x", {-1, 4});
        const Tensor first = net.randomTensor({4, 4});
        for (const std::string name : {"a", "c", "b"}) {
            net.constant(name + ".w", first);
            net.op("Gemm", name, {"x", name + ".w"}, {{"transB", std::int64_t{1}}});
            net.op("Relu", name + ".relu", {name});
            const float size = name == "c" ? 0.01F : 1;
            net.constant(name + "2.w",
                         Tensor::of<float>({1, 4}, std::vector<float>{size, size + (name == "c" ? 0 : difference), size, size}));
            net.op("Gemm", name + "2", {name + ".relu", name + "2.w"}, {{"transB", std::int64_t{1}}});
        }
        net.op("Sum", "y", {"a2", "c2", "b2"});
        net.output("y");
        return net;
    };
    // The first two channels change places where they are read: without every other channel it is the second's weight that stays.
    const auto mistaken = [](const DependencyGraph& found) {
        DependencyGraph wrong = found;
        for (PruningGroup& group : wrong.groups) {
            const auto read = std::ranges::find(group.slices, SliceRole::Input, &Slice::role);
            std::swap(read->positions[0], read->positions[1]);
        }
        return wrong;
    };
    const auto differenceOf = [&](float difference, const std::vector<std::string>& groups) {
        PruningNet net = netWith(difference);
        const DependencyGraph found = mistaken(findDependencies(net.graph()));
        KeptChannels kept = everyOther(found);
        for (std::size_t g = 0; g < kept.size(); ++g)
            if (std::ranges::find(groups, found.groups[g].name) == groups.end())
                kept[g] = {0, 1, 2, 3};
        return proveSurgery(maskChannels(net.graph(), found, kept), removeChannels(net.graph(), found, kept), {})
            .maxAbsDifferenceDouble.value();
    };
    // The proof lets 1e-4 through: three quarters of it from each.
    const float difference = 1e-3F * 0.75e-4F / static_cast<float>(differenceOf(1e-3F, {"a"}));
    QVERIFY(differenceOf(difference, {"a", "c"}) < 1e-4 && differenceOf(difference, {"b", "c"}) < 1e-4);
    QVERIFY(differenceOf(difference, {"a", "b"}) > 1e-4);

    PruningNet net = netWith(difference);
    const DependencyGraph found = mistaken(findDependencies(net.graph()));
    QCOMPARE(found.groups.size(), std::size_t{3});
    const auto thrown = errorOf([&] { removeAndProve(net.graph(), found, everyOther(found), {}); });
    QVERIFY(thrown && thrown->code == MessageCode::InternalFault);
    QCOMPARE(thrown->arguments.at("detail"), std::string("removing channels of groups 'a' and 'b' together changes other outputs"));
}

void TestPruner::aModelWithoutNumbersIsTheReason()
{
    PruningNet net = handNet();
    for (float& value : net.graph().value(net.at("w2")).constant.mutableData<float>())
        value = std::numeric_limits<float>::quiet_NaN();
    const auto thrown = errorOf([&] { prune(net.graph(), options(0.34), {}); });
    QVERIFY(thrown && thrown->code == MessageCode::OutputsNotFinite);
}

void TestPruner::halfPrecisionWeightsArePruned()
{
    PruningNet net; // stored as halves, widened where they are used
    net.input("x", {-1, 4});
    const std::vector<std::uint16_t> halves = {0x3C00, 0x3800, 0xBC00, 0x4000, 0x3C00, 0x3400,
                                               0x3C00, 0x3C00, 0x4200, 0x3C00, 0xC000, 0x3C00}; // 1, 0.5, -1, 2, ...
    Tensor tensor(DType::Float16, {4, 3});
    std::memcpy(tensor.mutableBytes().data(), halves.data(), tensor.byteCount());
    net.constant("stored", tensor);
    net.op("Cast", "w1", {"stored"}, {{"to", std::int64_t{1}}});
    net.op("MatMul", "first", {"x", "w1"});
    net.weight("w2", {3, 2});
    net.op("MatMul", "second", {"first", "w2"});
    net.output("second");
    const PruneResult result = prune(net.graph(), options(0.34), {});
    QCOMPARE(result.graph.value(*result.graph.findValue("stored")).constant.shape(), (Dimensions{4, 2}));
    QVERIFY(result.maxAbsDifference < 1e-6);
}

void TestPruner::oddGraphsArePrunedOrRefused_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("groups"); // by hand
    int kind = 0;
    const auto row = [&](const char* name, const char* groups) { QTest::newRow(name) << kind++ << groups; };
    row("a Split without sizes, opset 18", "c1,c2:6 c1:6");
    row("opset 11 attributes", "c1:4 c1:8 c2,c3:8");
    row("two heads", "c1:8");
    row("a DCGAN generator", "fc:16x4 up:8");
    row("Resize with written sizes", "c1:8");
    row("Expand of a gate", "c1:8");
    row("a tied decoder", "encode:10");
    row("DepthToSpace", "c1:4x4 c2:6");
    row("one-dimensional convolutions", "c1:8 c2:6");
    row("DenseNet block", "c0:8 c1:4 c2:4 c3:4");
    row("a free picture size", "c1,c2:8");
    row("Where and Pow", "c1,c2:8");
    row("an embedding", "words,down:8 up:16");
    row("a chunk by computed bounds", "c1:4 c1:4 c2:8");
    row("time folded into the batch", "c1:8");
}

void TestPruner::oddGraphsArePrunedOrRefused()
{
    QFETCH(int, kind);
    PruningNet net(kind == 0 ? 18 : kind == 1 ? 11 : 13);
    const auto ints = [](std::vector<std::int64_t> values) { return values; };
    switch (kind) {
    case 0: // ShuffleNet V2's unit: half of the channels pass
        net.input("x", {-1, 3, 8, 8});
        net.conv("c1", "x", {3, 12});
        net.op("Split", "s", {"c1"}, {{"axis", std::int64_t{1}}, {"num_outputs", std::int64_t{2}}}, 2);
        net.conv("c2", "s:1", {6, 6, 1});
        net.conv("dw", "c2", {6, 6, 3, 6});
        net.op("Concat", "cat", {"s", "dw"}, {{"axis", std::int64_t{1}}});
        net.integers("apart", {0, 2, 6, 8, 8});
        net.op("Reshape", "g", {"cat", "apart"});
        net.op("Transpose", "t", {"g"}, {{"perm", ints({0, 2, 1, 3, 4})}});
        net.integers("together", {0, -1, 8, 8});
        net.op("Reshape", "shuffled", {"t", "together"});
        net.head("shuffled", 12);
        break;
    case 1:
        net.input("x", {1, 3, 8, 8});
        net.conv("c1", "x", {3, 12});
        net.op("Split", "s", {"c1"}, {{"axis", std::int64_t{1}}, {"split", ints({4, 8})}}, 2);
        net.integers("pads", {0, 0, 1, 1, 0, 0, 1, 1});
        net.op("Pad", "p", {"s", "pads"});
        net.conv("c2", "p", {4, 8, 3});
        net.conv("c3", "s:1", {8, 8, 3});
        net.op("ReduceMean", "m2", {"c2"}, {{"axes", ints({2, 3})}, {"keepdims", std::int64_t{0}}});
        net.op("ReduceMean", "m3", {"c3"}, {{"axes", ints({-1, -2})}, {"keepdims", std::int64_t{0}}});
        net.op("Sub", "difference", {"m2", "m3"});
        net.op("Unsqueeze", "u", {"difference"}, {{"axes", ints({2})}});
        net.op("Squeeze", "back", {"u"}, {{"axes", ints({-1})}});
        net.gemm("fc", "back", 8, 3);
        net.op("Softmax", "soft", {"fc"});
        net.output("soft");
        break;
    case 2:
        net.input("x", {-1, 3, 8, 8});
        net.conv("c1", "x", {3, 8});
        net.conv("boxes", "c1", {8, 4, 1});
        net.conv("scores", "c1", {8, 2, 1});
        net.op("Sigmoid", "sig", {"scores"});
        net.output("boxes");
        net.output("sig");
        break;
    case 3:
        net.input("x", {-1, 6});
        net.gemm("fc", "x", 6, 64);
        net.integers("picture", {-1, 16, 2, 2});
        net.op("Reshape", "view", {"fc", "picture"});
        net.batchNorm("bn", "view", 16);
        net.weight("up.w", {16, 8, 2, 2});
        net.op("ConvTranspose", "up", {"bn", "up.w"}, {{"strides", ints({2, 2})}});
        net.op("Relu", "r", {"up"});
        net.conv("rgb", "r", {8, 3});
        net.op("Tanh", "t", {"rgb"});
        net.output("t");
        break;
    case 4:
        net.input("x", {2, 3, 4, 4});
        net.conv("c1", "x", {3, 8});
        net.integers("sizes", {2, 8, 8, 8});
        net.op("Resize", "up", {"c1", "", "", "sizes"}, {{"mode", std::string("nearest")}});
        net.conv("c2", "up", {8, 4});
        net.output("c2");
        break;
    case 5:
        net.input("x", {2, 3, 4, 4});
        net.conv("c1", "x", {3, 8});
        net.op("GlobalAveragePool", "gap", {"c1"});
        net.op("Shape", "shape", {"c1"});
        net.op("Expand", "gate", {"gap", "shape"});
        net.op("Mul", "m", {"c1", "gate"});
        net.head("m", 8);
        break;
    case 6: // the decoder is the encoder's weight turned round
        net.input("x", {-1, 6});
        net.weight("w", {6, 10});
        net.op("MatMul", "encode", {"x", "w"});
        net.op("Relu", "r", {"encode"});
        net.op("Transpose", "wT", {"w"});
        net.op("MatMul", "decode", {"r", "wT"});
        net.output("decode");
        break;
    case 7:
        net.input("x", {-1, 3, 4, 4});
        net.conv("c1", "x", {3, 16});
        net.op("DepthToSpace", "d", {"c1"}, {{"blocksize", std::int64_t{2}}, {"mode", std::string("CRD")}});
        net.conv("c2", "d", {4, 6});
        net.op("SpaceToDepth", "s", {"c2"}, {{"blocksize", std::int64_t{2}}});
        net.conv("c3", "s", {24, 2});
        net.output("c3");
        break;
    case 8:
        net.input("x", {-1, 4, 20});
        net.weight("w1", {8, 4, 3});
        net.op("Conv", "c1", {"x", "w1"});
        net.op("LeakyRelu", "r", {"c1"}, {{"alpha", 0.1F}});
        net.weight("w2", {6, 8, 3});
        net.op("Conv", "c2", {"r", "w2"}, {{"strides", ints({2})}});
        net.op("GlobalMaxPool", "pool", {"c2"});
        net.integers("last", {2});
        net.op("Squeeze", "flat", {"pool", "last"});
        net.gemm("fc", "flat", 6, 3);
        net.output("fc");
        break;
    case 9: {
        net.input("x", {-1, 3, 8, 8});
        net.conv("c0", "x", {3, 8});
        std::vector<std::string> parts{"c0"};
        for (int i = 1; i <= 3; ++i) {
            const std::string n = std::to_string(i);
            const std::int64_t width = 8 + 4 * (i - 1);
            net.op("Concat", "cat" + n, parts, {{"axis", std::int64_t{1}}});
            net.batchNorm("bn" + n, "cat" + n, width);
            net.op("Relu", "r" + n, {"bn" + n});
            net.conv("c" + n, "r" + n, {width, 4});
            parts.push_back("c" + n);
        }
        net.op("Concat", "all", parts, {{"axis", std::int64_t{1}}});
        net.head("all", 20);
        break;
    }
    case 10: {
        Shape shape{Dim::free("N"), Dim::fixed(3), Dim::free("H"), Dim::free("W")};
        net.graph().inputs.push_back(net.graph().addValue({"x", {DType::Float32, shape}, {}}));
        net.conv("c1", "x", {3, 8});
        net.op("Shape", "shape", {"c1"});
        net.constant("scales", Tensor::of<float>({4}, std::vector<float>{1, 1, 0.5F, 0.5F}));
        net.op("Resize", "half", {"c1", "", "scales"}, {{"mode", std::string("linear")}});
        net.conv("c2", "half", {8, 8});
        net.integers("two", {2});
        net.integers("four", {4});
        net.integers("zero", {0});
        net.op("Slice", "picture", {"shape", "two", "four", "zero"});
        net.op("Slice", "channels", {"shape", "zero", "two", "zero"});
        net.op("Concat", "sizes", {"channels", "picture"}, {{"axis", std::int64_t{0}}});
        net.op("Resize", "up", {"c2", "", "", "sizes"}, {{"mode", std::string("linear")}});
        net.op("Add", "sum", {"c1", "up"});
        net.conv("c3", "sum", {8, 2, 1});
        net.output("c3");
        break;
    }
    case 12: // words, a residual stream, no normalization
        net.input("x", {-1, 7}, DType::Int64);
        net.weight("table", {30, 8});
        net.op("Gather", "words", {"table", "x"});
        net.weight("up.w", {8, 16});
        net.op("MatMul", "up", {"words", "up.w"});
        net.op("Relu", "r", {"up"});
        net.weight("down.w", {16, 8});
        net.op("MatMul", "down", {"r", "down.w"});
        net.op("Add", "stream", {"words", "down"});
        net.op("ReduceMean", "mean", {"stream"}, {{"axes", ints({1})}, {"keepdims", std::int64_t{0}}});
        net.gemm("fc", "mean", 8, 3);
        net.output("fc");
        break;
    case 13: { // bounds of a channel slice computed from the shape: its half, and the half that nobody reads
        net.input("x", {-1, 3, 4, 4});
        net.conv("c1", "x", {3, 8});
        net.op("Shape", "shape", {"c1"});
        net.constant("1", Tensor::scalar<std::int64_t>(1));
        net.constant("2", Tensor::scalar<std::int64_t>(2));
        net.integers("axis0", {0});
        net.integers("axis1", {1});
        net.op("Gather", "count", {"shape", "1"});
        net.op("Div", "half", {"count", "2"});
        net.op("Unsqueeze", "bound", {"half", "axis0"});
        net.op("Slice", "front", {"c1", "axis0", "bound", "axis1"});
        net.conv("c2", "front", {4, 8});
        net.head("c2", 8);
        break;
    }
    case 14: // time is folded into the batch and back
        net.input("x", {-1, 6, 3, 4, 4});
        net.integers("folded", {-1, 3, 4, 4});
        net.op("Reshape", "fold", {"x", "folded"});
        net.conv("c1", "fold", {3, 8});
        net.op("GlobalAveragePool", "gap", {"c1"});
        net.integers("unfolded", {-1, 6, 8});
        net.op("Reshape", "unfold", {"gap", "unfolded"});
        net.op("ReduceMax", "most", {"unfold"}, {{"axes", ints({1})}, {"keepdims", std::int64_t{0}}});
        net.gemm("fc", "most", 8, 3);
        net.output("fc");
        break;
    case 11:
    default:
        net.input("x", {-1, 3, 4, 4});
        net.conv("c1", "x", {3, 8});
        net.conv("c2", "x", {3, 8});
        net.constant("limit", Tensor::scalar(0.0F));
        net.constant("two", Tensor::scalar(2.0F));
        net.op("Greater", "mask", {"c1", "limit"});
        net.op("Pow", "squared", {"c2", "two"});
        net.op("Where", "w", {"mask", "c1", "squared"});
        net.op("Max", "m", {"w", "c2"});
        net.head("m", 8);
        break;
    }
    QFETCH(QString, groups);
    QCOMPARE(QString::fromStdString(hone::testing::groupsOf(net.graph())), groups);
    for (const PruningScope scope : {PruningScope::Uniform, PruningScope::Global}) {
        const PruneResult result = prune(net.graph(), options(0.5, scope), {});
        QVERIFY(result.maxAbsDifference < 1e-4);
        std::int64_t before = 0;
        std::int64_t after = 0;
        for (const PrunedGroup& group : result.groups) {
            before += group.channelsBefore;
            after += group.channelsAfter;
            QVERIFY(scope == PruningScope::Global || group.channelsAfter * 2 == group.channelsBefore);
        }
        QVERIFY(after * 2 >= before && after < before); // what stands for several outputs may not fit
    }
}

void TestPruner::sharedModelsArePruned_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<double>("macsLeft"); // at most, of the original
    QTest::newRow("resnet20") << "resnet20_cifar10.onnx" << 0.63;
    QTest::newRow("resnet20 folded") << "resnet20_cifar10_folded.onnx" << 0.63;
    QTest::newRow("resnet56") << "resnet56_cifar10.onnx" << 0.63;
    QTest::newRow("mobilenet") << "mobilenet_v1_0.25_224.onnx" << 0.63;
    QTest::newRow("mnist") << "mnist_cntk.onnx" << 0.63;
    QTest::newRow("keywords") << "kws_dscnn.onnx" << 0.66;
    QTest::newRow("persons") << "vww_96.onnx" << 0.63;
}

void TestPruner::sharedModelsArePruned()
{
    QFETCH(QString, file);
    QFETCH(double, macsLeft);
    const std::filesystem::path path = std::filesystem::path(HONE_SOURCE_DIR) / "../shared/models" / file.toStdString();
    if (!std::filesystem::exists(path))
        QSKIP("the shared models are not here");
    const Graph graph = readOnnx(path);
    const PruneResult result = prune(graph, options(0.25), {});
    for (const PrunedGroup& group : result.groups)
        QVERIFY2(std::abs(static_cast<double>(group.channelsBefore - group.channelsAfter) -
                          0.25 * static_cast<double>(group.channelsBefore)) <= 0.5,
                 group.name.c_str());
    const double share = static_cast<double>(cost(result.graph).macs) / static_cast<double>(cost(graph).macs);
    qInfo("%s: %zu groups, %zu layers left as they are, %.3f of the MACs, difference %.2g", qPrintable(file), result.groups.size(),
          result.unprunable.size(), share, result.maxAbsDifference);
    QVERIFY2(share < macsLeft, namesOf(result.unprunable).c_str());
    QVERIFY(result.maxAbsDifference < 1e-4);
    // The proof would notice: against the original that reads every channel the outputs do differ.
    QVERIFY(surgeryDifference(graph, result.graph, {}) > 1e-3);
    // What was written is what was read back, and runs.
    const Graph again = parseOnnx(serializeOnnx(result.graph));
    QCOMPARE(cost(again).macs, cost(result.graph).macs);
    QVERIFY(cost(again).parameters < cost(graph).parameters);
    const PruneResult global = prune(graph, options(0.25, PruningScope::Global), {});
    QVERIFY(global.maxAbsDifference < 1e-4);
}

QTEST_GUILESS_MAIN(TestPruner)
#include "test_pruner.moc"
