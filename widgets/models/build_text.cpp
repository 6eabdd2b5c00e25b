// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/build_text.h"

#include "models/metric_text.h"
#include "models/quantization_text.h"
#include "theme/figures.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>

namespace hone::studio
{

namespace
{

QString words(const char* source, int n = -1)
{
    return QCoreApplication::translate("Builds", source, nullptr, n);
}

QString epochsText(int epochs)
{
    return QCoreApplication::translate("Builds", "%n epoch(s)", nullptr, epochs);
}

QString wholePercent(double fraction)
{
    return QStringLiteral("%1 %").arg(QLocale().toString(fraction * 100, 'f', 0));
}

template<class... Visitors>
struct Overloaded : Visitors...
{
    using Visitors::operator()...;
};
template<class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

QString scopeText(PruningScope scope)
{
    switch (scope) {
    case PruningScope::Uniform: return words(QT_TRANSLATE_NOOP("Builds", "uniform"));
    case PruningScope::Global: return words(QT_TRANSLATE_NOOP("Builds", "global"));
    case PruningScope::Isomorphic: return words(QT_TRANSLATE_NOOP("Builds", "by structure"));
    case PruningScope::Layer: return words(QT_TRANSLATE_NOOP("Builds", "by layer"));
    case PruningScope::Sensitivity: return words(QT_TRANSLATE_NOOP("Builds", "by sensitivity"));
    }
    return {};
}

// "30 %", "to 50 % of the MACs", "to 200 kB"
QString prunedBy(const PruneParameters& parameters)
{
    const auto target = targetOf(parameters.prune.targets);
    if (!target)
        return parameters.prune.scope == PruningScope::Layer ? scopeText(parameters.prune.scope) : wholePercent(parameters.prune.ratio);
    const bool ofBefore = target->value.unit == TargetValue::Unit::OfBefore;
    const QString number = ofBefore ? wholePercent(target->value.number) : text(amountText(target->kind, target->value.number));
    switch (target->kind) {
    case TargetKind::Macs: return words(QT_TRANSLATE_NOOP("Builds", "to %1 MACs")).arg(number);
    case TargetKind::Parameters: return words(QT_TRANSLATE_NOOP("Builds", "to %1 parameters")).arg(number);
    case TargetKind::Bytes: return words(QT_TRANSLATE_NOOP("Builds", "to %1 file size")).arg(number);
    case TargetKind::Memory: return words(QT_TRANSLATE_NOOP("Builds", "to %1 peak memory")).arg(number);
    case TargetKind::LatencyMs:
        return parameters.latencyDevice.empty()
                   ? words(QT_TRANSLATE_NOOP("Builds", "to %1 latency")).arg(number)
                   : words(QT_TRANSLATE_NOOP("Builds", "to %1 latency on %2")).arg(number, text(parameters.latencyDevice));
    }
    return {};
}

QString prunedText(const PruneParameters& parameters)
{
    const QString scope = scopeText(parameters.prune.scope);
    if (parameters.finetune.epochs == 0)
        return scope;
    return QStringLiteral("%1, + %2").arg(scope, epochsText(parameters.finetune.epochs));
}

QString sparsePart(const SparsifyParameters& parameters)
{
    switch (parameters.sparsify.pattern) {
    case SparsityPattern::OneOfTwo: return QStringLiteral("1:2");
    case SparsityPattern::TwoOfFour: return QStringLiteral("2:4");
    case SparsityPattern::OneOfFour: return QStringLiteral("1:4");
    case SparsityPattern::FourOfEight: return QStringLiteral("4:8");
    case SparsityPattern::Unstructured: break;
    }
    return wholePercent(parameters.sparsify.sparsity);
}

QString rankPart(const FactorizeParameters& parameters)
{
    const FactorizeOptions& options = parameters.factorize;
    if (options.rank > 0)
        return words(QT_TRANSLATE_NOOP("Builds", "rank %1")).arg(options.rank);
    return options.rankRatio > 0 ? words(QT_TRANSLATE_NOOP("Builds", "rank %1")).arg(wholePercent(options.rankRatio))
                                 : words(QT_TRANSLATE_NOOP("Builds", "energy %1")).arg(wholePercent(options.energy));
}

// "zeros kept", "zeros kept, + 5 epochs"
QString recoveredText(const QString& what, const RecoveryParameters& recovery)
{
    return recovery.finetune.epochs == 0 ? what : QStringLiteral("%1, + %2").arg(what, epochsText(recovery.finetune.epochs));
}

// For recipes: not translated.
QString withEpochs(const QString& settings, const RecoveryParameters& recovery)
{
    return recovery.finetune.epochs == 0 ? settings : settings + QStringLiteral(" epochs %1").arg(recovery.finetune.epochs);
}

QString taughtText(const DistillParameters& parameters)
{
    const QString teacher = pathText(parameters.teacher.stem());
    return words(QT_TRANSLATE_NOOP("Builds", "taught by %1, %2")).arg(teacher, epochsText(parameters.train.epochs));
}

QString trainedOnGridsText(const QatParameters& parameters)
{
    return words(QT_TRANSLATE_NOOP("Builds", "quantization-aware, %1")).arg(epochsText(parameters.qat.train.epochs));
}

} // namespace

QString labelText(const Build& build)
{
    return std::visit(
        Overloaded{
            [&](const ImportParameters&) { return pathText(std::filesystem::path(build.label).stem()); },
            [](const NewParameters& step) { return text(step.architecture.name); },
            [](const FinetuneParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "fine-tuned")); },
            [](const PruneParameters& step) { return words(QT_TRANSLATE_NOOP("Builds", "pruned %1")).arg(prunedBy(step)); },
            [](const QuantizeParameters& step) { return quantizedLabel(step.quantize); },
            [](const TidyParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "tidied")); },
            [](const DistillParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "distilled")); },
            [](const SparsifyParameters& step) { return words(QT_TRANSLATE_NOOP("Builds", "sparse %1")).arg(sparsePart(step)); },
            [](const FactorizeParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "low rank")); },
            [](const QatParameters& step) {
                return words(QT_TRANSLATE_NOOP("Builds", "%1, trained")).arg(quantizedLabel(step.qat.quantize));
            },
        },
        build.parameters);
}

