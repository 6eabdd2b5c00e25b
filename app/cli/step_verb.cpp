// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/step_verb.h"

#include "cli/exit_codes.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/pruning_text.h"
#include "cli/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace hone::cli
{
namespace
{

std::string changeTable(const StepResult& result)
{
    const auto& before = result.before;
    const auto& after = result.after;
    Table table({"", "before", "after"});
    if (metricOf(before) || metricOf(after))
        table.add({metricLabel(metricOf(after) ? after : before) + " on validation", metricText(before), metricText(after)});
    if (result.tidied) {
        table.add({"nodes", std::to_string(result.tidied->before.nodes), std::to_string(result.tidied->after.nodes)});
        table.add({"initializers", std::to_string(result.tidied->before.initializers), std::to_string(result.tidied->after.initializers)});
    }
    table.add({"size", bytesText(before.facts.sizeBytes), bytesText(after.facts.sizeBytes)});
    if (result.sparsity)
        table.add(
            {"size, compressed", bytesText(result.sparsity->compressedBytesBefore), bytesText(result.sparsity->compressedBytesAfter)});
    table.add({"parameters", countText(before.facts.parameters), countText(after.facts.parameters)});
    table.add({"MACs", countText(before.facts.macs), countText(after.facts.macs)});
    table.add({"latency p50", latencyText(before), latencyText(after)});
    return table.text();
}

std::string leftText(const std::vector<LayerLeft>& left)
{
    std::string text;
    for (const auto& layer : left)
        text += fmt::format("  {} stays as it is: {}.\n", layer.name, layer.reason);
    return text;
}

std::string compensationText(const CompensationRecord& record)
{
    std::string text = fmt::format("{} of {} layers behind the removed channels were solved anew by least squares", record.solved.size(),
                                   record.solved.size() + record.left.size());
    if (record.before && record.after)
        text += fmt::format(": top-1 on validation {} before, {} after, without training", percentText(*record.before),
                            percentText(*record.after));
    text += ".\n";
    return text + leftText(record.left);
}

std::string sparsityText(const SparsityRecord& record)
{
    std::int64_t weights = 0;
    std::int64_t zeros = 0;
    for (const auto& layer : record.layers) {
        weights += layer.weights;
        zeros += layer.zerosAfter;
    }
    const double share = weights > 0 ? static_cast<double>(zeros) / static_cast<double>(weights) : 0;
    return fmt::format("{} of the weights of {} layers are zero.\n", percentText(share), record.layers.size()) + leftText(record.left);
}

std::string factorizationText(const FactorizationRecord& record)
{
    Table table({"layer", "rank", "of", "energy kept", "MACs before", "after"});
    for (const auto& layer : record.layers)
        table.add({layer.name, std::to_string(layer.rank), std::to_string(layer.fullRank), percentText(layer.energy),
                   countText(layer.macsBefore), countText(layer.macsAfter)});
    return table.text() + leftText(record.left);
}

std::string quantizationText(const QuantizationRecord& record)
{
    constexpr std::size_t mostNames = 5;
    const auto& kernels = record.kernels;
    auto text =
        fmt::format("{} nodes compute on integers in ONNX Runtime, {} in float", kernels.integerNodes.size(), kernels.floatNodes.size());
    for (std::size_t i = 0; i < std::min(mostNames, kernels.floatNodes.size()); ++i)
        text += (i == 0 ? ": " : ", ") + kernels.floatNodes[i];
    if (kernels.floatNodes.size() > mostNames)
        text += fmt::format(" and {} more", kernels.floatNodes.size() - mostNames);
    text += ".\n";
    if (record.calibrationSamples > 0)
        text += fmt::format("Ranges were found on {} samples in {}.\n", record.calibrationSamples, secondsText(record.calibrationSeconds));
    if (const auto worst = std::ranges::min_element(record.layers, {}, &QuantizedLayer::snrDb); worst != record.layers.end())
        text += fmt::format("Furthest from float is {}, with a signal-to-noise ratio of {:.1f} dB; hone explain says why.\n", worst->name,
                            worst->snrDb);
    if (!record.precision.empty()) {
        Table table({"layers in float", "their MACs", "points lost on validation"});
        for (const auto& step : record.precision)
            table.add({std::to_string(step.floatLayers), percentText(step.floatMacsShare), fmt::format("{:.2f}", step.drop)});
        text += table.text();
    }
    return text;
}

} // namespace

StepVerb::StepVerb(StepVerbText text, StepParameters parameters) : m_text(std::move(text)), m_parameters(std::move(parameters)) {}

void StepVerb::declare(Command& command)
{
    if (takesModel())
        command.positional(m_text.model, m_model, "The ONNX file to start from; it stays as it is");
    FieldOptions options(command);
    std::visit([&](auto& parameters) { visitFields(options, parameters); }, m_parameters);
    if (!m_text.dataHelp.empty())
        command.option({"--data", "DIR", m_text.dataHelp, ""}, m_data);
    if (std::holds_alternative<QuantizeParameters>(m_parameters))
        command.option({"--calibration", "DIR", "A folder in which what calibration saw is kept for other --ranges", ""}, m_calibration);
    command.requiredOption({"--out", "FILE", "Where the new model goes; replaced if it is there", ""}, m_output);
    command.example(m_text.example);
}

int StepVerb::run(Console& console)
{
    checkOutput("--out", m_output, takesModel() ? std::vector<std::filesystem::path>{m_model} : std::vector<std::filesystem::path>{});
    std::optional<Dataset> dataset;
    if (needsData(m_parameters))
        dataset = openRequiredData(m_data, m_text.name);
    else
        dataset = openOptionalData(m_data);

    StepInput input{.model = m_model, .dataset = dataset ? &*dataset : nullptr, .output = m_output};
    input.calibration = m_calibration;
    const auto result = runStep(m_parameters, input, console.job());
    console.notices(result.notices);
    console.print(changeTable(result));
    console.print(pruningText(m_parameters, result));
    if (result.proofMaxAbsDifference)
        console.print(fmt::format("The removed channels' model gives the outputs of one with these channels at zero, "
                                  "within {:.2g} of the largest.\n",
                                  *result.proofMaxAbsDifference));
    if (result.tidied && result.tidied->maxRelativeDifference)
        console.print(fmt::format("Its outputs are those of the model before, within {:.2g} of the largest.\n",
                                  *result.tidied->maxRelativeDifference));
    if (result.compensation)
        console.print(compensationText(*result.compensation));
    if (result.sparsity)
        console.print(sparsityText(*result.sparsity));
    if (result.factorization)
        console.print(factorizationText(*result.factorization));
    if (result.quantization)
        console.print(quantizationText(*result.quantization));
    console.print(fmt::format("Wrote {} in {}.\nsha256 {}\n", m_output, secondsText(result.seconds), result.sha256));
    console.print(toJson(result));
    return exitDone;
}

} // namespace hone::cli
