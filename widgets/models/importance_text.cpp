// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/importance_text.h"

#include <QCoreApplication>

namespace hone::studio
{

namespace
{

QString words(const char* text)
{
    return QCoreApplication::translate("Importance", text);
}

} // namespace

std::vector<std::pair<ImportanceKind, QString>> importanceNames()
{
    return {{ImportanceKind::Auto, words(QT_TRANSLATE_NOOP("Importance", "automatic"))},
            {ImportanceKind::L1, QStringLiteral("L1")},
            {ImportanceKind::L2, QStringLiteral("L2")},
            {ImportanceKind::BnScale, words(QT_TRANSLATE_NOOP("Importance", "normalization's scale"))},
            {ImportanceKind::Lamp, QStringLiteral("LAMP")},
            {ImportanceKind::Fpgm, words(QT_TRANSLATE_NOOP("Importance", "distance to the others (FPGM)"))},
            {ImportanceKind::Random, words(QT_TRANSLATE_NOOP("Importance", "random"))},
            {ImportanceKind::Taylor, words(QT_TRANSLATE_NOOP("Importance", "Taylor, first order"))},
            {ImportanceKind::Fisher, words(QT_TRANSLATE_NOOP("Importance", "Fisher, second order"))},
            {ImportanceKind::Apoz, words(QT_TRANSLATE_NOOP("Importance", "share of zeros (APoZ)"))},
            {ImportanceKind::MeanActivation, words(QT_TRANSLATE_NOOP("Importance", "mean activation"))},
            {ImportanceKind::Reconstruction, words(QT_TRANSLATE_NOOP("Importance", "reconstruction"))}};
}

QString importanceName(ImportanceKind kind)
{
    for (const auto& [candidate, name] : importanceNames())
        if (candidate == kind)
            return name;
    return {};
}

} // namespace hone::studio
