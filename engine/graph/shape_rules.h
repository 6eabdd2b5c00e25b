// SPDX-License-Identifier: GPL-3.0-or-later
// How one operator's outputs follow from its inputs: what a rule sees, and the table of rules. Inside of this room only.
#pragma once

#include "graph/graph.h"
#include "graph/shape_inference.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hone
{

// One number of a small integer tensor: known, or the free extent of that name, or neither.
struct Element
{
    std::optional<std::int64_t> number;
    std::string symbol = {};
    bool operator==(const Element&) const = default;
};
// A small tensor element by element, row by row; so a chain from Shape to Reshape keeps a free batch. Rank 0 or 1, but for the
// pairs of pads that exporters turn round.
using Contents = std::vector<Element>;

constexpr std::size_t mostContents = 1024;
constexpr std::size_t mostContentsOfAll = std::size_t{1} << 21; // of a whole graph: some 100 MB
constexpr std::size_t largestRank = 64;
constexpr std::int64_t largestParameter = std::int64_t{1} << 31; // of a stride, pad, dilation or kernel

Element toElement(const Dim& dim);
Dim toDim(const Element& element); // a negative number is free
Contents toContents(const Shape& shape);

// What inference has found out so far; contents beside what InferredTypes shows.
struct InferenceState
{
    InferredTypes found;
    std::vector<std::optional<Contents>> contents;
    std::size_t named = 0;                        // free extents without a name that were given one
    std::size_t contentsLeft = mostContentsOfAll; // what may still be kept; shapes that need more stay unknown
};

// A sub-graph with its opsets, and what is known of its values.
struct BodyTypes
{
    Graph graph;
    InferredTypes found;
};

class RuleContext
{
public:
    RuleContext(const Graph& graph, const Node& node, InferenceState& state);

    const Node& node() const { return m_node; }
    std::int64_t opset() const { return m_opset; } // of the node's domain
    std::size_t inputCount() const { return m_node.inputs.size(); }
    std::size_t outputCount() const { return m_node.outputs.size(); }

    // Inputs; an omitted one has an undefined type, no shape and no contents.
    bool has(std::size_t i) const { return m_node.input(i).valid(); }
    DType dtype(std::size_t i) const { return type(i).dtype; }
    const std::optional<Shape>& shape(std::size_t i) const { return type(i).shape; }
    const ValueType& type(std::size_t i) const;
    const std::optional<Contents>& contents(std::size_t i) const;
    Tensor constant(std::size_t i) const;                                  // null where unknown
    std::optional<std::vector<std::int64_t>> numbers(std::size_t i) const; // all elements known

    // The sub-graph that an attribute holds, fed with these types; it sees the values around it. None where there is no such graph
    // or it has other inputs.
    std::optional<BodyTypes> inferBody(const std::string& attribute, const std::vector<ValueType>& inputs) const;

    // Outputs; one that the node omits is passed over.
    void output(std::size_t i, DType dtype, std::optional<Shape> shape);
    void outputContents(std::size_t i, Contents contents);
    void outputConstant(std::size_t i, Tensor tensor);

    // Attributes, checked. A list is filled with the fallback where absent and must have `count` entries otherwise.
    std::vector<std::int64_t> list(const std::string& key, std::size_t count, std::int64_t fallback, std::int64_t lowest) const;
    // From -rank..rank-1 (bounds included) to 0..rank-1.
    std::size_t axis(std::int64_t value, std::size_t rank) const;
    // Numbers from input i, or where the operator's older versions have them, from the attribute; nullopt: not known,
    // or not given (see hasList).
    std::optional<std::vector<std::int64_t>> listFrom(std::size_t input, const std::string& attribute) const;
    bool hasList(std::size_t input, const std::string& attribute) const;

    void requireRank(std::size_t i, std::size_t lowest) const; // of an input whose shape is known
    [[noreturn]] void mismatch(const std::string& detail) const;
    // ONNX's multidirectional broadcasting; unknown where either is.
    Shape broadcast(const Shape& left, const Shape& right) const;

private:
    const Graph& m_graph;
    const Node& m_node;
    InferenceState& m_state;
    std::int64_t m_opset;
};

using ShapeRule = void (*)(RuleContext&);

class ShapeRules
{
public:
    void add(std::string_view domain, std::initializer_list<std::string_view> opTypes, ShapeRule rule);
    ShapeRule find(const Node& node) const; // null where there is none

private:
    std::map<std::pair<std::string, std::string>, ShapeRule, std::less<>> m_rules;
};

// One family each.
void addElementwiseRules(ShapeRules& rules);
void addConvolutionRules(ShapeRules& rules);
void addPoolingRules(ShapeRules& rules);
void addLinearRules(ShapeRules& rules);
void addRecurrentRules(ShapeRules& rules);
void addLayoutRules(ShapeRules& rules);
void addResizingRules(ShapeRules& rules);
void addIndexingRules(ShapeRules& rules);
void addReductionRules(ShapeRules& rules);
void addContentsRules(ShapeRules& rules);
void addQuantizationRules(ShapeRules& rules);
void addControlFlowRules(ShapeRules& rules);
void addRegionRules(ShapeRules& rules);
void addSignalRules(ShapeRules& rules);

} // namespace hone
