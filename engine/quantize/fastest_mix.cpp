// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/fastest_mix.h"

#include <algorithm>
#include <optional>

namespace hone
{
namespace
{

constexpr double endless = 1e18;
constexpr double nothing = 1e-9; // what is left of a capacity by rounding

class Network
{
public:
    explicit Network(std::size_t nodes) : m_edges(nodes) {}

    void connect(std::size_t from, std::size_t to, double capacity)
    {
        m_edges[from].push_back({to, m_edges[to].size(), capacity});
        m_edges[to].push_back({from, m_edges[from].size() - 1, 0});
    }

    void saturate(std::size_t source, std::size_t sink)
    {
        while (const auto path = shortestPath(source, sink)) {
            double least = endless;
            for (const auto& step : *path)
                least = std::min(least, m_edges[step.from][step.edge].capacity);
            for (const auto& step : *path) {
                auto& edge = m_edges[step.from][step.edge];
                edge.capacity -= least;
                m_edges[edge.to][edge.back].capacity += least;
            }
        }
    }

    // From which the sink can still be reached: everything else is on the source's side of the cut that has the fewest nodes at the sink.
    std::vector<bool> reachingSink(std::size_t sink) const
    {
        std::vector<bool> reaches(m_edges.size());
        std::vector<std::size_t> open{sink};
        reaches[sink] = true;
        while (!open.empty()) {
            const auto at = open.back();
            open.pop_back();
            for (const auto& edge : m_edges[at])
                if (!reaches[edge.to] && m_edges[edge.to][edge.back].capacity > nothing) {
                    reaches[edge.to] = true;
                    open.push_back(edge.to);
                }
        }
        return reaches;
    }

private:
    struct Edge
    {
        std::size_t to;
        std::size_t back; // in the edges of `to`
        double capacity;
    };
    struct Step
    {
        std::size_t from;
        std::size_t edge;
    };

    std::optional<std::vector<Step>> shortestPath(std::size_t source, std::size_t sink) const
    {
        std::vector<std::optional<Step>> cameBy(m_edges.size());
        std::vector<std::size_t> queue{source};
        for (std::size_t head = 0; head < queue.size() && !cameBy[sink]; ++head) {
            const auto at = queue[head];
            for (std::size_t i = 0; i < m_edges[at].size(); ++i) {
                const auto& edge = m_edges[at][i];
                if (edge.capacity <= nothing || edge.to == source || cameBy[edge.to])
                    continue;
                cameBy[edge.to] = Step{at, i};
                queue.push_back(edge.to);
            }
        }
        if (!cameBy[sink])
            return std::nullopt;
        std::vector<Step> path;
        for (auto at = sink; at != source; at = path.back().from)
            path.push_back(*cameBy[at]);
        return path;
    }

    std::vector<std::vector<Edge>> m_edges;
};

} // namespace

std::set<std::size_t> fastestMix(const std::vector<LayerCost>& layers)
{
    const auto count = layers.size();
    const auto source = 3 * count;
    const auto sink = source + 1;
    Network network(sink + 1);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& layer = layers[i];
        const auto readAsFloat = count + i;       // at the sink where some reader is float
        const auto readAsInteger = 2 * count + i; // at the source where some reader is on integers
        if (layer.canBeInteger)
            network.connect(source, i, layer.floating); // paid where i is at the sink
        network.connect(i, sink, layer.canBeInteger ? layer.integer : endless);
        network.connect(i, readAsFloat, layer.toFloat);
        network.connect(readAsInteger, i, layer.toInteger);
        for (const auto before : layer.reads) {
            network.connect(count + before, i, endless);
            network.connect(i, 2 * count + before, endless);
        }
    }
    network.saturate(source, sink);
    const auto atSink = network.reachingSink(sink);
    std::set<std::size_t> floats;
    for (std::size_t i = 0; i < count; ++i)
        if (atSink[i])
            floats.insert(i);
    return floats;
}

} // namespace hone
