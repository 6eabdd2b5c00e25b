// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/equalized_layers.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

constexpr double mostNoise = 0.1; // of the weights' energy
constexpr double certainty = 4;   // standard errors
constexpr double freePlay = 0.01; // of a logarithm: ranges that cut off weights shrink them a little
constexpr double leastFactor = 0.02;

// f(s x) = s f(x), channel by channel, as equalize.h takes them.
bool isHomogeneous(std::string_view opType)
{
    constexpr std::array names = {"Relu", "LeakyRelu", "Clip", "MaxPool", "AveragePool", "GlobalAveragePool"};
    return std::ranges::find(names, opType) != names.end() || isLayout(opType);
}

// A layer's weights as float32 of [outputs, inputs of a group, kernel], in both models.
struct Weights
{
    std::vector<float> floating;
    std::vector<float> stored;
    std::size_t outputs = 0;
    std::size_t inputsEach = 0;
    std::size_t kernel = 1;
    std::size_t groups = 1;

    std::size_t inputs() const { return inputsEach * groups; }
    // Of the weight at a place.
    std::size_t output(std::size_t place) const { return place / kernel / inputsEach; }
    std::size_t input(std::size_t place) const { return output(place) / (outputs / groups) * inputsEach + place / kernel % inputsEach; }
};

// By how much stored weights are larger than float ones, by least squares.
struct Fit
{
    double floatSquares = 0;
    double products = 0;
    double storedSquares = 0;
    double count = 0;

    void add(double floating, double stored)
    {
        floatSquares += floating * floating;
        products += floating * stored;
        storedSquares += stored * stored;
        ++count;
    }
    bool isEmpty() const { return storedSquares == 0; } // a dead channel, whose weights may be tiny in float
    double noise() const { return std::max(0.0, storedSquares - products * products / floatSquares); }
    bool isKnown() const { return products > 0 && noise() <= mostNoise * storedSquares; }
    double logFactor() const { return isEmpty() ? 0 : std::log(products / floatSquares); }
    double error() const { return isEmpty() ? 0 : std::sqrt(noise() * floatSquares / count) / products; } // of logFactor()
    bool isOne() const { return std::abs(logFactor()) <= freePlay + certainty * error(); }
    bool isSurelyNotOne() const { return std::abs(logFactor()) > std::max(leastFactor, certainty * error()); }
};

std::optional<std::vector<float>> restored(const Graph& graph, const GraphUses& uses, ValueId value)
{
    if (graph.isConstant(value))
        return graph.value(value).constant.dtype() == DType::Float32 ? std::optional(toFloats(graph.value(value).constant)) : std::nullopt;
    const auto producer = uses.producer(value);
    if (!producer.valid() || graph.node(producer).opType != "DequantizeLinear" || graph.node(producer).intAttribute("block_size", 0) != 0)
        return std::nullopt;
    const auto& node = graph.node(producer);
    if (!std::ranges::all_of(node.inputs, [&](ValueId input) { return !input.valid() || graph.isConstant(input); }))
        return std::nullopt;
    const auto& integers = graph.value(node.input(0)).constant;
    auto values = toFloats(integers);
    const auto scales = toFloats(graph.value(node.input(1)).constant);
    const auto zeroPoints = node.input(2).valid() ? toFloats(graph.value(node.input(2)).constant) : std::vector<float>(scales.size());
    if (scales.empty() || zeroPoints.size() != scales.size())
        return std::nullopt;
    std::size_t inner = 1;
    if (scales.size() > 1) {
        const auto axis = node.intAttribute("axis", 1);
        for (auto i = (axis < 0 ? axis + integers.rank() : axis) + 1; i > 0 && i < integers.rank(); ++i)
            inner *= static_cast<std::size_t>(integers.shape()[static_cast<std::size_t>(i)]);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto channel = i / inner % scales.size();
        values[i] = (values[i] - zeroPoints[channel]) * scales[channel];
    }
    return values;
}

std::vector<float> transposed(const std::vector<float>& matrix, std::size_t columns)
{
    std::vector<float> result(matrix.size());
    const auto rows = matrix.size() / columns;
    for (std::size_t i = 0; i < matrix.size(); ++i)
        result[i % columns * rows + i / columns] = matrix[i];
    return result;
}

