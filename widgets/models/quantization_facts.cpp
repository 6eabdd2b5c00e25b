// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/quantization_facts.h"

#include "project/explain_command.h"
#include "theme/figures.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace hone::studio
{

namespace
{

constexpr std::size_t namesShown = 3;
constexpr int longestName = 16; // so that a figure stands beside it in the inspector

QString words(const char* source)
{
    return QCoreApplication::translate("Records", source);
}

QString counted(std::size_t number)
{
    return QLocale().toString(static_cast<qulonglong>(number));
}

QString signedNumber(double value, const QString& magnitude)
{
    return (value < 0 ? QStringLiteral("−") : QStringLiteral("+")) + magnitude;
}

// The engine's names of repairs are English.
QString repairText(const std::string& stage)
{
    constexpr std::pair<std::string_view, const char*> known[] = {
        {"rounded to nearest", QT_TRANSLATE_NOOP("Records", "Plain rounding")},
        {"channels equalized", QT_TRANSLATE_NOOP("Records", "Equalized")},
        {"outliers smoothed", QT_TRANSLATE_NOOP("Records", "Smoothed")},
        {"biases corrected", QT_TRANSLATE_NOOP("Records", "Biases corrected")},
        {"rounded adaptively", "AdaRound"},
    };
    const auto found = std::ranges::find(known, std::string_view(stage), [](const auto& pair) { return pair.first; });
    return found == std::end(known) ? text(stage) : words(found->second);
}

// One row a name below the row that heads them: side by side two names would not fit.
void addNames(const std::vector<std::string>& names, std::vector<MetricFact>& facts)
{
    for (std::size_t i = 0; i < std::min(namesShown, names.size()); ++i)
        facts.push_back({shortName(names[i]), {}});
    if (names.size() > namesShown)
        facts.push_back({QStringLiteral("…"), {}});
}

void addKernels(const KernelCensus& kernels, std::vector<MetricFact>& facts)
{
    if (kernels.integerNodes.empty() && kernels.floatNodes.empty())
        return;
    facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Integer nodes")), counted(kernels.integerNodes.size())});
    facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Float nodes")), counted(kernels.floatNodes.size())});
    addNames(kernels.floatNodes, facts);
    if (!kernels.unfused.empty())
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Q/DQ left")), counted(kernels.unfused.size())});
}

void addCalibration(const QuantizationRecord& record, std::vector<MetricFact>& facts)
{
    if (record.calibrationSamples == 0)
        return;
    facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Calibration")),
                     words(QT_TRANSLATE_NOOP("Records", "%1 samples, %2 s"))
                         .arg(counted(record.calibrationSamples), threeDigits(record.calibrationSeconds))});
    if (record.calibrationPeakBytes > 0)
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Memory for it")),
                         QStringLiteral("%1 MB").arg(threeDigits(static_cast<double>(record.calibrationPeakBytes) / 1e6))});
}

// The first stage as it is, the others by what they gained over the one before.
void addRepairs(const RepairGains& gains, std::vector<MetricFact>& facts)
{
    if (gains.stages.empty())
        return;
    const auto metric = [&](double value) { return TaskMetric{*gains.kind, value, value, value}; };
    const char* on =
        gains.split == Split::Validation ? QT_TRANSLATE_NOOP("Records", "%1, validation") : QT_TRANSLATE_NOOP("Records", "%1, training");
    facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Repairs")), words(on).arg(counted(gains.samples))});
    if (gains.kind && gains.floatMetric)
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Float")), metricText(metric(*gains.floatMetric))});
    const RepairStage* before = nullptr;
    for (const RepairStage& stage : gains.stages) {
        QStringList parts;
        if (gains.kind && stage.metric)
            parts << (before && before->metric ? metricChange(metric(*before->metric), metric(*stage.metric))
                                               : metricText(metric(*stage.metric)));
        const double gained = before ? stage.snrDb - before->snrDb : 0;
        parts << (before ? signedNumber(gained, decibels(std::abs(gained))) : decibels(stage.snrDb));
        facts.push_back({repairText(stage.name), parts.join(QStringLiteral(", "))});
        before = &stage;
    }
}

