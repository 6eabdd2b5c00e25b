// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/shape_inference.h"

#include "graph/shape_rules.h"

#include <algorithm>

namespace hone
{
namespace
{

const ShapeRules& allRules()
{
    static const ShapeRules rules = [] {
        ShapeRules all;
        for (const auto addFamily : {addElementwiseRules, addConvolutionRules, addPoolingRules, addLinearRules, addRecurrentRules,
                                     addLayoutRules, addResizingRules, addIndexingRules, addReductionRules, addContentsRules,
                                     addQuantizationRules, addControlFlowRules, addRegionRules, addSignalRules})
            addFamily(all);
        return all;
    }();
    return rules;
}

bool isSmallInteger(const Tensor& tensor)
{
    return (tensor.dtype() == DType::Int64 || tensor.dtype() == DType::Int32 || tensor.dtype() == DType::Bool) && tensor.rank() <= 1 &&
           tensor.size() <= static_cast<std::int64_t>(mostContents);
}

std::optional<Contents> contentsOf(const Tensor& tensor)
{
    if (!isSmallInteger(tensor))
        return std::nullopt;
    Contents contents;
    for (const auto number : toInt64s(tensor))
        contents.push_back({number});
    return contents;
}

template<class T>
Tensor tensorOf(const Dimensions& shape, const Contents& contents)
{
    Tensor tensor(DTypeOf<T>::value, shape);
    std::ranges::transform(contents, tensor.mutableData<T>().begin(),
                           [](const Element& element) { return static_cast<T>(*element.number); });
    return tensor;
}

// Null where an element isn't known.
Tensor materialize(const ValueType& type, const Contents& contents)
{
    if (!type.shape || !std::ranges::all_of(contents, [](const Element& e) { return e.number.has_value(); }))
        return {};
    const auto shape = withFreeAs(*type.shape, static_cast<std::int64_t>(contents.size()));
    if (elementCount(shape) != static_cast<std::int64_t>(contents.size()))
        return {};
    switch (type.dtype) {
    case DType::Int64: return tensorOf<std::int64_t>(shape, contents);
    case DType::Int32: return tensorOf<std::int32_t>(shape, contents);
    case DType::Bool: return tensorOf<bool>(shape, contents);
    default: return {};
    }
}

Shape overridingShape(const Dimensions& dimensions)
{
    Shape shape;
    for (const auto extent : dimensions)
        shape.push_back(extent >= 0 ? Dim::fixed(extent) : Dim::free(""));
    return shape;
}

class Inference
{
public:
    Inference(const Graph& graph, const ShapeOptions& options) : m_graph(graph), m_options(options)
    {
        m_state.found.types.resize(graph.valueCount());
        m_state.found.constants.resize(graph.valueCount());
        m_state.contents.resize(graph.valueCount());
    }

    // What a sub-graph knows of the values around it, by name.
    void capture(const Graph& around, const InferenceState& known)
    {
        for (std::uint32_t i = 0; i < m_graph.valueCount(); ++i) {
            const auto outer = around.findValue(m_graph.value(ValueId{i}).name);
            if (!outer || m_graph.isConstant(ValueId{i}))
                continue;
            m_state.found.types[i] = known.found.types[outer->index];
            m_state.found.constants[i] = known.found.constants[outer->index];
            m_state.contents[i] = known.contents[outer->index];
        }
    }

    std::size_t& named() { return m_state.named; }

    InferredTypes run()
    {
        seedConstants();
        seedInputs();
        for (const auto id : m_graph.order())
            infer(m_graph.node(id));
        return std::move(m_state.found);
    }

private:
    void seedConstants()
    {
        for (std::uint32_t i = 0; i < m_graph.valueCount(); ++i) {
            const auto& tensor = m_graph.value(ValueId{i}).constant;
            if (tensor.isNull())
                continue;
            m_state.found.types[i] = {tensor.dtype(), fixedShape(tensor.shape())};
            m_state.found.constants[i] = tensor;
            m_state.contents[i] = contentsOf(tensor);
        }
    }

