// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/comparison_view.h"

#include "cli/sentences.h"
#include "cli/text.h"
#include "core/file.h"

#include <algorithm>

namespace hone::cli
{

std::string comparisonTable(const Comparison& comparison)
{
    Table table({"model", "validation top-1", "test top-1", "size", "parameters", "MACs", "latency", "front"});
    for (const auto& model : comparison.models) {
        const auto& facts = model.validation.facts;
        table.add({model.name, accuracyText(model.validation), model.test ? accuracyText(*model.test) : "-",
                   bytesText(facts.sizeBytes), countText(facts.parameters), countText(facts.macs),
                   latencyText(model.validation), model.pareto ? "*" : ""});
    }
    return table.text() + "* on the front: no other one is at least as accurate (validation) and at most as large.\n";
}

void writeHtmlReport(const Comparison& comparison, const std::filesystem::path& file)
{
    writeFileAtomically(file, htmlReport(comparison, sentence));
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
