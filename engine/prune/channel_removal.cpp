// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/channel_removal.h"

#include "core/error.h"
#include "prune/channel_walk.h"
#include "prune/tensor_slicing.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace hone
{

RemovedChannels::RemovedChannels(const DependencyGraph& dependencies, const KeptChannels& kept)
{
    if (kept.size() != dependencies.groups.size())
        throw Error(MessageCode::InternalFault, {{"detail", "channels chosen for another number of groups"}});
    for (std::size_t g = 0; g < kept.size(); ++g) {
        const PruningGroup& group = dependencies.groups[g];
        std::vector<bool> removed(static_cast<std::size_t>(group.channels), true);
        for (const std::int64_t channel : kept[g])
            removed.at(static_cast<std::size_t>(channel)) = false;
        if (kept[g].empty())
            throw Error(MessageCode::InternalFault, {{"detail", "no channel of group '" + group.name + "' would stay"}});
        m_removed.push_back(std::move(removed));
    }
}

std::int64_t RemovedChannels::count(const std::vector<ChannelRef>& refs) const
{
    return std::count_if(refs.begin(), refs.end(), [this](ChannelRef ref) { return contains(ref); });
}

bool RemovedChannels::any(std::size_t group) const
{
    return std::find(m_removed[group].begin(), m_removed[group].end(), true) != m_removed[group].end();
}

std::vector<std::int64_t> RemovedChannels::positions(std::size_t group, const std::vector<std::vector<std::int64_t>>& byChannel) const
{
    std::vector<std::int64_t> all;
    for (std::size_t c = 0; c < byChannel.size(); ++c)
        if (m_removed[group][c])
            all.insert(all.end(), byChannel[c].begin(), byChannel[c].end());
    std::sort(all.begin(), all.end());
    return all;
}

namespace
{

class Surgery
{
public:
    Surgery(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept)
        : m_original(graph),
          m_uses(graph),
          m_before(inferWithBatch(graph)),
          m_dependencies(dependencies),
          m_removed(dependencies, kept),
          m_graph(graph)
    {}

    Graph run()
    {
        sliceConstants();
        editCounts();
        writeNumbers();
        resizeSplits();
        forgetUnknownShapes();
        verify();
        return std::move(m_graph);
    }

private:
    // What each use of each constant loses.
    struct ConstantPlan
    {
        RemovedIndices shared;             // of a layer's weight, wherever it is used
        std::map<Use, RemovedIndices> own; // of one input of one node
    };

    void sliceConstants()
    {
        std::map<ValueId, ConstantPlan> plans;
        for (std::size_t g = 0; g < m_dependencies.groups.size(); ++g)
            for (const Slice& slice : m_dependencies.groups[g].slices) {
                ConstantPlan& plan = plans[slice.initializer];
                RemovedIndices& removed = slice.everyUse ? plan.shared : plan.own[{slice.node, slice.input}];
                if (removed.size() <= static_cast<std::size_t>(slice.axis))
                    removed.resize(static_cast<std::size_t>(slice.axis) + 1);
                auto& indices = removed[static_cast<std::size_t>(slice.axis)];
                const auto more = m_removed.positions(g, slice.positions);
                indices.insert(indices.end(), more.begin(), more.end());
                std::sort(indices.begin(), indices.end());
            }
        for (auto& [constant, plan] : plans)
            slice(constant, plan);
    }

    static bool isNothing(const RemovedIndices& removed)
    {
        return std::all_of(removed.begin(), removed.end(), [](const auto& indices) { return indices.empty(); });
    }

    // A Constant node's output, or an Identity of a constant that others have too: one tensor for all its users.
    void sliceMade(NodeId producer, const RemovedIndices& removed)
    {
        if (m_original.node(producer).opType == "Identity") {
            const ValueId whole = m_original.node(producer).inputs[0];
            m_graph.node(producer).inputs[0] =
                m_graph.addConstant(m_original.value(whole).name, withoutIndices(m_original.value(whole).constant, removed));
            return;
        }
        Tensor& tensor = std::get<Tensor>(m_graph.node(producer).attributes.at("value"));
        tensor = withoutIndices(tensor, removed);
    }

    void slice(ValueId constant, const ConstantPlan& plan)
    {
        if (!m_original.isConstant(constant)) {
            if (!isNothing(plan.shared))
                sliceMade(m_uses.producer(constant), plan.shared);
            return;
        }
        // Uses that lose the same share a tensor; the first such set keeps the name.
        const auto trimmed = [](RemovedIndices removed) {
            while (!removed.empty() && removed.back().empty())
                removed.pop_back();
            return removed;
        };
        std::vector<std::pair<RemovedIndices, std::vector<Use>>> sets;
        if (m_uses.isGraphOutput(constant))
            sets.push_back({}); // somebody else reads it as it is
        for (const Use& use : m_uses.users(constant)) {
            const auto own = plan.own.find(use);
            const bool isOwn = ownsItsConstant(m_original.node(use.node), use.input);
            const RemovedIndices removed = trimmed(!isOwn ? plan.shared : own == plan.own.end() ? RemovedIndices{} : own->second);
            const auto same = std::find_if(sets.begin(), sets.end(), [&](const auto& s) { return s.first == removed; });
            if (same == sets.end())
                sets.push_back({removed, {use}});
            else
                same->second.push_back(use);
        }
        for (std::size_t i = 0; i < sets.size(); ++i) {
            const auto& [removed, users] = sets[i];
            const Tensor& whole = m_original.value(constant).constant;
            if (i == 0) {
                setConstant(constant, withoutIndices(whole, removed));
                continue;
            }
            const ValueId copy = m_graph.addConstant(m_original.value(constant).name, withoutIndices(whole, removed));
            for (const Use& use : users)
                m_graph.node(use.node).inputs[use.input] = copy;
        }
    }

    void setConstant(ValueId constant, Tensor tensor)
    {
        Value& value = m_graph.value(constant);
        value.constant = std::move(tensor);
        if (value.type.shape)
            value.type.shape = fixedShape(value.constant.shape());
    }

    void editCounts()
    {
        std::map<Use, Tensor> inputs;
        for (const WrittenNumbers& written : m_dependencies.written)
            m_written[{written.node, written.input}] = written.numbers;
        for (const CountEdit& edit : m_dependencies.counts) {
            const std::int64_t leaving = m_removed.count(edit.channels);
            const std::int64_t after = edit.fromEnd ? edit.before + leaving : edit.before - leaving;
            switch (edit.place) {
            case CountEdit::Place::Attribute:
                if (leaving != 0)
                    setAttribute(edit, after);
                break;
            case CountEdit::Place::Input:
                if (const auto written = m_written.find({edit.node, edit.input}); written != m_written.end())
                    written->second.at(static_cast<std::size_t>(edit.element)) = after;
                else if (leaving != 0)
                    setElement(inputs[{edit.node, edit.input}], edit, after);
                break;
            case CountEdit::Place::SplitSize: m_splits[edit.node].push_back(edit); break;
            case CountEdit::Place::ValueExtent:
                m_extents[{edit.value, edit.element}] = after;
                declareExtent(edit, after);
                break;
            }
        }
        for (auto& [use, tensor] : inputs)
            replaceInput(use, std::move(tensor));
    }

    // Numbers in place of computed ones. Where one is left to be computed, a Reshape finds it itself; elsewhere, and where
    // there are several, they are put beside each other.
    void writeNumbers()
    {
        using Number = std::optional<std::int64_t>;
        for (auto& [use, numbers] : m_written) {
            const Node& node = m_original.node(use.node);
            const auto missing = std::ranges::count(numbers, Number());
            if (missing == 1 && node.opType == "Reshape" && std::ranges::count(numbers, Number(-1)) == 0)
                std::ranges::replace(numbers, Number(), Number(-1));
            const ValueId computed = node.inputs[use.input];
            const ValueType& type = m_before.type(computed);
            const bool scalar = type.shape && type.shape->empty();
            const Dimensions shape = scalar ? Dimensions{} : Dimensions{static_cast<std::int64_t>(numbers.size())};
            const std::string name = m_original.value(computed).name;
            Tensor written(type.dtype == DType::Int32 ? DType::Int32 : DType::Int64, shape);
            for (std::size_t i = 0; i < numbers.size(); ++i)
                if (written.dtype() == DType::Int32)
                    written.mutableData<std::int32_t>()[i] = static_cast<std::int32_t>(numbers[i].value_or(0));
                else
                    written.mutableData<std::int64_t>()[i] = numbers[i].value_or(0);
            const ValueId constant = m_graph.addConstant(name + "_written", std::move(written));
            const bool whole = std::ranges::count(numbers, Number()) == 0;
            m_graph.node(use.node).inputs[use.input] = whole ? constant : chosenFrom(use, numbers, constant, computed);
        }
        if (!m_written.empty())
            m_graph.removeDeadNodes(); // that computed them
    }

    ValueId chosenFrom(const Use& use, const std::vector<std::optional<std::int64_t>>& numbers, ValueId constant, ValueId computed)
    {
        const std::string name = m_original.value(computed).name;
        Tensor isWritten(DType::Bool, {static_cast<std::int64_t>(numbers.size())});
        for (std::size_t i = 0; i < numbers.size(); ++i)
            isWritten.mutableData<bool>()[i] = numbers[i].has_value();
        Node choice;
        choice.name = m_graph.uniqueName(name + "_choice");
        choice.opType = "Where";
        choice.inputs = {m_graph.addConstant(name + "_is_written", std::move(isWritten)), constant, computed};
        choice.outputs = {m_graph.addComputed(name + "_mixed")};
        const ValueId mixed = choice.outputs[0];
        m_graph.insertNodeBefore(use.node, std::move(choice));
        return mixed;
    }

    void declareExtent(const CountEdit& edit, std::int64_t after)
    {
        auto& shape = m_graph.value(edit.value).type.shape;
        const auto axis = static_cast<std::size_t>(edit.element);
        if (shape && axis < shape->size() && (*shape)[axis].isFixed())
            (*shape)[axis] = Dim::fixed(after);
    }

    void setAttribute(const CountEdit& edit, std::int64_t after)
    {
        Attribute& attribute = m_graph.node(edit.node).attributes.at(edit.attribute);
        if (auto* list = std::get_if<std::vector<std::int64_t>>(&attribute))
            list->at(static_cast<std::size_t>(edit.element)) = after;
        else
            attribute = after;
    }

    void setElement(Tensor& tensor, const CountEdit& edit, std::int64_t after)
    {
        if (tensor.isNull()) {
            const ValueId value = m_original.node(edit.node).input(edit.input);
            tensor = *writtenConstant(m_original, value, m_uses.producer(value));
        }
        const auto element = static_cast<std::size_t>(edit.element);
        if (tensor.dtype() == DType::Int64)
            tensor.mutableData<std::int64_t>()[element] = after;
        else
            tensor.mutableData<std::int32_t>()[element] = static_cast<std::int32_t>(after);
    }

    // In place where nobody else reads the constant.
    void replaceInput(const Use& use, Tensor tensor)
    {
        const ValueId value = m_original.node(use.node).input(use.input);
        const bool alone = m_original.isConstant(value) && m_uses.users(value).size() == 1 && !m_uses.isGraphOutput(value);
        if (alone)
            setConstant(value, std::move(tensor));
        else
            m_graph.node(use.node).inputs[use.input] = m_graph.addConstant(m_original.value(value).name, std::move(tensor));
    }

    void resizeSplits()
    {
        for (const auto& [id, edits] : m_splits) {
            std::vector<std::int64_t> sizes(edits.size());
            bool changed = false;
            for (const CountEdit& edit : edits) {
                const std::int64_t leaving = m_removed.count(edit.channels);
                sizes.at(static_cast<std::size_t>(edit.element)) = edit.before - leaving;
                changed = changed || leaving != 0;
            }
            if (!changed)
                continue;
            Node& node = m_graph.node(id);
            node.attributes.erase("num_outputs");
            if (m_graph.opset() < 13) {
                node.attributes["split"] = sizes;
                continue;
            }
            const ValueId before = node.input(1);
            const std::string name = before.valid() ? m_graph.value(before).name : node.name + "_sizes";
            const auto count = static_cast<std::int64_t>(sizes.size());
            const ValueId constant = m_graph.addConstant(name, Tensor::of<std::int64_t>({count}, sizes));
            m_graph.node(id).inputs.resize(2);
            m_graph.node(id).inputs[1] = constant;
        }
    }

    // A declared shape that the walk couldn't follow may mention channels that are gone.
    void forgetUnknownShapes()
    {
        const InferredTypes types = inferWithBatch(m_graph);
        for (const NodeId id : m_graph.order())
            for (const ValueId output : m_graph.node(id).outputs)
                if (output.valid() && !types.type(output).shape && !m_uses.isGraphOutput(output))
                    m_graph.value(output).type.shape.reset();
    }

    // What shape inference makes of the result is what was meant, extent by extent.
    void verify() const
    {
        const InferredTypes after = inferWithBatch(m_graph);
        for (std::uint32_t i = 0; i < m_original.valueCount(); ++i) {
            const ValueId value{i};
            const auto& was = m_before.type(value).shape;
            const auto& is = after.type(value).shape;
            if (m_original.isConstant(value) || !was || !is)
                continue;
            bool good = was->size() == is->size();
            for (std::size_t k = 0; good && k < is->size(); ++k) {
                const auto meant = m_extents.find({value, static_cast<std::int64_t>(k)});
                const std::int64_t extent = meant == m_extents.end() ? (*was)[k].extent : meant->second;
                good = extent < 0 || !(*is)[k].isFixed() || (*is)[k].extent == extent;
            }
            if (!good)
                throw Error(MessageCode::InternalFault,
                            {{"detail", "pruning gave '" + m_original.value(value).name + "' the shape " + toText(*is)}});
        }
    }

    const Graph& m_original;
    GraphUses m_uses;
    InferredTypes m_before;
    const DependencyGraph& m_dependencies;
    RemovedChannels m_removed;
    Graph m_graph;
    std::map<NodeId, std::vector<CountEdit>> m_splits;
    std::map<Use, std::vector<std::optional<std::int64_t>>> m_written;
    std::map<std::pair<ValueId, std::int64_t>, std::int64_t> m_extents;
};

} // namespace

Graph removeChannels(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept)
{
    return Surgery(graph, dependencies, kept).run();
}

} // namespace hone
