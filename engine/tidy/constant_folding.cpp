// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/constant_folding.h"

#include "core/error.h"
#include "graph/shape_inference.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

// A model in memory has to stay below protobuf's 2 GB.
constexpr std::int64_t largestBytesAtOnce = std::int64_t{1} << 30;

bool computesOnNumbersAlone(const Node& node)
{
    // Folding a weight's DequantizeLinear would undo what made the model small.
    static const std::set<std::string_view> kept = {"Dropout",        "Multinomial",      "Bernoulli",
                                                    "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"};
    return !node.inputs.empty() && !node.outputs.empty() && !kept.contains(node.opType) && !node.opType.starts_with("Random") &&
           std::ranges::none_of(node.attributes, [](const auto& attribute) {
               return std::holds_alternative<std::shared_ptr<const Graph>>(attribute.second);
           });
}

// The tensor that a Constant node stands for; null where its kind has none.
Tensor tensorOf(const Node& node)
{
    for (const auto& [key, attribute] : node.attributes) {
        if (const auto* tensor = std::get_if<Tensor>(&attribute); tensor && key == "value")
            return *tensor;
        if (const auto* number = std::get_if<float>(&attribute); number && key == "value_float")
            return Tensor::scalar(*number);
        if (const auto* number = std::get_if<std::int64_t>(&attribute); number && key == "value_int")
            return Tensor::scalar(*number);
        if (const auto* list = std::get_if<std::vector<float>>(&attribute); list && key == "value_floats")
            return Tensor::of({static_cast<std::int64_t>(list->size())}, *list);
        if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute); list && key == "value_ints")
            return Tensor::of({static_cast<std::int64_t>(list->size())}, *list);
    }
    return {};
}

void becomeConstant(Graph& graph, ValueId id, Tensor tensor)
{
    graph.value(id).type = {tensor.dtype(), fixedShape(tensor.shape())};
    graph.value(id).constant = std::move(tensor);
}

// ONNX Runtime's buffers would keep its session alive.
Tensor withOwnBytes(const Tensor& tensor)
{
    Tensor copy(tensor.dtype(), tensor.shape());
    if (tensor.byteCount() > 0)
        std::memcpy(copy.mutableBytes().data(), tensor.bytes().data(), tensor.byteCount());
    return copy;
}

class Folding
{
public:
    Folding(Graph& graph, const FoldingLimits& limits)
        : m_graph(graph),
          m_uses(graph),
          m_types(inferShapes(graph)),
          m_left(limits.largestGrowthBytes),
          m_folds(graph.valueCount())
    {}

    std::vector<std::string> run()
    {
        choose();
        if (m_nodes.empty())
            return {};
        if (!compute(m_nodes))
            for (const auto id : std::vector(m_nodes)) // one that ONNX Runtime refuses holds up itself alone
                compute({id});
        return m_names;
    }

private:
    bool isKnown(ValueId id) const { return m_graph.isConstant(id) || m_folds[id.index]; }

    std::optional<std::int64_t> bytesOf(ValueId id) const
    {
        if (m_graph.isConstant(id))
            return static_cast<std::int64_t>(m_graph.value(id).constant.byteCount());
        const auto& type = m_types.type(id);
        if (!type.shape || elementBits(type.dtype) == 0)
            return std::nullopt;
        std::int64_t elements = 1;
        for (const auto& dim : *type.shape) {
            if (!dim.isFixed() || (dim.extent > 0 && elements > std::numeric_limits<std::int64_t>::max() / 16 / dim.extent))
                return std::nullopt;
            elements *= dim.extent;
        }
        return elements * static_cast<std::int64_t>(elementBits(type.dtype)) / 8;
    }

    void choose()
    {
        std::int64_t read = 0;
        for (const auto id : m_graph.order()) {
            const auto& node = m_graph.node(id);
            if (!computesOnNumbersAlone(node) ||
                !std::ranges::all_of(node.inputs, [&](ValueId input) { return !input.valid() || isKnown(input); }) ||
                std::ranges::any_of(node.outputs, [&](ValueId output) { return !output.valid() || m_uses.isGraphOutput(output); }))
                continue;
            const auto growth = growthOf(node);
            if (!growth || *growth > m_left)
                continue;
            for (const auto input : node.inputs)
                read += input.valid() ? bytesOf(input).value_or(0) : 0;
            if (read > largestBytesAtOnce)
                break;
            m_left -= std::max<std::int64_t>(0, *growth);
            m_nodes.push_back(id);
            for (const auto output : node.outputs)
                m_folds[output.index] = true;
        }
    }

