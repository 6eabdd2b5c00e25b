// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/pruning_text.h"

#include "cli/text.h"
#include "project/record_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

namespace hone::cli
{
namespace
{

constexpr std::size_t mostNames = 5;

std::string targetText(const TargetRecord& record)
{
    return fmt::format("The {} went from {} to {}; the target is {}.\n", nameOf(record.kind), amountText(record.kind, record.before),
                       amountText(record.kind, record.after), amountText(record.kind, record.wanted));
}

std::string roundsText(const StepRecord& record)
{
    const auto kind = record.compensation ? record.compensation->metric.value_or(MetricKind::Top1) : MetricKind::Top1;
    Table table({"round", "ratio", "MACs", "parameters", std::string(label(kind)) + " pruned", "compensated"});
    for (std::size_t i = 0; i < record.pruneRounds.size(); ++i) {
        const PruneRound& round = record.pruneRounds[i];
        const auto figure = [kind](const std::optional<double>& value) { return value ? valueText(kind, *value) : std::string("-"); };
        table.add({std::to_string(i + 1), fmt::format("{:.3g}", round.ratio), countText(round.macs), countText(round.parameters),
                   figure(round.compensationBefore), figure(round.compensationAfter)});
    }
    return table.text();
}

std::string groupsText(const std::vector<PrunedGroup>& groups)
{
    constexpr std::size_t mostRows = 12;
    if (groups.empty())
        return {};
    Table table({"channels that leave together", "made by", "followers", "readers", "before", "after"});
    for (std::size_t i = 0; i < std::min(mostRows, groups.size()); ++i)
        table.add({groups[i].name, std::to_string(groups[i].layers.size()), std::to_string(groups[i].followers.size()),
                   std::to_string(groups[i].readers.size()), std::to_string(groups[i].channelsBefore),
                   std::to_string(groups[i].channelsAfter)});
    const auto rest =
        groups.size() > mostRows ? fmt::format("{} more groups, and why each holds together, in --json.\n", groups.size() - mostRows) : "";
    return table.text() + rest;
}

// Why channels of several layers leave together, in one reason each: first of the groups that couple the most.
std::string couplingsText(const std::vector<PrunedGroup>& groups)
{
    std::vector<const PrunedGroup*> coupled;
    for (const PrunedGroup& group : groups)
        if (!group.reasons.empty())
            coupled.push_back(&group);
    std::ranges::stable_sort(coupled, std::greater(),
                             [](const PrunedGroup* group) { return group->layers.size() + group->followers.size(); });
    std::string text;
    for (std::size_t i = 0; i < std::min(mostNames, coupled.size()); ++i) {
        const auto& reasons = coupled[i]->reasons;
        text += fmt::format("  {}: {}{}\n", coupled[i]->name, reasons.front(),
                            reasons.size() > 1 ? fmt::format(", and {} more", reasons.size() - 1) : "");
    }
    if (coupled.size() > mostNames)
        text += "  and so on; all of them in --json.\n";
    return text.empty() ? text : "Held together by:\n" + text;
}

std::string unprunableText(const std::vector<LayerLeft>& layers)
{
    std::string text;
    for (std::size_t i = 0; i < std::min(mostNames, layers.size()); ++i)
        text += fmt::format("  {}: {}\n", layers[i].name, layers[i].reason);
    if (layers.size() > mostNames)
        text += fmt::format("  and {} more, in --json.\n", layers.size() - mostNames);
    return text.empty() ? text : "Layers that keep their channels, and why:\n" + text;
}

// Groups that lack what the importance asked for needs.
std::string fallBackText(const std::vector<PrunedGroup>& groups)
{
    std::map<ImportanceKind, std::vector<std::string>> others;
    for (const PrunedGroup& group : groups)
        if (group.importance != ImportanceKind::BnScale)
            others[group.importance].push_back(group.name);
    std::string text;
    for (const auto& [kind, names] : others) {
        std::string list;
        for (std::size_t i = 0; i < std::min(mostNames, names.size()); ++i)
            list += (i > 0 ? ", " : "") + names[i];
        if (names.size() > mostNames)
            list += fmt::format(" and {} more", names.size() - mostNames);
        text += fmt::format("Without BatchNormalization, so ranked by {}: {}.\n", nameOf(kind), list);
    }
    return text;
}

} // namespace

std::string pruningText(const StepParameters& parameters, const StepRecord& record)
{
    std::string text;
    if (record.target)
        text += targetText(*record.target);
    if (!record.pruneRounds.empty())
        text += roundsText(record);
    const auto* prune = std::get_if<PruneParameters>(&parameters);
    if (prune)
        text += groupsText(record.groups) + couplingsText(record.groups) + unprunableText(record.unprunable);
    if (prune && prune->prune.importance == ImportanceKind::BnScale)
        text += fallBackText(record.groups);
    return text;
}

} // namespace hone::cli
