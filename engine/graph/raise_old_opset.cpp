// SPDX-License-Identifier: GPL-3.0-or-later
// The changes are those of ONNX's "Operator Changelog" from version to version.
#include "graph/raise_old_opset.h"

#include "graph/shape_inference.h"

#include <algorithm>
#include <array>

namespace hone
{
namespace
{

using Ints = std::vector<std::int64_t>;

bool isOneOf(const std::string& opType, std::initializer_list<std::string_view> opTypes)
{
    return std::ranges::find(opTypes, opType) != opTypes.end();
}

class Raising
{
public:
    explicit Raising(Graph& graph) : m_graph(graph), m_opset(graph.opset())
    {
        for (const auto id : m_graph.order())
            if (Node& node = m_graph.node(id); node.domain.empty() && node.opType == "Reshape" && node.hasAttribute("shape"))
                attributeToInput(node, "shape");
        m_types = inferShapes(m_graph);
    }

    bool run()
    {
        const auto order = m_graph.order(); // it grows
        for (const auto id : order)
            if (m_graph.node(id).domain.empty())
                raise(id);
        m_graph.opsets[""] = oldestRunOpset;
        return m_followed;
    }

private:
    void raise(NodeId id)
    {
        Node& node = m_graph.node(id);
        node.attributes.erase("consumed_inputs");
        const auto& op = node.opType;
        if (isOneOf(op, {"Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less"}))
            alignSecond(id);
        else if (op == "PRelu")
            alignSlope(id);
        else if (op == "Gemm")
            node.attributes.erase("broadcast");
        else if (op == "BatchNormalization" || op == "Dropout")
            becomeInference(node);
        else if (isOneOf(op, {"RNN", "GRU", "LSTM"}))
            node.attributes.erase("output_sequence");
        else if (op == "Selu")
            spellOutSelu(node);
        else if (op == "Cast")
            castByNumber(node);
        else if (op == "Pad" && node.hasAttribute("paddings"))
            rename(node, "paddings", "pads");
        else if (op == "Concat" && m_opset < 4)
            node.attributes.try_emplace("axis", std::int64_t{1});
        else if (op == "Upsample")
            scalesOfUpsample(node);
        else if ((op == "Tile" && m_opset < 6) || (op == "Split" && node.inputs.size() > 1) ||
                 isOneOf(op, {"Affine", "Crop", "GivenTensorFill", "GRUUnit", "ImageScaler", "ParametricSoftplus", "Scale", "ScaledTanh",
                              "ThresholdedRelu"}))
            m_followed = false;
    }

    // The second operand lay along the first one's axes from `axis` on; now both are aligned at their last axes.
    void alignSecond(NodeId id)
    {
        Node& node = m_graph.node(id);
        const auto axis = node.hasAttribute("axis") ? std::optional(node.intAttribute("axis", 0)) : std::nullopt;
        node.attributes.erase("broadcast");
        node.attributes.erase("axis");
        const auto &first = m_types.type(node.input(0)).shape, &second = m_types.type(node.input(1)).shape;
        if (!axis || (second && second->empty()))
            return;
        if (!first || !second) {
            m_followed = false;
            return;
        }
        const auto rank = static_cast<std::int64_t>(first->size());
        const auto from = *axis < 0 ? *axis + rank : *axis;
        unsqueezeAtEnd(id, 1, rank - from - static_cast<std::int64_t>(second->size()));
    }

    // One slope a channel, of shape [C].
    void alignSlope(NodeId id)
    {
        const Node& node = m_graph.node(id);
        const auto &data = m_types.type(node.input(0)).shape, &slope = m_types.type(node.input(1)).shape;
        if (slope && (slope->empty() || (slope->size() == 1 && (*slope)[0] == Dim::fixed(1))))
            return;
        if (!data || !slope)
            m_followed = false;
        else if (slope->size() == 1)
            unsqueezeAtEnd(id, 1, static_cast<std::int64_t>(data->size()) - 2);
    }

    void unsqueezeAtEnd(NodeId id, std::size_t input, std::int64_t count)
    {
        if (count <= 0)
            return;
        const auto from = m_graph.node(id).inputs[input];
        const auto rank = static_cast<std::int64_t>(m_types.type(from).shape->size());
        ValueId aligned;
        if (m_graph.isConstant(from)) {
            auto shape = m_graph.value(from).constant.shape();
            shape.insert(shape.end(), static_cast<std::size_t>(count), 1);
            aligned = m_graph.addConstant(m_graph.value(from).name + "_aligned", m_graph.value(from).constant.reshaped(shape));
        } else {
            Ints axes;
            for (std::int64_t i = 0; i < count; ++i)
                axes.push_back(rank + i);
            aligned = m_graph.addComputed(m_graph.value(from).name + "_aligned");
            m_graph.insertNodeBefore(
                id, {.name = {}, .opType = "Unsqueeze", .inputs = {from}, .outputs = {aligned}, .attributes = {{"axes", axes}}});
        }
        m_graph.node(id).inputs[input] = aligned;
    }

    static void becomeInference(Node& node)
    {
        node.attributes.erase("is_test");
        node.outputs.resize(1);
    }

    // Its defaults were shorter.
    void spellOutSelu(Node& node) const
    {
        if (m_opset >= 6)
            return;
        node.attributes.try_emplace("alpha", 1.6732f);
        node.attributes.try_emplace("gamma", 1.0507f);
    }

    // The type was a word.
    void castByNumber(Node& node)
    {
        const auto word = node.stringAttribute("to", "");
        if (word.empty())
            return;
        constexpr std::array words = {"UNDEFINED", "FLOAT", "UINT8",   "INT8",   "UINT16", "INT16",  "INT32",     "INT64",
                                      "STRING",    "BOOL",  "FLOAT16", "DOUBLE", "UINT32", "UINT64", "COMPLEX64", "COMPLEX128"};
        const auto found = std::ranges::find(words, word);
        if (found == words.end())
            m_followed = false;
        node.attributes["to"] = static_cast<std::int64_t>(found - words.begin());
    }

    static void rename(Node& node, const std::string& from, const std::string& to)
    {
        auto entry = node.attributes.extract(from);
        entry.key() = to;
        node.attributes.insert(std::move(entry));
    }

    void attributeToInput(Node& node, const std::string& key)
    {
        const auto numbers = node.intsAttribute(key);
        node.attributes.erase(key);
        node.inputs.push_back(m_graph.addConstant(node.name + "_" + key, Tensor::of({static_cast<std::int64_t>(numbers.size())}, numbers)));
    }

    static void scalesOfUpsample(Node& node)
    {
        if (!node.hasAttribute("height_scale"))
            return;
        node.attributes["scales"] = std::vector<float>{1, 1, node.floatAttribute("height_scale", 1), node.floatAttribute("width_scale", 1)};
        node.attributes.erase("height_scale");
        node.attributes.erase("width_scale");
    }

    Graph& m_graph;
    std::int64_t m_opset;
    InferredTypes m_types;
    bool m_followed = true;
};

} // namespace

bool raiseOldOpset(Graph& graph)
{
    return graph.opset() >= oldestRunOpset || Raising(graph).run();
}

} // namespace hone
