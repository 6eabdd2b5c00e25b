// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/explain_view.h"

#include "cli/sentences.h"
#include "cli/text.h"
#include "core/file.h"
#include "evaluate/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace hone::cli
{
namespace
{

constexpr std::size_t mostRows = 15;

using Layers = std::vector<const ExplainedLayer*>;

Layers sortedBy(const Explanation& explanation, double (*key)(const ExplainedLayer&))
{
    Layers layers;
    for (const auto& layer : explanation.layers)
        layers.push_back(&layer);
    std::ranges::stable_sort(layers, {}, [key](const ExplainedLayer* layer) { return key(*layer); });
    layers.resize(std::min(mostRows, layers.size()));
    return layers;
}

std::string ratioText(double decibels)
{
    return decibels >= largestSnrDb ? "exact" : fmt::format("{:.1f}", decibels);
}

std::string errorText(const Explanation& explanation)
{
    std::string text = fmt::format("Values against the float model's on {} samples of {}", explanation.samples, name(explanation.split));
    if (const auto& first = explanation.firstDivergence; first && first->below)
        text += fmt::format("; they part at {}: {:.1f} dB, behind {:.1f} dB", first->layer, first->snrDb, first->before);
    else if (first)
        text += fmt::format("; the largest fall is at {}: {:.1f} dB, behind {:.1f} dB", first->layer, first->snrDb, first->before);
    Table table({"layer", "operator", "SNR dB", "by itself", "saturated", "steps used"});
    for (const auto* layer : sortedBy(explanation, [](const ExplainedLayer& layer) { return layer.snrAloneDb; }))
        table.add({layer->name, layer->opType, ratioText(layer->snrDb), ratioText(layer->snrAloneDb),
                   layer->use ? percentText(layer->use->saturatedShare) : "-", layer->use ? percentText(layer->use->usedShare) : "-"});
    text += ". The layers that add most by themselves:\n" + table.text();
    const auto equalized = equalizedSentence(explanation);
    return equalized.empty() ? text : text + equalized + "\n";
}

std::string kernelsText(const std::vector<std::string>& kernels)
{
    std::string text;
    for (const auto& kernel : kernels)
        text += (text.empty() ? "" : "+") + kernel;
    return text;
}

std::string floatNodesText(const Explanation& explanation)
{
    const auto& nodes = explanation.floatNodes;
    if (nodes.empty())
        return {};
    std::string text = "Computed in float: ";
    for (std::size_t i = 0; i < std::min(mostRows, nodes.size()); ++i)
        text += (i > 0 ? ", " : "") + nodes[i];
    return text + (nodes.size() > mostRows ? fmt::format(" and {} more, in --json", nodes.size() - mostRows) : "") + ".\n";
}

std::string processorText(const Explanation& explanation)
{
    const auto found = explanation.processor.find("processor");
    const std::string processor = found == explanation.processor.end() ? "this processor" : found->second;
    const auto instructions = integerInstructions(explanation.processor);
    return instructions.empty()
               ? fmt::format("Of instructions for products of 8-bit integers {} has none.\n", processor)
               : fmt::format("Of instructions for products of 8-bit integers {} has {}.\n", processor, fmt::join(instructions, ", "));
}

std::string speedText(const Explanation& explanation)
{
    const auto& totals = explanation.totals;
    std::string text = fmt::format(
        "Latency {:.3f} ms, of the float model {:.3f} ms ({:.2f} times); {} nodes compute on integers, {} in float.\n",
        totals.quantizedLatencyMs, totals.floatLatencyMs, totals.floatLatencyMs > 0 ? totals.quantizedLatencyMs / totals.floatLatencyMs : 0,
        totals.integerNodes, totals.floatNodes);
    Table table({"layer", "float us", "quantized us", "runs as"});
    for (const auto* layer :
         sortedBy(explanation, [](const ExplainedLayer& layer) { return layer.floatMicroseconds - layer.quantizedMicroseconds; }))
        table.add({layer->name, fmt::format("{:.1f}", layer->floatMicroseconds), fmt::format("{:.1f}", layer->quantizedMicroseconds),
                   kernelsText(layer->quantizedKernels)});
    text += "The layers that lose most, or gain least:\n" + table.text() + floatNodesText(explanation) + processorText(explanation);
    if (explanation.unfused.empty())
        return text;
    Table conversions({"value", "conversion that stands alone", "us"});
    for (std::size_t i = 0; i < std::min(mostRows, explanation.unfused.size()); ++i)
        conversions.add({explanation.unfused[i].conversion.value, explanation.unfused[i].conversion.opType,
                         fmt::format("{:.1f}", explanation.unfused[i].microseconds)});
    return text + conversions.text();
}

} // namespace

std::string explanationText(const Explanation& explanation)
{
    std::string text = errorText(explanation) + "\n" + speedText(explanation) + "\n";
    for (const auto& message : explanation.advice) {
        text += sentence(message) + "\n";
        if (message.code == MessageCode::AdviceKeepFloat && explanation.proposal)
            text += "  " + explanation.proposal->command + "\n";
    }
    if (explanation.weightsOnly)
        text += sentence(*explanation.weightsOnly) + "\n";
    return text;
}

void writePage(const Explanation& explanation, const std::filesystem::path& file)
{
    writeFileAtomically(file, explanationHtml(explanation, [](const Message& message) { return sentence(message); }));
}

} // namespace hone::cli
