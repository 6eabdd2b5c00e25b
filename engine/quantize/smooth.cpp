// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/smooth.h"

#include "quantize/observe.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace hone
{
namespace
{

// A constant that is divided: along its last axis, or its first.
struct Divided
{
    NodeId node;
    std::size_t input = 0;
    bool lastAxis = true;
};

struct Place
{
    ValueId value;
    std::vector<const WeightedNode*> readers;
    NodeId source;
    std::vector<Divided> divided;
    std::size_t channels = 0;
    std::vector<double> largest = {}; // |x| by channel
    std::vector<ValueId> values = {}; // that take 1 / s, the one that is read first
};

class Smoother
{
public:
    Smoother(const Graph& prepared, const QuantizationPlan& plan) : m_result{prepared, {}}, m_uses(prepared), m_plan(plan)
    {
        for (const auto& weighted : plan.weighted)
            if (readsMatrix(weighted))
                add(weighted);
    }

    bool hasPlaces() const { return !m_places.empty(); }

    void observe(const Dataset& dataset, const CalibrationOptions& options, const JobContext& job)
    {
        std::vector<ValueId> values;
        for (const auto& place : m_places)
            values.push_back(place.value);
        observeValues(m_result.graph, values, dataset, options, job, [this](const std::vector<Tensor>& seen, std::size_t samples) {
            for (std::size_t i = 0; i < m_places.size(); ++i)
                see(m_places[i], seen[i], samples);
        });
    }

    Smoothed run()
    {
        for (const auto& place : m_places)
            apply(place, factorsFor(place));
        return std::move(m_result);
    }

private:
    bool readsMatrix(const WeightedNode& weighted) const
    {
        const auto& type = m_result.graph.node(weighted.node).opType;
        return weighted.integer && (type == "MatMul" || type == "Gemm");
    }

    const Tensor& weightsOf(NodeId node) const { return m_result.graph.value(m_result.graph.node(node).inputs.at(1)).constant; }

    void add(const WeightedNode& weighted)
    {
        const auto value = m_result.graph.node(weighted.node).inputs.at(0);
        if (std::ranges::find(m_places, value, &Place::value) != m_places.end() || m_uses.isGraphOutput(value))
            return;
        Place place{value, {}, {}, {}, static_cast<std::size_t>(weightsOf(weighted.node).shape().at(weighted.channelAxis == 0 ? 1 : 0)),
                    {}};
        for (const auto& use : m_uses.users(value)) {
            const auto reader = std::ranges::find(m_plan.weighted, use.node, &WeightedNode::node);
            if (reader == m_plan.weighted.end() || use.input != 0 || !readsMatrix(*reader) ||
                m_uses.users(m_result.graph.node(use.node).inputs.at(1)).size() != 1)
                return;
            place.readers.push_back(&*reader);
        }
        if (!findSource(value, place))
            return;
        place.largest.resize(place.channels);
        m_places.push_back(std::move(place));
    }

    bool isVector(ValueId id, std::size_t channels) const
    {
        if (!m_result.graph.isConstant(id) || m_result.graph.value(id).constant.dtype() != DType::Float32)
            return false;
        const auto& constant = m_result.graph.value(id).constant;
        return constant.size() == static_cast<std::int64_t>(channels) && constant.rank() >= 1 && constant.shape().back() == constant.size();
    }

    // The nodes that make the value, up to the one whose constants take all of the factor.
    bool findSource(ValueId value, Place& place) const
    {
        const Graph& graph = m_result.graph;
        for (;;) {
            place.values.push_back(value);
            const auto producer = m_uses.producer(value);
            if (!producer.valid() || !graph.node(producer).domain.empty() || m_uses.isGraphOutput(value) ||
                (value != place.value && m_uses.users(value).size() != 1))
                return false;
            const auto& node = graph.node(producer);
            place.source = producer;
            if (node.opType == "LayerNormalization") {
                if (!isVector(node.input(1), place.channels) || (node.input(2).valid() && !isVector(node.input(2), place.channels)))
                    return false;
                place.divided.push_back({producer, 1});
                if (node.input(2).valid())
                    place.divided.push_back({producer, 2});
                return true;
            }
            if (node.opType == "Add" || node.opType == "Mul") {
                const std::size_t constant = isVector(node.input(0), place.channels) ? 0 : 1;
                if (!isVector(node.input(constant), place.channels))
                    return false;
                place.divided.push_back({producer, constant});
                if (node.opType == "Mul")
                    return true;
                value = node.inputs.at(1 - constant);
                continue;
            }
            if (node.opType == "Relu" || node.opType == "LeakyRelu") {
                value = node.inputs.at(0);
                continue;
            }
            const auto made = std::ranges::find(m_plan.weighted, producer, &WeightedNode::node);
            if (made == m_plan.weighted.end() || (node.opType != "MatMul" && node.opType != "Gemm"))
                return false;
            place.divided.push_back({producer, 1, made->channelAxis == 1});
            if (node.input(2).valid())
                place.divided.push_back({producer, 2});
            return true;
        }
    }

    static void see(Place& place, const Tensor& seen, std::size_t samples)
    {
        const auto values = seen.data<float>();
        const auto each = values.size() / static_cast<std::size_t>(std::max<std::int64_t>(1, seen.shape().at(0)));
        for (std::size_t i = 0; i < samples * each; ++i) {
            double& largest = place.largest[i % place.channels];
            largest = std::max(largest, std::abs(static_cast<double>(values[i])));
        }
    }

    std::vector<double> factorsFor(const Place& place) const
    {
        std::vector<double> largestWeight(place.channels);
        for (const auto* reader : place.readers) {
            const auto& weights = weightsOf(reader->node);
            const auto values = weights.data<float>();
            const bool outputsFirst = reader->channelAxis == 0;
            const auto outputs = values.size() / place.channels;
            for (std::size_t i = 0; i < values.size(); ++i) {
                double& largest = largestWeight[outputsFirst ? i % place.channels : i / outputs];
                largest = std::max(largest, std::abs(static_cast<double>(values[i])));
            }
        }
        std::vector<double> factors(place.channels, 1);
        for (std::size_t c = 0; c < place.channels; ++c)
            if (place.largest[c] > 0 && largestWeight[c] > 0)
                factors[c] = std::sqrt(place.largest[c] / largestWeight[c]);
        return factors;
    }

    void apply(const Place& place, const std::vector<double>& factors)
    {
        auto& graph = m_result.graph;
        for (const auto& divided : place.divided) {
            // A constant that others read, too, is left to them.
            const auto before = graph.node(divided.node).inputs.at(divided.input);
            auto constant = graph.value(before).constant;
            const auto values = constant.mutableData<float>();
            const auto behind = divided.lastAxis ? 1 : values.size() / place.channels;
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = static_cast<float>(values[i] / factors[i / behind % place.channels]);
            const auto own = graph.addConstant(graph.value(before).name, std::move(constant));
            graph.node(divided.node).inputs[divided.input] = own;
        }
        ScaledValues told{graph.node(place.source).name, {}, {}, -1, {}};
        for (const auto value : place.values)
            told.values.push_back(graph.value(value).name);
        for (const double factor : factors)
            told.factors.push_back(1 / factor);
        for (const auto* reader : place.readers) {
            const bool outputsFirst = reader->channelAxis == 0;
            const auto values = graph.value(graph.node(reader->node).inputs.at(1)).constant.mutableData<float>();
            const auto outputs = values.size() / place.channels;
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = static_cast<float>(values[i] * factors[outputsFirst ? i % place.channels : i / outputs]);
            told.second.push_back(graph.node(reader->node).name);
        }
        m_result.scaled.push_back(std::move(told));
    }

    Smoothed m_result;
    const GraphUses m_uses;
    const QuantizationPlan& m_plan;
    std::vector<Place> m_places;
};

} // namespace

Smoothed smooth(const Graph& prepared, const QuantizationPlan& plan, const Dataset& dataset, const CalibrationOptions& options,
                const JobContext& job)
{
    Smoother smoother(prepared, plan);
    if (smoother.hasPlaces())
        smoother.observe(dataset, options, job);
    return smoother.run();
}

} // namespace hone
