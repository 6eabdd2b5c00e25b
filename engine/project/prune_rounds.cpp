// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/prune_rounds.h"

#include "core/error.h"
#include "graph/cost.h"
#include "prune/channel_trail.h"
#include "prune/data_importance.h"
#include "prune/group_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hone
{
namespace
{

constexpr int mostPasses = 4; // until a target that was missed by a little is met

// Of a target that may be a factor.
double presentAmount(const PruneRoundsInput& input, const PruneTarget& target, const JobContext& job)
{
    switch (target.kind) {
    case TargetKind::Macs: return static_cast<double>(input.facts.macs);
    case TargetKind::Parameters: return static_cast<double>(input.facts.parameters);
    case TargetKind::Bytes: return static_cast<double>(input.facts.sizeBytes);
    case TargetKind::Memory: return static_cast<double>(input.facts.peakActivationBytes);
    case TargetKind::LatencyMs: break;
    }
    LocalLatencyMeter here;
    return settledLatency(input.meter ? *input.meter : here, input.model, target.value.wantedIfAbsolute(), job).p50Ms;
}

PruneTargets absolute(TargetKind kind, double amount)
{
    PruneTargets targets;
    const TargetValue value{amount, TargetValue::Unit::Absolute};
    switch (kind) {
    case TargetKind::Macs: targets.macs = value; break;
    case TargetKind::Parameters: targets.parameters = value; break;
    case TargetKind::Bytes: targets.bytes = value; break;
    case TargetKind::Memory: targets.memory = value; break;
    case TargetKind::LatencyMs: targets.latencyMs = value; break;
    }
    return targets;
}

bool anyLeaves(const std::vector<PrunedGroup>& groups)
{
    return std::ranges::any_of(groups, [](const PrunedGroup& group) { return group.channelsAfter < group.channelsBefore; });
}

class Rounds
{
public:
    Rounds(const PruneRoundsInput& input, const JobContext& job)
        : m_input(input),
          m_job(job),
          m_target(targetOf(input.parameters.prune.targets)),
          m_graph(input.graph),
          m_reference(input.graph),
          m_trail(m_graph, findDependencies(m_graph, input.parameters.prune.attention)),
          m_sinceReference(m_trail)
    {
        if (m_target) {
            m_before = presentAmount(input, *m_target, job.part(0, 0));
            m_wanted = m_target->value.wanted(m_before);
        }
    }

    PruneRoundsResult run()
    {
        const int rounds = std::max(1, m_input.parameters.rounds);
        for (m_round = 1; m_round <= rounds; ++m_round)
            runRound(rounds);
        for (int pass = 0; missed(m_wanted) && pass < mostPasses; ++pass) // by what training adds to a file
            prunedOnce(1, m_wanted, m_job.part(1, 1));
        requireMet();
        if (!anyLeaves(m_result.groups)) // met already
            m_result.notices = std::move(m_ofTarget);
        m_result.graph = std::move(m_graph);
        return std::move(m_result);
    }

    // Of the whole way, by the graph as it is now.
    void requirePossible()
    {
        const DependencyGraph dependencies = findDependencies(m_graph, m_input.parameters.prune.attention);
        const PruneOptions options = optionsNow(1, m_wanted, dependencies);
        requirePrunable(m_graph, options, m_job, {.ratios = m_input.ratios, .meter = m_input.meter});
        if (!m_target && !anyWouldLeave(options))
            throw Error(MessageCode::NothingToPrune, {{"detail", whyNothingLeaves()}});
    }

private:
    bool trains() const { return m_input.parameters.finetune.epochs > 0; }

    void runRound(int rounds)
    {
        const double share = static_cast<double>(m_round) / rounds;
        const JobContext job = m_job.part(share - 1.0 / rounds, share);
        const double trainsFrom = trains() ? 0.2 : 1;
        const double aim = m_before + (m_wanted - m_before) * share;
        m_result.rounds.emplace_back();
        bool anything = prunedOnce(share, aim, job.part(0, trainsFrom));
        for (int pass = 1; anything && missed(aim) && pass < mostPasses; ++pass) // by biases that solving anew has brought
            anything = prunedOnce(share, aim, job.part(trainsFrom, trainsFrom));
        if (m_round == rounds && !m_target)
            requireChange();
        if (anything && trains()) {
            m_graph = m_input.finetune(m_graph, m_round, job.part(trainsFrom, 1));
            m_reference = m_graph; // what the next round's weights are solved to answer like
            m_sinceReference = ChannelTrail(m_reference, findDependencies(m_reference, m_input.parameters.prune.attention));
        }
        const GraphCost now = cost(m_graph);
        m_result.rounds.back().macs = now.macs;
        m_result.rounds.back().parameters = now.parameters;
    }

    PruneOptions optionsNow(double share, double aim, const DependencyGraph& dependencies) const
    {
        PruneOptions options = m_input.parameters.prune;
        options.seed = m_input.parameters.finetune.seed;
        options.ratio *= share;
        for (auto& [layer, ratio] : options.layerRatios)
            ratio *= share;
        if (anyLeaves(m_result.groups)) // what named layers had to lose may be gone
            std::erase_if(options.layerRatios,
                          [&](const auto& layer) { return groupsMatching(m_graph, dependencies, layer.first).empty(); });
        if (m_target) {
            options.ratio = PruneOptions{}.ratio;
            options.targets = absolute(m_target->kind, aim);
        }
        return options;
    }

    // Whether earlier rounds left a channel that may leave.
    bool isSpent(const DependencyGraph& dependencies, const PruneOptions& options) const
    {
        if (!anyLeaves(m_result.groups))
            return false;
        std::vector<bool> isKept(dependencies.groups.size(), false);
        for (const auto& pattern : options.keep)
            for (const std::size_t g : groupsMatching(m_graph, dependencies, pattern))
                isKept[g] = true;
        return std::ranges::find(isKept, false) == isKept.end() || (options.scope == PruningScope::Layer && options.layerRatios.empty());
    }

    // One surgery; whether anything left.
    bool prunedOnce(double share, double aim, const JobContext& job)
    {
        const PruneParameters& parameters = m_input.parameters;
        const bool compensates = parameters.compensate == Compensate::On;
        const double surgeryFrom = needsSamples(parameters.prune.importance) ? 0.3 : 0;
        const double surgeryTo = compensates ? 0.6 : 1;
        const DependencyGraph dependencies = findDependencies(m_graph, m_input.parameters.prune.attention);
        const PruneOptions options = optionsNow(share, aim, dependencies);
        if (isSpent(dependencies, options))
            return false;
        PruneResult pruned = prune(m_graph, options, job.part(surgeryFrom, surgeryTo), evidence(dependencies, job.part(0, surgeryFrom)));
        if (anyLeaves(pruned.groups))
            m_result.maxAbsDifference = std::max(m_result.maxAbsDifference.value_or(0), pruned.maxAbsDifference);
        if (pruned.maxAbsDifferenceDouble)
            m_result.maxAbsDifferenceDouble = std::max(m_result.maxAbsDifferenceDouble.value_or(0), *pruned.maxAbsDifferenceDouble);
        if (m_result.doubleLeftOut.empty())
            m_result.doubleLeftOut = pruned.doubleLeftOut;
        m_result.rounds.back().ratio = pruned.ratio;
        addGroups(dependencies, pruned.groups);
        if (pruned.target)
            m_result.target = TargetRecord{pruned.target->kind, m_before, m_wanted, pruned.target->after};
        m_ofTarget = std::move(pruned.notices);
        if (!anyLeaves(pruned.groups))
            return false;
        m_trail.leave(m_graph, dependencies, pruned.kept);
        m_sinceReference.leave(m_graph, dependencies, pruned.kept);
        if (compensates)
            compensateFor(pruned, job.part(surgeryTo, 1));
        m_graph = std::move(pruned.graph);
        return true;
    }

    PruneEvidence evidence(const DependencyGraph& dependencies, const JobContext& job) const
    {
        const PruneParameters& parameters = m_input.parameters;
        const auto atFirst = m_trail.groupsAtFirst(m_graph, dependencies);
        PruneEvidence evidence;
        evidence.meter = m_input.meter;
        if (m_input.ratios)
            evidence.ratios = [ratios = m_input.ratios, atFirst](double ratio) {
                const std::vector<double> all = ratios(ratio);
                std::vector<double> now;
                for (const auto& group : atFirst)
                    now.push_back(group ? all.at(*group) : 0);
                return now;
            };
        if (needsSamples(parameters.prune.importance)) {
            auto scored = dataImportance(
                m_graph, *m_input.dataset, parameters.prune.importance,
                {.seed = parameters.finetune.seed, .threads = parameters.finetune.threads, .attention = parameters.prune.attention}, job);
            evidence.scores = std::move(scored.scores);
            evidence.kinds = std::move(scored.kinds);
        }
        for (std::size_t g = 0; g < atFirst.size(); ++g)
            evidence.outOf.push_back(std::max(dependencies.groups[g].channels, atFirst[g] ? m_trail.groups()[*atFirst[g]].channels : 0));
        return evidence;
    }

    // `groups`: of one surgery on the graph as it is now.
    void addGroups(const DependencyGraph& dependencies, const std::vector<PrunedGroup>& groups)
    {
        if (m_result.groups.empty()) {
            m_result.groups = groups;
            return;
        }
        const auto atFirst = m_trail.groupsAtFirst(m_graph, dependencies);
        for (std::size_t g = 0; g < groups.size(); ++g)
            if (atFirst[g])
                m_result.groups.at(*atFirst[g]).channelsAfter = groups[g].channelsAfter;
    }

    void compensateFor(PruneResult& pruned, const JobContext& job)
    {
        CompensationOptions options;
        options.seed = m_input.parameters.finetune.seed;
        options.threads = m_input.parameters.finetune.threads;
        options.attention = m_input.parameters.prune.attention;
        auto result = compensate({m_reference, pruned.graph, m_sinceReference.staying(), *m_input.dataset, options}, job.part(0.1, 0.9));
        CompensationRecord record;
        record.before = m_input.validationMetric(pruned.graph, job.part(0, 0.1));
        record.after = m_input.validationMetric(result.graph, job.part(0.9, 1));
        record.solved = std::move(result.solved);
        record.left = std::move(result.left);
        PruneRound& round = m_result.rounds.back();
        if (!round.compensationBefore)
            round.compensationBefore = record.before;
        round.compensationAfter = record.after;
        m_result.compensation = std::move(record);
        pruned.graph = std::move(result.graph);
        m_result.notices.insert(m_result.notices.end(), result.notices.begin(), result.notices.end());
    }

    // Of the graph as it is now.
    bool missed(double wanted)
    {
        if (!m_target)
            return false;
        m_result.target->after = settledAmountOf(m_graph, m_target->kind, wanted, m_input.meter, m_job.part(1, 1));
        return m_result.target->after > wanted;
    }
    void requireMet() const
    {
        if (m_target && m_result.target->after > m_wanted)
            throw Error(MessageCode::TargetUnreachable,
                        {{"what", nameOf(m_target->kind)},
                         {"wanted", amountText(m_target->kind, m_wanted)},
                         {"reachable", amountText(m_target->kind, m_result.target->after)},
                         {"detail", m_target->kind == TargetKind::LatencyMs
                                        ? "channels that met it when they were chosen did not do so in most of five measurements later"
                                        : "no more channels can leave"}});
    }
    void requireChange() const
    {
        if (anyLeaves(m_result.groups))
            return;
        throw Error(MessageCode::NothingToPrune, {{"detail", whyNothingLeaves()}});
    }
    std::string whyNothingLeaves() const
    {
        const PruneOptions& options = m_input.parameters.prune;
        if (options.scope == PruningScope::Layer)
            return "every named layer would keep all of its channels";
        if (options.ratio == 0)
            return "with a ratio of 0 every channel stays";
        if (options.atLeast > 1 && anyLeavesWithoutFloor())
            return fmt::format("every group keeps at least {} channels, and none has more that a ratio of {:g} would take", options.atLeast,
                               options.ratio);
        if (!options.layerFloors.empty() && anyLeavesWithoutFloor()) {
            std::string floors;
            for (const auto& [layer, floor] : options.layerFloors)
                floors += fmt::format("{}'{}' keeps at least {:g} channels", floors.empty() ? "" : ", ", layer, floor);
            return fmt::format("{}, and no group has more that a ratio of {:g} would take", floors, options.ratio);
        }
        if (options.roundTo > 1)
            return fmt::format("rounded to multiples of {}, every group keeps its channels at a ratio of {:g}", options.roundTo,
                               options.ratio);
        return fmt::format("a ratio of {:g} is less than one channel of any group", options.ratio);
    }
    bool anyLeavesWithoutFloor() const
    {
        PruneOptions options = m_input.parameters.prune;
        options.atLeast = 1;
        options.layerFloors.clear();
        return anyWouldLeave(options);
    }
    bool anyWouldLeave(PruneOptions options) const
    {
        options.importance = ImportanceKind::L1; // how many leave doesn't depend on which
        if (!m_input.ratios && options.scope == PruningScope::Sensitivity)
            options.scope = PruningScope::Uniform;
        const DependencyGraph dependencies = findDependencies(m_graph, options.attention);
        const Selection selection(m_graph, dependencies, options, {.ratios = m_input.ratios});
        return !removesNothing(dependencies, selection.at(options.ratio));
    }

    const PruneRoundsInput& m_input;
    const JobContext& m_job;
    const std::optional<PruneTarget> m_target;
    Graph m_graph;
    Graph m_reference;             // that weights are solved anew to answer like: the last that wasn't pruned since
    ChannelTrail m_trail;          // from the first graph
    ChannelTrail m_sinceReference; // from the reference
    double m_before = 0;
    double m_wanted = 0;
    int m_round = 1;
    std::vector<Message> m_ofTarget; // the last surgery's
    PruneRoundsResult m_result;
};

} // namespace

PruneRoundsResult pruneInRounds(const PruneRoundsInput& input, const JobContext& job)
{
    return Rounds(input, job).run();
}

void requirePossible(const PruneRoundsInput& input, const JobContext& job)
{
    Rounds(input, job).requirePossible();
}

} // namespace hone
