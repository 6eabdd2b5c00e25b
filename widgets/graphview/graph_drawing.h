// SPDX-License-Identifier: GPL-3.0-or-later
// What of a Graph is drawn, before anyone knows where: boxes for nodes, inputs and outputs; lines for values.
#pragma once

#include "graph/graph.h"

#include <QString>

#include <vector>

namespace hone::studio
{

enum class BoxKind
{
    Input,
    Output,
    Compute,  // Conv, Gemm, MatMul and other nodes with weights
    Join,     // Add, Concat, Mul: where paths meet
    Light,    // everything else
    Quantize, // QuantizeLinear, DequantizeLinear
    Stub      // stands for a value that comes from far away
};

struct DrawnBox
{
    BoxKind kind = BoxKind::Light;
    NodeId node;    // invalid for inputs, outputs and stubs
    QString title;  // the operator, or the value's name
    QString detail; // output shape; for a stub, where its value is made
};

struct DrawnLine
{
    int from = 0; // index into boxes
    int to = 0;
};

struct GraphDrawing
{
    std::vector<DrawnBox> boxes; // nodes in the graph's order
    std::vector<DrawnLine> lines;
};

// Constants are left out. A value read more than `farReach` nodes after it was made ends in a stub at its reader,
// so that a long-lived value doesn't cross the whole drawing.
GraphDrawing drawingOf(const Graph& graph, int farReach = 60);

} // namespace hone::studio
