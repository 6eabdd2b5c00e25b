// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/evaluation_view.h"

#include "cli/text.h"

#include <fmt/format.h>

namespace hone::cli
{
namespace
{

std::string samplesLine(std::size_t samples, const std::string& split, double perSecond)
{
    return fmt::format("samples     {}{}, {:.0f} a second\n", samples, split, perSecond);
}

std::string ofSplit(Split split)
{
    return fmt::format(" of the {} split", name(split));
}

std::string text(const Accuracy& accuracy)
{
    return fmt::format("top-1       {} (95 % interval {} to {})\n"
                       "top-5       {}\n"
                       "loss        {:.4f}\n",
                       percentText(accuracy.top1), percentText(accuracy.top1Low), percentText(accuracy.top1High),
                       percentText(accuracy.top5), accuracy.loss) +
           samplesLine(accuracy.samples, ofSplit(accuracy.split), accuracy.samplesPerSecond);
}

std::string text(const RegressionErrors& errors)
{
    const auto number = [](double value) { return numberText(MetricKind::MeanAbsoluteError, value); };
    return fmt::format("MAE         {} (95 % interval {} to {})\nRMSE        {}\n", number(errors.mae), number(errors.maeLow),
                       number(errors.maeHigh), number(errors.rmse)) +
           samplesLine(errors.samples, ofSplit(errors.split), errors.samplesPerSecond);
}

std::string text(const AnomalyDetection& found)
{
    const auto area = [](double value) { return numberText(MetricKind::AreaUnderCurve, value); };
    const auto error = [](double value) { return numberText(MetricKind::ReconstructionError, value); };
    std::string text;
    if (found.auc)
        text += fmt::format("AUC         {} (95 % interval {} to {})\n", area(*found.auc), area(found.aucLow), area(found.aucHigh));
    if (found.normals > 0)
        text += fmt::format("error       {} of normal samples, mean squared (95 % interval {} to {})\n", error(found.normalError),
                            error(found.normalErrorLow), error(found.normalErrorHigh));
    if (found.anomalies > 0)
        text += fmt::format("            {} of anomalies\n", error(found.anomalyError));
    return text + fmt::format("normal      {}\nanomalies   {}\n", found.normals, found.anomalies) +
           samplesLine(found.normals + found.anomalies, ofSplit(found.split), found.samplesPerSecond);
}

std::string text(const Agreement& agreement)
{
    Table table({"output", "cosine", "SNR", "same top-1"});
    for (const auto& output : agreement.outputs)
        table.add({output.name, numberText(MetricKind::Cosine, output.cosine), fmt::format("{:.1f} dB", output.snrDb),
                   output.sameTop1 ? percentText(*output.sameTop1) : "-"});
    return fmt::format("Against {}:\n{}", agreement.reference.string(), table.text()) +
           samplesLine(agreement.samples, agreement.split ? ofSplit(*agreement.split) : " made up", agreement.samplesPerSecond);
}

} // namespace

std::string evaluationText(const Evaluation& evaluation)
{
    std::string all;
    const auto add = [&](const auto& part) {
        if (part)
            all += text(*part);
    };
    add(evaluation.accuracy);
    add(evaluation.regression);
    add(evaluation.anomaly);
    add(evaluation.agreement);
    if (evaluation.latency)
        all += fmt::format("latency     {:.2f} ms p50, {:.2f} ms p95 (batch 1, one thread)\n", evaluation.latency->p50Ms,
                           evaluation.latency->p95Ms);
    all += fmt::format("size        {}\n", bytesText(evaluation.facts.sizeBytes));
    if (compressesWell(evaluation.facts))
        all += fmt::format("compressed  {}\n", compressedText(evaluation.facts));
    return all + fmt::format("parameters  {}\nMACs        {}\n", countText(evaluation.facts.parameters), countText(evaluation.facts.macs));
}

} // namespace hone::cli
