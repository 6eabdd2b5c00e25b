// SPDX-License-Identifier: GPL-3.0-or-later
#include "sentences.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace hone;
using namespace hone::studio;

namespace
{

// The argument names that core/message_codes.h promises behind each code.
QMap<QString, QString> promisedArguments()
{
    QFile file(QStringLiteral(HONE_SOURCE_DIR "/engine/core/message_codes.h"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QMap<QString, QString> promised;
    const QString header = QString::fromUtf8(file.readAll());
    static const QRegularExpression line(QStringLiteral("X\\((\\w+), \\w+\\)\\s*/\\*(.*?)\\*/"));
    for (auto match = line.globalMatch(header); match.hasNext();) {
        const auto found = match.next();
        promised[found.captured(1)] = found.captured(2);
    }
    return promised;
}

} // namespace

class TestSentences : public QObject
{
    Q_OBJECT
private slots:
    void everyCodeHasASentence()
    {
        for (const MessageCode code : allMessageCodes())
            QVERIFY2(sentenceSource(code), name(code).data());
    }

    void everySentenceEndsAndSaysMoreThanItsCode()
    {
        for (const MessageCode code : allMessageCodes()) {
            const QString source = QString::fromUtf8(sentenceSource(code));
            QVERIFY2(source.endsWith(QLatin1Char('.')) || source.endsWith(QLatin1Char('?')), qPrintable(source));
            QVERIFY2(source.size() > 20, qPrintable(source));
        }
    }

    void sentencesUseOnlyTheArgumentsThatTheirCodeCarries()
    {
        const auto promised = promisedArguments();
        QVERIFY(promised.size() > 50);
        static const QRegularExpression placeholder(QStringLiteral("\\{(\\w+)\\}"));
        for (const MessageCode code : allMessageCodes()) {
            const QString codeName = QString::fromUtf8(name(code).data(), static_cast<qsizetype>(name(code).size()));
            for (auto match = placeholder.globalMatch(QString::fromUtf8(sentenceSource(code))); match.hasNext();) {
                const QString argument = match.next().captured(1);
                const QRegularExpression word(QStringLiteral("\\b%1\\b").arg(argument));
                QVERIFY2(promised.value(codeName).contains(word), qPrintable(codeName + QStringLiteral(": ") + argument));
            }
        }
    }

    void argumentsAreFilledIn()
    {
        const QString filled = sentence({MessageCode::FileNotFound, {{"path", "/a/b.onnx"}}});
        QVERIFY(filled.contains(QStringLiteral("/a/b.onnx")));
        QVERIFY(!filled.contains(QLatin1Char('{')));
    }
};

QTEST_GUILESS_MAIN(TestSentences)
#include "test_sentences.moc"