    // By how much the file grows: the outputs less what nobody else reads.
    std::optional<std::int64_t> growthOf(const Node& node) const
    {
        std::int64_t growth = 0;
        for (const auto output : node.outputs) {
            const auto bytes = bytesOf(output);
            if (!bytes)
                return std::nullopt;
            growth += *bytes;
        }
        for (const auto input : node.inputs)
            if (input.valid() && m_uses.users(input).size() == 1 && !m_uses.isGraphOutput(input))
                growth -= bytesOf(input).value_or(0);
        return growth;
    }

    // Whether ONNX Runtime did; then the nodes are gone.
    bool compute(const std::vector<NodeId>& nodes)
    {
        const auto isReady = [&](ValueId input) { return !input.valid() || m_graph.isConstant(input); };
        if (nodes.size() == 1 && !std::ranges::all_of(m_graph.node(nodes.front()).inputs, isReady))
            return false; // what it reads could not be computed
        std::vector<ValueId> made;
        std::vector<Tensor> results;
        try {
            results = Session::fromBytes(serializeOnnx(alone(nodes, made)),
                                         {.threads = 1, .optimization = Optimization::None, .profilePrefix = {}}, m_graph.name)
                          .run({});
        } catch (const Error&) {
            return false;
        }
        for (std::size_t i = 0; i < results.size(); ++i)
            becomeConstant(m_graph, made[i], withOwnBytes(results[i]));
        for (const auto id : nodes) {
            m_names.push_back(m_graph.node(id).name);
            m_graph.removeNode(id);
        }
        return true;
    }

    // A graph of these nodes; its outputs are what the others read, and `made` names the same values here.
    Graph alone(const std::vector<NodeId>& nodes, std::vector<ValueId>& made) const
    {
        Graph graph;
        graph.name = m_graph.name;
        graph.opsets = m_graph.opsets;
        graph.irVersion = std::max<std::int64_t>(m_graph.irVersion, 4); // constants need not be inputs
        const std::set<NodeId> chosen(nodes.begin(), nodes.end());
        const auto here = [&](ValueId id) {
            const auto& source = m_graph.value(id);
            if (const auto known = graph.findValue(source.name))
                return *known;
            return source.constant.isNull() ? graph.addComputed(source.name) : graph.addConstant(source.name, source.constant);
        };
        for (const auto id : nodes) {
            Node copy = m_graph.node(id);
            for (auto& input : copy.inputs)
                if (input.valid())
                    input = here(input);
            for (auto& output : copy.outputs) {
                const auto original = output;
                output = here(output);
                const auto& users = m_uses.users(original);
                if (std::ranges::any_of(users, [&](const Use& use) { return !chosen.contains(use.node); })) {
                    graph.value(output).type.dtype = m_types.type(original).dtype;
                    graph.outputs.push_back(output);
                    made.push_back(original);
                }
            }
            graph.addNode(std::move(copy));
        }
        return graph;
    }

    Graph& m_graph;
    GraphUses m_uses;
    InferredTypes m_types;
    std::int64_t m_left;       // of the growth that is allowed
    std::vector<bool> m_folds; // values that the chosen nodes make
    std::vector<NodeId> m_nodes;
    std::vector<std::string> m_names;
};

} // namespace

std::vector<std::string> liftConstants(Graph& graph)
{
    const GraphUses uses(graph);
    std::vector<std::string> lifted;
    for (const auto id : std::vector(graph.order())) {
        const auto& node = graph.node(id);
        if (node.opType != "Constant" || !node.domain.empty() || node.outputs.size() != 1 || !node.outputs[0].valid() ||
            uses.isGraphOutput(node.outputs[0]))
            continue;
        auto tensor = tensorOf(node);
        if (tensor.isNull() || tensor.dtype() == DType::String)
            continue;
        lifted.push_back(node.name);
        becomeConstant(graph, node.outputs[0], std::move(tensor));
        graph.removeNode(id);
    }
    return lifted;
}

std::vector<std::string> foldConstants(Graph& graph, const FoldingLimits& limits)
{
    auto names = liftConstants(graph);
    const auto computed = Folding(graph, limits).run();
    names.insert(names.end(), computed.begin(), computed.end());
    if (!computed.empty())
        graph.removeDeadNodes();
    return names;
}

} // namespace hone
