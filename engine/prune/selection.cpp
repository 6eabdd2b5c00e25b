// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/selection.h"

#include "core/error.h"
#include "prune/group_names.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace hone
{
namespace
{

constexpr double shareThatStaysInPools = 0.1;

struct Candidate
{
    double importance = 0;
    std::size_t group = 0;
    std::int64_t channel = 0;
};

// Least important first; of equal ones the last channel of the last group.
bool leavesBefore(const Candidate& a, const Candidate& b)
{
    if (a.importance != b.importance)
        return a.importance < b.importance;
    return std::pair(b.group, b.channel) < std::pair(a.group, a.channel);
}

std::vector<Candidate> candidatesOf(const std::vector<double>& scores, std::size_t group)
{
    std::vector<Candidate> candidates;
    for (std::size_t c = 0; c < scores.size(); ++c)
        candidates.push_back({scores[c], group, static_cast<std::int64_t>(c)});
    return candidates;
}

// The most important ones, sorted by place.
std::vector<std::int64_t> mostImportant(const std::vector<double>& scores, std::int64_t count)
{
    std::vector<Candidate> candidates = candidatesOf(scores, 0);
    std::sort(candidates.begin(), candidates.end(), leavesBefore);
    std::vector<std::int64_t> channels;
    for (std::size_t i = candidates.size() - static_cast<std::size_t>(count); i < candidates.size(); ++i)
        channels.push_back(candidates[i].channel);
    std::ranges::sort(channels);
    return channels;
}

// By group: the number of the longest name ('*' not counted) that matches it, of equally long ones the one under which more channels
// stay; 0 where none does.
std::vector<double> numbersByLayer(const Graph& graph, const DependencyGraph& dependencies, const std::map<std::string, double>& named,
                                   bool lowerKeepsMore)
{
    std::vector<double> numbers(dependencies.groups.size(), 0);
    std::vector<std::size_t> lengths(dependencies.groups.size(), 0);
    for (const auto& [pattern, number] : named) {
        const auto length = 1 + static_cast<std::size_t>(std::ranges::count_if(pattern, [](char c) { return c != '*'; }));
        for (const std::size_t g : groupsMatching(graph, dependencies, pattern)) {
            const bool keepsMore = lowerKeepsMore ? number < numbers[g] : number > numbers[g];
            if (length > lengths[g] || (length == lengths[g] && keepsMore))
                numbers[g] = number;
            lengths[g] = std::max(lengths[g], length);
        }
    }
    return numbers;
}

std::vector<double> ratiosByLayer(const Graph& graph, const DependencyGraph& dependencies, const std::map<std::string, double>& named)
{
    for (const auto& [pattern, ratio] : named)
        if (ratio > 0 && groupsMatching(graph, dependencies, pattern).empty())
            throw Error(MessageCode::NothingToPrune, {{"detail", "the channels of '" + pattern + "' have to stay"}});
    return numbersByLayer(graph, dependencies, named, true);
}

std::vector<std::size_t> poolsByStructure(const Graph& graph, const DependencyGraph& dependencies)
{
    std::map<std::string, std::size_t> numbers;
    std::vector<std::size_t> pools;
    for (const PruningGroup& group : dependencies.groups)
        pools.push_back(numbers.try_emplace(structureOf(graph, group), numbers.size()).first->second);
    return pools;
}

template<class T>
void requireSize(const std::vector<T>& values, const DependencyGraph& dependencies)
{
    if (values.size() != dependencies.groups.size())
        throw Error(MessageCode::InternalFault, {{"detail", "evidence for another number of groups"}});
}

} // namespace

std::int64_t roundedChannels(const PruningGroup& group, std::int64_t kept, const ChannelRounding& rounding)
{
    if (kept >= group.channels || rounding.roundTo <= 1)
        return std::min(kept, group.channels);
    const std::int64_t step = rounding.roundTo / std::gcd(rounding.roundTo, group.granularity);
    const std::int64_t up = (kept + step - 1) / step * step;
    if (up <= group.channels)
        return up;
    const std::int64_t down = group.channels / step * step;
    return down >= std::max<std::int64_t>(1, rounding.atLeast) ? down : group.channels;
}

std::string structureOf(const Graph& graph, const PruningGroup& group)
{
    std::map<std::string, int> uses;
    for (const Slice& slice : group.slices) {
        const Node& node = graph.node(slice.node);
        const auto groups = node.attributes.find("group");
        const bool grouped = groups != node.attributes.end() && groups->second != Attribute(std::int64_t{1});
        ++uses[node.opType + (grouped ? " in groups" : "") + ":" + std::to_string(slice.input) + ":" +
               std::to_string(static_cast<int>(slice.role))];
    }
    std::string text;
    for (const auto& [use, count] : uses)
        text += use + "*" + std::to_string(count) + ";";
    return text;
}

Selection::Selection(const Graph& graph, const DependencyGraph& dependencies, const PruneOptions& options, const PruneEvidence& evidence)
    : m_dependencies(dependencies),
      m_options(options),
      m_scores(evidence.scores),
      m_ratios(evidence.ratios),
      m_outOf(evidence.outOf),
      m_isKept(dependencies.groups.size(), false),
      m_pool(dependencies.groups.size(), 0)
{
    if (m_scores.empty()) {
        auto scored = scoreGroups(graph, dependencies, {.kind = options.importance, .seed = options.seed});
        m_scores = std::move(scored.scores);
        m_kinds = std::move(scored.kinds);
    } else
        m_kinds = evidence.kinds.empty() ? std::vector(m_scores.size(), options.importance) : evidence.kinds;
    if (m_outOf.empty())
        for (const PruningGroup& group : dependencies.groups)
            m_outOf.push_back(group.channels);
    requireSize(m_scores, dependencies);
    requireSize(m_kinds, dependencies);
    requireSize(m_outOf, dependencies);
    for (const auto& pattern : options.keep)
        for (const std::size_t g : groupsMatching(graph, dependencies, pattern))
            m_isKept[g] = true;
    m_layerFloors = numbersByLayer(graph, dependencies, options.layerFloors, false);
    if (options.scope == PruningScope::Layer)
        m_layerRatios = ratiosByLayer(graph, dependencies, options.layerRatios);
    if (options.scope == PruningScope::Isomorphic)
        m_pool = poolsByStructure(graph, dependencies);
    if (options.scope == PruningScope::Sensitivity && !m_ratios)
        throw Error(MessageCode::InternalFault, {{"detail", "scope sensitivity without its curves"}});
}

std::int64_t Selection::floorOf(std::size_t group) const
{
    return m_layerFloors[group] > 0 ? static_cast<std::int64_t>(m_layerFloors[group]) : m_options.atLeast;
}

std::int64_t Selection::mostLeaving(std::size_t group, double shareThatStays) const
{
    if (m_isKept[group])
        return 0;
    const double share = m_layerFloors[group] > 0 ? 0 : shareThatStays;
    const auto ofShare = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(m_outOf[group])));
    const auto staying = std::max<std::int64_t>({1, floorOf(group), ofShare});
    return std::max<std::int64_t>(0, m_dependencies.groups[group].channels - staying);
}