QString nameText(const Snapshot& snapshot, const Build& build)
{
    const auto isShared = [&](auto textOf) {
        const QString own = textOf(build);
        return std::ranges::count_if(snapshot.builds, [&](const Build& other) { return textOf(other) == own; }) > 1;
    };
    if (!isShared(labelText))
        return labelText(build);
    const auto withParent = [&](const Build& of) {
        const Build* parent = snapshot.find(text(of.parent));
        return parent ? words(QT_TRANSLATE_NOOP("Builds", "%1 of %2")).arg(labelText(of), labelText(*parent)) : labelText(of);
    };
    if (!isShared(withParent))
        return withParent(build);
    const auto withDetail = [&](const Build& of) { return QStringLiteral("%1 (%2)").arg(withParent(of), detailText(of)); };
    return isShared(withDetail) ? QStringLiteral("%1 (%2)").arg(withParent(build), text(build.id)) : withDetail(build);
}

QString detailText(const Build& build)
{
    return std::visit(Overloaded{
                          [](const ImportParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "original")); },
                          [](const NewParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "untrained")); },
                          [](const FinetuneParameters& step) { return epochsText(step.train.epochs); },
                          [](const PruneParameters& step) { return prunedText(step); },
                          [](const QuantizeParameters& step) { return quantizedDetail(step.quantize); },
                          [](const TidyParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "same outputs, fewer nodes")); },
                          [](const DistillParameters& step) { return taughtText(step); },
                          [](const SparsifyParameters& step) {
                              return recoveredText(words(QT_TRANSLATE_NOOP("Builds", "smallest weights zero")), step.recovery);
                          },
                          [](const FactorizeParameters& step) { return recoveredText(rankPart(step), step.recovery); },
                          [](const QatParameters& step) { return trainedOnGridsText(step); },
                      },
                      build.parameters);
}

QString figuresText(const Build& build)
{
    const QString size = kilobytes(build.evaluation.facts.sizeBytes);
    const auto metric = metricOf(build.evaluation);
    return metric ? QStringLiteral("%1 · %2").arg(metricText(*metric), size) : size;
}

