// SPDX-License-Identifier: GPL-3.0-or-later
#include "translations.h"

#include "core/error.h"
#include "sentences.h"

#include <QCoreApplication>
#include <QFile>
#include <QRegularExpression>
#include <QTest>
#include <QXmlStreamReader>

using namespace hone;
using namespace hone::studio;

namespace
{

struct Text
{
    QString source;
    QStringList translations; // more than one where it has plurals
    bool finished = true;
};

QList<Text> readTs(const QString& language)
{
    QFile file(QStringLiteral(HONE_SOURCE_DIR "/translations/hone_%1.ts").arg(language));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QList<Text> texts;
    QXmlStreamReader xml(&file);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == QLatin1String("message"))
            texts.append(Text());
        else if (xml.name() == QLatin1String("source"))
            texts.last().source = xml.readElementText();
        else if (xml.name() == QLatin1String("translation")) {
            texts.last().finished = xml.attributes().value(QLatin1String("type")).isEmpty();
            const QString text = xml.readElementText(QXmlStreamReader::IncludeChildElements);
            texts.last().translations << text;
        }
    }
    return texts;
}

QStringList placeholders(const QString& text)
{
    static const QRegularExpression placeholder(QStringLiteral("%\\d|%n|\\{\\w+\\}"));
    QStringList found;
    for (auto match = placeholder.globalMatch(text); match.hasNext();)
        found << match.next().captured();
    found.sort();
    found.removeDuplicates();
    return found;
}

} // namespace

class TestTranslations : public QObject
{
    Q_OBJECT
private slots:
    void germanAndChineseAreComplete_data()
    {
        QTest::addColumn<QString>("language");
        QTest::newRow("German") << QStringLiteral("de");
        QTest::newRow("Simplified Chinese") << QStringLiteral("zh_CN");
    }
    void germanAndChineseAreComplete()
    {
        QFETCH(QString, language);
        const auto texts = readTs(language);
        QVERIFY(texts.size() > 400);
        for (const Text& text : texts) {
            QVERIFY2(text.finished, qPrintable(text.source));
            QVERIFY2(!text.translations.join(QString()).trimmed().isEmpty(), qPrintable(text.source));
        }
    }

    void translationsKeepTheirPlaceholders_data() { germanAndChineseAreComplete_data(); }
    void translationsKeepTheirPlaceholders()
    {
        QFETCH(QString, language);
        for (const Text& text : readTs(language))
            QVERIFY2(placeholders(text.source) == placeholders(text.translations.join(QString())), qPrintable(text.source));
    }

    // What the sources say now, against what was translated.
    void everySentenceOfTheTableIsTranslated_data() { germanAndChineseAreComplete_data(); }
    void everySentenceOfTheTableIsTranslated()
    {
        QFETCH(QString, language);
        QSet<QString> known;
        for (const Text& text : readTs(language))
            known.insert(text.source);
        for (const MessageCode code : allMessageCodes())
            QVERIFY2(known.contains(QString::fromUtf8(sentenceSource(code))), sentenceSource(code));
    }

    void theStudioSpeaksTheLanguageThatIsInstalled()
    {
        QCOMPARE(QCoreApplication::translate("hone::studio::Rail", "Devices"), QStringLiteral("Devices"));
        installTranslations(*QCoreApplication::instance(), QLocale(QStringLiteral("de")));
        QCOMPARE(QCoreApplication::translate("hone::studio::Rail", "Devices"), QStringLiteral("Geräte"));
        QVERIFY(sentence({MessageCode::ModelEmpty, {{"path", "a.onnx"}}}).startsWith(QStringLiteral("a.onnx ist leer")));
        installTranslations(*QCoreApplication::instance(), QLocale(QStringLiteral("zh_CN")));
        QCOMPARE(QCoreApplication::translate("hone::studio::Rail", "Devices"), QStringLiteral("设备"));
        installTranslations(*QCoreApplication::instance(), QLocale(QStringLiteral("en")));
        QCOMPARE(QCoreApplication::translate("Builds", "%n epoch(s)", nullptr, 1), QStringLiteral("1 epoch"));
    }
};

QTEST_GUILESS_MAIN(TestTranslations)
#include "test_translations.moc"