void addDamage(const std::vector<LayerDamage>& damage, std::vector<MetricFact>& facts)
{
    if (damage.empty())
        return;
    facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Harm most alone")), {}});
    for (std::size_t i = 0; i < std::min(namesShown, damage.size()); ++i)
        facts.push_back({shortName(damage[i].name), decibels(damage[i].snrDb)});
}

void addPrecision(const std::vector<PrecisionStep>& steps, std::vector<MetricFact>& facts)
{
    for (const PrecisionStep& step : steps) {
        facts.push_back({words(QT_TRANSLATE_NOOP("Records", "Raised: %1")).arg(counted(step.floatLayers)),
                         words(QT_TRANSLATE_NOOP("Records", "%1 of the MACs")).arg(percent(step.floatMacsShare))});
        if (step.drop)
            facts.push_back({{}, words(QT_TRANSLATE_NOOP("Records", "%1 points lost")).arg(QLocale().toString(*step.drop, 'f', 2))});
        if (step.bytes)
            facts.push_back({{}, kilobytes(static_cast<std::int64_t>(*step.bytes))});
        if (step.latencyMs)
            facts.push_back({{}, milliseconds(*step.latencyMs)});
    }
}

} // namespace

std::vector<MetricFact> quantizationFacts(const QuantizationRecord& record)
{
    std::vector<MetricFact> facts;
    addKernels(record.kernels, facts);
    addCalibration(record, facts);
    addRepairs(record.repairs, facts);
    addDamage(record.damage, facts);
    addPrecision(record.precision, facts);
    return facts;
}

std::vector<QuantizedLayer> worstFirst(std::vector<QuantizedLayer> layers)
{
    std::ranges::stable_sort(layers, {}, [](const QuantizedLayer& layer) { return layer.snrDb.value_or(largestSnrDb); });
    return layers;
}

QString decibels(double db)
{
    return QStringLiteral("%1 dB").arg(QLocale().toString(db, 'f', 1));
}

QString shortName(const std::string& name)
{
    const QString whole = text(name);
    return whole.size() <= longestName ? whole : QStringLiteral("…") + whole.right(longestName - 1);
}

QString layersTsv(const std::vector<QuantizedLayer>& layers)
{
    QString tsv = QStringList{words(QT_TRANSLATE_NOOP("Records", "Layer")), words(QT_TRANSLATE_NOOP("Records", "Bits")),
                              words(QT_TRANSLATE_NOOP("Records", "Signal to noise, dB")), words(QT_TRANSLATE_NOOP("Records", "Cut off, %"))}
                      .join(QLatin1Char('\t')) +
                  QLatin1Char('\n');
    for (const QuantizedLayer& layer : layers)
        tsv += QStringLiteral("%1\t%2\t%3\t%4\n")
                   .arg(text(layer.name).replace(QLatin1Char('\t'), QLatin1Char(' ')))
                   .arg(layer.bits)
                   .arg(layer.snrDb ? QLocale().toString(*layer.snrDb, 'f', 1) : QStringLiteral("-"),
                        layer.saturatedShare ? QLocale().toString(*layer.saturatedShare * 100, 'f', 3) : QStringLiteral("-"));
    return tsv;
}

bool isQuantizing(const StepParameters& parameters)
{
    return std::holds_alternative<QuantizeParameters>(parameters) || std::holds_alternative<QatParameters>(parameters);
}

QString explainText(const Snapshot& snapshot, const Build& quantized)
{
    const Build* floating = snapshot.find(text(quantized.parent));
    if (!floating || !snapshot.dataset)
        return {};
    return text(explainCommandLine(quantized.model.string(), floating->model.string(), snapshot.dataset->string()));
}

} // namespace hone::studio
