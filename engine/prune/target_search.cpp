// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/target_search.h"

#include "core/error.h"
#include "core/file.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "prune/channel_removal.h"
#include "prune/latency_notice.h"
#include "prune/pruner.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr double finestRatio = 1e-5;
constexpr double finestMeasuredRatio = 1.0 / 128; // a latency takes seconds to measure, and has noise

// A measured latency has to be so much below the target, that the next measurement meets it as well.
constexpr double measuredMargin = 0.97;

constexpr std::size_t mostSingleTrials = 32; // each is a surgery

// To four digits: so much can be asked for.
double roundedUp(double amount)
{
    if (!(amount > 0))
        return amount;
    const double digit = std::pow(10, std::floor(std::log10(amount)) - 3);
    return std::ceil(amount / digit) * digit;
}

// The p50 that `measure` finds for the graph's file.
template<typename Measure>
double timed(const Graph& graph, LatencyMeter* meter, Measure&& measure)
{
    const TemporaryFolder scratch;
    const auto file = scratch.path() / "model.onnx";
    writeFileAtomically(file, serializeOnnx(graph));
    LocalLatencyMeter here;
    return measure(meter ? *meter : here, file).p50Ms;
}

struct Trial
{
    double ratio = 0;
    KeptChannels kept;
    double amount = 0;
};

class Search
{
public:
    Search(const TargetQuestion& question, const Selection& selection, const JobContext& job)
        : m_question(question),
          m_selection(selection),
          m_job(job),
          m_before(settled(question.graph, question.target.value.wantedIfAbsolute())),
          m_wanted(question.target.value.wanted(m_before)),
          m_aim(isMeasured() ? m_wanted * measuredMargin : m_wanted)
    {}

    TargetAnswer run()
    {
        Trial none{0, wholeGroups(), m_before};
        if (m_before <= m_wanted)
            return answer(none);
        const Trial most = mostLeaving();
        if (most.amount > m_aim)
            return answer(most);
        auto [misses, meets] = bisected(std::move(none), most);
        if (isMeasured())
            return answer(settled(std::move(meets), most));
        giveBack(misses, meets);
        if (m_question.target.kind == TargetKind::Memory)
            giveBackAwayFromThePeak(meets);
        return answer(meets);
    }

    void requireReachable() const
    {
        if (m_before > m_wanted)
            mostLeaving();
    }

private:
    Trial mostLeaving() const
    {
        Trial most{1, m_selection.at(1), 0};
        most.amount = settled(most.kept, m_wanted);
        if (most.amount > m_wanted)
            throwUnreachable(most);
        return most;
    }
    bool isMeasured() const { return m_question.target.kind == TargetKind::LatencyMs; }
    double amount(const Graph& graph) const { return amountOf(graph, m_question.target.kind, m_question.evidence.meter, m_job); }
    double amount(const KeptChannels& kept) const
    {
        m_job.checkStop();
        return amount(removeChannels(m_question.graph, m_question.dependencies, kept));
    }
    double settled(const Graph& graph, double bound) const
    {
        return settledAmountOf(graph, m_question.target.kind, bound, m_question.evidence.meter, m_job);
    }
    double settled(const KeptChannels& kept, double bound) const
    {
        m_job.checkStop();
        return settled(removeChannels(m_question.graph, m_question.dependencies, kept), bound);
    }
    // The first from `meets` on that most of five measurements find so low; of those that one was lucky with, bisection picks many.
    Trial settled(Trial meets, const Trial& most) const
    {
        for (double step = finestMeasuredRatio; meets.ratio < most.ratio; step *= 2) {
            meets.amount = settled(meets.kept, m_aim);
            if (meets.amount <= m_aim)
                return meets;
            meets.ratio = std::min(most.ratio, meets.ratio + step);
            meets.kept = m_selection.at(meets.ratio);
        }
        return most;
    }
    TargetAnswer answer(const Trial& trial) const
    {
        return {trial.kept, trial.ratio, {m_question.target.kind, m_before, m_wanted, trial.amount}};
    }
    KeptChannels wholeGroups() const
    {
        KeptChannels whole;
        for (const PruningGroup& group : m_question.dependencies.groups) {
            auto& channels = whole.emplace_back();
            for (std::int64_t c = 0; c < group.channels; ++c)
                channels.push_back(c);
        }
        return whole;
    }

