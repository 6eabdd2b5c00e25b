// SPDX-License-Identifier: GPL-3.0-or-later
// hone-studio [PROJECT] [--page NAME] [--theme light|dark] [--language CODE] [--size WxH] [--font NAME] [--build ID] [--screenshot FILE]
#include "main_window.h"
#include "screenshot.h"
#include "theme/theme.h"
#include "translations.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>

#include <cstdio>

using namespace hone::studio;

namespace
{

constexpr int usageError = 2; // as the command line's exit codes

std::optional<QSize> parseSize(const QString& text)
{
    const QStringList parts = text.split(QLatin1Char('x'));
    if (parts.size() != 2 || parts[0].toInt() < 100 || parts[1].toInt() < 100)
        return std::nullopt;
    return QSize(parts[0].toInt(), parts[1].toInt());
}

int refuse(const QString& text)
{
    std::fprintf(stderr, "hone-studio: %s\n", qPrintable(text));
    return usageError;
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("Hone"));
    QCoreApplication::setApplicationName(QStringLiteral("Hone Studio"));
    QCoreApplication::setApplicationVersion(QStringLiteral(HONE_STUDIO_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("io.hone.studio"));

    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("project"), QStringLiteral("A project's folder."), QStringLiteral("[PROJECT]"));
    const QCommandLineOption page(QStringLiteral("page"),
                                  QStringLiteral("Begin on this page: %1.").arg(pageNames().join(QStringLiteral(", "))),
                                  QStringLiteral("NAME"));
    const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("light or dark."), QStringLiteral("NAME"));
    const QCommandLineOption language(QStringLiteral("language"), QStringLiteral("en, de or zh_CN."), QStringLiteral("CODE"));
    const QCommandLineOption size(QStringLiteral("size"), QStringLiteral("The window's size, such as 1440x900."), QStringLiteral("WxH"));
    const QCommandLineOption font(QStringLiteral("font"), QStringLiteral("A font family in place of the system's."),
                                  QStringLiteral("NAME"));
    const QCommandLineOption build(QStringLiteral("build"), QStringLiteral("Select the build whose id begins so."), QStringLiteral("ID"));
    const QCommandLineOption screenshot(QStringLiteral("screenshot"), QStringLiteral("Write a picture of the window and quit."),
                                        QStringLiteral("FILE"));
    parser.addOptions({page, theme, language, size, font, build, screenshot});
    parser.process(application);

    installTranslations(application, parser.isSet(language) ? QLocale(parser.value(language)) : QLocale());
    ThemeChoice choice = static_cast<ThemeChoice>(QSettings().value(QStringLiteral("theme"), 0).toInt());
    if (parser.isSet(theme)) {
        if (parser.value(theme) != QLatin1String("light") && parser.value(theme) != QLatin1String("dark"))
            return refuse(QStringLiteral("--theme takes light or dark"));
        choice = parser.value(theme) == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::Light;
    }
    applyTheme(application, choice, parser.value(font));

    MainWindow window(choice);
    if (parser.isSet(size)) {
        const auto wanted = parseSize(parser.value(size));
        if (!wanted)
            return refuse(QStringLiteral("--size takes two numbers, such as 1440x900"));
        window.resize(*wanted);
    }
    if (!parser.positionalArguments().isEmpty())
        window.openProject(parser.positionalArguments().front());
    if (parser.isSet(page)) {
        const auto wanted = pageFromName(parser.value(page));
        if (!wanted)
            return refuse(QStringLiteral("--page takes one of %1").arg(pageNames().join(QStringLiteral(", "))));
        window.showPage(*wanted);
    }
    if (parser.isSet(build))
        QObject::connect(
            &window.workspace(), &Workspace::opened, &window,
            [&window, begin = parser.value(build)] {
                for (const auto& known : window.workspace().snapshot()->builds)
                    if (text(known.id).startsWith(begin))
                        window.workspace().select(text(known.id));
            },
            Qt::QueuedConnection);
    window.show();
    if (parser.isSet(screenshot))
        takeScreenshot(window, parser.value(screenshot));
    return application.exec();
}
