// SPDX-License-Identifier: GPL-3.0-or-later
#include "graphview/graph_drawing.h"

#include "graph/shape_inference.h"

#include <map>
#include <set>

namespace hone::studio
{
namespace
{

BoxKind kindOf(const Graph& graph, const Node& node)
{
    static const std::set<std::string> joins = {"Add", "Concat", "Mul", "Sub", "Div", "Sum", "Max", "Min"};
    if (node.opType == "QuantizeLinear" || node.opType == "DequantizeLinear")
        return BoxKind::Quantize;
    static const std::set<std::string> computing = {"Conv", "ConvTranspose", "Gemm", "MatMul", "LSTM", "GRU", "RNN"};
    if (computing.contains(node.opType))
        return BoxKind::Compute;
    int computed = 0;
    for (const auto input : node.inputs)
        computed += input.valid() && !graph.isConstant(input) ? 1 : 0;
    return joins.contains(node.opType) && computed > 1 ? BoxKind::Join : BoxKind::Light;
}

class Drawer
{
public:
    Drawer(const Graph& graph, int farReach) : m_graph(graph), m_types(inferShapes(graph)), m_farReach(farReach) {}

    GraphDrawing draw()
    {
        for (const auto input : m_graph.inputs)
            place(input, addBox({BoxKind::Input, {}, nameOf(input), shapeOf(input)}), 0);
        int position = 0;
        for (const auto id : m_graph.order())
            drawNode(id, position++);
        for (const auto output : m_graph.outputs) {
            const int box = addBox({BoxKind::Output, {}, nameOf(output), shapeOf(output)});
            connect(output, box, position);
        }
        return std::move(m_drawing);
    }

private:
    struct Made
    {
        int box = 0;
        int position = 0;
    };

    void drawNode(NodeId id, int position)
    {
        const Node& node = m_graph.node(id);
        bool constant = true; // a node on constants alone, such as Constant or a weight's DequantizeLinear
        for (const auto input : node.inputs)
            constant = constant && (!input.valid() || m_graph.isConstant(input) || m_constant.contains(input));
        if (constant) {
            m_constant.insert(node.outputs.begin(), node.outputs.end());
            return;
        }
        const auto output = node.outputs.empty() ? ValueId{} : node.outputs.front();
        const int box = addBox({kindOf(m_graph, node), id, QString::fromStdString(node.opType), shapeOf(output)});
        for (const auto input : node.inputs)
            if (input.valid() && !m_graph.isConstant(input) && !m_constant.contains(input))
                connect(input, box, position);
        for (const auto made : node.outputs)
            if (made.valid())
                place(made, box, position);
    }

    void connect(ValueId value, int box, int position)
    {
        const auto made = m_made.find(value);
        if (made == m_made.end())
            return;
        int from = made->second.box;
        if (position - made->second.position > m_farReach)
            from = addBox({BoxKind::Stub, {}, nameOf(value), m_drawing.boxes[from].title});
        m_drawing.lines.push_back({from, box});
    }

    int addBox(DrawnBox box)
    {
        m_drawing.boxes.push_back(std::move(box));
        return static_cast<int>(m_drawing.boxes.size()) - 1;
    }
    void place(ValueId value, int box, int position) { m_made[value] = {box, position}; }
    QString nameOf(ValueId value) const { return QString::fromStdString(m_graph.value(value).name); }
    QString shapeOf(ValueId value) const
    {
        if (!value.valid() || !m_types.type(value).shape)
            return {};
        return QString::fromStdString(toText(*m_types.type(value).shape));
    }

    const Graph& m_graph;
    InferredTypes m_types;
    int m_farReach;
    GraphDrawing m_drawing;
    std::map<ValueId, Made> m_made;
    std::set<ValueId> m_constant;
};

} // namespace

GraphDrawing drawingOf(const Graph& graph, int farReach)
{
    return Drawer(graph, farReach).draw();
}

} // namespace hone::studio
