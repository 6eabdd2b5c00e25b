// SPDX-License-Identifier: GPL-3.0-or-later
#include "translations.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QTranslator>

namespace hone::studio
{

void installTranslations(QCoreApplication& application, const QLocale& locale)
{
    QLocale::setDefault(locale);
    const std::pair<QString, QString> sources[] = {{QStringLiteral("qtbase"), QLibraryInfo::path(QLibraryInfo::TranslationsPath)},
                                                   {QStringLiteral("hone"), QStringLiteral(":/i18n")}};
    for (const auto& [name, folder] : sources) {
        auto* translator = new QTranslator(&application);
        // English too has a file, for its plurals; other languages without one get it as well.
        if (translator->load(locale, name, QStringLiteral("_"), folder) || translator->load(name + QStringLiteral("_en"), folder))
            QCoreApplication::installTranslator(translator);
        else
            delete translator;
    }
}

} // namespace hone::studio
