// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/job_runner.h"
#include "jobs/keyring.h"
#include "jobs/prompter.h"
#include "theme/theme.h"
#include "ui/question_card.h"

#include <QApplication>
#include <QCheckBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace hone;
using namespace hone::studio;

namespace
{

QPushButton* press(const QWidget& card, const QString& text)
{
    for (QPushButton* button : card.findChildren<QPushButton*>())
        if (button->text() == text) {
            button->click();
            return button;
        }
    return nullptr;
}

} // namespace

class TestAsking : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { applyTheme(*qApp, ThemeChoice::Light); }

    void aWorkerWaitsForTheAnswerWhileTheWindowStaysFree()
    {
        JobRunner runner;
        Prompter prompter;
        QSignalSpy asked(&prompter, &Prompter::asked);
        std::optional<std::string> answer;
        runner.run(
            QStringLiteral("asks"), this, [&](const JobContext& job) { return prompter.ask("Password?", job.stopToken()); },
            [&](std::optional<std::string> given) { answer = given; });
        QTRY_COMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("Password?"));
        QVERIFY(!runner.idle());
        prompter.answer(QStringLiteral("secret"));
        QTRY_VERIFY(runner.idle());
        QCOMPARE(answer, std::optional<std::string>("secret"));
    }

    void stoppingTheJobEndsTheWaiting()
    {
        JobRunner runner;
        Prompter prompter;
        QSignalSpy asked(&prompter, &Prompter::asked);
        const JobId id = runner.run(
            QStringLiteral("asks"), this,
            [&](const JobContext& job) {
                prompter.ask("Password?", job.stopToken());
                job.checkStop();
            },
            [] {});
        QTRY_COMPARE(asked.size(), 1);
        runner.cancel(id);
        QTRY_VERIFY(runner.idle());
        QCOMPARE(runner.find(id)->state, JobState::Cancelled);
    }

    void decliningIsNoAnswer()
    {
        JobRunner runner;
        Prompter prompter;
        connect(&prompter, &Prompter::asked, &prompter, &Prompter::decline);
        bool given = true;
        runner.run(
            QStringLiteral("asks"), this, [&](const JobContext& job) { return prompter.ask("?", job.stopToken()); },
            [&](std::optional<std::string> answer) { given = answer.has_value(); });
        QTRY_VERIFY(runner.idle());
        QVERIFY(!given);
    }

    void theCardAsksWithItsFingerprintAndAcceptsOnlyOnYes()
    {
        QuestionCard card;
        int yes = 0, no = 0;
        const QuestionCard::Question question{QStringLiteral("Is this pi?"), QStringLiteral("Compare."), QStringLiteral("SHA256:abc"),
                                              QStringLiteral("Trust"), false};
        card.ask(
            question, [&](const QString&, bool) { ++yes; }, [&] { ++no; });
        QVERIFY(card.isVisible());
        QCOMPARE(card.accessibleName(), QStringLiteral("Is this pi?"));
        QVERIFY(press(card, QStringLiteral("Cancel")));
        QCOMPARE(no, 1);
        QVERIFY(card.isHidden());
        card.ask(
            question, [&](const QString&, bool) { ++yes; }, [&] { ++no; });
        QVERIFY(press(card, QStringLiteral("Trust")));
        QCOMPARE(yes, 1);
        QCOMPARE(no, 1);
    }

    void aSecretIsHiddenAndForgottenAfterTheAnswer()
    {
        QuestionCard card;
        QString given;
        bool kept = false;
        card.ask({QStringLiteral("t"), QStringLiteral("Passphrase"), {}, QStringLiteral("Go"), true},
                 [&](const QString& secret, bool keep) {
                     given = secret;
                     kept = keep;
                 },
                 {});
        auto* field = card.findChild<QLineEdit*>();
        QCOMPARE(field->echoMode(), QLineEdit::Password);
        field->setText(QStringLiteral("open sesame"));
        card.findChild<QCheckBox*>()->setChecked(true);
        QVERIFY(press(card, QStringLiteral("Go")));
        QCOMPARE(given, QStringLiteral("open sesame"));
        QVERIFY(kept);
        QVERIFY(field->text().isEmpty());
    }

    void aSecondQuestionAnswersTheFirstWithNo()
    {
        QuestionCard card;
        int no = 0;
        card.ask({QStringLiteral("one"), {}, {}, QStringLiteral("Go"), false}, {}, [&] { ++no; });
        card.ask({QStringLiteral("two"), {}, {}, QStringLiteral("Go"), false}, {}, {});
        QCOMPARE(no, 1);
        QVERIFY(card.isVisible());
    }

    // On the window's own thread it must not wait for itself.
    void theKeyringFindsNothingWhereItCantWait()
    {
        Keyring keyring;
        QCOMPARE(keyring.find("device passphrase"), std::optional<std::string>());
    }
};

QTEST_MAIN(TestAsking)
#include "test_asking.moc"
