// SPDX-License-Identifier: GPL-3.0-or-later
// Dependency groups of networks for sequences: recurrent layers, attention, embeddings and the normalizations
// over them. The groups were worked out by hand; that nothing else changes is proved by running.
#include "engine/pruning_checks.h"
#include "engine/pruning_net.h"

#include <QtTest>

#include <cmath>

using namespace hone;
using namespace hone::testing;

namespace
{

using Ints = std::vector<std::int64_t>;

// Weights of a recurrent layer "name": W, R and, with `biased`, B.
void recurrentWeights(PruningNet& net, const std::string& name, std::int64_t directions, std::int64_t gates, std::int64_t from,
                      std::int64_t hidden)
{
    net.weight(name + ".w", {directions, gates * hidden, from});
    net.weight(name + ".r", {directions, gates * hidden, hidden});
    net.weight(name + ".b", {directions, 2 * gates * hidden});
}

// The last layer: x [..., from] -> 3 scores.
void scores(PruningNet& net, const std::string& x, std::int64_t from)
{
    net.weight("out.w", {from, 3});
    net.op("MatMul", "out", {x, "out.w"});
    net.output("out");
}

void linear(PruningNet& net, const std::string& name, const std::string& x, std::int64_t from, std::int64_t to)
{
    net.weight(name + ".w", {from, to});
    net.weight(name + ".b", {to});
    net.op("MatMul", name, {x, name + ".w"});
    net.op("Add", name + ".biased", {name + ".b", name});
}

void layerNorm(PruningNet& net, const std::string& name, const std::string& x, std::int64_t width)
{
    net.weight(name + ".scale", {width});
    net.weight(name + ".bias", {width});
    net.op("LayerNormalization", name, {x, name + ".scale", name + ".bias"});
}

// name = the extent of x's axis, as a list of one, as exporters write x.size(axis).
void sizeOf(PruningNet& net, const std::string& name, const std::string& x, std::int64_t axis)
{
    net.op("Shape", name + ".shape", {x});
    net.constant(name + ".index", Tensor::scalar(axis));
    net.op("Gather", name + ".number", {name + ".shape", name + ".index"});
    net.integers(name + ".axes", {0});
    net.op("Unsqueeze", name, {name + ".number", name + ".axes"});
}

void transpose(PruningNet& net, const std::string& name, const std::string& x, const Ints& order)
{
    net.op("Transpose", name, {x}, {{"perm", order}});
}

} // namespace

class TestPruneSequences : public QObject
{
    Q_OBJECT

private slots:
    void aLayersHiddenWidthLeavesFromEveryGate();
    void bothDirectionsLoseTheSameUnits();
    void initialStatesAreMadeAsWideAsTheHiddenWidth();
    void writtenInitialStatesAndPeepholesAreSliced();
    void theLastStateIsRead();
    void batchFirstLayoutAndLengthsAreFollowed();
    void hiddenUnitsThatAreTheOutputStay();
    void embeddingWidthRunsThroughResidualsAndNormalization();
    void writtenOutLayerNormalizationIsFollowed();
    void fusedQkvIsCutIntoItsThirds();
    void fusedQkvInOneReshapeKeepsItsHeads();
    void headSizesComputedFromTheEmbeddingWidthAreWrittenDown();
    void aScaleComputedFromTheHeadSizeKeepsItsNumber();
    void aClassTokenIsAsWideAsTheEmbedding();
    void freeBatchAndLengthStayComputed();
    void softmaxOverTheWidthIsNamed();
};

void TestPruneSequences::aLayersHiddenWidthLeavesFromEveryGate()
{
    PruningNet net;
    net.input("x", {7, -1, 6}); // [time, batch, features]
    recurrentWeights(net, "lstm", 1, 4, 6, 5);
    net.op("LSTM", "lstm", {"x", "lstm.w", "lstm.r", "lstm.b"}, {{"hidden_size", std::int64_t{5}}});
    net.integers("axes", {1});
    net.op("Squeeze", "hidden", {"lstm", "axes"});
    scores(net, "hidden", 5);
    QCOMPARE(groupsOf(net.graph()), std::string("lstm:5"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("lstm.b[1] lstm.r[1] lstm.r[2] lstm.w[1] out.w[0]"));
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 0, "lstm.w").positions[1], (Ints{1, 6, 11, 16}));
    QCOMPARE(sliceOf(net.graph(), found, 0, "lstm.b").positions[4], (Ints{4, 9, 14, 19, 24, 29, 34, 39}));
    QCOMPARE(sliceOf(net.graph(), found, 0, "lstm.r", 2).positions[1], (Ints{1}));
    const PruneResult result = pruned(net.graph(), 0.4); // 2 of 5
    QCOMPARE(shapeOf(result, "lstm.r"), (Dimensions{1, 12, 3}));
    QCOMPARE(result.graph.node(*result.graph.findNode("lstm")).intAttribute("hidden_size", 0), std::int64_t{3});
    QCOMPARE(result.groups[0].channelsBefore, std::int64_t{5});
    QVERIFY(proves(result));
}