    // The last that misses the target and the first that meets it.
    std::pair<Trial, Trial> bisected(Trial misses, Trial meets) const
    {
        const double finest = isMeasured() ? finestMeasuredRatio : finestRatio;
        const double span = meets.ratio - misses.ratio;
        while (meets.ratio - misses.ratio > finest) {
            const double ratio = (misses.ratio + meets.ratio) / 2;
            KeptChannels kept = m_selection.at(ratio);
            if (kept == misses.kept)
                misses.ratio = ratio;
            else if (kept == meets.kept)
                meets.ratio = ratio;
            else {
                Trial middle{ratio, std::move(kept), 0};
                middle.amount = amount(middle.kept);
                (middle.amount <= m_aim ? meets : misses) = std::move(middle);
            }
            Progress progress;
            progress.activity = Activity::Pruning;
            progress.fraction = 1 - (meets.ratio - misses.ratio) / span;
            m_job.report(progress);
        }
        return {std::move(misses), std::move(meets)};
    }

    // Groups that keep more in `more`, the most important channels first.
    std::vector<std::size_t> groupsToGiveBack(const KeptChannels& more, const Trial& meets) const
    {
        std::vector<std::pair<double, std::size_t>> groups;
        for (std::size_t g = 0; g < meets.kept.size(); ++g) {
            if (more[g].size() <= meets.kept[g].size())
                continue;
            double most = 0;
            for (const std::int64_t channel : more[g])
                if (!std::ranges::binary_search(meets.kept[g], channel))
                    most = std::max(most, m_selection.scores()[g][static_cast<std::size_t>(channel)]);
            groups.emplace_back(-most, g);
        }
        std::ranges::sort(groups);
        std::vector<std::size_t> order;
        for (const auto& [importance, group] : groups)
            order.push_back(group);
        return order;
    }

    // As many groups in order as fit, then of the rest those that fit one by one.
    void giveBack(const Trial& misses, Trial& meets) const
    {
        const auto order = groupsToGiveBack(misses.kept, meets);
        const auto fits = [&](std::size_t from, std::size_t to) {
            KeptChannels kept = meets.kept;
            for (std::size_t i = from; i < to; ++i)
                kept[order[i]] = misses.kept[order[i]];
            const double reached = amount(kept);
            if (reached > m_aim)
                return false;
            meets.kept = std::move(kept);
            meets.amount = reached;
            return true;
        };
        std::size_t back = 0;
        for (std::size_t tooMany = order.size() + 1; tooMany - back > 1;) {
            const std::size_t count = (back + tooMany) / 2;
            if (fits(back, count))
                back = count;
            else
                tooMany = count;
        }
        for (std::size_t i = back + 1; i < std::min(order.size(), back + 1 + mostSingleTrials); ++i)
            fits(i, i + 1);
    }

    // What is large at one place only (a peak) is held there: groups elsewhere, which one ratio has thinned as well, get back as many
    // channels as the target allows.
    void giveBackAwayFromThePeak(Trial& meets) const
    {
        for (const std::size_t g : groupsToGiveBack(wholeGroups(), meets)) {
            std::int64_t fits = static_cast<std::int64_t>(meets.kept[g].size());
            for (std::int64_t tooMany = m_question.dependencies.groups[g].channels + 1; tooMany - fits > 1;) {
                // All of them first: nearly always that is it.
                const bool first = tooMany > m_question.dependencies.groups[g].channels;
                const std::int64_t count = first ? tooMany - 1 : (fits + tooMany) / 2;
                Trial more = meets;
                more.kept[g] = m_selection.most(g, count);
                more.amount = more.kept[g].size() > meets.kept[g].size() ? amount(more.kept) : meets.amount;
                if (more.amount > m_aim) {
                    tooMany = count;
                    continue;
                }
                fits = count;
                if (more.kept[g].size() > meets.kept[g].size())
                    meets = std::move(more);
            }
        }
    }

