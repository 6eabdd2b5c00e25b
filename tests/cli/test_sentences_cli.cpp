// SPDX-License-Identifier: GPL-3.0-or-later
// Every message has its sentence, and no sentence asks for an argument that no one gives.
#include "cli/exit_codes.h"
#include "cli/sentences.h"
#include "core/file.h"

#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace hone;

namespace
{

// The argument names that a code's comment in message_codes.h documents: "path, reason", "operators, open (what still works)".
QMap<QString, QSet<QString>> documentedArguments()
{
    const auto text = QString::fromStdString(readFile(HONE_SOURCE_DIR "/engine/core/message_codes.h"));
    static const QRegularExpression line(R"(X\((\w+), \w+\)\s*/\* (.*?) \*/)");
    static const QRegularExpression remark(R"(\([^)]*\)|:.*)");
    QMap<QString, QSet<QString>> documented;
    for (auto match = line.globalMatch(text); match.hasNext();) {
        const auto found = match.next();
        auto names = found.captured(2).remove(remark).split(',', Qt::SkipEmptyParts);
        for (auto& name : names)
            name = name.trimmed();
        documented[found.captured(1)] = {names.begin(), names.end()};
    }
    return documented;
}

} // namespace

class TestSentencesCli : public QObject
{
    Q_OBJECT

private slots:
    void everyCodeHasASentence_data()
    {
        QTest::addColumn<int>("code");
        for (const auto code : allMessageCodes())
            QTest::newRow(std::string(name(code)).c_str()) << static_cast<int>(code);
    }
    void everyCodeHasASentence()
    {
        QFETCH(int, code);
        const auto sentence = cli::sentenceFor(static_cast<MessageCode>(code));
        QVERIFY(!sentence.empty());
        QVERIFY(sentence.ends_with('.'));
        QVERIFY(sentence.find('\n') == sentence.npos);
        QVERIFY2(sentence.find(". ") == sentence.npos, "one sentence");
    }

    void placeholdersAreDocumentedArguments()
    {
        const auto documented = documentedArguments();
        QCOMPARE(static_cast<std::size_t>(documented.size()), allMessageCodes().size());
        static const QRegularExpression placeholder(R"(\{(\w*)\})");
        for (const auto code : allMessageCodes()) {
            const auto codeName = QString::fromStdString(std::string(name(code)));
            const auto sentence = QString::fromStdString(std::string(cli::sentenceFor(code)));
            for (auto match = placeholder.globalMatch(sentence); match.hasNext();) {
                const auto argument = match.next().captured(1);
                QVERIFY2(documented[codeName].contains(argument), qPrintable(codeName + " has no argument " + argument));
            }
        }
    }

    void argumentsTakeTheirPlaces()
    {
        QCOMPARE(cli::sentence({MessageCode::FileNotFound, {{"path", "m.onnx"}}}), std::string("There is no m.onnx; check the path."));
    }

    void whatIsNoNumberIsSaidOfMethodsThatDoNotCalibrateToo()
    {
        QVERIFY(cli::sentenceFor(MessageCode::CalibrationNotFinite).find("alibrat") == std::string::npos);
    }

    void exitCodesFollowTheCategories()
    {
        QCOMPARE(cli::exitCode(category(MessageCode::BadOption)), 2);
        QCOMPARE(cli::exitCode(category(MessageCode::FileNotFound)), 3);
        QCOMPARE(cli::exitCode(category(MessageCode::DeviceUnreachable)), 4);
        QCOMPARE(cli::exitCode(category(MessageCode::DiskFull)), 1);
    }
};

QTEST_APPLESS_MAIN(TestSentencesCli)
#include "test_sentences_cli.moc"
