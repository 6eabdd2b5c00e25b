// SPDX-License-Identifier: GPL-3.0-or-later
// A model between any two steps: ONNX's graph as values. Copies are cheap, since tensors share their bytes.
#pragma once

#include "core/tensor.h"

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hone
{

// An index that can't be mistaken for another kind of index. A default one is "none".
template<class Tag>
struct Id
{
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    std::uint32_t index = none;

    bool valid() const { return index != none; }
    auto operator<=>(const Id&) const = default;
};
using ValueId = Id<struct ValueTag>;
using NodeId = Id<struct NodeTag>;

// One extent of a shape: a number, or free with a name ("N"; may be empty).
struct Dim
{
    std::int64_t extent = -1; // -1 where free
    std::string symbol;

    static Dim fixed(std::int64_t extent) { return {extent, {}}; }
    static Dim free(std::string symbol) { return {-1, std::move(symbol)}; }
    bool isFixed() const { return extent >= 0; }
    bool operator==(const Dim&) const = default;
};

using Shape = std::vector<Dim>;
Shape fixedShape(std::span<const std::int64_t> dimensions);
// The extents with every free one set to freeExtent.
Dimensions withFreeAs(const Shape& shape, std::int64_t freeExtent);
std::string toText(const Shape& shape); // "[N, 3, 32, 32]"; "?" for a free extent without a name

struct ValueType
{
    DType dtype = DType::Undefined; // Undefined: not known
    std::optional<Shape> shape;     // none: rank not known
    bool operator==(const ValueType&) const = default;
};

class Graph;

// An attribute of a kind that Hone never looks into (types, sparse tensors, lists of tensors or graphs): kept as it came.
struct ForeignAttribute
{
    std::string serialized; // ONNX's AttributeProto
    bool operator==(const ForeignAttribute&) const = default;
};

using Attribute = std::variant<std::int64_t, float, std::string, Tensor, std::vector<std::int64_t>, std::vector<float>,
                               std::vector<std::string>, std::shared_ptr<const Graph>, ForeignAttribute>;

struct Value
{
    std::string name;     // unique in its graph, never empty
    ValueType type = {};  // as the file declares it; inferShapes() knows more
    Tensor constant = {}; // the initializer; null for a value that is computed or fed
    std::string docString = {};
    std::string foreignType = {}; // ONNX's TypeProto, serialized, of a value that is no dense tensor (a sequence, a map); usually empty
};

struct Node
{
    std::string name; // may be empty in a file; the reader makes it unique and non-empty
    std::string opType;
    std::string domain = {};           // "" is ONNX's own
    std::vector<ValueId> inputs = {};  // an omitted optional input is an invalid id
    std::vector<ValueId> outputs = {}; // likewise
    std::map<std::string, Attribute> attributes = {};
    std::string docString = {};

    // Attributes by name, with ONNX's default where absent or of another type.
    std::int64_t intAttribute(const std::string& key, std::int64_t fallback) const;
    float floatAttribute(const std::string& key, float fallback) const;
    std::string stringAttribute(const std::string& key, const std::string& fallback) const;
    std::vector<std::int64_t> intsAttribute(const std::string& key, std::vector<std::int64_t> fallback = {}) const;
    bool hasAttribute(const std::string& key) const { return attributes.contains(key); }
    // Input i, or an invalid id where there are fewer.
    ValueId input(std::size_t i) const { return i < inputs.size() ? inputs[i] : ValueId{}; }
};

struct Use
{
    NodeId node;
    std::size_t input = 0; // index into its inputs
    auto operator<=>(const Use&) const = default;
};

class Graph
{
public:
    std::string name;
    std::map<std::string, std::int64_t> opsets;  // domain -> version; "" is ONNX's own
    std::map<std::string, std::string> metadata; // ONNX's metadata_props; kept in order of name
    std::string producerName;
    std::string producerVersion;
    std::int64_t irVersion = 8;
    std::string docString;   // of the graph
    std::string modelDomain; // the model's reverse-DNS name, version and description
    std::int64_t modelVersion = 0;
    std::string modelDocString;
    std::vector<ValueId> inputs; // fed by the caller; never a value with a constant
    std::vector<ValueId> outputs;

    std::int64_t opset() const; // of ONNX's own domain; 0 where absent

    // Values. An id stays good for the life of the graph and of its copies.
    // Throws Error(ModelInvalid) where the name is taken.
    ValueId addValue(Value value);
    // The name made unique by a suffix where it is taken.
    ValueId addConstant(const std::string& wantedName, Tensor tensor);
    ValueId addComputed(const std::string& wantedName, ValueType type = {});
    const Value& value(ValueId id) const { return m_values.at(id.index); }
    Value& value(ValueId id) { return m_values.at(id.index); }
    std::optional<ValueId> findValue(std::string_view name) const;
    void renameValue(ValueId id, const std::string& name);
    std::size_t valueCount() const { return m_values.size(); }
    bool isConstant(ValueId id) const { return id.valid() && !value(id).constant.isNull(); }
    std::string uniqueName(const std::string& wanted) const;

    // Nodes. order() is topological once sortTopologically() has run; edits below keep it so where they say so.
    // A name that is empty or taken is made unique.
    NodeId addNode(Node node); // at the end
    NodeId insertNodeBefore(NodeId next, Node node);
    NodeId insertNodeAfter(NodeId previous, Node node);
    void removeNode(NodeId id);
    const std::vector<NodeId>& order() const { return m_order; }
    const Node& node(NodeId id) const { return m_nodes.at(id.index); }
    Node& node(NodeId id) { return m_nodes.at(id.index); }
    std::optional<NodeId> findNode(std::string_view name) const;
    // Kahn, stable: nodes that could go either way stay as they were. Throws Error(ModelInvalid) on a cycle, naming a node.
    void sortTopologically();

    // Every read of `from` (nodes' inputs, the graph's outputs, captures by sub-graphs) becomes one of `to`.
    void replaceUses(ValueId from, ValueId to);
    // Drops nodes whose outputs nobody reads, constants that nobody uses, and the names of both.
    void removeDeadNodes();

private:
    NodeId store(Node node);
    std::size_t positionOf(NodeId id) const;
    void renameCaptures(const std::string& from, const std::string& to);

    std::vector<Value> m_values;
    std::map<std::string, ValueId, std::less<>> m_valueByName;
    mutable std::map<std::string, std::uint32_t, std::less<>> m_nextSuffix; // where uniqueName() goes on counting
    std::vector<Node> m_nodes;
    std::map<std::string, NodeId, std::less<>> m_nodeByName;            // as they were added
    std::map<std::string, std::uint32_t, std::less<>> m_nextNodeSuffix; // where naming them goes on counting
    std::vector<NodeId> m_order;
};

// Names that a node's sub-graphs (If, Loop, Scan) read from the graphs around them.
std::vector<std::string> capturedNames(const Node& node);

// Who makes and who reads each value, as of the moment it was built; build it anew after an edit.
class GraphUses
{
public:
    explicit GraphUses(const Graph& graph);

    // Invalid for inputs and constants.
    NodeId producer(ValueId id) const { return m_producer.at(id.index); }
    const std::vector<Use>& users(ValueId id) const { return m_users.at(id.index); }
    // Also true for a value that a sub-graph captures: something other than a node's input reads it.
    bool isGraphOutput(ValueId id) const { return m_isOutput.at(id.index) || m_isCaptured.at(id.index); }
    bool isCaptured(ValueId id) const { return m_isCaptured.at(id.index); }

private:
    std::vector<NodeId> m_producer;
    std::vector<std::vector<Use>> m_users;
    std::vector<bool> m_isOutput;
    std::vector<bool> m_isCaptured;
};

} // namespace hone
