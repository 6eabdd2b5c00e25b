// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/sparsify.h"

#include "autograd/parameters.h"
#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace hone
{
namespace
{

struct Weight
{
    std::string layer;
    ValueId value;
    std::optional<std::size_t> inputAxis; // none: it isn't known which
};

// So many of so many neighbours stay.
struct Pattern
{
    std::int64_t stay;
    std::int64_t of;
};

Pattern patternOf(SparsityPattern pattern)
{
    switch (pattern) {
    case SparsityPattern::OneOfTwo: return {1, 2};
    case SparsityPattern::TwoOfFour: return {2, 4};
    case SparsityPattern::OneOfFour: return {1, 4};
    case SparsityPattern::FourOfEight: return {4, 8};
    case SparsityPattern::Unstructured: break;
    }
    return {1, 1};
}

// The axis that the layer sums over, where the weight is read as it lies.
std::optional<std::size_t> inputAxisOf(const Graph& graph, const Node& node, ValueId weight)
{
    if (node.input(1) != weight || !node.domain.empty())
        return std::nullopt;
    const std::size_t rank = graph.value(weight).constant.rank();
    if (node.opType == "Conv")
        return 1;
    if (node.opType == "ConvTranspose" && node.intAttribute("group", 1) == 1)
        return 0;
    if (node.opType == "Gemm")
        return node.intAttribute("transB", 0) != 0 ? 1 : 0;
    if (node.opType == "MatMul")
        return rank - 2;
    return std::nullopt;
}

std::vector<Weight> weightsOf(const Graph& graph)
{
    const auto roles = findParameters(graph);
    std::set<ValueId> seen;
    std::vector<Weight> weights;
    for (const NodeId id : graph.order())
        for (const ValueId value : parametersOf(graph, id)) {
            const auto role = roles.find(value);
            const Tensor& tensor = graph.value(value).constant;
            const bool counts =
                role != roles.end() && role->second == ParameterRole::Weight && tensor.dtype() == DType::Float32 && tensor.rank() >= 2;
            if (counts && seen.insert(value).second)
                weights.push_back({graph.node(id).name, value, inputAxisOf(graph, graph.node(id), value)});
        }
    return weights;
}

std::int64_t zerosIn(std::span<const float> values)
{
    return std::ranges::count(values, 0.0F);
}

// The smallest of all that are listed become zero; of equal ones the first.
void zeroSmallest(std::vector<std::span<float>> tensors, double sparsity)
{
    struct Entry
    {
        float magnitude;
        std::uint32_t tensor;
        std::int64_t place;
        auto operator<=>(const Entry&) const = default;
    };
    std::vector<Entry> entries;
    for (std::uint32_t t = 0; t < tensors.size(); ++t)
        for (std::size_t i = 0; i < tensors[t].size(); ++i)
            entries.push_back({std::abs(tensors[t][i]), t, static_cast<std::int64_t>(i)});
    const auto count = static_cast<std::ptrdiff_t>(std::llround(sparsity * static_cast<double>(entries.size())));
    std::nth_element(entries.begin(), entries.begin() + count, entries.end());
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const Entry& entry = entries[static_cast<std::size_t>(i)];
        tensors[entry.tensor][static_cast<std::size_t>(entry.place)] = 0;
    }
}

// [outer, axis, inner]: in each run of `of` neighbours along the axis only the `stay` largest keep their
// value.
void keepPattern(Tensor& tensor, std::size_t axis, const Pattern& pattern)
{
    const auto& shape = tensor.shape();
    const auto begin = shape.begin();
    const auto at = begin + static_cast<std::ptrdiff_t>(axis);
    const std::int64_t outer = std::accumulate(begin, at, std::int64_t{1}, std::multiplies<>());
    const std::int64_t inner = std::accumulate(at + 1, shape.end(), std::int64_t{1}, std::multiplies<>());
    const std::int64_t extent = *at;
    auto values = tensor.mutableData<float>();
    std::array<std::int64_t, 8> places{};
    for (std::int64_t o = 0; o < outer; ++o)
        for (std::int64_t first = 0; first < extent; first += pattern.of)
            for (std::int64_t i = 0; i < inner; ++i) {
                const auto place = [&](std::int64_t k) { return static_cast<std::size_t>((o * extent + first + k) * inner + i); };
                std::iota(places.begin(), places.begin() + pattern.of, 0);
                std::stable_sort(places.begin(), places.begin() + pattern.of,
                                 [&](std::int64_t a, std::int64_t b) { return std::abs(values[place(a)]) > std::abs(values[place(b)]); });
                for (std::int64_t k = pattern.stay; k < pattern.of; ++k)
                    values[place(places[static_cast<std::size_t>(k)])] = 0;
            }
}

std::string whyNot(const Graph& graph, const Weight& weight, const Pattern& pattern)
{
    if (!weight.inputAxis)
        return "its weight is read through another node, or by a layer without input channels";
    const std::int64_t channels = graph.value(weight.value).constant.shape()[*weight.inputAxis];
    if (channels % pattern.of != 0)
        return "its " + std::to_string(channels) + " input channels can't be divided by " + std::to_string(pattern.of);
    return {};
}

class Sparsifier
{
public:
    Sparsifier(const Graph& graph, const SparsifyOptions& options) : m_options(options), m_weights(weightsOf(graph))
    {
        m_result.graph = graph;
    }

    SparsifyResult run()
    {
        const bool pattern = m_options.pattern != SparsityPattern::Unstructured;
        if (!pattern && !(m_options.sparsity > 0 && m_options.sparsity < 1))
            throw Error(
                MessageCode::BadOption,
                {{"option", "sparsity"}, {"value", std::to_string(m_options.sparsity)}, {"expected", "a number above 0 and below 1"}});
        if (m_weights.empty())
            throw Error(MessageCode::NothingToSparsify, {{"detail", "it has no float32 weights"}});
        if (pattern)
            leaveWhatDoesNotDivide();
        std::vector<std::int64_t> zeros;
        for (const Weight& weight : m_weights)
            zeros.push_back(zerosIn(tensorOf(weight).data<float>()));
        if (pattern)
            applyPattern();
        else
            zeroByMagnitude();
        for (std::size_t i = 0; i < m_weights.size(); ++i) {
            const Tensor& tensor = tensorOf(m_weights[i]);
            m_result.layers.push_back({m_weights[i].layer, tensor.size(), zeros[i], zerosIn(tensor.data<float>())});
        }
        return std::move(m_result);
    }

private:
    Tensor& tensorOf(const Weight& weight) { return m_result.graph.value(weight.value).constant; }

    void leaveWhatDoesNotDivide()
    {
        std::vector<Weight> fitting;
        for (Weight& weight : m_weights)
            if (auto reason = whyNot(m_result.graph, weight, patternOf(m_options.pattern)); reason.empty())
                fitting.push_back(std::move(weight));
            else
                m_result.left.push_back({weight.layer, std::move(reason)});
        m_weights = std::move(fitting);
        if (m_weights.empty())
            throw Error(MessageCode::NothingToSparsify, {{"detail", m_result.left.front().name + ": " + m_result.left.front().reason}});
    }

    void applyPattern()
    {
        for (const Weight& weight : m_weights)
            keepPattern(tensorOf(weight), *weight.inputAxis, patternOf(m_options.pattern));
    }

    void zeroByMagnitude()
    {
        std::vector<std::span<float>> all;
        for (const Weight& weight : m_weights)
            all.push_back(tensorOf(weight).mutableData<float>());
        if (m_options.scope == SparsityScope::Global)
            return zeroSmallest(std::move(all), m_options.sparsity);
        for (const auto& each : all)
            zeroSmallest({each}, m_options.sparsity);
    }

    const SparsifyOptions& m_options;
    std::vector<Weight> m_weights;
    SparsifyResult m_result;
};

} // namespace

SparsifyResult sparsify(const Graph& graph, const SparsifyOptions& options)
{
    return Sparsifier(graph, options).run();
}

} // namespace hone
