// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/metric_text.h"

#include "theme/figures.h"

#include <QCoreApplication>
#include <QLocale>

#include <cmath>

namespace hone::studio
{
namespace
{

QString words(const char* text)
{
    return QCoreApplication::translate("Metrics", text);
}

QString counted(std::size_t count)
{
    return QLocale().toString(static_cast<qulonglong>(count));
}

QString signedText(double value, const QString& magnitude)
{
    return (value < 0 ? QStringLiteral("\u2212") : QStringLiteral("+")) + magnitude;
}

} // namespace

MetricWords metricWords(MetricKind kind)
{
    switch (kind) {
    case MetricKind::Top1:
        return {words(QT_TRANSLATE_NOOP("Metrics", "Accuracy")), words(QT_TRANSLATE_NOOP("Metrics", "accuracy, %")),
                words(QT_TRANSLATE_NOOP("Metrics", "Accuracy, %")),
                words(QT_TRANSLATE_NOOP("Metrics", "Top-1 on the validation split, with its 95 % interval"))};
    case MetricKind::MeanAbsoluteError:
        return {
            words(QT_TRANSLATE_NOOP("Metrics", "MAE")), words(QT_TRANSLATE_NOOP("Metrics", "mean absolute error (lower is better)")),
            words(QT_TRANSLATE_NOOP("Metrics", "MAE")),
            words(QT_TRANSLATE_NOOP("Metrics", "Mean absolute error on the validation split, with its 95 % interval; lower is better"))};
    case MetricKind::AreaUnderCurve:
        return {words(QT_TRANSLATE_NOOP("Metrics", "AUC")), words(QT_TRANSLATE_NOOP("Metrics", "area under the ROC curve")),
                words(QT_TRANSLATE_NOOP("Metrics", "AUC")),
                words(QT_TRANSLATE_NOOP("Metrics",
                                        "Share of pairs of an anomaly and a normal sample that are told apart, on the validation split, "
                                        "with its 95 % interval"))};
    case MetricKind::ReconstructionError:
        return {
            words(QT_TRANSLATE_NOOP("Metrics", "Error")), words(QT_TRANSLATE_NOOP("Metrics", "reconstruction error (lower is better)")),
            words(QT_TRANSLATE_NOOP("Metrics", "Error")),
            words(QT_TRANSLATE_NOOP("Metrics", "Mean squared difference between normal samples and what the model makes of them, on the "
                                               "validation split; lower is better"))};
    case MetricKind::Cosine:
        return {
            words(QT_TRANSLATE_NOOP("Metrics", "Agreement")), words(QT_TRANSLATE_NOOP("Metrics", "agreement with the original (cosine)")),
            words(QT_TRANSLATE_NOOP("Metrics", "Cosine")),
            words(QT_TRANSLATE_NOOP("Metrics", "Between the model's outputs and the original's on the validation split, of the output that "
                                               "differs most"))};
    }
    return {};
}

QString metricNumber(MetricKind kind, double value)
{
    const double shown = inUnit(kind, value);
    return std::isfinite(shown) ? QLocale().toString(shown, 'f', decimals(kind, shown)) : QStringLiteral("–");
}

QString metricText(const TaskMetric& metric)
{
    const auto number = metricNumber(metric.kind, metric.value);
    const auto sign = unit(metric.kind);
    return sign.empty() ? number : QStringLiteral("%1 %2").arg(number, QString::fromLatin1(sign.data(), static_cast<int>(sign.size())));
}

QString metricInterval(const TaskMetric& metric)
{
    const int digits = decimals(metric.kind, inUnit(metric.kind, metric.value)); // the value's own
    return QStringLiteral("± %1").arg(QLocale().toString(inUnit(metric.kind, metric.halfWidth()), 'f', digits));
}

QString metricWithInterval(const TaskMetric& metric)
{
    const auto sign = unit(metric.kind);
    const auto figure = QStringLiteral("%1 %2").arg(metricNumber(metric.kind, metric.value), metricInterval(metric));
    return sign.empty() ? figure : QStringLiteral("%1 %2").arg(figure, QString::fromLatin1(sign.data(), static_cast<int>(sign.size())));
}

QString metricChange(const TaskMetric& before, const TaskMetric& after)
{
    if (before.kind != after.kind)
        return {};
    if (!higherIsBetter(after.kind))
        return relativeChange(before.value, after.value);
    if (after.kind == MetricKind::Top1)
        return pointsChange(before.value, after.value);
    const double difference = after.value - before.value;
    const auto magnitude = metricNumber(after.kind, std::abs(difference));
    return difference == 0 ? QStringLiteral("±") + magnitude : signedText(difference, magnitude);
}

std::vector<MetricFact> metricFacts(const Evaluation& evaluation)
{
    const auto metric = metricOf(evaluation);
    if (!metric)
        return {};
    std::vector<MetricFact> facts = {
        {words(QT_TRANSLATE_NOOP("Metrics", "%1, validation")).arg(metricWords(metric->kind).title), metricWithInterval(*metric)}};
    const auto add = [&](const char* title, const QString& value) { facts.push_back({words(title), value}); };
    if (const auto& accuracy = evaluation.accuracy) {
        add(QT_TRANSLATE_NOOP("Metrics", "Among the first five"), percent(accuracy->top5));
        add(QT_TRANSLATE_NOOP("Metrics", "Loss"), threeDigits(accuracy->loss));
    }
    if (const auto& errors = evaluation.regression)
        add(QT_TRANSLATE_NOOP("Metrics", "RMSE"), metricNumber(MetricKind::MeanAbsoluteError, errors->rmse));
    if (const auto& found = evaluation.anomaly) {
        if (found->auc && found->normals > 0)
            add(QT_TRANSLATE_NOOP("Metrics", "Error, normal"), metricNumber(MetricKind::ReconstructionError, found->normalError));
        if (found->anomalies > 0)
            add(QT_TRANSLATE_NOOP("Metrics", "Error, anomalies"), metricNumber(MetricKind::ReconstructionError, found->anomalyError));
    }
    if (const auto& agreement = evaluation.agreement) {
        const auto& least = agreement->least();
        add(QT_TRANSLATE_NOOP("Metrics", "Signal to noise"), QStringLiteral("%1 dB").arg(QLocale().toString(least.snrDb, 'f', 1)));
        if (least.sameTop1)
            add(QT_TRANSLATE_NOOP("Metrics", "Same first answer"), percent(*least.sameTop1));
        if (agreement->outputs.size() > 1)
            add(QT_TRANSLATE_NOOP("Metrics", "Of the output"), QString::fromStdString(least.name));
    }
    add(QT_TRANSLATE_NOOP("Metrics", "Samples"), counted(samplesOf(evaluation)));
    return facts;
}

} // namespace hone::studio
