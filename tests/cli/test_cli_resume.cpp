// SPDX-License-Identifier: GPL-3.0-or-later
// `hone` killed in the middle of an epoch: the same command again goes on from the checkpoint and ends with the same bytes.
#include "cli_fixture.h"

#include <QCryptographicHash>
#include <QTest>

using namespace hone::testing;

namespace
{

// Starts `hone`, waits until it has told of the epoch, and kills it with the signal that nobody can catch.
bool killedBehindEpoch(const QStringList& arguments, int epoch)
{
    QProcess process;
    process.setProgram(honeProgram());
    process.setArguments(arguments);
    process.setReadChannel(QProcess::StandardError);
    process.start();
    const QByteArray told = "Epoch " + QByteArray::number(epoch) + " of";
    QByteArray errors;
    while (!errors.contains(told)) {
        if (!process.waitForReadyRead(120'000))
            return false;
        errors += process.readAllStandardError();
    }
    process.kill();
    process.waitForFinished();
    return process.exitStatus() == QProcess::CrashExit;
}

QByteArray sha256(const QByteArray& bytes)
{
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

} // namespace

class TestCliResume : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(m_work.make(), qPrintable(m_work.failure()));
        QCOMPARE(
            runHone({"new", "resnet8", "--width", "6", "--classes", "12", "--seed", "2", "--out", m_work.path("teacher.onnx")}).exitCode,
            0);
    }

    void fineTuningGoesOnWithTheSameBytes_data() { bothVerbs(); }
    void fineTuningGoesOnWithTheSameBytes()
    {
        QFETCH(QStringList, verb);
        const QStringList begin = verb + QStringList{"--data",      m_work.data(), "--batch",        "16", "--threads", "1",
                                                     "--ema-decay", "0.9",         "--rand-augment", "1",  "--seed",    "4"};
        const QString undisturbed = m_work.path(verb.at(0) + "-undisturbed.onnx"), killed = m_work.path(verb.at(0) + "-killed.onnx");
        const auto whole = runHone(begin + QStringList{"--out", undisturbed});
        QVERIFY2(whole.exitCode == 0, whole.errors);
        const QString checkpoint = m_work.path("." + verb.at(0) + "-killed.onnx.checkpoint");

        QVERIFY(killedBehindEpoch(begin + QStringList{"--out", killed}, 2));
        QVERIFY(!QFile::exists(killed));
        QVERIFY(QFile::exists(checkpoint));
        const auto resumed = runHone(begin + QStringList{"--out", killed});
        QVERIFY2(resumed.exitCode == 0, resumed.errors);
        QVERIFY2(resumed.errors.contains("checkpoint of an earlier run"), resumed.errors);
        QVERIFY2(!resumed.errors.contains("Epoch 2 of"), resumed.errors);
        QCOMPARE(sha256(m_work.read(verb.at(0) + "-killed.onnx")), sha256(m_work.read(verb.at(0) + "-undisturbed.onnx")));
        QVERIFY(!QFile::exists(checkpoint));
    }

    void anotherCommandDoesNotTakeItUp()
    {
        const QStringList begin = {"finetune", m_work.model(), "--data", m_work.data(), "--epochs", "2", "--threads", "1"};
        const QString out = m_work.path("other.onnx");
        QVERIFY(killedBehindEpoch(begin + QStringList{"--out", out}, 1));
        const auto other = runHone(begin + QStringList{"--seed", "9", "--out", out});
        QVERIFY2(other.exitCode == 0, other.errors);
        QVERIFY2(other.errors.contains("Epoch 1 of"), other.errors);
        QVERIFY(!other.errors.contains("checkpoint"));
    }

    void aProjectStepGoesOnWithTheSameBytes()
    {
        m_work.write("recipe.yaml",
                     "name: test\nsteps:\n  - {step: import, file: model.onnx}\n  - {step: finetune, epochs: 3, batch: 8, threads: 1}\n");
        const auto run = [&](const QString& project) {
            return QStringList{"run", m_work.path("recipe.yaml"), "--project", m_work.path(project)};
        };
        for (const char* project : {"whole", "killed"})
            QCOMPARE(runHone({"project", "init", m_work.path(project), "--data", m_work.data()}).exitCode, 0);
        QCOMPARE(runHone(run("whole")).exitCode, 0);
        QVERIFY(killedBehindEpoch(run("killed"), 1));
        const auto resumed = runHone(run("killed"));
        QVERIFY2(resumed.exitCode == 0, resumed.errors);
        QVERIFY2(!resumed.errors.contains("Epoch 1 of"), resumed.errors);
        const QString build = QDir(m_work.path("whole/builds")).entryList({"finetune-*"}).value(0);
        QVERIFY(!build.isEmpty());
        QCOMPARE(sha256(m_work.read("killed/builds/" + build + "/model.onnx")),
                 sha256(m_work.read("whole/builds/" + build + "/model.onnx")));
        QCOMPARE(QDir(m_work.path("killed/.checkpoints")).entryList(QDir::Files | QDir::Hidden).size(), 0);
    }

private:
    void bothVerbs() const
    {
        QTest::addColumn<QStringList>("verb");
        QTest::newRow("finetune") << QStringList{"finetune", m_work.model(), "--epochs", "4"};
        QTest::newRow("prune") << QStringList{"prune", m_work.model(), "--ratio", "0.3", "--finetune-epochs", "4"};
        // With a projection that learns, too.
        QTest::newRow("distill") << QStringList{"distill", m_work.model(), "--teacher", m_work.path("teacher.onnx"),
                                                "--kind",  "feature",      "--epochs",  "4"};
    }

    CliFixture m_work;
};

QTEST_GUILESS_MAIN(TestCliResume)
#include "test_cli_resume.moc"