    // The least that other options allow.
    double leastWith(PruneOptions options) const
    {
        PruneEvidence evidence = m_question.evidence;
        evidence.scores = m_selection.scores();
        const Selection other(m_question.graph, m_question.dependencies, options, evidence);
        return amount(other.at(1));
    }
    // What would let more leave, if it were let go of.
    std::string inTheWay(double least) const
    {
        const double worthAWord = isMeasured() ? 0.95 : 0.99; // measurements differ
        constexpr std::size_t mostNames = 3;
        const PruneOptions& options = m_question.options;
        const auto hinders = [&](const PruneOptions& freer) { return leastWith(freer) < worthAWord * least; };
        PruneOptions freer = options;
        freer.keep.clear();
        std::vector<std::string> conditions;
        if (!options.keep.empty() && hinders(freer)) {
            std::string names;
            for (std::size_t i = 0; i < std::min(mostNames, options.keep.size()); ++i)
                names += (i == 0 ? "'" : ", '") + options.keep[i] + "'";
            if (options.keep.size() > mostNames)
                names += " and " + std::to_string(options.keep.size() - mostNames) + " more";
            conditions.push_back(names + (options.keep.size() == 1 ? " was not kept" : " were not kept"));
        }
        freer = options;
        freer.atLeast = 1;
        freer.roundTo = 1;
        if ((options.atLeast > 1 || options.roundTo > 1) && hinders(freer))
            conditions.push_back(options.atLeast > options.roundTo
                                     ? "groups could have fewer than " + std::to_string(options.atLeast) + " channels"
                                     : "channels were not rounded to multiples of " + std::to_string(options.roundTo));
        for (const auto& [layer, floor] : options.layerFloors) {
            freer = options;
            freer.layerFloors[layer] = 1;
            if (hinders(freer))
                conditions.push_back("'" + layer + "' could have fewer than " + std::to_string(std::llround(floor)) + " channels");
        }
        if (conditions.empty() && (options.scope == PruningScope::Global || options.scope == PruningScope::Isomorphic))
            conditions.emplace_back("scope was uniform, by which no group has to keep a tenth of its channels");
        if (conditions.empty())
            return "no more channels can leave";
        std::string text = "more channels could leave if " + conditions.front();
        for (std::size_t i = 1; i < conditions.size(); ++i)
            text += ", and if " + conditions[i];
        return text;
    }
    // Why so much time is left where so few channels are.
    std::string whereTheTimeGoes(const KeptChannels& least) const
    {
        const Graph smallest = removeChannels(m_question.graph, m_question.dependencies, least);
        const double share = static_cast<double>(cost(smallest).macs) / static_cast<double>(cost(m_question.graph).macs);
        const LatencyMeter* meter = m_question.evidence.meter;
        const std::string layers = badlyRoundedText(smallest, meter ? meter->channelBlock() : LocalLatencyMeter().channelBlock());
        return "; MACs are down to " + std::to_string(std::lround(share * 100)) + " % by then, and the rest of the time " +
               (layers.empty() ? "goes into what has no channels to lose"
                               : "is of layers that fill the processor's registers badly: " + layers);
    }
    [[noreturn]] void throwUnreachable(const Trial& least) const
    {
        const TargetKind kind = m_question.target.kind;
        throw Error(MessageCode::TargetUnreachable,
                    {{"what", nameOf(kind)},
                     {"wanted", amountText(kind, m_wanted)},
                     {"reachable", amountText(kind, roundedUp(least.amount))},
                     {"detail", inTheWay(least.amount) + (isMeasured() ? whereTheTimeGoes(least.kept) : "")}});
    }

    const TargetQuestion& m_question;
    const Selection& m_selection;
    const JobContext& m_job;
    double m_before;
    double m_wanted;
    double m_aim; // of the trials
};

} // namespace

double amountOf(const Graph& graph, TargetKind kind, LatencyMeter* meter, const JobContext& job)
{
    switch (kind) {
    case TargetKind::Macs: return static_cast<double>(cost(graph).macs);
    case TargetKind::Parameters: return static_cast<double>(cost(graph).parameters);
    case TargetKind::Memory: return static_cast<double>(cost(graph).peakActivationBytes);
    case TargetKind::Bytes: return static_cast<double>(serializeOnnx(graph).size());
    case TargetKind::LatencyMs: break;
    }
    return timed(graph, meter, [&](LatencyMeter& by, const fs::path& file) { return by.measure(file, job); });
}

double settledAmountOf(const Graph& graph, TargetKind kind, double bound, LatencyMeter* meter, const JobContext& job)
{
    if (kind != TargetKind::LatencyMs)
        return amountOf(graph, kind, meter, job);
    return timed(graph, meter, [&](LatencyMeter& by, const fs::path& file) { return settledLatency(by, file, bound, job); });
}

TargetAnswer reachTarget(const TargetQuestion& question, const Selection& selection, const JobContext& job)
{
    return Search(question, selection, job).run();
}

void requireReachable(const TargetQuestion& question, const Selection& selection, const JobContext& job)
{
    Search(question, selection, job).requireReachable();
}

} // namespace hone
