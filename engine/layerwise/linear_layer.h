// SPDX-License-Identifier: GPL-3.0-or-later
// A Conv, Gemm or MatMul as y = x W + b on rows: for a convolution the window under an output position, otherwise the last axis.
// A grouped convolution is as many such maps as it has groups, each from its own part of the row to its own part of the outputs.
#pragma once

#include "core/random.h"
#include "graph/graph.h"
#include "layerwise/grouped_equations.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hone
{

// Where a layer's intercept goes.
struct InterceptPlace
{
    enum class Kind
    {
        Bias,    // the layer's own: b
        NewBias, // the same, which it hasn't yet
        Mean,    // of the BatchNormalization that alone reads the layer: mean - b
        Addend,  // the constant of the Add that alone reads the layer: addend + b
        Nowhere
    };
    Kind kind = Kind::Nowhere;
    NodeId node; // that reads the constant
    std::size_t input = 0;
};

// Of a Conv, ConvTranspose, Gemm or MatMul with so many outputs.
InterceptPlace interceptPlaceOf(const Graph& graph, const GraphUses& uses, NodeId layer, std::size_t outputs);
// Makes the layer's outputs larger by `shift` (one number each). Constants that others read too are left to them.
void shiftIntercept(Graph& graph, NodeId layer, const InterceptPlace& place, std::span<const double> shift);

enum class GroupedConvolutions
{
    Refused,
    Allowed
};

class LinearLayer
{
public:
    static bool isOne(const Node& node); // by operator; grouped convolutions too
    // None where its weights can't be solved for; `reason` says why.
    static std::optional<LinearLayer> find(const Graph& graph, const GraphUses& uses, NodeId node, std::string& reason,
                                           GroupedConvolutions grouped = GroupedConvolutions::Refused);

    NodeId node() const { return m_node; }
    ValueId input() const { return m_input; }
    ValueId output() const { return m_output; }
    std::size_t unknowns() const { return m_unknowns; } // of one group
    std::size_t outputs() const { return m_outputs; }   // of all groups
    std::size_t groups() const { return m_groups; }
    int weightOutputAxis() const { return m_outputsLast ? 1 : 0; }
    GroupedShape shape() const { return {m_groups, m_unknowns, m_outputs}; }
    bool isConvolution() const { return !m_kernel.empty(); }
    const InterceptPlace& interceptPlace() const { return m_place; }
    Intercept intercept() const { return m_place.kind == InterceptPlace::Kind::Nowhere ? Intercept::None : Intercept::Solved; }

    // What the node computes now; an intercept that it has no bias for is 0.
    GroupedMap map(const Graph& graph) const;
    // Makes it compute another map. Constants that others read too are left to them.
    void setMap(Graph& graph, const GroupedMap& map) const;

    // Output positions a sample (a convolution's pixels, a sequence's elements) of outputs of this shape.
    std::size_t positions(const Dimensions& outputShape) const;
    // The input row under a position of a sample, appended: groups() * unknowns() values.
    void appendInputs(const Tensor& input, const Dimensions& outputShape, std::size_t sample, std::size_t position,
                      std::vector<double>& row) const;
    // The given channels of an output (or of anything of that shape) at a position, appended.
    void appendOutputs(const Tensor& output, const std::vector<std::int64_t>& channels, std::size_t sample, std::size_t position,
                       std::vector<double>& row) const;

private:
    LinearLayer() = default;
    bool readWindow(const Node& node);
    // In the weight's values, of an unknown of its group and an output of all.
    std::size_t weightPlace(std::size_t unknown, std::size_t output) const
    {
        return m_outputsLast ? unknown * m_outputs + output : output * m_unknowns + unknown;
    }
    std::int64_t padBefore(std::size_t axis, std::int64_t input, std::int64_t output) const;

    NodeId m_node;
    ValueId m_input;
    ValueId m_output;
    std::size_t m_unknowns = 0;
    std::size_t m_outputs = 0;
    std::size_t m_groups = 1;
    bool m_outputsLast = false; // weights [unknowns, outputs] rather than [outputs, unknowns]
    InterceptPlace m_place;
    std::vector<std::int64_t> m_kernel; // spatial; empty where the layer is no convolution
    std::vector<std::int64_t> m_strides;
    std::vector<std::int64_t> m_dilations;
    std::vector<std::int64_t> m_pads; // begins
    std::string m_autoPad;
};

// `count` of `positions` (or all), one in each of as many equal parts.
std::vector<std::size_t> spreadPositions(std::size_t positions, std::size_t count, Random& random);

} // namespace hone
