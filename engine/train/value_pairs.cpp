// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/value_pairs.h"

#include "core/error.h"
#include "graph/shape_inference.h"
#include "train/head.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string_view>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

// A value's shape, taken apart.
struct Layout
{
    Extents places; // without batch and channels
    int channelAxis = 1;
    std::int64_t channels = 0;
};

class Reader
{
public:
    explicit Reader(const Graph& graph) : m_graph(graph), m_types(inferShapes(graph))
    {
        // [N, channels, length] in networks that convolve sequences, [N, elements, channels] in transformers.
        for (const NodeId id : graph.order()) {
            const Node& node = graph.node(id);
            const auto& shape = node.outputs.empty() ? std::nullopt : m_types.type(node.outputs[0]).shape;
            m_convolvesSequences = m_convolvesSequences || (node.opType == "Conv" && shape && shape->size() == 3);
        }
    }

    // nullopt for anything but [N, C, H, W], a sequence or [N, C], all but the batch known.
    std::optional<Layout> layoutOf(ValueId id) const
    {
        if (!id.valid() || m_graph.isConstant(id))
            return std::nullopt;
        const ValueType& type = m_types.type(id);
        if (!type.shape || type.shape->size() < 2 || type.shape->size() > 4)
            return std::nullopt;
        if (type.dtype != DType::Float32 && type.dtype != DType::Undefined)
            return std::nullopt;
        const auto& shape = *type.shape;
        if (!std::all_of(shape.begin() + 1, shape.end(), [](const Dim& dim) { return dim.isFixed(); }))
            return std::nullopt;
        Layout layout;
        layout.channelAxis = shape.size() == 3 && !m_convolvesSequences ? 2 : 1;
        for (std::size_t axis = 1; axis < shape.size(); ++axis)
            if (static_cast<int>(axis) == layout.channelAxis)
                layout.channels = shape[axis].extent;
            else
                layout.places.push_back(shape[axis].extent);
        return layout;
    }

    // The last value of each resolution of more than one place, in the graph's order.
    std::vector<ValueId> stageEnds() const
    {
        std::map<Extents, ValueId> lastOf;
        for (const NodeId id : m_graph.order()) {
            const Node& node = m_graph.node(id);
            if (!makesSmaller(node) || std::ranges::find(m_graph.inputs, node.input(0)) != m_graph.inputs.end())
                continue;
            const auto input = layoutOf(node.input(0));
            const auto output = layoutOf(node.outputs[0]);
            if (!input || places(*input) < 2 || input->channels < 2)
                continue;
            if (!output || places(*output) < places(*input))
                lastOf[input->places] = node.input(0);
        }
        std::vector<ValueId> ends;
        for (const auto& [extents, id] : lastOf)
            ends.push_back(id);
        return ends;
    }

    std::optional<ValueId> readByLastLayer() const
    {
        try {
            return m_graph.node(findHead(m_graph)).input(0);
        } catch (const Error&) {
            return std::nullopt; // it ends in no layer
        }
    }

    static std::int64_t places(const Layout& layout)
    {
        return std::accumulate(layout.places.begin(), layout.places.end(), std::int64_t{1}, std::multiplies<>());
    }

private:
    static bool makesSmaller(const Node& node)
    {
        static const std::set<std::string_view> operators = {"Conv",          "MaxPool",    "AveragePool", "LpPool",    "GlobalAveragePool",
                                                             "GlobalMaxPool", "ReduceMean", "ReduceMax",   "ReduceSum", "Flatten"};
        return node.domain.empty() && !node.outputs.empty() && operators.contains(node.opType);
    }

    const Graph& m_graph;
    InferredTypes m_types;
    bool m_convolvesSequences = false;
};

class Pairs
{
public:
    Pairs(const Graph& student, const Graph& teacher)
        : m_student(student),
          m_teacher(teacher),
          m_studentGraph(student),
          m_teacherGraph(teacher)
    {}

    std::vector<ValuePair> find()
    {
        const auto ends = m_student.stageEnds();
        for (const ValueId id : ends)
            if (const auto same = m_teacherGraph.findValue(m_studentGraph.value(id).name))
                add(id, *same);
        if (!ends.empty() && m_pairs.size() == ends.size())
            return m_pairs;
        m_pairs.clear();
        for (const ValueId id : ends)
            for (const ValueId other : m_teacher.stageEnds())
                add(id, other);
        if (!m_pairs.empty())
            return m_pairs;
        const auto features = m_student.readByLastLayer();
        const auto others = m_teacher.readByLastLayer();
        if (features && others)
            add(*features, *others);
        return m_pairs;
    }

private:
    void add(ValueId student, ValueId teacher)
    {
        const auto own = m_student.layoutOf(student);
        const auto wanted = m_teacher.layoutOf(teacher);
        if (own && wanted && own->places == wanted->places && own->channelAxis == wanted->channelAxis)
            m_pairs.push_back({student, teacher, own->channelAxis, own->channels, wanted->channels, Reader::places(*own) > 1});
    }

    Reader m_student;
    Reader m_teacher;
    const Graph& m_studentGraph;
    const Graph& m_teacherGraph;
    std::vector<ValuePair> m_pairs;
};

} // namespace

std::vector<ValuePair> findValuePairs(const Graph& student, const Graph& teacher)
{
    return Pairs(student, teacher).find();
}

} // namespace hone
