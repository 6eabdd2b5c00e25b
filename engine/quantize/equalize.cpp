// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/equalize.h"

#include "quantize/observe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

namespace hone
{
namespace
{

constexpr double gridSteps = 255;
constexpr double weightSteps = 127;
constexpr double margin = 1.1; // by which unseen samples may go beyond a channel's largest value
constexpr int rounds = 8;      // of steps and factors in turn

// f(s x) = s f(x), channel by channel; Clip from 0 only up to its bound, which bounded factors keep.
bool isHomogeneous(std::string_view opType)
{
    constexpr std::array names = {"Relu", "LeakyRelu", "Clip", "MaxPool", "AveragePool", "GlobalAveragePool", "Flatten", "Identity"};
    return std::ranges::find(names, opType) != names.end();
}

struct Link
{
    NodeId first;
    NodeId second;
    std::vector<ValueId> values; // from what the first one makes to what the second one reads, last first
    std::size_t channels = 0;
    // By channel, of what the second one reads over the samples.
    std::vector<double> largest = {};
    std::vector<double> squares = {}; // summed
    double count = 0;                 // elements a channel
    bool goesBelowZero = false;
};

// A node's weights as [output][input of its group][kernel elements].
class WeightView
{
public:
    WeightView(const Graph& graph, const WeightedNode& weighted)
        : m_shape(graph.value(graph.node(weighted.node).input(1)).constant.shape()),
          m_outputsFirst(weighted.channelAxis == 0),
          m_groups(static_cast<std::size_t>(graph.node(weighted.node).intAttribute("group", 1)))
    {
        m_kernel = 1;
        for (std::size_t axis = 2; axis < m_shape.size(); ++axis)
            m_kernel *= static_cast<std::size_t>(m_shape[axis]);
    }

    std::size_t outputs() const { return static_cast<std::size_t>(m_shape[m_outputsFirst ? 0 : 1]); }
    std::size_t inputsEach() const { return static_cast<std::size_t>(m_shape[m_outputsFirst ? 1 : 0]); }
    std::size_t inputs() const { return inputsEach() * m_groups; }
    std::size_t kernel() const { return m_kernel; }
    std::size_t place(std::size_t output, std::size_t input, std::size_t k) const
    {
        return m_outputsFirst ? (output * inputsEach() + input) * m_kernel + k : input * outputs() + output;
    }
    // The first input that an output's weights read.
    std::size_t firstInput(std::size_t output) const { return output / (outputs() / m_groups) * inputsEach(); }

private:
    const Dimensions& m_shape;
    bool m_outputsFirst;
    std::size_t m_groups;
    std::size_t m_kernel = 1;
};

class Equalizer
{
public:
    Equalizer(const Graph& prepared, const QuantizationPlan& plan) : m_plan(plan), m_result{prepared, {}}
    {
        const GraphUses uses(prepared);
        for (const auto& weighted : plan.weighted)
            if (auto link = linkBefore(uses, weighted))
                m_links.push_back(std::move(*link));
    }

    bool hasLinks() const { return !m_links.empty(); }

    void observe(const Dataset& dataset, const CalibrationOptions& options, const JobContext& job)
    {
        const Graph& graph = m_result.graph;
        std::vector<ValueId> values;
        for (const auto& link : m_links)
            values.push_back(link.values.front());
        observeValues(graph, values, dataset, options, job, [this](const std::vector<Tensor>& seen, std::size_t samples) {
            for (std::size_t i = 0; i < m_links.size(); ++i)
                add(m_links[i], seen[i], samples);
        });
    }

    Equalized run()
    {
        for (const auto& link : m_links)
            apply(link, factorsFor(link));
        return std::move(m_result);
    }

private:
    const WeightedNode& weighted(NodeId node) const { return *std::ranges::find(m_plan.weighted, node, &WeightedNode::node); }

    std::optional<Link> linkBefore(const GraphUses& uses, const WeightedNode& second) const
    {
        const Graph& graph = m_result.graph;
        std::vector<ValueId> values;
        auto value = graph.node(second.node).inputs.at(0);
        for (;;) {
            values.push_back(value);
            const auto producer = uses.producer(value);
            if (!producer.valid() || uses.users(value).size() != 1 || uses.isGraphOutput(value))
                return std::nullopt;
            const auto known = std::ranges::find(m_plan.weighted, producer, &WeightedNode::node);
            if (known != m_plan.weighted.end()) {
                const bool sharesWeights = uses.users(graph.node(producer).inputs.at(1)).size() != 1 ||
                                           uses.users(graph.node(second.node).inputs.at(1)).size() != 1;
                const bool isTransposed =
                    graph.node(producer).opType == "ConvTranspose" || graph.node(second.node).opType == "ConvTranspose";
                if (sharesWeights || isTransposed || !known->integer || !second.integer)
                    return std::nullopt;
                const auto channels = WeightView(graph, *known).outputs();
                if (WeightView(graph, second).inputs() != channels)
                    return std::nullopt;
                return Link{
                    producer, second.node, std::move(values), channels, std::vector<double>(channels), std::vector<double>(channels)};
            }
            if (!isHomogeneous(graph.node(producer).opType) || !graph.node(producer).domain.empty())
                return std::nullopt;
            value = graph.node(producer).inputs.at(0);
        }
    }

