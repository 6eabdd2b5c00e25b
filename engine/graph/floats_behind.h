// SPDX-License-Identifier: GPL-3.0-or-later
// The floating-point numbers that decide what a value is: what an index or a label was made from.
#pragma once

#include "graph/graph.h"
#include "graph/shape_inference.h"

#include <vector>

namespace hone
{

// Of a graph as it is when this is built; that has to stay alive.
class FloatsBehind
{
public:
    // Throws Error(ShapeMismatch).
    explicit FloatsBehind(const Graph& graph);

    // A value of floating-point (or unknown) type stands for itself, unless it is only whole numbers in another type or layout
    // (ArgMax -> Cast). Then, and for whole numbers and truth values, the nearest such values that it is computed from, in
    // graph order; those that don't depend on the graph's inputs are left out, and so are the inputs. Example: for
    // Cast(ArgMax(Transpose(Gemm(x)))) the Transpose's output.
    std::vector<ValueId> of(ValueId value) const;
    bool standsForItself(ValueId value) const { return of(value) == std::vector{value}; }

    // The value whose elements `value` holds in another layout or type: behind Reshape, Transpose, Cast, OneHot and the like; or itself.
    ValueId unarranged(ValueId value) const;

    const ValueType& type(ValueId value) const { return m_types.type(value); }
    DType dtype(ValueId value) const { return type(value).dtype; }
    const GraphUses& uses() const { return m_uses; }

private:
    bool isFloat(ValueId value) const;

    const Graph& m_graph;
    GraphUses m_uses;
    InferredTypes m_types;
    std::vector<bool> m_depends; // by value: on the numbers in the graph's inputs
};

} // namespace hone
