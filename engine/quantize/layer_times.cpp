// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layer_times.h"

#include "quantize/kernels.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

// How ONNX Runtime names a node of its blocked layout: by the value that it makes.
constexpr std::string_view blockedSuffix = "_nchwc";

class Attribution
{
public:
    Attribution(const Graph& optimized, const Graph& original, const std::vector<std::vector<NodeId>>& nodesOfLayers)
        : m_optimized(optimized),
          m_original(original),
          m_uses(optimized),
          m_originalUses(original)
    {
        for (std::size_t layer = 0; layer < nodesOfLayers.size(); ++layer)
            for (const auto id : nodesOfLayers[layer])
                m_layerOfNode.emplace(id, layer);
    }

    std::map<NodeId, std::size_t> layers()
    {
        for (const auto id : m_optimized.order())
            if (const auto layer = directly(m_optimized.node(id)))
                m_found[id] = *layer;
        bool grew = true;
        while (grew) {
            grew = false;
            for (const auto id : m_optimized.order())
                if (!m_found.contains(id))
                    if (const auto layer = byNeighbours(id)) {
                        m_found[id] = *layer;
                        grew = true;
                    }
        }
        return std::move(m_found);
    }

private:
    std::optional<std::size_t> layerOf(NodeId id) const
    {
        const auto found = m_layerOfNode.find(id);
        return found == m_layerOfNode.end() ? std::nullopt : std::optional(found->second);
    }

    std::optional<std::size_t> layerOfValue(std::string_view name) const
    {
        const auto value = m_original.findValue(name);
        if (!value)
            return std::nullopt;
        if (const auto producer = m_originalUses.producer(*value); producer.valid())
            return layerOf(producer);
        if (m_original.isConstant(*value) && m_originalUses.users(*value).size() == 1)
            return layerOf(m_originalUses.users(*value).front().node);
        return std::nullopt;
    }

    std::optional<std::size_t> directly(const Node& node) const
    {
        for (const auto output : node.outputs)
            if (output.valid())
                if (const auto layer = layerOfValue(m_optimized.value(output).name))
                    return layer;
        std::string_view name = node.name;
        if (name.ends_with(blockedSuffix))
            if (const auto layer = layerOfValue(name.substr(0, name.size() - blockedSuffix.size())))
                return layer;
        if (const auto same = m_original.findNode(name))
            if (const auto layer = layerOf(*same))
                return layer;
        for (const auto input : node.inputs)
            if (m_optimized.isConstant(input))
                if (const auto layer = layerOfValue(m_optimized.value(input).name))
                    return layer;
        return std::nullopt;
    }

    // What reads it, else what it reads.
    std::optional<std::size_t> byNeighbours(NodeId id) const
    {
        const auto& node = m_optimized.node(id);
        for (const auto output : node.outputs)
            if (output.valid())
                for (const auto& use : m_uses.users(output))
                    if (const auto found = m_found.find(use.node); found != m_found.end())
                        return found->second;
        for (const auto input : node.inputs)
            if (input.valid() && m_uses.producer(input).valid())
                if (const auto found = m_found.find(m_uses.producer(input)); found != m_found.end())
                    return found->second;
        return std::nullopt;
    }

    const Graph& m_optimized;
    const Graph& m_original;
    GraphUses m_uses;
    GraphUses m_originalUses;
    std::map<NodeId, std::size_t> m_layerOfNode; // of the original
    std::map<NodeId, std::size_t> m_found;
};

} // namespace

bool changesForm(const Kernel& kernel)
{
    static const std::set<std::string, std::less<>> names = {"QuantizeLinear", "DequantizeLinear", "Transpose", "ReorderInput",
                                                             "ReorderOutput"};
    return names.contains(kernel.opType);
}

std::vector<Kernel> kernelsOfLayers(const Graph& optimized, const Graph& original, const std::vector<std::vector<NodeId>>& nodesOfLayers,
                                    const std::vector<NodeTime>& times)
{
    const auto layers = Attribution(optimized, original, nodesOfLayers).layers();
    std::map<std::string, double> microseconds;
    for (const auto& time : times)
        microseconds[time.name] += time.microseconds;
    std::vector<Kernel> kernels;
    for (const auto id : optimized.order()) {
        const auto& node = optimized.node(id);
        const auto layer = layers.find(id);
        const auto time = microseconds.find(node.name);
        kernels.push_back({node.name, node.opType, time == microseconds.end() ? 0 : time->second,
                           layer == layers.end() ? std::nullopt : std::optional(layer->second)});
    }
    return kernels;
}

std::vector<LayerTime> timesOfLayers(const std::vector<Kernel>& kernels, const Graph& optimized, std::size_t layers)
{
    std::vector<LayerTime> times(layers);
    for (std::size_t i = 0; i < kernels.size(); ++i) {
        if (!kernels[i].layer)
            continue;
        auto& time = times.at(*kernels[i].layer);
        time.microseconds += kernels[i].microseconds;
        const auto node = optimized.findNode(kernels[i].name);
        time.integer |= node && kernelKind(optimized.node(*node)) == KernelKind::Integer;
    }
    return times;
}

} // namespace hone