class Finder
{
public:
    Finder(const Graph& prepared, const Graph& quantized, const std::vector<LayerPair>& pairs)
        : m_prepared(prepared),
          m_quantized(quantized),
          m_uses(quantized),
          m_pairs(pairs),
          m_readers(pairs.size())
    {
        for (auto& pair : pairLayers(prepared, quantized)) {
            const auto raw = pair.rawValue;
            m_preparedPairs.emplace(raw, std::move(pair));
        }
        for (const auto& pair : pairs)
            for (const auto read : pair.reads)
                ++m_readers[read];
        m_found.factors.resize(pairs.size());
    }

    EqualizationFound find()
    {
        std::map<std::size_t, Link> links; // by first layer
        std::set<std::size_t> seconds;
        for (std::size_t i = 0; i < m_pairs.size(); ++i)
            if (auto link = linkBefore(i)) {
                seconds.insert(i);
                links.emplace(link->between.back(), std::move(*link));
            }
        for (const auto& [first, link] : links) {
            if (seconds.contains(first))
                continue;
            std::vector<Link> chain;
            for (auto next = links.find(first); next != links.end(); next = links.find(next->second.second))
                chain.push_back(next->second);
            follow(first, chain);
        }
        return std::move(m_found);
    }

private:
    struct Link
    {
        std::size_t second = 0;
        std::vector<std::size_t> between; // layers whose values would have the factors; the last one is the first of the two
    };

    std::optional<Link> linkBefore(std::size_t second) const
    {
        const auto reading = weightsOf(second);
        if (!reading)
            return std::nullopt;
        Link link{second, {}};
        for (auto at = second; m_pairs[at].reads.size() == 1;) {
            at = m_pairs[at].reads.front();
            if (m_pairs[at].isInput() || m_readers[at] != 1 || !isHomogeneousBehindWeights(at))
                return std::nullopt;
            link.between.push_back(at);
            if (const auto first = weightsOf(at))
                return first->outputs == reading->inputs() ? std::optional(std::move(link)) : std::nullopt;
            if (!isHomogeneous(m_quantized.node(m_pairs[at].node).opType))
                return std::nullopt;
        }
        return std::nullopt;
    }

    // Each layer makes what it reads, and the factors that this has, into factors of its own; behind the last one there are none.
    void follow(std::size_t first, const std::vector<Link>& chain)
    {
        std::vector<std::vector<double>> factors; // of what each link is about
        auto weights = weightsOf(first);
        std::vector<double> read(weights->inputs(), 1);
        for (std::size_t i = 0; i <= chain.size(); ++i) {
            const auto fits = fitsOfOutputs(*weights, read);
            if (!std::ranges::all_of(fits, [](const Fit& fit) { return fit.isEmpty() || fit.isKnown(); }) || !areRead(*weights, read, fits))
                return;
            if (i == chain.size()) {
                if (!std::ranges::all_of(fits, &Fit::isOne))
                    return;
                break;
            }
            factors.emplace_back(fits.size(), 1);
            if (std::ranges::any_of(fits, &Fit::isSurelyNotOne))
                std::ranges::transform(fits, factors.back().begin(), [](const Fit& fit) { return std::exp(fit.logFactor()); });
            read = factors.back();
            weights = weightsOf(chain[i].second);
        }
        for (std::size_t i = 0; i < chain.size(); ++i)
            tell(chain[i], factors[i]);
    }

    static std::vector<Fit> fitsOfOutputs(const Weights& weights, const std::vector<double>& read)
    {
        std::vector<Fit> fits(weights.outputs);
        for (std::size_t i = 0; i < weights.floating.size(); ++i)
            fits[weights.output(i)].add(weights.floating[i] / read[weights.input(i)], weights.stored[i]);
        return fits;
    }

    // Whether the weights undo the factors of what they read. Of a depthwise layer, each of whose outputs has a factor of its own, the
    // layer behind it has to tell.
    static bool areRead(const Weights& weights, const std::vector<double>& read, const std::vector<Fit>& fits)
    {
        if (weights.inputsEach == 1 || std::ranges::all_of(read, [](double factor) { return factor == 1; }))
            return true;
        std::vector<Fit> byInput(weights.inputs());
        for (std::size_t i = 0; i < weights.floating.size(); ++i)
            byInput[weights.input(i)].add(weights.floating[i] * std::exp(fits[weights.output(i)].logFactor()) / read[weights.input(i)],
                                          weights.stored[i]);
        const auto proved = std::ranges::count_if(byInput, &Fit::isKnown);
        return 2 * proved >= std::ssize(byInput) &&
               std::ranges::all_of(byInput, [](const Fit& fit) { return !fit.isKnown() || fit.isOne(); });
    }