void TestPruneSequences::bothDirectionsLoseTheSameUnits()
{
    PruningNet net; // two stacked layers, as exporters join the directions
    net.input("x", {7, -1, 6});
    recurrentWeights(net, "gru1", 2, 3, 6, 4);
    recurrentWeights(net, "gru2", 2, 3, 8, 5);
    const PruningNet::Attributes both = {{"direction", std::string("bidirectional")}, {"linear_before_reset", std::int64_t{1}}};
    const auto withSize = [&](std::int64_t hidden) {
        PruningNet::Attributes attributes = both;
        attributes["hidden_size"] = hidden;
        return attributes;
    };
    net.op("GRU", "gru1", {"x", "gru1.w", "gru1.r", "gru1.b"}, withSize(4));
    transpose(net, "turned1", "gru1", {0, 2, 1, 3});
    net.integers("joined", {0, 0, -1});
    net.op("Reshape", "both1", {"turned1", "joined"});
    net.op("GRU", "gru2", {"both1", "gru2.w", "gru2.r", "gru2.b"}, withSize(5));
    transpose(net, "turned2", "gru2", {0, 2, 1, 3});
    net.op("Reshape", "both2", {"turned2", "joined"});
    scores(net, "both2", 10);
    QCOMPARE(groupsOf(net.graph()), std::string("gru1:4 gru2:5"));
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 0, "gru2.w").positions[1], (Ints{1, 5})); // forward, backward
    QCOMPARE(sliceOf(net.graph(), found, 1, "out.w").positions[4], (Ints{4, 9}));
    const PruneResult result = pruned(net.graph());
    QCOMPARE(shapeOf(result, "gru2.w"), (Dimensions{2, 6, 2 * 2}));
    QVERIFY(proves(result));
}

void TestPruneSequences::initialStatesAreMadeAsWideAsTheHiddenWidth()
{
    PruningNet net; // zeros(layers, batch, hidden), as torch.onnx writes an LSTM without a given state
    net.input("x", {7, -1, 6});
    sizeOf(net, "batch", "x", 1);
    net.integers("directions", {1});
    net.integers("width", {5});
    net.op("Concat", "stateShape", {"directions", "batch", "width"}, {{"axis", std::int64_t{0}}});
    net.op("ConstantOfShape", "state", {"stateShape"}, {{"value", Tensor::of<float>({1}, std::vector<float>{0.25F})}});
    recurrentWeights(net, "lstm", 1, 4, 6, 5);
    net.op("LSTM", "lstm", {"x", "lstm.w", "lstm.r", "lstm.b", "", "state", "state"}, {{"hidden_size", std::int64_t{5}}});
    net.integers("axes", {1});
    net.op("Squeeze", "hidden", {"lstm", "axes"});
    scores(net, "hidden", 5);
    QCOMPARE(groupsOf(net.graph()), std::string("lstm:5"));
    const PruneResult result = pruned(net.graph(), 0.4);
    QCOMPARE(integersOf(result, "width"), Ints{3});
    QVERIFY(proves(result));
}

void TestPruneSequences::writtenInitialStatesAndPeepholesAreSliced()
{
    PruningNet net;
    net.input("x", {7, 2, 6});
    recurrentWeights(net, "lstm", 1, 4, 6, 5);
    net.weight("h0", {1, 2, 5});
    net.weight("c0", {1, 2, 5});
    net.weight("peepholes", {1, 15});
    net.op("LSTM", "lstm", {"x", "lstm.w", "lstm.r", "", "", "h0", "c0", "peepholes"}, {{"hidden_size", std::int64_t{5}}});
    net.integers("axes", {1});
    net.op("Squeeze", "hidden", {"lstm", "axes"});
    scores(net, "hidden", 5);
    QCOMPARE(slicesOf(net.graph(), 0), std::string("c0[2] h0[2] lstm.r[1] lstm.r[2] lstm.w[1] out.w[0] peepholes[1]"));
    QVERIFY(proves(pruned(net.graph(), 0.4)));
}

