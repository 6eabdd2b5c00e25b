// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/head.h"

#include "core/error.h"
#include "core/random.h"
#include "data/model_card.h"
#include "graph/fake_quantize.h"
#include "graph/shape_inference.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

namespace hone
{

namespace
{

[[noreturn]] void refuse(const std::string& detail)
{
    throw Error(MessageCode::NotTrainable, {{"detail", detail}});
}

// A constant, which may be put on a grid for training.
bool isStored(const Graph& graph, const GraphUses& uses, ValueId id)
{
    if (!id.valid() || graph.isConstant(id))
        return id.valid();
    const NodeId producer = uses.producer(id);
    return producer.valid() && isFakeQuantize(graph.node(producer)) && graph.isConstant(graph.node(producer).input(0));
}

bool isHead(const Graph& graph, const GraphUses& uses, const Node& node)
{
    if (!node.domain.empty() || (node.opType != "Gemm" && node.opType != "MatMul" && node.opType != "Conv"))
        return false;
    return node.input(1).valid() && (isStored(graph, uses, node.input(1)) || node.opType == "MatMul");
}

// Between the head and the output: nothing that mixes classes or has weights of its own besides a bias.
bool keepsClassesApart(const Graph& graph, const GraphUses& uses, const Node& node)
{
    static const std::set<std::string_view> operators = {"Softmax",   "LogSoftmax",        "Sigmoid",     "Reshape",   "Flatten", "Squeeze",
                                                         "Unsqueeze", "Identity",          "Dropout",     "Transpose", "Cast",    "Relu",
                                                         "Clip",      "GlobalAveragePool", "AveragePool", "ReduceMean"};
    if (isFakeQuantize(node) || isRoundBias(node))
        return true;
    if (!node.domain.empty())
        return false;
    if (node.opType == "Add")
        return isStored(graph, uses, node.input(0)) || isStored(graph, uses, node.input(1));
    return operators.contains(node.opType);
}

// The input that carries the scores: an Add's constant may be its first.
ValueId carriedInput(const Graph& graph, const GraphUses& uses, const Node& node)
{
    return isStored(graph, uses, node.input(0)) ? node.input(1) : node.input(0);
}

struct Tail
{
    NodeId head;
    std::vector<NodeId> after; // from the output back to the head
};

Tail findTail(const Graph& graph)
{
    if (graph.outputs.empty())
        refuse("it has no output");
    const GraphUses uses(graph);
    Tail tail;
    for (NodeId id = uses.producer(graph.outputs[0]); id.valid();) {
        const Node& node = graph.node(id);
        if (isHead(graph, uses, node)) {
            tail.head = id;
            return tail;
        }
        if (!keepsClassesApart(graph, uses, node))
            break;
        tail.after.push_back(id);
        id = uses.producer(carriedInput(graph, uses, node));
    }
    refuse("no Gemm, MatMul or Conv ends in its output");
}

// Puts a tensor in place of a constant input, under the constant's name where nobody else reads it.
void replaceConstant(Graph& graph, NodeId nodeId, std::size_t input, Tensor tensor)
{
    const ValueId old = graph.node(nodeId).inputs.at(input);
    const GraphUses uses(graph);
    if (graph.isConstant(old) && uses.users(old).size() == 1 && !uses.isGraphOutput(old)) {
        Value& value = graph.value(old);
        value.type = {tensor.dtype(), fixedShape(tensor.shape())};
        value.constant = std::move(tensor);
        return;
    }
    graph.node(nodeId).inputs[input] = graph.addConstant(graph.value(old).name + ".head", std::move(tensor));
}

struct WeightShape
{
    Dimensions shape;
    std::size_t outputAxis;
};

WeightShape weightShapeOf(const Graph& graph, const Node& head)
{
    Dimensions shape;
    if (graph.isConstant(head.input(1))) {
        shape = graph.value(head.input(1)).constant.shape();
    } else if (const auto inferred = inferShapes(graph).type(head.input(1)).shape; inferred) {
        shape = withFreeAs(*inferred, -1);
    }
    const bool isConv = head.opType == "Conv";
    if ((isConv ? shape.size() < 3 : shape.size() != 2) || std::any_of(shape.begin(), shape.end(), [](auto n) { return n < 1; }))
        refuse("the shape of its last layer's weight is not known");
    if (isConv && head.intAttribute("group", 1) != 1)
        refuse("its last layer is a grouped convolution");
    const bool outputFirst = isConv || (head.opType == "Gemm" && head.intAttribute("transB", 0) != 0);
    return {shape, outputFirst ? std::size_t{0} : std::size_t{1}};
}

Tensor newWeight(const WeightShape& old, int outputs, std::uint64_t seed)
{
    Dimensions shape = old.shape;
    shape[old.outputAxis] = outputs;
    Tensor weight(DType::Float32, shape);
    const double fanIn = static_cast<double>(weight.size()) / outputs;
    const double bound = 1 / std::sqrt(fanIn);
    Random random(seed);
    for (float& value : weight.mutableData<float>())
        value = static_cast<float>(random.uniform(-bound, bound));
    return weight;
}

// Zeros of the old bias's shape, with the new count where the old one was.
Tensor newBias(const Tensor& old, std::int64_t oldOutputs, int outputs)
{
    Dimensions shape = old.shape();
    const auto axis = std::find(shape.rbegin(), shape.rend(), oldOutputs);
    if (axis != shape.rend())
        *axis = outputs;
    return Tensor(DType::Float32, shape);
}

// Biases that follow as an Add, and shapes that name the number of outputs.
void adaptTail(Graph& graph, const Tail& tail, std::int64_t oldOutputs, int outputs)
{
    for (const NodeId id : tail.after) {
        const Node& node = graph.node(id);
        if (node.opType == "Add") {
            const std::size_t bias = graph.isConstant(node.input(0)) ? 0 : 1;
            replaceConstant(graph, id, bias, newBias(graph.value(node.inputs[bias]).constant, oldOutputs, outputs));
        } else if (node.opType == "Reshape" && graph.isConstant(node.input(1))) {
            auto target = toInt64s(graph.value(node.input(1)).constant);
            std::replace(target.begin(), target.end(), oldOutputs, std::int64_t{outputs});
            replaceConstant(graph, id, 1, Tensor::of({static_cast<std::int64_t>(target.size())}, target));
        }
        for (const ValueId output : graph.node(id).outputs)
            if (output.valid() && graph.value(output).type.shape)
                for (Dim& dim : *graph.value(output).type.shape)
                    if (dim.extent == oldOutputs)
                        dim.extent = outputs;
    }
}

} // namespace

NodeId findHead(const Graph& graph)
{
    return findTail(graph).head;
}

Graph withNewHead(const Graph& graph, int outputs, std::uint64_t seed)
{
    Graph result = graph;
    const Tail tail = findTail(result);
    const Node head = result.node(tail.head);
    const WeightShape old = weightShapeOf(result, head);
    const std::int64_t oldOutputs = old.shape[old.outputAxis];

    replaceConstant(result, tail.head, 1, newWeight(old, outputs, seed));
    if (head.input(2).valid()) {
        if (!result.isConstant(head.input(2)))
            refuse("the bias of its last layer is computed");
        replaceConstant(result, tail.head, 2, newBias(result.value(head.input(2)).constant, oldOutputs, outputs));
    }
    Tail whole = tail;
    whole.after.push_back(tail.head);
    adaptTail(result, whole, oldOutputs, outputs);
    result.removeDeadNodes();

    ModelCard card = readModelCard(result);
    card.classes.clear();
    writeModelCard(result, card);
    return result;
}

} // namespace hone
