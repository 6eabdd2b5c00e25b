// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/quantization_text.h"

#include <QCoreApplication>
#include <QStringList>

namespace hone::studio
{

namespace
{

QString words(const char* source)
{
    return QCoreApplication::translate("Builds", source);
}

QString latin(std::string_view word)
{
    return QString::fromLatin1(word.data(), static_cast<qsizetype>(word.size()));
}

QString staticDetail(RangeMethod ranges)
{
    switch (ranges) {
    case RangeMethod::MinMax: return words(QT_TRANSLATE_NOOP("Builds", "static, min-max"));
    case RangeMethod::MovingAverage: return words(QT_TRANSLATE_NOOP("Builds", "static, moving average"));
    case RangeMethod::Percentile: return words(QT_TRANSLATE_NOOP("Builds", "static, percentile"));
    case RangeMethod::Entropy: return words(QT_TRANSLATE_NOOP("Builds", "static, entropy"));
    case RangeMethod::MeanSquared: break;
    }
    return words(QT_TRANSLATE_NOOP("Builds", "static, least error"));
}

const char* methodKey(QuantizeMethod method)
{
    switch (method) {
    case QuantizeMethod::Dynamic: return "method dynamic";
    case QuantizeMethod::Weights: return "method weights";
    case QuantizeMethod::Half: return "method fp16";
    case QuantizeMethod::Static: break;
    }
    return "";
}

} // namespace

QString rangesText(RangeMethod ranges)
{
    switch (ranges) {
    case RangeMethod::MinMax: return words(QT_TRANSLATE_NOOP("Builds", "min-max"));
    case RangeMethod::MovingAverage: return words(QT_TRANSLATE_NOOP("Builds", "moving average"));
    case RangeMethod::Percentile: return words(QT_TRANSLATE_NOOP("Builds", "percentile"));
    case RangeMethod::Entropy: return words(QT_TRANSLATE_NOOP("Builds", "entropy"));
    case RangeMethod::MeanSquared: break;
    }
    return words(QT_TRANSLATE_NOOP("Builds", "least error"));
}

QString schemeText(Scheme scheme)
{
    const QString runtime = latin(rulesOf(scheme).runtime);
    return scheme == Scheme::OnnxRuntimeSigned ? words(QT_TRANSLATE_NOOP("Builds", "%1, signed")).arg(runtime) : runtime;
}

QString quantizedLabel(const QuantizeOptions& options)
{
    const QString fewBits = words(QT_TRANSLATE_NOOP("Builds", "%1-bit weights")).arg(options.bitsWeights);
    switch (options.method) {
    case QuantizeMethod::Dynamic: return words(QT_TRANSLATE_NOOP("Builds", "dynamic int8"));
    case QuantizeMethod::Weights: return fewBits;
    case QuantizeMethod::Half: return QStringLiteral("fp16");
    case QuantizeMethod::Static: break;
    }
    QStringList parts = {QStringLiteral("int8")};
    if (!rulesOf(options.scheme).runsHere)
        parts[0] = words(QT_TRANSLATE_NOOP("Builds", "int8 for %1")).arg(schemeText(options.scheme));
    else if (gridTypeOf(options).isSigned)
        parts << words(QT_TRANSLATE_NOOP("Builds", "signed"));
    if (options.bitsWeights != 8)
        parts << fewBits;
    if (options.bitsActivations != 8)
        parts << words(QT_TRANSLATE_NOOP("Builds", "%1-bit activations")).arg(options.bitsActivations);
    return parts.join(QStringLiteral(", "));
}

QString quantizedDetail(const QuantizeOptions& options)
{
    switch (options.method) {
    case QuantizeMethod::Dynamic: return words(QT_TRANSLATE_NOOP("Builds", "ranges found while it runs"));
    case QuantizeMethod::Weights: return words(QT_TRANSLATE_NOOP("Builds", "computed in float"));
    case QuantizeMethod::Half: return words(QT_TRANSLATE_NOOP("Builds", "half precision"));
    case QuantizeMethod::Static: break;
    }
    QStringList parts = {staticDetail(options.ranges)};
    if (searchesPrecision(options) || !options.keepFloat.empty())
        parts << words(QT_TRANSLATE_NOOP("Builds", "partly float"));
    if (options.adaptiveRounding)
        parts << QStringLiteral("AdaRound");
    else if (!options.biasCorrection)
        parts << words(QT_TRANSLATE_NOOP("Builds", "biases as they were"));
    if (options.equalize)
        parts << words(QT_TRANSLATE_NOOP("Builds", "equalized"));
    if (options.smoothQuant)
        parts << QStringLiteral("SmoothQuant");
    return parts.join(QStringLiteral(", "));
}

QString quantizedRecipe(const QuantizeOptions& options)
{
    const QuantizeOptions usual;
    const bool isStatic = options.method == QuantizeMethod::Static;
    QStringList parts;
    if (isStatic)
        parts << latin(name(options.ranges)) << QStringLiteral("samples %1").arg(options.samples);
    else
        parts << QString::fromLatin1(methodKey(options.method));
    const auto add = [&](bool differs, const QString& part) {
        if (differs)
            parts << part;
    };
    add(options.ranges == RangeMethod::Percentile, QStringLiteral("percentile %1").arg(options.percentile));
    add(options.scheme != usual.scheme, QStringLiteral("scheme %1").arg(latin(rulesOf(options.scheme).name)));
    add(options.activations != usual.activations, QStringLiteral("activations signed"));
    add(!options.perChannelWeights, QStringLiteral("perChannelWeights off"));
    add(options.bitsWeights != usual.bitsWeights, QStringLiteral("bitsWeights %1").arg(options.bitsWeights));
    add(options.blockSize != usual.blockSize, QStringLiteral("blockSize %1").arg(options.blockSize));
    add(options.bitsActivations != usual.bitsActivations, QStringLiteral("bitsActivations %1").arg(options.bitsActivations));
    add(options.equalize, QStringLiteral("equalize"));
    add(options.smoothQuant, QStringLiteral("smoothQuant"));
    add(!options.biasCorrection, QStringLiteral("biasCorrection off"));
    add(options.adaptiveRounding, QStringLiteral("adaptiveRounding"));
    add(options.maxDrop != usual.maxDrop, QStringLiteral("maxDrop %1").arg(options.maxDrop));
    add(options.floatMacs != usual.floatMacs, QStringLiteral("floatMacs %1").arg(options.floatMacs));
    add(options.raiseTo == HigherPrecision::SixteenBits, QStringLiteral("raiseTo 16"));
    add(options.targetBytes != usual.targetBytes, QStringLiteral("targetBytes %1").arg(options.targetBytes));
    add(options.targetLatencyMs != usual.targetLatencyMs, QStringLiteral("targetLatencyMs %1").arg(options.targetLatencyMs));
    for (const std::string& layer : options.keepFloat)
        parts << QStringLiteral("keepFloat %1").arg(QString::fromStdString(layer));
    return parts.join(QLatin1Char(' '));
}

} // namespace hone::studio
