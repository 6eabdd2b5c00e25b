// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/prune_rounds.h"

#include "core/error.h"
#include "graph/cost.h"
#include "prune/data_importance.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace hone
{
namespace
{

constexpr int mostPasses = 4; // until a target that was missed by a little is met

// Of a target that may be a factor.
double presentAmount(const PruneRoundsInput& input, TargetKind kind, const JobContext& job)
{
    switch (kind) {
    case TargetKind::Macs: return static_cast<double>(input.facts.macs);
    case TargetKind::Parameters: return static_cast<double>(input.facts.parameters);
    case TargetKind::Bytes: return static_cast<double>(input.facts.sizeBytes);
    case TargetKind::Memory: return static_cast<double>(input.facts.peakActivationBytes);
    case TargetKind::LatencyMs: break;
    }
    LocalLatencyMeter here;
    return (input.meter ? *input.meter : here).measure(input.model, job).p50Ms;
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
          m_reference(input.graph)
    {
        for (const PruningGroup& group : findDependencies(m_graph).groups)
            m_channels[group.name] = group.channels;
        if (m_target) {
            m_before = presentAmount(input, m_target->kind, job.part(0, 0));
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
            m_stays.clear();
        }
        const GraphCost now = cost(m_graph);
        m_result.rounds.back().macs = now.macs;
        m_result.rounds.back().parameters = now.parameters;
    }

    // One surgery; whether anything left.
    bool prunedOnce(double share, double aim, const JobContext& job)
    {
        const PruneParameters& parameters = m_input.parameters;
        const bool compensates = parameters.compensate == Compensate::On;
        const double surgeryFrom = needsSamples(parameters.prune.importance) ? 0.3 : 0;
        const double surgeryTo = compensates ? 0.6 : 1;
        PruneOptions options = parameters.prune;
        options.seed = parameters.finetune.seed;
        options.ratio *= share;
        for (auto& [layer, ratio] : options.layerRatios)
            ratio *= share;
        if (m_target) {
            options.ratio = PruneOptions{}.ratio;
            options.targets = absolute(m_target->kind, aim);
        }
        PruneResult pruned = prune(m_graph, options, job.part(surgeryFrom, surgeryTo), evidence(job.part(0, surgeryFrom)));
        m_result.maxAbsDifference = std::max(m_result.maxAbsDifference, pruned.maxAbsDifference);
        if (pruned.maxAbsDifferenceDouble)
            m_result.maxAbsDifferenceDouble = std::max(m_result.maxAbsDifferenceDouble.value_or(0), *pruned.maxAbsDifferenceDouble);
        if (m_result.doubleLeftOut.empty())
            m_result.doubleLeftOut = pruned.doubleLeftOut;
        m_result.rounds.back().ratio = pruned.ratio;
        addGroups(pruned.groups);
        if (pruned.target)
            m_result.target = TargetRecord{pruned.target->kind, m_before, m_wanted, pruned.target->after};
        m_ofTarget = std::move(pruned.notices);
        if (!anyLeaves(pruned.groups))
            return false;
        compose(pruned.kept);
        if (compensates)
            compensateFor(pruned, job.part(surgeryTo, 1));
        m_graph = std::move(pruned.graph);
        return true;
    }

    PruneEvidence evidence(const JobContext& job) const
    {
        const PruneParameters& parameters = m_input.parameters;
        PruneEvidence evidence;
        evidence.ratios = m_input.ratios;
        evidence.meter = m_input.meter;
        if (needsSamples(parameters.prune.importance))
            evidence.scores = dataImportance(m_graph, *m_input.dataset, parameters.prune.importance,
                                             {.seed = parameters.finetune.seed, .threads = parameters.finetune.threads}, job);
        for (const PruningGroup& group : findDependencies(m_graph).groups) {
            const auto before = m_channels.find(group.name);
            evidence.outOf.push_back(before == m_channels.end() ? group.channels : std::max(before->second, group.channels));
        }
        return evidence;
    }

    void addGroups(const std::vector<PrunedGroup>& groups)
    {
        if (m_result.groups.empty()) {
            m_result.groups = groups;
            return;
        }
        for (PrunedGroup& whole : m_result.groups)
            for (const PrunedGroup& now : groups)
                if (now.name == whole.name)
                    whole.channelsAfter = now.channelsAfter;
    }

    // Channels of the reference that stay.
    void compose(const KeptChannels& kept)
    {
        if (m_stays.size() != kept.size()) {
            m_stays = kept;
            return;
        }
        for (std::size_t g = 0; g < kept.size(); ++g) {
            std::vector<std::int64_t> channels;
            for (const std::int64_t channel : kept[g])
                channels.push_back(m_stays[g].at(static_cast<std::size_t>(channel)));
            m_stays[g] = std::move(channels);
        }
    }

    void compensateFor(PruneResult& pruned, const JobContext& job)
    {
        CompensationOptions options;
        options.seed = m_input.parameters.finetune.seed;
        options.threads = m_input.parameters.finetune.threads;
        auto result = compensate({m_reference, pruned.graph, m_stays, *m_input.dataset, options}, job.part(0.1, 0.9));
        CompensationRecord record;
        record.before = m_input.validationTop1(pruned.graph, job.part(0, 0.1));
        record.after = m_input.validationTop1(result.graph, job.part(0.9, 1));
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
        m_result.target->after = amountOf(m_graph, m_target->kind, m_input.meter, m_job.part(1, 1));
        return m_result.target->after > wanted;
    }
    void requireMet() const
    {
        if (m_target && m_result.target->after > m_wanted)
            throw Error(MessageCode::TargetUnreachable, {{"what", nameOf(m_target->kind)},
                                                         {"wanted", amountText(m_target->kind, m_wanted)},
                                                         {"reachable", amountText(m_target->kind, m_result.target->after)},
                                                         {"detail", "models that met it did so in one measurement and not in the next"}});
    }
    void requireChange() const
    {
        if (anyLeaves(m_result.groups))
            return;
        const PruneOptions& options = m_input.parameters.prune;
        throw Error(
            MessageCode::NothingToPrune,
            {{"detail", options.scope == PruningScope::Layer ? "every named layer would keep all of its channels"
                        : options.ratio == 0                 ? "with a ratio of 0 every channel stays"
                        : options.roundTo > 1 ? fmt::format("rounded to multiples of {}, every group keeps its channels at a ratio of {:g}",
                                                            options.roundTo, options.ratio)
                                              : fmt::format("a ratio of {:g} is less than one channel of any group", options.ratio)}});
    }

    const PruneRoundsInput& m_input;
    const JobContext& m_job;
    const std::optional<PruneTarget> m_target;
    Graph m_graph;
    Graph m_reference; // that weights are solved anew to answer like: the last that wasn't pruned since
    KeptChannels m_stays;
    std::map<std::string, std::int64_t> m_channels; // by group, before the first round
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

} // namespace hone