std::vector<std::int64_t> Selection::leavingEach(const std::vector<double>& ratios) const
{
    requireSize(ratios, m_dependencies);
    std::vector<std::int64_t> leaving;
    for (std::size_t g = 0; g < ratios.size(); ++g) {
        const std::int64_t gone = m_outOf[g] - m_dependencies.groups[g].channels;
        const std::int64_t wanted = std::llround(ratios[g] * static_cast<double>(m_outOf[g])) - gone;
        leaving.push_back(std::clamp<std::int64_t>(wanted, 0, mostLeaving(g, 0)));
    }
    return leaving;
}

std::vector<std::int64_t> Selection::leavingOverAll(double ratio) const
{
    const std::size_t groups = m_dependencies.groups.size();
    std::vector<std::int64_t> leaving(groups, 0);
    std::map<std::size_t, std::vector<Candidate>> pools;
    std::map<std::size_t, double> outputs; // before, of the file
    std::map<std::size_t, std::int64_t> gone;
    for (std::size_t g = 0; g < groups; ++g) {
        if (m_isKept[g])
            continue;
        const PruningGroup& group = m_dependencies.groups[g];
        const auto candidates = candidatesOf(m_scores[g], g);
        auto& pool = pools[m_pool[g]];
        pool.insert(pool.end(), candidates.begin(), candidates.end());
        outputs[m_pool[g]] += static_cast<double>(m_outOf[g] * group.granularity);
        gone[m_pool[g]] += (m_outOf[g] - group.channels) * group.granularity;
    }
    for (auto& [number, pool] : pools) {
        std::sort(pool.begin(), pool.end(), leavesBefore);
        std::int64_t budget = std::llround(ratio * outputs[number]) - gone[number];
        for (const Candidate& candidate : pool) {
            const std::int64_t weight = m_dependencies.groups[candidate.group].granularity;
            if (weight > budget || leaving[candidate.group] == mostLeaving(candidate.group, shareThatStaysInPools))
                continue;
            ++leaving[candidate.group];
            budget -= weight;
        }
    }
    return leaving;
}

std::vector<std::int64_t> Selection::most(std::size_t group, std::int64_t count) const
{
    return mostImportant(m_scores[group], roundedChannels(m_dependencies.groups[group], count, {m_options.roundTo, floorOf(group)}));
}

KeptChannels Selection::at(double ratio) const
{
    const std::size_t groups = m_dependencies.groups.size();
    std::vector<std::int64_t> leaving;
    switch (m_options.scope) {
    case PruningScope::Uniform: leaving = leavingEach(std::vector<double>(groups, ratio)); break;
    case PruningScope::Global:
    case PruningScope::Isomorphic: leaving = leavingOverAll(ratio); break;
    case PruningScope::Layer: leaving = leavingEach(m_layerRatios); break;
    case PruningScope::Sensitivity: leaving = leavingEach(m_ratios(ratio)); break;
    }
    KeptChannels kept;
    for (std::size_t g = 0; g < groups; ++g)
        kept.push_back(most(g, m_dependencies.groups[g].channels - leaving[g]));
    return kept;
}

KeptChannels chooseChannels(const Graph& graph, const DependencyGraph& dependencies, const PruneOptions& options,
                            const ChannelScores& scores)
{
    return Selection(graph, dependencies, options, {.scores = scores}).at(options.ratio);
}

bool removesNothing(const DependencyGraph& dependencies, const KeptChannels& kept)
{
    for (std::size_t g = 0; g < kept.size(); ++g)
        if (static_cast<std::int64_t>(kept[g].size()) != dependencies.groups[g].channels)
            return false;
    return true;
}

} // namespace hone