    // Channels are axis 1, or the last where there are two axes.
    static void add(Link& link, const Tensor& seen, std::size_t samples)
    {
        const auto values = seen.data<float>();
        const auto each = values.size() / static_cast<std::size_t>(std::max<std::int64_t>(1, seen.shape().at(0)));
        const auto plane = each / link.channels;
        for (std::size_t sample = 0; sample < samples; ++sample)
            for (std::size_t c = 0; c < link.channels; ++c)
                for (std::size_t i = 0; i < plane; ++i) {
                    const double x = values[sample * each + c * plane + i];
                    link.largest[c] = std::max(link.largest[c], std::abs(x));
                    link.squares[c] += x * x;
                    link.goesBelowZero = link.goesBelowZero || x < 0;
                }
        link.count += static_cast<double>(samples * plane);
    }

    std::vector<double> factorsFor(const Link& link) const
    {
        const Graph& graph = m_result.graph;
        const WeightView view(graph, weighted(link.second));
        const auto weights = graph.value(graph.node(link.second).inputs.at(1)).constant.data<float>();
        const double range = *std::ranges::max_element(link.largest);
        std::vector<double> factors(link.channels, 1);
        if (!(range > 0) || link.count == 0)
            return factors;
        const double step = range * (link.goesBelowZero ? 2 : 1) / gridSteps;
        const auto bound = [&](std::size_t c) { return link.largest[c] > 0 ? std::max(1.0, range / (link.largest[c] * margin)) : 1.0; };
        for (int round = 0; round < rounds; ++round) {
            std::vector<double> weightSquares(link.channels); // of all weights that read the channel
            std::vector<double> stepSquares(link.channels);   // of the weight grids that they are on
            std::vector<bool> alone(link.channels, true);     // no other channel shares these grids
            for (std::size_t o = 0; o < view.outputs(); ++o) {
                double largest = 0;
                const auto first = view.firstInput(o);
                for (std::size_t i = 0; i < view.inputsEach(); ++i)
                    for (std::size_t k = 0; k < view.kernel(); ++k) {
                        const double w = weights[view.place(o, i, k)];
                        largest = std::max(largest, std::abs(w) / factors[first + i]);
                        weightSquares[first + i] += w * w;
                    }
                for (std::size_t i = 0; i < view.inputsEach(); ++i) {
                    stepSquares[first + i] += largest * largest / (weightSteps * weightSteps);
                    alone[first + i] = view.inputsEach() == 1;
                }
            }
            for (std::size_t c = 0; c < link.channels; ++c) {
                const double meanSquare = link.squares[c] / link.count;
                const double ofWeights = meanSquare * static_cast<double>(view.kernel()) * stepSquares[c];
                const double balanced = alone[c] || ofWeights == 0 ? bound(c) : std::pow(step * step * weightSquares[c] / ofWeights, 0.25);
                factors[c] = std::clamp(balanced, 1.0, bound(c));
            }
        }
        return factors;
    }

    void apply(const Link& link, const std::vector<double>& factors)
    {
        if (*std::ranges::max_element(factors) <= 1)
            return;
        auto& graph = m_result.graph;
        const WeightView first(graph, weighted(link.first));
        auto& firstWeights = graph.value(graph.node(link.first).inputs.at(1)).constant;
        const auto made = firstWeights.mutableData<float>();
        for (std::size_t o = 0; o < first.outputs(); ++o)
            for (std::size_t i = 0; i < first.inputsEach(); ++i)
                for (std::size_t k = 0; k < first.kernel(); ++k)
                    made[first.place(o, i, k)] = static_cast<float>(made[first.place(o, i, k)] * factors[o]);
        scaleBias(link.first, factors);
        const WeightView second(graph, weighted(link.second));
        const auto reading = graph.value(graph.node(link.second).inputs.at(1)).constant.mutableData<float>();
        for (std::size_t o = 0; o < second.outputs(); ++o)
            for (std::size_t i = 0; i < second.inputsEach(); ++i)
                for (std::size_t k = 0; k < second.kernel(); ++k) {
                    float& weight = reading[second.place(o, i, k)];
                    weight = static_cast<float>(weight / factors[second.firstInput(o) + i]);
                }
        ScaledValues scaled{graph.node(link.first).name, {graph.node(link.second).name}, {}, 1, factors};
        for (const auto value : link.values)
            scaled.values.push_back(graph.value(value).name);
        m_result.scaled.push_back(std::move(scaled));
    }

    // A bias that others read, too, is left to them.
    void scaleBias(NodeId node, const std::vector<double>& factors)
    {
        auto& graph = m_result.graph;
        const auto bias = graph.node(node).input(2);
        if (!bias.valid())
            return;
        auto scaled = graph.value(bias).constant;
        const auto values = scaled.mutableData<float>();
        for (std::size_t c = 0; c < values.size(); ++c)
            values[c] = static_cast<float>(values[c] * factors[c]);
        const auto own = graph.addConstant(graph.value(bias).name, std::move(scaled));
        graph.node(node).inputs[2] = own;
    }

    const QuantizationPlan& m_plan;
    Equalized m_result;
    std::vector<Link> m_links;
};

} // namespace

Equalized equalize(const Graph& prepared, const QuantizationPlan& plan, const Dataset& dataset, const CalibrationOptions& options,
                   const JobContext& job)
{
    Equalizer equalizer(prepared, plan);
    if (equalizer.hasLinks())
        equalizer.observe(dataset, options, job);
    return equalizer.run();
}

} // namespace hone