QString stepTitle(const StepParameters& parameters, const QString& parentLabel)
{
    return std::visit(
        Overloaded{
            [](const ImportParameters& step) {
                return words(QT_TRANSLATE_NOOP("Builds", "Importing %1")).arg(pathText(step.file.filename()));
            },
            [](const NewParameters& step) { return words(QT_TRANSLATE_NOOP("Builds", "Making %1")).arg(text(step.architecture.name)); },
            [&](const FinetuneParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "Fine-tuning %1")).arg(parentLabel); },
            [&](const PruneParameters& step) {
                const bool byShare = !targetOf(step.prune.targets) && step.prune.scope != PruningScope::Layer;
                return byShare ? words(QT_TRANSLATE_NOOP("Builds", "Pruning %1 by %2")).arg(parentLabel, prunedBy(step))
                               : words(QT_TRANSLATE_NOOP("Builds", "Pruning %1 %2")).arg(parentLabel, prunedBy(step));
            },
            [&](const QuantizeParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "Quantizing %1")).arg(parentLabel); },
            [&](const TidyParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "Tidying %1")).arg(parentLabel); },
            [&](const DistillParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "Distilling into %1")).arg(parentLabel); },
            [&](const SparsifyParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "Sparsifying %1")).arg(parentLabel); },
            [&](const FactorizeParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "Splitting layers of %1")).arg(parentLabel); },
            [&](const QatParameters&) { return words(QT_TRANSLATE_NOOP("Builds", "Quantization-aware training of %1")).arg(parentLabel); },
        },
        parameters);
}

QString commandText(const Snapshot& snapshot, const Build& parent, const StepParameters& parameters)
{
    const std::string data = snapshot.dataset ? snapshot.dataset->string() : std::string();
    return text(commandLine(parameters, parent.model.string(), data, stepName(parameters) + ".onnx"));
}

QString recipeLine(const StepParameters& parameters)
{
    const QString step = text(stepName(parameters));
    const QString settings = std::visit(
        Overloaded{
            [](const ImportParameters& p) { return pathText(p.file.filename()); },
            [](const NewParameters& p) { return text(p.architecture.name); },
            [](const FinetuneParameters& p) { return QStringLiteral("epochs %1").arg(p.train.epochs); },
            [](const PruneParameters& p) {
                const auto target = targetOf(p.prune.targets);
                QString line = target ? QStringLiteral("to %1 %2").arg(text(toText(target->value)), text(unitOf(target->kind)))
                                      : QStringLiteral("ratio %1").arg(p.prune.ratio);
                constexpr const char* scopes[] = {"", " global", " isomorphic", " by layer", " by sensitivity"};
                line += QString::fromLatin1(scopes[static_cast<std::size_t>(p.prune.scope)]);
                if (p.rounds > 1)
                    line += QStringLiteral(" rounds %1").arg(p.rounds);
                if (p.finetune.epochs > 0)
                    line += QStringLiteral(" epochs %1").arg(p.finetune.epochs);
                return line;
            },
            [](const QuantizeParameters& p) { return quantizedRecipe(p.quantize); },
            [](const TidyParameters& p) { return p.tidy.foldNormalization ? QStringLiteral("batch normalization folded") : QString(); },
            [](const DistillParameters& p) {
                return QStringLiteral("teacher %1 epochs %2").arg(pathText(p.teacher.filename())).arg(p.train.epochs);
            },
            [](const SparsifyParameters& p) {
                const bool pattern = p.sparsify.pattern != SparsityPattern::Unstructured;
                return withEpochs(pattern ? QStringLiteral("pattern %1").arg(sparsePart(p))
                                          : QStringLiteral("sparsity %1").arg(p.sparsify.sparsity),
                                  p.recovery);
            },
            [](const FactorizeParameters& p) {
                if (p.factorize.rank > 0)
                    return withEpochs(QStringLiteral("rank %1").arg(p.factorize.rank), p.recovery);
                const bool ratio = p.factorize.rankRatio > 0;
                return withEpochs(ratio ? QStringLiteral("rankRatio %1").arg(p.factorize.rankRatio)
                                        : QStringLiteral("energy %1").arg(p.factorize.energy),
                                  p.recovery);
            },
            [](const QatParameters& p) {
                return QStringLiteral("bitsWeights %1 epochs %2").arg(p.qat.quantize.bitsWeights).arg(p.qat.train.epochs);
            },
        },
        parameters);
    return settings.isEmpty() ? step : step + QLatin1Char(' ') + settings;
}

} // namespace hone::studio
