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
    for (const auto& [name, folder] : sources)
    {
        auto* translator = new QTranslator(&application);
        if (translator->load(locale, name, QStringLiteral("_"), folder))
            QCoreApplication::installTranslator(translator);
        else
            delete translator;
    }
}

} // namespace hone::studio
