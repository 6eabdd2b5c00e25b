// SPDX-License-Identifier: GPL-3.0-or-later
// The studio's texts in other languages, built in.
#pragma once

#include <QLocale>
#include <QStringList>

class QCoreApplication;

namespace hone::studio
{

// Hone's own texts and Qt's, where there are any for the locale; also makes it the default locale for figures.
void installTranslations(QCoreApplication& application, const QLocale& locale);

} // namespace hone::studio