    // What of the float model stands behind the layer's own weights, where it has any.
    bool isHomogeneousBehindWeights(std::size_t layer) const
    {
        const auto found = m_preparedPairs.find(m_pairs[layer].rawValue);
        if (found == m_preparedPairs.end())
            return false;
        const auto own = m_quantized.node(m_pairs[layer].node).opType;
        return std::ranges::all_of(found->second.floatNodes, [&](NodeId id) {
            const auto& opType = m_prepared.node(id).opType;
            return opType == own || isHomogeneous(opType);
        });
    }

    void tell(const Link& link, const std::vector<double>& factors)
    {
        double largest = 1;
        for (const auto factor : factors)
            largest = std::max({largest, factor, 1 / factor});
        if (largest == 1)
            return;
        m_found.layers.push_back({m_pairs[link.between.back()].name, m_pairs[link.second].name, factors.size(), largest});
        for (const auto layer : link.between)
            m_found.factors[layer] = factors;
    }

    // None where the layer has no weights in both models, or others.
    std::optional<Weights> weightsOf(std::size_t layer) const
    {
        const auto& pair = m_pairs[layer];
        const auto prepared = m_preparedPairs.find(pair.rawValue);
        if (pair.isInput() || prepared == m_preparedPairs.end())
            return std::nullopt;
        const auto& node = m_quantized.node(pair.node);
        if ((node.opType != "Conv" && node.opType != "Gemm") || !node.input(1).valid())
            return std::nullopt;
        const auto& candidates = prepared->second.floatNodes;
        const auto same = std::ranges::find_if(candidates, [&](NodeId id) { return m_prepared.node(id).opType == node.opType; });
        if (same == candidates.end() || !m_prepared.isConstant(m_prepared.node(*same).input(1)))
            return std::nullopt;
        const auto& constant = m_prepared.value(m_prepared.node(*same).input(1)).constant;
        auto stored = restored(m_quantized, m_uses, node.input(1));
        if (!stored || constant.dtype() != DType::Float32 || constant.size() != static_cast<std::int64_t>(stored->size()) ||
            stored->empty() || constant.rank() < 2)
            return std::nullopt;
        return shaped(node, constant, std::move(*stored));
    }

    static std::optional<Weights> shaped(const Node& node, const Tensor& constant, std::vector<float> stored)
    {
        const auto extent = [&](std::size_t axis) { return static_cast<std::size_t>(constant.shape().at(axis)); };
        Weights weights{.floating = toFloats(constant), .stored = std::move(stored), .outputs = extent(0), .inputsEach = extent(1)};
        if (node.opType == "Gemm" && node.intAttribute("transB", 0) == 0) {
            weights.floating = transposed(weights.floating, weights.inputsEach);
            weights.stored = transposed(weights.stored, weights.inputsEach);
            std::swap(weights.outputs, weights.inputsEach);
        }
        weights.kernel = weights.floating.size() / std::max<std::size_t>(1, weights.outputs * weights.inputsEach);
        weights.groups = static_cast<std::size_t>(node.opType == "Conv" ? node.intAttribute("group", 1) : 1);
        if (weights.groups < 1 || weights.groups > weights.outputs || weights.outputs % weights.groups != 0)
            return std::nullopt;
        return weights;
    }

    const Graph& m_prepared;
    const Graph& m_quantized;
    GraphUses m_uses;
    const std::vector<LayerPair>& m_pairs;
    std::map<ValueId, LayerPair> m_preparedPairs; // by rawValue
    std::vector<std::size_t> m_readers;           // of each layer's value, layers
    EqualizationFound m_found;
};

} // namespace

EqualizationFound findEqualization(const Graph& prepared, const Graph& quantized, const std::vector<LayerPair>& pairs)
{
    return Finder(prepared, quantized, pairs).find();
}

} // namespace hone
