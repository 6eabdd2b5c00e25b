// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/importance.h"

#include "core/error.h"
#include "core/random.h"
#include "prune/weight_importance.h"

#include <utility>

namespace hone
{
namespace
{

using OfGroup = std::vector<double> (*)(const Graph&, const PruningGroup&);

constexpr std::pair<ImportanceKind, OfGroup> fromWeights[] = {
    {ImportanceKind::L1, meanMagnitude},
    {ImportanceKind::L2, rootMeanSquare},
    {ImportanceKind::Lamp, layerAdaptive},
    {ImportanceKind::Fpgm, medianDistance},
};

std::vector<double> randomScores(const PruningGroup& group, Random random)
{
    std::vector<double> scores(static_cast<std::size_t>(group.channels));
    for (double& score : scores)
        score = random.uniform();
    return scores;
}

// Gammas of different groups stay in proportion; what fell back has the mean 1 already.
void divideGammasByMean(ScoredGroups& scored)
{
    double sum = 0;
    double count = 0;
    const auto eachGamma = [&](const auto& visit) {
        for (std::size_t g = 0; g < scored.scores.size(); ++g)
            if (scored.kinds[g] == ImportanceKind::BnScale)
                for (double& score : scored.scores[g])
                    visit(score);
    };
    eachGamma([&](double score) { sum += score, ++count; });
    if (sum > 0)
        eachGamma([&](double& score) { score *= count / sum; });
}

ScoredGroups scaleOfGroups(const Graph& graph, const DependencyGraph& dependencies)
{
    ScoredGroups scored;
    for (const PruningGroup& group : dependencies.groups) {
        auto scale = normalizationScale(graph, group);
        scored.kinds.push_back(scale.empty() ? ImportanceKind::L1 : ImportanceKind::BnScale);
        scored.scores.push_back(scale.empty() ? meanMagnitude(graph, group) : std::move(scale));
    }
    divideGammasByMean(scored);
    return scored;
}

} // namespace

bool needsSamples(ImportanceKind kind)
{
    switch (kind) {
    case ImportanceKind::Auto:
    case ImportanceKind::L1:
    case ImportanceKind::L2:
    case ImportanceKind::BnScale:
    case ImportanceKind::Lamp:
    case ImportanceKind::Fpgm:
    case ImportanceKind::Random: return false;
    case ImportanceKind::Taylor:
    case ImportanceKind::Fisher:
    case ImportanceKind::Apoz:
    case ImportanceKind::MeanActivation:
    case ImportanceKind::Reconstruction: return true;
    }
    return false;
}

ScoredGroups scoreGroups(const Graph& graph, const DependencyGraph& dependencies, const ImportanceOptions& options)
{
    if (options.kind == ImportanceKind::BnScale)
        return scaleOfGroups(graph, dependencies);
    const ImportanceKind kind = options.kind == ImportanceKind::Auto ? ImportanceKind::L1 : options.kind;
    ScoredGroups scored;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g) {
        scored.kinds.push_back(kind);
        scored.scores.push_back(kind == ImportanceKind::Random ? randomScores(dependencies.groups[g], Random(options.seed, g))
                                                               : importance(graph, dependencies.groups[g], kind));
    }
    return scored;
}

std::vector<double> importance(const Graph& graph, const PruningGroup& group, ImportanceKind kind)
{
    for (const auto& [candidate, ofGroup] : fromWeights)
        if (candidate == kind)
            return ofGroup(graph, group);
    throw Error(MessageCode::InternalFault, {{"detail", "importance without what it is made from"}});
}

} // namespace hone
