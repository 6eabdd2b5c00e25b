// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/graph_proto.h"

#include "core/error.h"
#include "onnx_io/tensor_proto.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace hone
{
namespace
{

// A declared shape of as many elements can't be meant.
constexpr std::int64_t mostElements = std::int64_t{1} << 40;
constexpr int largestRank = 64;
// A name is copied to every shape that it stands in.
constexpr std::size_t longestExtentName = 1024;

[[noreturn]] void throwInvalid(const std::string& detail)
{
    throw Error(MessageCode::ModelInvalid, {{"path", ""}, {"detail", detail}});
}

Shape readShape(const onnx::TensorShapeProto& proto, const std::string& owner)
{
    if (proto.dim_size() > largestRank)
        throwInvalid(owner + " is declared with " + std::to_string(proto.dim_size()) + " dimensions");
    Shape shape;
    std::int64_t elements = 1;
    for (const auto& dim : proto.dim()) {
        if (dim.dim_param().size() > longestExtentName)
            throwInvalid(owner + " is declared with an extent whose name has " + std::to_string(dim.dim_param().size()) + " characters");
        // Some exporters write -1 for a free extent, as they would in a Reshape.
        if (!dim.has_dim_value() || dim.dim_value() == -1) {
            shape.push_back(Dim::free(dim.dim_param()));
            continue;
        }
        const auto extent = dim.dim_value();
        // An extent of 0 mustn't hide an absurd one.
        if (extent < 0 || __builtin_mul_overflow(elements, std::max<std::int64_t>(extent, 1), &elements) || elements >= mostElements)
            throwInvalid(owner + " is declared with the extent " + std::to_string(extent));
        shape.push_back(Dim::fixed(extent));
    }
    return shape;
}

void readType(const onnx::ValueInfoProto& info, Value& value)
{
    value.docString = info.doc_string();
    if (!info.has_type())
        return;
    const auto owner = "value '" + info.name() + "'";
    if (!info.type().has_tensor_type()) {
        value.foreignType = info.type().SerializeAsString();
        return;
    }
    const auto& tensor = info.type().tensor_type();
    value.type.dtype = dtypeOf(tensor.elem_type(), owner);
    if (tensor.has_shape())
        value.type.shape = readShape(tensor.shape(), owner);
}

// Old files don't say which of an attribute's fields is meant.
onnx::AttributeProto::AttributeType kindOf(const onnx::AttributeProto& proto)
{
    using A = onnx::AttributeProto;
    if (proto.has_ref_attr_name())
        return A::UNDEFINED;
    if (proto.has_type())
        return proto.type();
    return proto.has_f()              ? A::FLOAT
           : proto.has_i()            ? A::INT
           : proto.has_s()            ? A::STRING
           : proto.has_t()            ? A::TENSOR
           : proto.has_g()            ? A::GRAPH
           : proto.floats_size() > 0  ? A::FLOATS
           : proto.ints_size() > 0    ? A::INTS
           : proto.strings_size() > 0 ? A::STRINGS
                                      : A::UNDEFINED;
}

Attribute readAttribute(onnx::AttributeProto& proto, ExternalData& external, const std::string& owner)
{
    using A = onnx::AttributeProto;
    switch (kindOf(proto)) {
    case A::FLOAT: return proto.f();
    case A::INT: return std::int64_t{proto.i()};
    case A::STRING: return proto.s();
    case A::TENSOR: return readTensor(*proto.mutable_t(), external, owner);
    case A::GRAPH: return std::make_shared<const Graph>(readGraph(*proto.mutable_g(), external, GraphPlace::SubGraph));
    case A::FLOATS: return std::vector<float>(proto.floats().begin(), proto.floats().end());
    case A::INTS: return std::vector<std::int64_t>(proto.ints().begin(), proto.ints().end());
    case A::STRINGS: return std::vector<std::string>(proto.strings().begin(), proto.strings().end());
    default: return ForeignAttribute{proto.SerializeAsString()};
    }
}

class GraphReader
{
public:
    GraphReader(onnx::GraphProto& proto, ExternalData& external, GraphPlace place) : m_proto(proto), m_external(external), m_place(place) {}

    Graph read()
    {
        m_graph.name = m_proto.name();
        m_graph.docString = m_proto.doc_string();
        addInputs();
        addInitializers();
        addNodeOutputs();
        for (auto& node : *m_proto.mutable_node())
            addNode(node);
        readTypes();
        addOutputs();
        if (m_place == GraphPlace::Outermost)
            requireCaptures();
        m_graph.sortTopologically();
        return std::move(m_graph);
    }

private:
    void addInputs()
    {
        std::unordered_set<std::string_view> initialized;
        for (const auto& tensor : m_proto.initializer())
            initialized.insert(tensor.name());
        for (const auto& tensor : m_proto.sparse_initializer())
            initialized.insert(tensor.values().name());
        for (const auto& info : m_proto.input()) {
            if (initialized.contains(info.name()))
                continue;
            Value value{.name = info.name()};
            readType(info, value);
            m_graph.inputs.push_back(m_graph.addValue(std::move(value)));
        }
    }

    void addInitializers()
    {
        for (auto& proto : *m_proto.mutable_initializer()) {
            Value value{.name = proto.name(), .docString = proto.doc_string()};
            value.constant = readTensor(proto, m_external, "initializer '" + value.name + "'");
            addConstant(std::move(value));
        }
        for (auto& proto : *m_proto.mutable_sparse_initializer()) {
            Value value{.name = proto.values().name(), .docString = proto.values().doc_string()};
            value.constant = readSparseTensor(proto, m_external, "sparse initializer '" + value.name + "'");
            addConstant(std::move(value));
        }
    }

    void addConstant(Value value)
    {
        value.type = {value.constant.dtype(), fixedShape(value.constant.shape())};
        m_graph.addValue(std::move(value));
    }

    // Before any node is read, since a file's nodes may be in any order.
    void addNodeOutputs()
    {
        for (const auto& node : m_proto.node())
            for (const auto& name : node.output())
                if (!name.empty())
                    m_graph.addValue({.name = name});
    }

    ValueId lookUp(const std::string& name, const std::string& reader)
    {
        if (name.empty())
            return {};
        if (const auto found = m_graph.findValue(name))
            return *found;
        if (m_place == GraphPlace::SubGraph)
            return m_graph.addValue({.name = name});
        throwInvalid(reader + " reads '" + name + "', which nothing makes");
    }

    void addNode(onnx::NodeProto& proto)
    {
        const auto label = "node '" + (proto.name().empty() ? proto.op_type() : proto.name()) + "'";
        if (proto.op_type().empty())
            throwInvalid(label + " has no operator");
        Node node{.name = proto.name(), .opType = proto.op_type(), .domain = proto.domain(), .docString = proto.doc_string()};
        if (node.domain == "ai.onnx")
            node.domain.clear();
        for (const auto& name : proto.input())
            node.inputs.push_back(lookUp(name, label));
        for (const auto& name : proto.output())
            node.outputs.push_back(name.empty() ? ValueId{} : *m_graph.findValue(name));
        for (auto& attribute : *proto.mutable_attribute()) {
            makeDense(attribute, label);
            const auto owner = "attribute '" + attribute.name() + "' of " + label;
            if (!node.attributes.emplace(attribute.name(), readAttribute(attribute, m_external, owner)).second)
                throwInvalid(owner + " is given twice");
        }
        m_graph.addNode(std::move(node));
    }

    // A Constant's sparse value becomes its plain one.
    void makeDense(onnx::AttributeProto& attribute, const std::string& label)
    {
        if (attribute.name() != "sparse_value" || !attribute.has_sparse_tensor())
            return;
        const auto dense = readSparseTensor(*attribute.mutable_sparse_tensor(), m_external, "the value of " + label);
        attribute.Clear();
        attribute.set_name("value");
        attribute.set_type(onnx::AttributeProto::TENSOR);
        writeTensor(dense, *attribute.mutable_t());
    }

    void readTypes()
    {
        for (const auto& info : m_proto.value_info())
            if (const auto id = m_graph.findValue(info.name()); id && !m_graph.isConstant(*id))
                readType(info, m_graph.value(*id));
    }

    void addOutputs()
    {
        for (const auto& info : m_proto.output()) {
            if (info.name().empty())
                throwInvalid("an output has no name");
            const auto id = lookUp(info.name(), "the list of outputs");
            if (!m_graph.isConstant(id) && info.has_type())
                readType(info, m_graph.value(id));
            m_graph.outputs.push_back(id);
        }
        if (m_graph.outputs.empty())
            throwInvalid("it has no output");
    }

    // What sub-graphs capture, at any depth, must be made around them.
    void requireCaptures()
    {
        for (const auto id : m_graph.order())
            for (const auto& name : capturedNames(m_graph.node(id)))
                if (!m_graph.findValue(name))
                    throwInvalid("a sub-graph of node '" + m_graph.node(id).name + "' reads '" + name + "', which nothing makes");
    }

    onnx::GraphProto& m_proto;
    ExternalData& m_external;
    GraphPlace m_place;
    Graph m_graph;
};

} // namespace

Graph readGraph(onnx::GraphProto& proto, ExternalData& external, GraphPlace place)
{
    return GraphReader(proto, external, place).read();
}

} // namespace hone
