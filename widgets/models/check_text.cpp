// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/check_text.h"

#include "models/build_text.h"

#include <QCoreApplication>

#include <algorithm>

namespace hone::studio
{

namespace
{

QString words(const char* text)
{
    return QCoreApplication::translate("Check", text);
}

const OpenStep* find(const ModelCheck& check, const char* step)
{
    const auto found = std::ranges::find(check.steps, step, &OpenStep::step);
    return found == check.steps.end() ? nullptr : &*found;
}

QString whyClosed(const OpenStep& step)
{
    switch (step.closed) {
    case Closed::No: return {};
    case Closed::NotOpened: return words(QT_TRANSLATE_NOOP("Check", "The file can't be opened."));
    case Closed::DoesNotRun: return words(QT_TRANSLATE_NOOP("Check", "ONNX Runtime doesn't run it."));
    case Closed::AlreadyQuantized: return words(QT_TRANSLATE_NOOP("Check", "It is quantized already."));
    case Closed::Operators: return words(QT_TRANSLATE_NOOP("Check", "Operators that it can't be done with: %1.")).arg(text(step.detail));
    case Closed::FailsInLibTorch: return words(QT_TRANSLATE_NOOP("Check", "It doesn't run where Hone trains."));
    case Closed::FailsBackward: return words(QT_TRANSLATE_NOOP("Check", "Going backward through it fails."));
    case Closed::EnginesDisagree: return words(QT_TRANSLATE_NOOP("Check", "It computes something else where Hone trains."));
    case Closed::GradientsNotFinite: return words(QT_TRANSLATE_NOOP("Check", "Its gradients aren't finite."));
    case Closed::NoGradients: return words(QT_TRANSLATE_NOOP("Check", "It has no weights that could be trained."));
    case Closed::BatchFixed: return words(QT_TRANSLATE_NOOP("Check", "It takes batches of one size only."));
    case Closed::NoGroups: return words(QT_TRANSLATE_NOOP("Check", "No channels can be removed from it."));
    case Closed::NoLayers: return words(QT_TRANSLATE_NOOP("Check", "It has no convolutions or matrix products in float32."));
    }
    return {};
}

CheckLine lineOf(const ModelCheck& check, const char* step, const QString& name, const QString& textWhereOpen)
{
    const OpenStep* found = find(check, step);
    if (!found)
        return {name, false, {}};
    return {name, found->open(), found->open() ? textWhereOpen : whyClosed(*found)};
}

} // namespace

QString headlineText(const ModelCheck& check)
{
    if (check.ok)
        return words(QT_TRANSLATE_NOOP("Check", "Hone works with this model."));
    const bool anyOpen = std::ranges::any_of(checkLines(check), &CheckLine::works);
    return anyOpen ? words(QT_TRANSLATE_NOOP("Check", "Hone works with this model in part."))
                   : words(QT_TRANSLATE_NOOP("Check", "Hone can't work with this model."));
}

std::vector<CheckLine> checkLines(const ModelCheck& check)
{
    if (std::ranges::none_of(check.steps, &OpenStep::open))
        return {}; // the problem says it all
    const QString groups = QCoreApplication::translate("Check", "%n group(s) of channels can be made smaller.", nullptr,
                                                       static_cast<int>(check.prunableGroups));
    return {lineOf(check, "evaluate", words(QT_TRANSLATE_NOOP("Check", "Measuring, comparing, deploying")),
                   words(QT_TRANSLATE_NOOP("Check", "It runs."))),
            lineOf(check, "finetune", words(QT_TRANSLATE_NOOP("Check", "Fine-tuning")),
                   words(QT_TRANSLATE_NOOP("Check", "Its weights can be trained."))),
            lineOf(check, "prune", words(QT_TRANSLATE_NOOP("Check", "Pruning")), groups),
            lineOf(check, "quantize", words(QT_TRANSLATE_NOOP("Check", "Quantizing")),
                   words(QT_TRANSLATE_NOOP("Check", "Its weights and values can be stored in 8 bits.")))};
}

QString checkDetailText(const ModelCheck& check)
{
    QStringList parts;
    if (check.maxRelativeDifference)
        parts << words(QT_TRANSLATE_NOOP("Check", "Training and ONNX Runtime agree within %1 of the largest output."))
                     .arg(QString::number(*check.maxRelativeDifference, 'g', 2));
    QStringList fed;
    for (const CheckedPort& input : check.inputs)
        fed << QStringLiteral("%1 %2").arg(text(input.name), text(toText(input.shape)));
    if (!fed.isEmpty())
        parts << words(QT_TRANSLATE_NOOP("Check", "Tried on made-up input: %1.")).arg(fed.join(QStringLiteral(", ")));
    return parts.join(QLatin1Char(' '));
}

} // namespace hone::studio
