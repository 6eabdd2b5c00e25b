// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/comparison_view.h"

#include "cli/sentences.h"
#include "cli/text.h"
#include "core/file.h"
#include "project/build_comparison.h"

#include <algorithm>

namespace hone::cli
{

std::string comparisonTable(const Comparison& comparison)
{
    const auto kind = comparison.metricKind().value_or(MetricKind::Top1);
    const auto metric = std::string(label(kind));
    const bool compressed =
        std::ranges::any_of(comparison.models, [](const auto& model) { return compressesWell(model.validation.facts); });
    std::vector<std::string> head{"model", "validation " + metric, "test " + metric, "size", "parameters", "MACs", "latency", "front"};
    if (compressed)
        head.insert(head.begin() + 4, "compressed");
    Table table(std::move(head));
    for (const auto& model : comparison.models) {
        const auto& facts = model.validation.facts;
        std::vector<std::string> row{model.name,
                                     metricText(model.validation),
                                     model.test ? metricText(*model.test) : "-",
                                     bytesText(facts.sizeBytes),
                                     countText(facts.parameters),
                                     countText(facts.macs),
                                     latencyText(model.validation),
                                     model.pareto ? "*" : ""};
        if (compressed)
            row.insert(row.begin() + 4, compressedText(facts));
        table.add(std::move(row));
    }
    const auto asGood = kind == MetricKind::Top1 ? std::string("as accurate") : "as good by its " + metric;
    return table.text() + "* on the front: no other one is at least " + asGood + " (validation) and at most as large.\n";
}

void writeHtmlReport(const Comparison& comparison, const std::filesystem::path& file)
{
    writeFileAtomically(file, htmlReport(comparison, sentence, explanationSections(comparison, sentence)));
}

void printNotices(const Comparison& comparison, Console& console)
{
    std::vector<Message> told;
    const auto tell = [&](const Evaluation& evaluation) {
        for (const auto& notice : evaluation.notices)
            if (std::ranges::find(told, notice) == told.end()) {
                console.notice(notice);
                told.push_back(notice);
            }
    };
    for (const auto& model : comparison.models) {
        tell(model.validation);
        if (model.test)
            tell(*model.test);
    }
}

} // namespace hone::cli