void TestPruneSequences::theLastStateIsRead()
{
    PruningNet net; // the layer before it is pruned, too
    net.input("x", {7, -1, 6});
    linear(net, "in", "x", 6, 8);
    recurrentWeights(net, "rnn", 1, 1, 8, 5);
    net.op("RNN", "rnn", {"in.biased", "rnn.w", "rnn.r", "rnn.b"}, {{"hidden_size", std::int64_t{5}}}, 2);
    net.integers("axes", {0});
    net.op("Squeeze", "last", {"rnn:1", "axes"});
    scores(net, "last", 5);
    QCOMPARE(groupsOf(net.graph()), std::string("in:8 rnn:5"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("in.b[0] in.w[1] rnn.w[2]"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneSequences::batchFirstLayoutAndLengthsAreFollowed()
{
    PruningNet net(14);
    net.input("x", {7, 2, 6});
    net.constant("lengths", Tensor::of<std::int32_t>({2}, std::vector<std::int32_t>{7, 4}));
    recurrentWeights(net, "gru", 1, 3, 6, 4);
    net.op("GRU", "gru", {"x", "gru.w", "gru.r", "gru.b", "lengths"}, {{"hidden_size", std::int64_t{4}}});
    net.integers("axes", {1});
    net.op("Squeeze", "hidden", {"gru", "axes"});
    scores(net, "hidden", 4);
    QCOMPARE(groupsOf(net.graph()), std::string("gru:4"));
    QVERIFY(proves(pruned(net.graph())));
    // ONNX Runtime's CPU kernels don't take layout 1: the groups alone.
    PruningNet first(14);
    first.input("x", {-1, 7, 6});
    recurrentWeights(first, "gru", 1, 3, 6, 4);
    first.op("GRU", "gru", {"x", "gru.w", "gru.r", "gru.b"}, {{"hidden_size", std::int64_t{4}}, {"layout", std::int64_t{1}}});
    first.integers("axes", {2});
    first.op("Squeeze", "hidden", {"gru", "axes"});
    scores(first, "hidden", 4);
    QCOMPARE(groupsOf(first.graph()), std::string("gru:4"));
}

void TestPruneSequences::hiddenUnitsThatAreTheOutputStay()
{
    PruningNet net;
    net.input("x", {7, -1, 6});
    recurrentWeights(net, "lstm", 1, 4, 6, 5);
    net.op("LSTM", "lstm", {"x", "lstm.w", "lstm.r", "lstm.b"}, {{"hidden_size", std::int64_t{5}}}, 3);
    net.output("lstm");
    net.output("lstm:2");
    QCOMPARE(groupsOf(net.graph()), std::string());
    QCOMPARE(reasonOf(net.graph(), "lstm"), std::string("makes the model's output"));
}

void TestPruneSequences::embeddingWidthRunsThroughResidualsAndNormalization()
{
    PruningNet net(17); // embedding, one feed-forward part with a residual and both norms
    net.input("tokens", {-1, 6}, DType::Int64);
    net.weight("words", {20, 8});
    net.op("Gather", "embedding", {"words", "tokens"});
    net.weight("places", {1, 6, 8});
    net.op("Add", "placed", {"embedding", "places"});
    layerNorm(net, "norm1", "placed", 8);
    linear(net, "up", "norm1", 8, 16);
    net.op("Relu", "relu", {"up.biased"});
    linear(net, "down", "relu", 16, 8);
    net.op("Add", "sum", {"placed", "down.biased"});
    layerNorm(net, "norm2", "sum", 8);
    scores(net, "norm2", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("embedding,down:8 up:16"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("down.b[0] down.w[1] norm1.bias[0] norm1.scale[0] norm2.bias[0] "
                                                   "norm2.scale[0] out.w[0] places[2] up.w[0] words[1]"));
    const DependencyGraph found = findDependencies(net.graph());
    const std::vector<std::string> reasons{"Add 'sum' couples 'embedding' and 'down'", "Add 'placed' has numbers for each channel",
                                           "LayerNormalization 'norm1' has numbers for each channel",
                                           "Add 'down.biased' has numbers for each channel",
                                           "LayerNormalization 'norm2' has numbers for each channel"};
    QCOMPARE(found.groups[0].reasons, reasons);
    QCOMPARE(found.restrictions.size(), std::size_t{2});
    const PruneResult result = pruned(net.graph());
    QCOMPARE(shapeOf(result, "words"), (Dimensions{20, 4}));
    QVERIFY(proves(result));
}

void TestPruneSequences::writtenOutLayerNormalizationIsFollowed()
{
    PruningNet net; // before opset 17: mean, difference, square, mean, root
    net.input("x", {-1, 6, 4});
    linear(net, "in", "x", 4, 8);
    const PruningNet::Attributes last = {{"axes", Ints{-1}}};
    net.op("ReduceMean", "mean", {"in.biased"}, last);
    net.op("Sub", "centred", {"in.biased", "mean"});
    net.constant("two", Tensor::scalar(2.0F));
    net.constant("epsilon", Tensor::scalar(1e-5F));
    net.op("Pow", "square", {"centred", "two"});
    net.op("ReduceMean", "variance", {"square"}, last);
    net.op("Add", "safe", {"variance", "epsilon"});
    net.op("Sqrt", "deviation", {"safe"});
    net.op("Div", "normal", {"centred", "deviation"});
    net.weight("scale", {8});
    net.op("Mul", "scaled", {"normal", "scale"});
    scores(net, "scaled", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("in:8"));
    QCOMPARE(slicesOf(net.graph(), 0), std::string("in.b[0] in.w[1] out.w[0] scale[0]"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneSequences::fusedQkvIsCutIntoItsThirds()
{
    PruningNet net; // nn.MultiheadAttention: 2 heads of 6, chunk(3, -1)
    net.input("x", {-1, 5, 8});
    linear(net, "qkv", "x", 8, 36);
    net.op("Split", "part", {"qkv.biased"}, {{"axis", std::int64_t{-1}}}, 3);
    net.integers("heads", {0, 0, 2, 6});
    net.integers("together", {0, 0, 12});
    for (const auto& [name, part] : {std::pair("q", "part"), {"k", "part:1"}, {"v", "part:2"}}) {
        net.op("Reshape", std::string(name) + ".heads", {part, "heads"});
        transpose(net, name, std::string(name) + ".heads", std::string(name) == "k" ? Ints{0, 2, 3, 1} : Ints{0, 2, 1, 3});
    }
    net.op("MatMul", "products", {"q", "k"});
    net.constant("scale", Tensor::scalar(0.40824829F));
    net.op("Mul", "scaled", {"products", "scale"});
    net.op("Softmax", "weights", {"scaled"}, {{"axis", std::int64_t{-1}}});
    net.op("MatMul", "mixed", {"weights", "v"});
    transpose(net, "back", "mixed", {0, 2, 1, 3});
    net.op("Reshape", "all", {"back", "together"});
    scores(net, "all", 12);
    QCOMPARE(groupsOf(net.graph()), std::string("qkv:6x4 qkv:6x2")); // q with k, and v
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 0, "qkv.w").positions[1], (Ints{1, 7, 13, 19}));
    QCOMPARE(sliceOf(net.graph(), found, 1, "qkv.w").positions[1], (Ints{25, 31}));
    const PruneResult result = pruned(net.graph());
    QCOMPARE(shapeOf(result, "qkv.w"), (Dimensions{8, 18}));
    const Node& heads = result.graph.node(*result.graph.findNode("q.heads"));
    QCOMPARE(toInt64s(result.graph.value(heads.inputs[1]).constant), (Ints{0, 0, 2, 3}));
    QCOMPARE(toFloats(result.graph.value(*result.graph.findValue("scale")).constant), std::vector<float>{0.40824829F});
    QVERIFY(proves(result));
}

void TestPruneSequences::fusedQkvInOneReshapeKeepsItsHeads()
{
    PruningNet net; // reshape(B, N, 3, 2, 6).permute(2, 0, 3, 1, 4).unbind(0)
    net.input("x", {-1, 5, 8});
    linear(net, "qkv", "x", 8, 36);
    net.integers("parts", {-1, 5, 3, 2, 6});
    net.op("Reshape", "apart", {"qkv.biased", "parts"});
    transpose(net, "turned", "apart", {2, 0, 3, 1, 4});
    for (const auto& [name, index] : {std::pair("q", 0), {"k", 1}, {"v", 2}}) {
        net.constant(std::string(name) + ".index", Tensor::scalar<std::int64_t>(index));
        net.op("Gather", name, {"turned", std::string(name) + ".index"}, {{"axis", std::int64_t{0}}});
    }
    transpose(net, "kT", "k", {0, 1, 3, 2});
    net.op("MatMul", "products", {"q", "kT"});
    net.op("Softmax", "weights", {"products"}, {{"axis", std::int64_t{-1}}});
    net.op("MatMul", "mixed", {"weights", "v"});
    transpose(net, "back", "mixed", {0, 2, 1, 3});
    net.integers("together", {-1, 5, 12});
    net.op("Reshape", "all", {"back", "together"});
    scores(net, "all", 12);
    QCOMPARE(groupsOf(net.graph()),
             std::string("qkv:6x6")); // one tensor: q, k and v lose the same places of each head
    const DependencyGraph found = findDependencies(net.graph());
    QCOMPARE(sliceOf(net.graph(), found, 0, "qkv.w").positions[1], (Ints{1, 7, 13, 19, 25, 31}));
    const PruneResult result = pruned(net.graph());
    QCOMPARE(integersOf(result, "parts"), (Ints{-1, 5, 3, 2, 3}));
    QCOMPARE(integersOf(result, "together"), (Ints{-1, 5, 6}));
    QVERIFY(proves(result));
}

void TestPruneSequences::headSizesComputedFromTheEmbeddingWidthAreWrittenDown()
{
    PruningNet net(17); // view(B, N, 2, C // 2) of a value whose C is another layer's, which loses other channels
    net.input("tokens", {-1, 6}, DType::Int64);
    net.weight("words", {20, 12});
    net.op("Gather", "embedding", {"words", "tokens"});
    sizeOf(net, "batch", "embedding", 0);
    sizeOf(net, "length", "embedding", 1);
    sizeOf(net, "width", "embedding", 2);
    net.integers("two", {2});
    net.op("Div", "headSize", {"width", "two"});
    net.op("Concat", "apart", {"batch", "length", "two", "headSize"}, {{"axis", std::int64_t{0}}});
    linear(net, "values", "embedding", 12, 12);
    net.op("Reshape", "heads", {"values.biased", "apart"});
    transpose(net, "turned", "heads", {0, 2, 1, 3});
    net.op("Tanh", "mixed", {"turned"});
    transpose(net, "back", "mixed", {0, 2, 1, 3});
    net.op("Concat", "together", {"batch", "length", "width"}, {{"axis", std::int64_t{0}}});
    net.op("Reshape", "all", {"back", "together"});
    linear(net, "project", "all", 12, 12);
    net.op("Add", "sum", {"embedding", "project.biased"});
    scores(net, "sum", 12);
    QCOMPARE(groupsOf(net.graph()), std::string("embedding,project:12 values:6x2"));
    const DependencyGraph found = findDependencies(net.graph());
    // Different shares, so that the computation would be wrong.
    const Graph uneven = removeChannels(net.graph(), found, {{0, 1, 2, 3, 4, 5, 6, 7}, {0, 2, 5}});
    QCOMPARE(uneven.value(*uneven.findValue("values.w")).constant.shape(), (Dimensions{8, 6}));
    const Node& heads = uneven.node(*uneven.findNode("heads"));
    QCOMPARE(toInt64s(uneven.value(heads.inputs[1]).constant), (Ints{-1, 6, 2, 3}));
    QVERIFY(!uneven.findNode("headSize")); // nobody asks any more
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneSequences::aScaleComputedFromTheHeadSizeKeepsItsNumber()
{
    PruningNet net; // q k / sqrt(size), written as Shape, Cast, Sqrt, Div
    net.input("x", {-1, 5, 8});
    for (const std::string name : {"q", "k", "v"})
        linear(net, name, "x", 8, 16);
    transpose(net, "kT", "k.biased", {0, 2, 1});
    sizeOf(net, "size", "q.biased", 2);
    net.op("Cast", "real", {"size"}, {{"to", std::int64_t{1}}});
    net.op("Sqrt", "root", {"real"});
    net.op("MatMul", "products", {"q.biased", "kT"});
    net.op("Div", "scaled", {"products", "root"});
    net.op("Softmax", "weights", {"scaled"}, {{"axis", std::int64_t{-1}}});
    net.op("MatMul", "mixed", {"weights", "v.biased"});
    scores(net, "mixed", 16);
    QCOMPARE(groupsOf(net.graph()), std::string("q,k:16 v:16"));
    const PruneResult result = pruned(net.graph());
    const Node& cast = result.graph.node(*result.graph.findNode("real"));
    QCOMPARE(toInt64s(result.graph.value(cast.inputs[0]).constant), Ints{16}); // as the Softmax was trained with
    QVERIFY(proves(result));
}

void TestPruneSequences::aClassTokenIsAsWideAsTheEmbedding()
{
    PruningNet net(17); // token.expand(n, -1, -1), as torch.onnx writes it, before the patches
    net.input("x", {-1, 3, 8, 8});
    net.conv("patches", "x", {3, 8, 1});
    net.integers("flat", {0, 8, 64});
    net.op("Reshape", "rows", {"patches", "flat"});
    transpose(net, "sequence", "rows", {0, 2, 1});
    sizeOf(net, "batch", "sequence", 0);
    net.integers("keep", {-1});
    net.op("Concat", "wanted", {"batch", "keep", "keep"}, {{"axis", std::int64_t{0}}});
    net.op("Shape", "count", {"wanted"});
    net.op("ConstantOfShape", "ones", {"count"}, {{"value", Tensor::of<std::int64_t>({1}, Ints{1})}});
    net.constant("minus", Tensor::scalar<std::int64_t>(-1));
    net.op("Mul", "minuses", {"ones", "minus"});
    net.op("Equal", "isKept", {"wanted", "minuses"});
    net.op("Where", "shape", {"isKept", "ones", "wanted"});
    net.weight("token", {1, 1, 8});
    net.op("Expand", "tokens", {"token", "shape"});
    net.op("Concat", "all", {"tokens", "sequence"}, {{"axis", std::int64_t{1}}});
    layerNorm(net, "norm", "all", 8);
    net.constant("first", Tensor::scalar<std::int64_t>(0));
    net.op("Gather", "class", {"norm", "first"}, {{"axis", std::int64_t{1}}});
    scores(net, "class", 8);
    QCOMPARE(groupsOf(net.graph()), std::string("patches:8"));
    const PruneResult result = pruned(net.graph());
    QCOMPARE(shapeOf(result, "token"), (Dimensions{1, 1, 4}));
    QCOMPARE(integersOf(result, "flat"), (Ints{0, 4, 64}));
    QVERIFY(proves(result));
}

void TestPruneSequences::freeBatchAndLengthStayComputed()
{
    PruningNet net; // view(B, N, 2, C // 2) with B and N both free
    Shape free = {Dim::free("N"), Dim::free("T"), Dim::fixed(8)};
    net.graph().inputs.push_back(net.graph().addValue({"x", {DType::Float32, free}, {}}));
    linear(net, "in", "x", 8, 12);
    sizeOf(net, "batch", "x", 0);
    sizeOf(net, "length", "x", 1);
    sizeOf(net, "width", "in.biased", 2);
    net.integers("two", {2});
    net.op("Div", "headSize", {"width", "two"});
    net.op("Concat", "apart", {"batch", "length", "two", "headSize"}, {{"axis", std::int64_t{0}}});
    net.op("Reshape", "heads", {"in.biased", "apart"});
    net.weight("w", {6, 4});
    net.op("MatMul", "each", {"heads", "w"});
    net.op("Relu", "relu", {"each"});
    scores(net, "relu", 4);
    QCOMPARE(groupsOf(net.graph()), std::string("in:6x2 each:4"));
    QVERIFY(proves(pruned(net.graph())));
}

void TestPruneSequences::softmaxOverTheWidthIsNamed()
{
    PruningNet net;
    net.input("x", {-1, 5, 8});
    linear(net, "in", "x", 8, 6);
    net.op("Softmax", "shares", {"in.biased"}, {{"axis", std::int64_t{-1}}});
    scores(net, "shares", 6);
    QCOMPARE(groupsOf(net.graph()), std::string());
    QCOMPARE(reasonOf(net.graph(), "in"), std::string("Softmax 'shares' computes over all of its channels at once"));
}

QTEST_GUILESS_MAIN(TestPruneSequences)
#include "test_prune_sequences.moc"