    void seedInputs()
    {
        for (const auto id : m_graph.inputs)
            m_state.found.types[id.index] = m_graph.value(id).type;
        for (const auto& [name, dimensions] : m_options.inputShapes) {
            const auto id = m_graph.findValue(name);
            if (!id || std::ranges::find(m_graph.inputs, *id) == m_graph.inputs.end())
                throw Error(MessageCode::ShapeMismatch, {{"node", name}, {"detail", "no input has this name"}});
            m_state.found.types[id->index].shape = overridingShape(dimensions);
        }
        for (const auto id : m_graph.inputs)
            nameFreeExtents(m_state.found.types[id.index]);
    }

    void infer(const Node& node)
    {
        if (const auto rule = allRules().find(node)) {
            RuleContext context(m_graph, node, m_state);
            rule(context);
        } else {
            noteUnknown(node);
        }
        for (const auto output : node.outputs)
            if (output.valid())
                complete(output);
    }

    // Every free extent has a name, and extents of the same name are the same.
    void nameFreeExtents(ValueType& type)
    {
        if (!type.shape)
            return;
        for (auto& dim : *type.shape)
            if (!dim.isFixed() && dim.symbol.empty())
                dim.symbol = "?" + std::to_string(++m_state.named);
    }

    void noteUnknown(const Node& node)
    {
        auto& unknown = m_state.found.unknownOperators;
        const auto name = node.domain.empty() ? node.opType : node.domain + "." + node.opType;
        if (std::ranges::find(unknown, name) == unknown.end())
            unknown.push_back(name);
    }

    void complete(ValueId output)
    {
        auto& type = m_state.found.types[output.index];
        auto& contents = m_state.contents[output.index];
        auto& constant = m_state.found.constants[output.index];
        if (constant.isNull() && contents)
            constant = materialize(type, *contents);
        else if (!constant.isNull() && !contents)
            contents = contentsOf(constant);
        // What the file declares holds for the inputs that it declares, not for other ones.
        const auto& declared = m_graph.value(output).type;
        if (type.dtype == DType::Undefined)
            type.dtype = declared.dtype;
        if (!type.shape && m_options.inputShapes.empty())
            type.shape = declared.shape;
        nameFreeExtents(type);
    }

    const Graph& m_graph;
    const ShapeOptions& m_options;
    InferenceState m_state;
};

} // namespace

std::optional<BodyTypes> RuleContext::inferBody(const std::string& attribute, const std::vector<ValueType>& inputs) const
{
    const auto found = m_node.attributes.find(attribute);
    const auto* body = found == m_node.attributes.end() ? nullptr : std::get_if<std::shared_ptr<const Graph>>(&found->second);
    if (!body || !*body || (*body)->inputs.size() != inputs.size())
        return std::nullopt;
    BodyTypes result{**body, {}};
    result.graph.opsets = m_graph.opsets;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        result.graph.value(result.graph.inputs[i]).type = inputs[i];
    const ShapeOptions options;
    Inference inference(result.graph, options);
    inference.capture(m_graph, m_state);
    inference.named() = m_state.named;
    result.found = inference.run();
    m_state.named = inference.named();
    auto& unknown = m_state.found.unknownOperators;
    for (const auto& name : result.found.unknownOperators)
        if (std::ranges::find(unknown, name) == unknown.end())
            unknown.push_back(name);
    return result;
}

InferredTypes inferShapes(const Graph& graph, const ShapeOptions& options)
{
    return Inference(graph, options).run();
}

void giveInferredTypes(Graph& graph, const std::vector<ValueId>& values)
{
    const InferredTypes types = inferShapes(graph);
    for (const ValueId value : values) {
        const DType inferred = types.type(value).dtype;
        graph.value(value).type.dtype = inferred == DType::Undefined ? DType::Float32 : inferred;
    }
}

} // namespace hone
