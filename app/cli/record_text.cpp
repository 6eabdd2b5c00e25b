// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/record_text.h"

#include "cli/pruning_text.h"
#include "cli/text.h"
#include "project/step_kinds.h"

#include <fmt/format.h>

#include <algorithm>

namespace hone::cli
{
namespace
{

std::string proofText(const StepRecord& record)
{
    if (!record.proofMaxAbsDifference)
        return {};
    std::string text = fmt::format("The removed channels' model gives the outputs of one with these channels at zero, within {:.2g} of "
                                   "the largest in ONNX Runtime",
                                   *record.proofMaxAbsDifference);
    if (record.proofMaxAbsDifferenceDouble)
        text += fmt::format(" and {:.2g} computed in double", *record.proofMaxAbsDifferenceDouble);
    if (!record.proofDoubleLeftOut.empty())
        text += fmt::format("; {} in double: {}", record.proofMaxAbsDifferenceDouble ? "one round was not computed" : "not computed",
                            record.proofDoubleLeftOut);
    return text + ".\n";
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
    if (record.before && record.after && record.metric)
        text += fmt::format(": {} on validation {} before, {} after, without training", label(*record.metric),
                            valueText(*record.metric, *record.before), valueText(*record.metric, *record.after));
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

std::string repairsText(const RepairGains& gains)
{
    if (gains.stages.empty())
        return {};
    std::vector<std::string> header{"repair", "signal to noise", "float's answer"};
    if (gains.kind)
        header.push_back(std::string(label(*gains.kind)));
    Table table(header);
    const auto row = [&](std::string name, const std::string& snr, const std::string& same, const std::optional<double>& metric) {
        std::vector<std::string> cells{std::move(name), snr, same};
        if (gains.kind)
            cells.push_back(metric ? valueText(*gains.kind, *metric) : "-");
        table.add(cells);
    };
    for (const auto& stage : gains.stages)
        row(stage.name, fmt::format("{:.1f} dB", stage.snrDb), stage.sameTop1 ? percentText(*stage.sameTop1) : "-", stage.metric);
    if (gains.floatMetric)
        row("float", "", "", gains.floatMetric);
    return fmt::format("Each repair on top of those before it, on {} samples of {}:\n", gains.samples, name(gains.split)) + table.text();
}

std::string damageText(const std::vector<LayerDamage>& damage)
{
    constexpr std::size_t mostRows = 8;
    if (damage.empty())
        return {};
    Table table({"on integers alone", "its output", "the model's", "float's answer", "MACs"});
    for (std::size_t i = 0; i < std::min(mostRows, damage.size()); ++i)
        table.add({damage[i].name, fmt::format("{:.1f} dB", damage[i].layerSnrDb), fmt::format("{:.1f} dB", damage[i].snrDb),
                   damage[i].sameTop1 ? percentText(*damage[i].sameTop1) : "-", countText(damage[i].macs)});
    const auto rest = damage.size() > mostRows ? fmt::format("{} more layers, in --json.\n", damage.size() - mostRows) : std::string();
    return "Layers by what they harm for their MACs:\n" + table.text() + rest;
}

std::string precisionText(const std::vector<PrecisionStep>& steps)
{
    if (steps.empty())
        return {};
    const auto figure = [](const std::optional<double>& value, const char* format) {
        return value ? fmt::format(fmt::runtime(format), *value) : std::string("-");
    };
    Table table({"layers raised", "their MACs", "points lost on validation", "bytes", "latency, ms"});
    for (const auto& step : steps)
        table.add({std::to_string(step.floatLayers), percentText(step.floatMacsShare), figure(step.drop, "{:.2f}"),
                   figure(step.bytes, "{:.0f}"), figure(step.latencyMs, "{:.3g}")});
    return table.text();
}

std::string quantizationText(const QuantizationRecord& record, bool explained)
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
    const auto noise = [](const QuantizedLayer& layer) { return -layer.snrDb.value_or(largestSnrDb); };
    if (const auto worst = std::ranges::max_element(record.layers, {}, noise); worst != record.layers.end() && worst->snrDb)
        text += fmt::format("Furthest from float is {}, with a signal-to-noise ratio of {:.1f} dB{}.\n", worst->name, *worst->snrDb,
                            explained ? "; hone explain says why" : "");
    return text + repairsText(record.repairs) + damageText(record.damage) + precisionText(record.precision);
}

} // namespace

std::string recordText(const StepParameters& parameters, const StepRecord& record)
{
    std::string text = pruningText(parameters, record) + proofText(record);
    if (record.compensation)
        text += compensationText(*record.compensation);
    if (record.sparsity)
        text += sparsityText(*record.sparsity);
    if (record.factorization)
        text += factorizationText(*record.factorization);
    if (record.quantization)
        text += quantizationText(*record.quantization, isOnIntegers(parameters));
    return text;
}

} // namespace hone::cli
