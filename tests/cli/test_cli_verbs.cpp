// SPDX-License-Identifier: GPL-3.0-or-later
// Every verb through the real program: exit codes, the JSON keys that are fixed, help, and stopping.
#include "cli_fixture.h"

#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QTest>

#include <csignal>

using namespace hone::testing;

namespace
{

const QStringList evaluateKeys{"split", "samples",          "top1",      "top1Low",   "top1High",   "top5",
                               "loss",  "samplesPerSecond", "latencyMs", "sizeBytes", "parameters", "macs"};

// Those of `keys` that the object lacks.
QString missing(const nlohmann::json& object, const QStringList& keys)
{
    QStringList lacking;
    for (const auto& key : keys)
        if (!object.is_object() || !object.contains(key.toStdString()))
            lacking.append(key);
    return lacking.join(", ");
}

} // namespace

class TestCliVerbs : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY2(m_files.make(), qPrintable(m_files.failure())); }

    void everyVerbHasHelpWithAnExample_data()
    {
        QTest::addColumn<QString>("verb");
        for (const auto* verb :
             {"info",        "check",        "tidy", "evaluate", "finetune", "sensitivity", "prune",   "distill",      "sparsify",
              "factorize",   "quantize",     "qat",  "export",   "compare",  "deploy",      "project", "project init", "project import",
              "project log", "project show", "run",  "new",      "sample",   "demo",        "studio"})
            QTest::newRow(verb) << verb;
    }
    void everyVerbHasHelpWithAnExample()
    {
        QFETCH(QString, verb);
        const auto run = runHone(verb.split(' ') + QStringList{"--help"});
        QCOMPARE(run.exitCode, 0);
        QVERIFY2(run.output.contains(("Example:\n  hone " + verb).toUtf8()), run.output.constData());
        QCOMPARE(run.output.count("Example:"), 1);
        QVERIFY(run.errors.isEmpty());
    }

    void helpLoadsNeitherLibTorchNorOpenCv()
    {
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("LD_DEBUG", "libs");
        process.setProcessEnvironment(environment);
        process.start(honeProgram(), {"--help"});
        QVERIFY(process.waitForFinished());
        const auto libraries = process.readAllStandardError();
        QVERIFY(libraries.contains("libonnxruntime")); // the list is there
        for (const auto* heavy : {"libtorch", "libc10", "libopencv", "libhone_"})
            QVERIFY2(!libraries.contains(heavy), heavy);
    }

    void theVersionIsTold()
    {
        const auto run = runHone({"--version"});
        QCOMPARE(run.exitCode, 0);
        QVERIFY(run.output.startsWith("hone 0."));
    }

    void infoTellsWhatIsInAModel()
    {
        const auto run = runHone({"info", m_files.model(), "--json"});
        QCOMPARE(run.exitCode, 0);
        const auto json = run.json();
        QCOMPARE(missing(json, {"opset", "inputs", "outputs", "nodes", "operators", "parameters", "macs", "sizeBytes",
                                "peakActivationBytes", "trainable", "diagnostics"}),
                 QString());
        QCOMPARE(missing(json.at("inputs").at(0), {"name", "dtype", "shape"}), QString());
        QCOMPARE(json.at("inputs").at(0).at("shape").dump(), std::string(R"(["N",3,32,32])"));
        QCOMPARE(json.at("operators").at("Conv").get<int>(), 9);
        QCOMPARE(json.at("trainable").get<bool>(), true);
        QCOMPARE(json.at("sizeBytes").get<qint64>(), QFileInfo(m_files.model()).size());
        const auto text = runHone({"info", m_files.model(), "--layers"});
        QCOMPARE(text.exitCode, 0);
        QVERIFY(text.output.contains("MACs") && text.output.contains("conv1"));
    }

    void evaluateMeasuresTheTestSplitUnlessToldOtherwise()
    {
        const auto json = runHone({"evaluate", m_files.model(), "--data", m_files.data(), "--json"}).json();
        QCOMPARE(missing(json, evaluateKeys), QString());
        QCOMPARE(missing(json.at("latencyMs"), {"p50", "p95"}), QString());
        QCOMPARE(json.at("split").get<std::string>(), std::string("test"));
        QCOMPARE(json.at("samples").get<int>(), 48);
        const auto limited = runHone({"evaluate", m_files.model(), "--data", m_files.data(), "--split", "train", "--limit", "24",
                                      "--threads", "1", "--json"})
                                 .json();
        QCOMPARE(limited.at("split").get<std::string>(), std::string("train"));
        QCOMPARE(limited.at("samples").get<int>(), 24);
    }

    void stepsTellBeforeAndAfter_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<bool>("trains");
        QTest::addColumn<bool>("measured");
        const auto data = QStringList{"--data", m_files.data()};
        QTest::newRow("finetune") << QStringList{"finetune", m_files.model(), "--epochs", "2", "--batch", "32", "--flip"} + data << true
                                  << true;
        QTest::newRow("finetune with a new head")
            << QStringList{"finetune", m_files.path("ten.onnx"), "--epochs", "1"} + data << true << false;
        QTest::newRow("prune") << QStringList{"prune", m_files.model(), "--ratio", "0.5", "--finetune-epochs", "1"} + data << true << true;
        QTest::newRow("prune without data") << QStringList{"prune", m_files.model(), "--ratio", "0.5"} << false << false;
        QTest::newRow("tidy") << QStringList{"tidy", m_files.model(), "--fold-batchnorm"} + data << false << true;
        QTest::newRow("quantize") << QStringList{"quantize", m_files.model(), "--samples", "48"} + data << false << true;
        for (const auto* method : {"dynamic", "weights", "fp16"})
            QTest::addRow("quantize by %s", method) << QStringList{"quantize", m_files.model(), "--method", method} + data << false << true;
        QTest::newRow("quantize to 4 bits without data")
            << QStringList{"quantize", m_files.model(), "--method", "weights", "--bits-weights", "4", "--block-size", "16"} << false
            << false;
    }
    void stepsTellBeforeAndAfter()
    {
        QFETCH(QStringList, arguments);
        QFETCH(bool, trains);
        QFETCH(bool, measured);
        const auto out = m_files.path("step.onnx");
        const auto run = runHone(arguments + QStringList{"--out", out, "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto json = run.json();
        QCOMPARE(missing(json, {"before", "after", "seconds", "output", "sha256"}), QString());
        QCOMPARE(missing(json.at("before"), measured ? evaluateKeys : QStringList{"sizeBytes", "parameters", "macs"}), QString());
        QCOMPARE(json.at("before").contains("top1"), measured);
        if (measured)
            QCOMPARE(json.at("after").at("split").get<std::string>(), std::string("validation"));
        QCOMPARE(json.contains("epochs"), trains);
        if (trains)
            QCOMPARE(missing(json.at("epochs").at(0), {"trainLoss", "validationTop1", "samplesPerSecond"}), QString());
        QFile file(out);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromStdString(json.at("sha256").get<std::string>()),
                 QString(QCryptographicHash::hash(file.readAll(), QCryptographicHash::Sha256).toHex()));
        QCOMPARE(runHone({"info", out}).exitCode, 0);
    }

    void tidyTellsWhatItDid()
    {
        const auto run = runHone({"tidy", m_files.model(), "--fold-batchnorm", "--out", m_files.path("tidied.onnx"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto json = run.json();
        const auto& change = json.at("changes").at(0);
        QCOMPARE(change.at("pass").get<std::string>(), std::string("normalization"));
        QCOMPARE(change.at("count").get<std::size_t>(), change.at("nodes").size());
        QCOMPARE(json.at("graph").at("before").at("nodes").get<int>() - json.at("graph").at("after").at("nodes").get<int>(),
                 change.at("count").get<int>());
        QVERIFY(json.at("maxRelativeDifference").get<double>() <= 1e-5);
        QVERIFY(run.errors.contains("folded into the layers before them"));
    }

    void checkSaysWhichStepsAreOpen()
    {
        const auto run = runHone({"check", m_files.model(), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto json = run.json();
        QCOMPARE(missing(json, {"ok", "unsupported", "maxRelativeDifference", "gradientsFinite", "trainable", "prunableGroups",
                                "unprunable", "quantizable", "seconds", "peakBytes"}),
                 QString());
        QVERIFY(json.at("ok").get<bool>() && json.at("trainable").get<bool>() && json.at("gradientsFinite").get<bool>());
        QVERIFY(json.at("maxRelativeDifference").get<double>() <= 1e-4);
        for (const auto& step : json.at("steps"))
            QVERIFY(step.at("open").get<bool>());
        QVERIFY(runHone({"check", m_files.model()}).output.contains("finetune    open"));
    }

    void checkEndsWithThreeWhereAModelDoesNotWork()
    {
        m_files.write("no.onnx", "this is no model");
        const auto run = runHone({"check", m_files.path("no.onnx"), "--json"});
        QCOMPARE(run.exitCode, 3);
        const auto json = run.json();
        QCOMPARE(json.at("ok").get<bool>(), false);
        QVERIFY(!json.at("problems").at(0).at("message").get<std::string>().empty());
    }

    void compareMarksTheFrontAndWritesAReport()
    {
        const auto report = m_files.path("report.html");
        QCOMPARE(runHone({"prune", m_files.model(), "--ratio", "0.5", "--out", m_files.path("half.onnx")}).exitCode, 0);
        const QStringList call{"compare", m_files.model(), m_files.path("half.onnx"), "--data", m_files.data(), "--html", report};
        const auto json = runHone(call + QStringList{"--json"}).json();
        QCOMPARE(json.at("models").size(), std::size_t(2));
        for (const auto& model : json.at("models")) {
            QCOMPARE(missing(model, {"file", "validation", "test", "pareto"}), QString());
            QCOMPARE(missing(model.at("validation"), evaluateKeys), QString());
            QCOMPARE(missing(model.at("test"), evaluateKeys), QString());
        }
        QVERIFY(m_files.read("report.html").contains("<svg"));
        const auto text = runHone(call);
        QCOMPARE(text.exitCode, 0);
        QVERIFY(text.output.contains("half.onnx") && text.output.contains("validation top-1"));
    }

    void aProjectGrowsAndShowsItsTree()
    {
        const auto project = m_files.path("project");
        QCOMPARE(runHone({"project", "init", project, "--name", "Signs", "--data", m_files.data()}).exitCode, 0);
        const auto imported = runHone({"project", "import", project, m_files.model(), "--json"});
        QVERIFY2(imported.exitCode == 0, imported.errors.constData());
        const auto root = imported.json().at("builds").at(0);
        QVERIFY(root.at("evaluation").contains("top1"));

        m_files.write("recipe.yaml", "steps:\n  - {step: import, file: model.onnx}\n  - {step: prune, ratio: 0.5}\n");
        const auto run = runHone({"run", m_files.path("recipe.yaml"), "--project", project, "--out", m_files.path("last.onnx"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto builds = run.json().at("builds");
        QCOMPARE(builds.at(0).at("id").dump(), root.at("id").dump());
        const auto last = QString::fromStdString(builds.at(1).at("id").get<std::string>());
        QCOMPARE(m_files.read("last.onnx"), m_files.read("project/builds/" + last + "/model.onnx"));

        // Builds stay what they are.
        const auto over = runHone(
            {"run", m_files.path("recipe.yaml"), "--project", project, "--out", project + "/builds/" + last + "/model.onnx", "--json"});
        QCOMPARE(over.exitCode, 2);
        QCOMPARE(over.json().at("error").at("code").get<std::string>(), std::string("BadOption"));

        const auto log = runHone({"project", "log", project});
        QCOMPARE(log.exitCode, 0);
        QVERIFY2(log.output.contains(("└─ " + last).toUtf8()), log.output.constData());
        const auto shown = runHone({"project", "show", project, last.left(9), "--json"}).json();
        QCOMPARE(
            missing(shown, {"id", "parent", "step", "parameters", "model", "sha256", "versions", "evaluation", "recipe", "commandLine"}),
            QString());
        QCOMPARE(missing(shown.at("versions"), {"hone", "onnxruntime", "processor", "features", "threads"}), QString());
        QCOMPARE(runHone({"project", "show", project}).exitCode, 0);
        // A build's beginning may be another verb's name.
        const auto pruned = runHone({"project", "show", project, "prune", "--json"});
        QVERIFY2(pruned.exitCode == 0, pruned.errors.constData());
        QCOMPARE(pruned.json().at("id").get<std::string>(), last.toStdString());

        m_files.write("again.yaml", runHone({"project", "show", project, last, "--recipe"}).output);
        const auto again = runHone({"run", m_files.path("again.yaml"), "--project", m_files.path("again"), "--json"}).json();
        QCOMPARE(again.at("builds").at(1).at("sha256").dump(), shown.at("sha256").dump());
    }

    void aBuildIsMadeAgainWithItsTeacher()
    {
        m_files.write("taught.yaml", "data: data\nsteps:\n  - {step: import, file: model.onnx, name: large}\n"
                                     "  - {step: new, width: 2, classes: 12}\n"
                                     "  - {step: distill, teacher: large, epochs: 1, batch: 32}\n");
        const auto project = m_files.path("taught");
        const auto run = runHone({"run", m_files.path("taught.yaml"), "--project", project, "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto builds = run.json().at("builds");
        const auto last = QString::fromStdString(builds.at(2).at("id").get<std::string>());
        // Its command line names a file that is there.
        const auto line = QString::fromStdString(builds.at(2).at("commandLine").get<std::string>());
        const auto teacher = project + "/builds/" + QString::fromStdString(builds.at(0).at("id").get<std::string>()) + "/model.onnx";
        QVERIFY(QFile::exists(teacher));
        QVERIFY2(line.contains(" --teacher " + teacher + " "), qPrintable(line));
        m_files.write("taught-again.yaml", runHone({"project", "show", project, last, "--recipe"}).output);
        const auto again = runHone({"run", m_files.path("taught-again.yaml"), "--project", m_files.path("taught-again"), "--json"});
        QVERIFY2(again.exitCode == 0, again.errors.constData());
        QCOMPARE(again.json().at("builds").size(), std::size_t(3));
        QCOMPARE(again.json().at("builds").at(2).at("sha256").dump(), builds.at(2).at("sha256").dump());
    }

    void aStudioThatIsNotInstalledIsSaid()
    {
        const auto alone = m_files.path("hone"); // without the studio beside it
        QVERIFY(QFile::copy(honeProgram(), alone));
        QProcess process;
        process.start(alone, {"studio"});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 1);
        const auto said = process.readAllStandardError();
        QVERIFY2(said.startsWith("hone: The studio is not at ") && said.contains("hone-studio"), said.constData());
    }

    void runMakesTheProjectThatIsMissing()
    {
        m_files.write("new.yaml", "name: Fresh\nsteps:\n  - {step: new, width: 2, classes: 3}\n");
        QCOMPARE(runHone({"run", m_files.path("new.yaml"), "--project", m_files.path("fresh")}).exitCode, 0);
        QCOMPARE(runHone({"project", "log", m_files.path("fresh"), "--json"}).json().at("name").get<std::string>(), std::string("Fresh"));
    }

    void withoutATerminalProgressIsAFewQuietLines()
    {
        const auto run =
            runHone({"finetune", m_files.model(), "--data", m_files.data(), "--epochs", "2", "--out", m_files.path("lines.onnx")});
        QCOMPARE(run.exitCode, 0);
        QVERIFY2(run.errors.contains("Epoch 2 of 2: loss "), run.errors.constData());
        QVERIFY(!run.errors.contains('\r'));
        QVERIFY2(run.errors.count('\n') < 15, run.errors.constData());
        const auto quiet = runHone({"prune", m_files.model(), "--quiet", "--out", m_files.path("quiet.onnx")});
        for (const auto& line : quiet.errors.split('\n')) // notes are no progress
            QVERIFY2(line.isEmpty() || line.startsWith("hone: note: "), quiet.errors.constData());
    }

    void ctrlCStopsCleanly_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
    }
    void ctrlCStopsCleanly()
    {
        QFETCH(int, signal);
        // A name of its own: a stopped training leaves its checkpoint.
        const QString output = QStringLiteral("stopped-%1.onnx").arg(signal);
        m_files.write(output, "what was there");
        QProcess process;
        process.start(honeProgram(),
                      {"finetune", m_files.model(), "--data", m_files.data(), "--epochs", "1000", "--out", m_files.path(output)});
        QByteArray said;
        process.setReadChannel(QProcess::StandardError);
        while (!said.contains("Epoch 1 of") && process.waitForReadyRead(120'000))
            said += process.readAllStandardError();
        QVERIFY2(said.contains("Epoch 1 of"), said.constData());
        ::kill(static_cast<pid_t>(process.processId()), signal);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(process.readAllStandardError().contains("hone: stopped"));
        QCOMPARE(m_files.read(output), QByteArray("what was there"));
    }

private:
    CliFixture m_files;
};

QTEST_GUILESS_MAIN(TestCliVerbs)
#include "test_cli_verbs.moc"
