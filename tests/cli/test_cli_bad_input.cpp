// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever is wrong with what the command line is given: one sentence, the right exit code, nothing written, nothing lost.
#include "cli_fixture.h"
#include "engine/graph_building.h"
#include "engine/number_making.h"
#include "onnx_io/onnx_io.h"

#include <QDirIterator>
#include <QTest>

#include <sched.h>
#include <sys/mount.h>

using namespace hone;
using namespace hone::testing;

class TestCliBadInput : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(m_files.make(), qPrintable(m_files.failure()));
        const auto model = m_files.read("model.onnx");
        m_files.write("empty.onnx", "");
        m_files.write("truncated.onnx", model.left(model.size() / 2));
        m_files.write("renamed.onnx", QByteArray("\x89PNG\r\n\x1a\n", 8) + QByteArray(500, 'x'));
        m_files.write("hostile.onnx", QByteArray::fromHex("08083affffffff7f0a04"));
        m_files.write("bad.yaml", "steps:\n  - step: new\n    widht: 3\n");
        m_files.write("newer/project.json", R"({"schema": 99, "name": "from the future"})");
        m_files.write("broken/project.json", "{");
        QDir().mkpath(m_files.path("nothing"));
        QProcess::execute("mkdir", {"-p", m_files.path("one-class/train")});
        QProcess::execute(
            "cp", {"-r", m_files.data() + "/train/" + QDir(m_files.data() + "/train").entryList(QDir::Dirs | QDir::NoDotAndDotDot).first(),
                   m_files.path("one-class/train/only")});
        m_files.dataWithUnreadable("mostly-bad", 20);
        leaveUnreadableOnly(m_files.dataWithUnreadable("all-bad", 4) + "/validation");
        writeOddModel();
        writeOneLayer();
        QProcess::execute("mkdir", {"-p", m_files.path("only-train"), m_files.path("only-test")});
        QProcess::execute("cp", {"-r", m_files.data() + "/train", m_files.path("only-train/train")});
        QProcess::execute("cp", {"-r", m_files.data() + "/test", m_files.path("only-test/test")});
        m_files.write("only-train/dataset.yaml", "splits: {train: train}\nvalidation: {from: train, fraction: 0.0, seed: 0}\n");
        writeNumbers();
        m_files.write("measured.json", "{}");
        m_files.write("signs/project.json", "{}");
        m_files.write("signs/builds/import-1/model.onnx", model);
        QFile::link(m_files.path("signs/builds/import-1/model.onnx"), m_files.path("linked.onnx"));
        QFile::link(m_files.path("signs/builds/import-1"), m_files.path("linked"));
        m_files.write("only-train/kept.txt", "numbers");
        for (const auto* output : {"model.onnx", "ten.onnx", "measured.json", "only-train/dataset.yaml", "page-itself.yaml"})
            m_files.write(QString("page-%1.yaml").arg(QFileInfo(output).baseName().replace("page-", "")),
                          readingRecipe() + "  - {step: explain, html: " + output + "}\n");
        m_files.write("reading.yaml", readingRecipe());
    }

    void oneSentenceAndTheRightExitCode_data()
    {
        QTest::addColumn<QStringList>("arguments"); // @name: a file of the fixture
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* what, const QString& arguments, int exitCode, const char* code) {
            QTest::newRow(what) << arguments.split(' ') << exitCode << code;
        };
        // usage
        row("unknown verb", "polish @model.onnx", 2, "OptionUnknown");
        row("unknown option", "info @model.onnx --colour", 2, "OptionUnknown");
        row("no model", "info", 2, "UsageInvalid");
        row("no output", "prune @model.onnx", 2, "UsageInvalid");
        row("no project verb", "project", 2, "UsageInvalid");
        row("no data", "evaluate @model.onnx", 2, "DataRequired");
        row("no data to train with", "finetune @model.onnx --out @out.onnx", 2, "DataRequired");
        row("no data to calibrate with", "quantize @model.onnx --out @out.onnx", 2, "DataRequired");
        row("a way of quantizing that isn't one", "quantize @model.onnx --method binary --out @out.onnx", 2, "BadOption");
        row("a block that is no power of two", "quantize @model.onnx --method weights --bits-weights 4 --block-size 24 --out @out.onnx", 2,
            "BadOption");
        row("ranges of activations that stay float", "quantize @model.onnx --method weights --ranges percentile --out @out.onnx", 2,
            "BadOption");
        row("a percentile of other ranges", "quantize @model.onnx --data @data --percentile 99.99 --out @out.onnx", 2, "UsageInvalid");
        row("a percentile of other ranges in training", "qat @model.onnx --data @data --percentile 99 --out @out.onnx", 2, "UsageInvalid");
        row("damage of weights alone", "quantize @model.onnx --method weights --damage --out @out.onnx", 2, "BadOption");
        row("calibration of half precision", "quantize @model.onnx --method fp16 --calibration @kept --out @out.onnx", 2, "UsageInvalid");
        row("a file to keep calibration in", "quantize @model.onnx --data @data --calibration @bad.yaml --out @out.onnx", 2, "BadOption");
        row("weights of 7 bits in half precision", "quantize @model.onnx --method fp16 --reduce-range --out @out.onnx", 2, "BadOption");
        row("one sample to calibrate with", "quantize @model.onnx --data @data --samples 1 --out @out.onnx", 3, "CalibrationTooSmall");
        row("every layer in float", "quantize @model.onnx --data @data --keep-float * --out @out.onnx", 2, "BadOption");
        row("an unknown layer in float", "quantize @model.onnx --data @data --keep-float nowhere_9 --out @out.onnx", 3, "LayerUnknown");
        row("a teacher that is not listened to", "qat @model.onnx --data @data --distill 0 --teacher @ten.onnx --out @out.onnx", 2,
            "BadOption");
        row("a new head on the grid", "qat @model.onnx --data @data --head replace --out @out.onnx", 2, "BadOption");
        row("every layer in float in training", "qat @model.onnx --data @data --keep-float * --out @out.onnx", 2, "BadOption");
        row("no data to train with after pruning", "prune @model.onnx --finetune-epochs 1 --out @out.onnx", 2, "DataRequired");
        row("no data to compare on", "compare @model.onnx", 2, "DataRequired");
        row("no number", "prune @model.onnx --ratio lots --out @out.onnx", 2, "BadOption");
        row("no whole number", "finetune @model.onnx --data @data --epochs 1.5 --out @out.onnx", 2, "BadOption");
        row("epochs below 1", "finetune @model.onnx --data @data --epochs 0 --out @out.onnx", 2, "BadOption");
        row("ratio of 1", "prune @model.onnx --ratio 1 --out @out.onnx", 2, "RatioOutOfRange");
        row("negative ratio", "prune @model.onnx --ratio -0.1 --out @out.onnx", 2, "RatioOutOfRange");
        row("ratio of 0", "prune @model.onnx --ratio 0 --out @out.onnx", 3, "NothingToPrune");
        row("target that isn't one", "prune @model.onnx --target-macs half --out @out.onnx", 2, "BadOption");
        row("two targets", "prune @model.onnx --target-macs 0.5x --target-bytes 0.5x --out @out.onnx", 2, "BadOption");
        row("ratio and target", "prune @model.onnx --ratio 0.5 --target-macs 0.5x --out @out.onnx", 2, "BadOption");
        row("target below what is reachable", "prune @model.onnx --target-macs 1 --out @out.onnx", 3, "TargetUnreachable");
        row("ratio of its default and target", "prune @model.onnx --ratio 0.3 --target-macs 0.5x --out @out.onnx", 2, "BadOption");
        row("curves with another scope", "prune @model.onnx --sensitivity @curves.json --scope global --out @out.onnx", 2, "BadOption");
        row("curves alone that aren't there", "prune @model.onnx --sensitivity @curves.json --out @out.onnx", 3, "FileNotFound");
        row("kept layers that make a target unreachable", "prune @model.onnx --target-macs 0.3x --keep stage1* --out @out.onnx", 3,
            "TargetUnreachable");
        row("nothing to prune", "prune @one-layer.onnx --ratio 0.3 --out @out.onnx", 3, "NothingToPrune");
        row("no validation split to measure sensitivity on", "prune @model.onnx --scope sensitivity --data @only-train --out @out.onnx", 3,
            "SplitMissing");
        row("no validation split to measure what pruning costs", "prune @model.onnx --data @only-train --out @out.onnx", 3, "SplitMissing");
        row("no validation split to distill with", "distill @model.onnx --teacher @model.onnx --data @only-train --out @out.onnx", 3,
            "SplitMissing");
        row("curves without a validation split", "sensitivity @model.onnx --data @only-train", 3, "SplitMissing");
        row("curves on data of another shape", "sensitivity @model.onnx --data @numbers", 3, "ModelInputUnsupported");
        row("data of another shape to distill with", "distill @model.onnx --teacher @model.onnx --data @numbers --out @out.onnx", 3,
            "ModelInputUnsupported");
        row("data of another shape to make it sparse with", "sparsify @model.onnx --data @numbers --out @out.onnx", 3,
            "ModelInputUnsupported");
        row("data of another shape to factorize with", "factorize @model.onnx --data @numbers --out @out.onnx", 3, "ModelInputUnsupported");
        row("a share of answers without epochs", "prune @model.onnx --data @data --distill 0.5 --out @out.onnx", 2, "UsageInvalid");
        row("the same of what is made sparse", "sparsify @model.onnx --data @data --distill --out @out.onnx", 2, "UsageInvalid");
        row("no training split to compensate with", "prune @model.onnx --compensate --data @only-test --out @out.onnx", 3, "SplitMissing");
        row("data of another shape to prune with", "prune @model.onnx --data @numbers --out @out.onnx", 3, "ModelInputUnsupported");
        row("no such device", "prune @model.onnx --latency-device hone@127.0.0.1:1 --out @out.onnx", 4, "DeviceUnreachable");
        row("no device's address", "evaluate @model.onnx --data @data --latency-device user@", 2, "DeviceAddressInvalid");
        row("everything kept", "prune @model.onnx --keep * --out @out.onnx", 3, "NothingToPrune");
        row("unknown layer kept", "prune @model.onnx --keep nowhere_9 --out @out.onnx", 3, "LayerUnknown");
        row("a layer's ratio without a number", "prune @model.onnx --scope layer --ratio-of conv --out @out.onnx", 2, "BadOption");
        row("a layer's ratio without its scope", "prune @model.onnx --ratio-of *=0.5 --out @out.onnx", 2, "BadOption");
        row("importance without data", "prune @model.onnx --importance taylor --out @out.onnx", 2, "DataRequired");
        row("unknown split", "evaluate @model.onnx --data @data --split tset", 2, "BadOption");
        row("unknown head", "finetune @model.onnx --data @data --head new --out @out.onnx", 2, "BadOption");
        row("unknown network", "new vgg --out @out.onnx", 2, "ArchitectureUnknown");
        row("output is the input", "prune @model.onnx --out @model.onnx", 2, "BadOption");
        for (const auto* input : {"model.onnx", "ten.onnx", "measured.json", "reading.yaml", "only-train/dataset.yaml"})
            row(qPrintable(QString("a run's output is %1, which it reads").arg(input)),
                QString("run @reading.yaml --project @made --out @%1").arg(input), 2, "BadOption");
        for (const auto* page : {"model", "ten", "measured", "dataset", "itself"})
            row(qPrintable(QString("a recipe's page is %1, which it reads").arg(page)),
                QString("run @page-%1.yaml --project @made").arg(page), 2, "BadOption");
        for (const auto* verb :
             {"prune @model.onnx --out", "export @model.onnx --with-preprocessing --out", "sensitivity @model.onnx --out",
              "compare @model.onnx --html", "evaluate @model.onnx --predictions", "explain @model.onnx --against @ten.onnx --html"})
            row(qPrintable(QString("output describes the data: ") + QString(verb).section(' ', 0, 0)),
                QString(verb) + " @only-train/dataset.yaml --data @only-train", 2, "BadOption");
        for (const auto* verb : {"prune @model.onnx --out", "quantize @model.onnx --method weights --out",
                                 "export @model.onnx --with-preprocessing --out", "sensitivity @model.onnx --data @data --out",
                                 "compare @model.onnx --data @data --html", "evaluate @model.onnx --data @data --predictions",
                                 "explain @model.onnx --against @ten.onnx --data @data --html", "run @reading.yaml --project @made --out"})
            for (const auto* output : {"signs/project.json", "signs/builds/import-1/model.onnx", "signs/builds/import-1/new.html",
                                       "linked.onnx", "linked/new.onnx"})
                row(qPrintable(QString("output belongs to a project: %1 %2").arg(QString(verb).section(' ', 0, 0), output)),
                    QString(verb) + " @" + output, 2, "BadOption");
        row("output is a part of the data", "prune @model.onnx --data @only-train --out @only-train/kept.txt", 2, "BadOption");
        row("a run's output is a part of its data", "run @reading.yaml --project @made --out @only-train/kept.txt", 2, "BadOption");
        row("another verb's name behind a project", "project show @nothing quantize", 3, "ProjectNotFound");
        row("a rate of what is frozen", "finetune @model.onnx --data @data --freeze-body --body-lr-factor 0.1 --out @out.onnx", 2,
            "BadOption");
        row("7 bits of 4", "quantize @model.onnx --data @data --bits-weights 4 --reduce-range on --out @out.onnx", 2, "BadOption");
        row("output in no folder", "prune @model.onnx --out @nowhere/out.onnx", 2, "BadOption");
        row("output is a folder", "prune @model.onnx --out @data", 2, "BadOption");
        row("no address", "deploy @model.onnx --device user@", 2, "DeviceAddressInvalid");
        // models
        for (const auto* verb : {"info @%1", "evaluate @%1 --data @data", "finetune @%1 --data @data --out @out.onnx",
                                 "prune @%1 --out @out.onnx", "quantize @%1 --data @data --out @out.onnx", "compare @%1 --data @data"}) {
            const auto with = [&](const char* file) { return QString(verb).arg(file); };
            const auto title = [&](const char* what) { return qPrintable(QString(what) + ": " + QString(verb).section(' ', 0, 0)); };
            QTest::newRow(title("missing model")) << with("no.onnx").split(' ') << 3 << "FileNotFound";
            QTest::newRow(title("empty model")) << with("empty.onnx").split(' ') << 3 << "ModelEmpty";
            QTest::newRow(title("truncated model")) << with("truncated.onnx").split(' ') << 3 << "ModelTruncated";
            QTest::newRow(title("renamed file")) << with("renamed.onnx").split(' ') << 3 << "ModelNotOnnx";
            QTest::newRow(title("hostile model")) << with("hostile.onnx").split(' ') << 3 << "";
        }
        row("a folder for a model", "info @data", 3, "FileUnreadable");
        row("operators that nobody trains", "finetune @odd.onnx --data @data --out @out.onnx", 3, "OperatorsUnsupported");
        row("more outputs than kept", "finetune @ten.onnx --data @data --head keep --out @out.onnx", 3, "ClassCountMismatch");
        // data
        row("missing data", "evaluate @model.onnx --data @no-data", 3, "DataNotFound");
        row("no picture of a small split can be read", "evaluate @model.onnx --data @all-bad --split validation", 3, "PicturesUnreadable");
        row("no data in the folder", "evaluate @model.onnx --data @nothing", 3, "DataEmpty");
        row("one class only", "finetune @model.onnx --data @one-class --out @out.onnx", 3, "SingleClass");
        row("another class count", "evaluate @ten.onnx --data @data", 3, "ClassCountMismatch");
        row("too many unreadable pictures", "evaluate @model.onnx --data @mostly-bad --split validation", 3, "PicturesUnreadable");
        // recipes and projects
        row("missing recipe", "run @no.yaml --project @made", 3, "FileNotFound");
        row("bad recipe", "run @bad.yaml --project @made", 3, "RecipeInvalid");
        row("no project", "project log @nothing", 3, "ProjectNotFound");
        row("newer project", "project log @newer", 3, "ProjectNewer");
        row("newer project to run in", "run @bad.yaml --project @newer", 3, "RecipeInvalid");
        row("broken project", "project show @broken", 3, "ProjectInvalid");
        row("import into no project", "project import @nothing @model.onnx", 3, "ProjectNotFound");
        row("a project where one is", "project init @newer", 3, "ProjectExists");
        row("project with missing data", "project init @made --data @no-data", 3, "DataNotFound");
        row("studio without a project", "studio @nothing", 3, "ProjectNotFound");
        // devices
        row("nobody answers", "deploy @model.onnx --device hone@127.0.0.1:1", 4, "DeviceUnreachable");
        row("missing key", "deploy @model.onnx --device hone@127.0.0.1:1 --identity @no-key", 4, "");
    }
    void oneSentenceAndTheRightExitCode()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QString, code);
        for (auto& argument : arguments)
            if (argument.startsWith('@'))
                argument = m_files.path(argument.mid(1));
        const auto modelBefore = m_files.read("model.onnx");
        const auto run = runHone(arguments + QStringList{"--json"});
        // `studio` and `project` on their own have no --json.
        const auto plain = runHone(arguments);
        QCOMPARE(plain.exitCode, exitCode);
        QVERIFY2(plain.output.isEmpty(), plain.output.constData());
        QByteArrayList sentences;
        for (const auto& line : plain.errors.split('\n'))
            if (line.startsWith("hone: ") && !line.startsWith("hone: note: "))
                sentences.append(line);
        QVERIFY2(sentences.size() == 1, plain.errors.constData());
        QVERIFY2(sentences.first().endsWith('.') && !sentences.first().contains("?") && !sentences.first().contains("{"),
                 sentences.first().constData());
        if (!code.isEmpty() && arguments.first() != "studio")
            QCOMPARE(QString::fromStdString(run.json().value("/error/code"_json_pointer, std::string())), code);
        QVERIFY(!QFile::exists(m_files.path("out.onnx")));
        QVERIFY(!QFile::exists(m_files.path("made")));
        QCOMPARE(m_files.read("model.onnx"), modelBefore);
        QCOMPARE(m_files.read("signs/builds/import-1/model.onnx"), modelBefore);
        QCOMPARE(m_files.read("signs/project.json"), QByteArray("{}"));
        QCOMPARE(m_files.read("only-train/kept.txt"), QByteArray("numbers"));
        QCOMPARE(QDir(m_files.path("signs/builds/import-1")).entryList(QDir::Files), QStringList{"model.onnx"});
    }

    void optionsAreNamedByTheirFlags_data()
    {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QStringList>("words");
        QTest::newRow("of another method") << "quantize @model.onnx --method fp16 --adaround --out @out.onnx"
                                           << QStringList{"--adaround doesn't take", "--method static"};
        QTest::newRow("of several") << "quantize @model.onnx --data @data --raise-to 16 --out @out.onnx"
                                    << QStringList{"--raise-to", "--max-drop, --float-macs, --target-bytes or --target-latency-ms"};
        QTest::newRow("of blocks") << "quantize @model.onnx --method weights --block-size 64 --out @out.onnx"
                                   << QStringList{"--block-size", "--method weights", "--bits-weights 4"};
        QTest::newRow("of ranges") << "quantize @model.onnx --data @data --percentile 99 --out @out.onnx"
                                   << QStringList{"--percentile", "--ranges percentile"};
        QTest::newRow("of samples") << "quantize @model.onnx --data @data --samples 1 --out @out.onnx" << QStringList{"--samples"};
        QTest::newRow("of layers in float") << "quantize @model.onnx --data @data --keep-float * --out @out.onnx"
                                            << QStringList{"--keep-float doesn't take '*'", "nothing would be left"};
        QTest::newRow("of teachers") << "qat @model.onnx --data @data --distill 0 --teacher @ten.onnx --out @out.onnx"
                                     << QStringList{"--teacher doesn't take", "--distill above 0"};
        QTest::newRow("of a teacher's answers") << "qat @model.onnx --data @data --distill 0 --temperature 2 --out @out.onnx"
                                                << QStringList{"--temperature doesn't take '2'", "--distill above 0"};
        QTest::newRow("of a frozen body") << "distill @model.onnx --teacher @ten.onnx --data @data --freeze-body --body-lr-factor 0.1 "
                                             "--out @out.onnx"
                                          << QStringList{"--body-lr-factor doesn't take '0.1'", "no --freeze-body"};
        QTest::newRow("of few bits") << "qat @model.onnx --data @data --bits-weights 4 --reduce-range on --out @out.onnx"
                                     << QStringList{"--reduce-range doesn't take 'on'", "--bits-weights 8"};
        QTest::newRow("of kept calibrations") << "quantize @model.onnx --data @data --calibration @bad.yaml --out @out.onnx"
                                              << QStringList{"--calibration doesn't take", "a folder"};
    }
    void optionsAreNamedByTheirFlags()
    {
        QFETCH(QString, arguments);
        QFETCH(QStringList, words);
        auto list = arguments.split(' ');
        for (auto& argument : list)
            if (argument.startsWith('@'))
                argument = m_files.path(argument.mid(1));
        const auto run = runHone(list);
        QVERIFY(run.exitCode != 0);
        for (const auto& word : words)
            QVERIFY2(run.errors.contains(word.toUtf8()), run.errors.constData());
        for (const auto* key : {"blockSize", "keepFloat", "bitsWeights", "maxDrop", "'ranges'", "'method'", "'distill'"})
            QVERIFY2(!run.errors.contains(key), run.errors.constData());
    }

    void allUnknownOperatorsAreNamedWithWhatStillWorks()
    {
        const auto run = runHone({"info", m_files.path("odd.onnx"), "--json"});
        QCOMPARE(run.exitCode, 0);
        const auto json = run.json();
        QCOMPARE(json.at("trainable").get<bool>(), false);
        const auto& diagnostic = json.at("diagnostics").at(0);
        QCOMPARE(diagnostic.at("code").get<std::string>(), std::string("OperatorsUnsupported"));
        const auto message = QString::fromStdString(diagnostic.at("message").get<std::string>());
        for (const auto* word : {"Scaler", "Normalizer", "evaluate", "quantize", "prune", "deploy"})
            QVERIFY2(message.contains(word), qPrintable(message));
        // And that is true.
        const auto evaluated = runHone({"evaluate", m_files.path("odd.onnx"), "--data", m_files.data()});
        QVERIFY2(evaluated.exitCode == 0, evaluated.errors.constData());
        QCOMPARE(runHone({"prune", m_files.path("odd.onnx"), "--out", m_files.path("odd-pruned.onnx")}).exitCode, 0);
        QCOMPARE(runHone({"quantize", m_files.path("odd.onnx"), "--data", m_files.data(), "--out", m_files.path("odd-int8.onnx")}).exitCode,
                 0);
    }

    void afewUnreadablePicturesAreCountedNamedAndSkipped()
    {
        const auto data = m_files.dataWithUnreadable("slightly-bad", 1);
        const auto run = runHone({"evaluate", m_files.model(), "--data", data, "--split", "validation", "--json"});
        QCOMPARE(run.exitCode, 0);
        QVERIFY2(run.errors.contains("hone: note: 1 of 48 samples"), run.errors.constData());
        QVERIFY2(run.errors.contains(".png"), run.errors.constData());
        QCOMPARE(run.json().at("samples").get<int>(), 47);
    }

    void anOutputThatIsThereStaysWhenTheStepFails()
    {
        m_files.write("kept.onnx", "what was there");
        QCOMPARE(runHone({"quantize", m_files.model(), "--data", m_files.path("no-data"), "--out", m_files.path("kept.onnx")}).exitCode, 3);
        QCOMPARE(m_files.read("kept.onnx"), QByteArray("what was there"));
        QCOMPARE(runHone({"prune", m_files.model(), "--out", m_files.path("kept.onnx")}).exitCode, 0);
        QVERIFY(m_files.read("kept.onnx").size() > 1000); // replaced, whole
    }

    void modelsAndReportsAmongDataAreReplaced()
    {
        const auto data = m_files.dataWithUnreadable("with-models", 0);
        m_files.write("with-models/pruned.onnx", "an earlier one");
        const auto run = runHone({"prune", m_files.model(), "--data", data, "--compensate", "off", "--out", data + "/pruned.onnx"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        QVERIFY(m_files.read("with-models/pruned.onnx").size() > 1000);
    }

    void aFullDiskIsSaidAndWhatWasThereStays()
    {
        if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
            QSKIP("mounting a small disk needs root");
        const auto disk = m_files.path("disk");
        QDir().mkpath(disk);
        if (::mount("tmpfs", disk.toUtf8().constData(), "tmpfs", 0, "size=8k") != 0)
            QSKIP("mounting a small disk needs root");
        m_files.write("disk/out.onnx", "what was there");
        const auto run = runHone({"prune", m_files.model(), "--out", disk + "/out.onnx", "--json"});
        QCOMPARE(run.exitCode, 1);
        QCOMPARE(run.json().at("error").at("code").get<std::string>(), std::string("DiskFull"));
        QCOMPARE(m_files.read("disk/out.onnx"), QByteArray("what was there"));
        QCOMPARE(QDir(disk).entryList(QDir::Files | QDir::Hidden), QStringList{"out.onnx"});
        const auto project = runHone({"project", "init", disk + "/project", "--json"});
        if (project.exitCode == 0) { // an empty project may fit; a build does not
            const auto import = runHone({"project", "import", disk + "/project", m_files.model(), "--json"});
            QCOMPARE(import.json().at("error").at("code").get<std::string>(), std::string("DiskFull"));
            QCOMPARE(runHone({"project", "log", disk + "/project", "--json"}).json().at("builds").size(), std::size_t(0));
        }
        ::umount(disk.toUtf8().constData());
    }

private:
    // Reads one file of each kind.
    static QByteArray readingRecipe()
    {
        return "data: only-train\nsteps:\n  - {step: import, file: model.onnx}\n  - {step: distill, teacher: ten.onnx, epochs: 1}\n"
               "  - {step: prune, sensitivity: measured.json}\n  - {step: quantize, samples: 8}\n"
               "  - {step: explain, against: ten.onnx}\n";
    }
    static void leaveUnreadableOnly(const QString& folder)
    {
        QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext())
            if (QFile file(files.next()); file.open(QIODevice::ReadOnly) && file.peek(3) != "not")
                file.remove();
    }
    // Conv -> Relu -> Conv -> pooling -> Scaler -> Normalizer, 12 scores: measurable, prunable and quantizable, but not trainable.
    void writeOddModel()
    {
        Chain chain(17, Shape{Dim::free("N"), Dim::fixed(3), Dim::fixed(32), Dim::fixed(32)});
        chain.then("Conv", {chain.constant("w1", randomTensor({8, 3, 3, 3}, 1))})
            .then("Relu")
            .then("Conv", {chain.constant("w2", randomTensor({12, 8, 3, 3}, 2))})
            .then("GlobalAveragePool")
            .then("Flatten")
            .then("Scaler", {}, {{"offset", std::vector<float>{0.5F}}, {"scale", std::vector<float>{2.0F}}})
            .then("Normalizer", {}, {{"norm", std::string("L2")}});
        Graph graph = chain.finish();
        graph.opsets["ai.onnx.ml"] = 3;
        graph.value(graph.outputs.at(0)).type = {DType::Float32, Shape{Dim::free("N"), Dim::fixed(12)}};
        for (const NodeId id : graph.order())
            if (graph.node(id).opType == "Scaler" || graph.node(id).opType == "Normalizer")
                graph.node(id).domain = "ai.onnx.ml";
        writeOnnx(graph, m_files.path("odd.onnx").toStdString());
    }

    // Its only channels are the model's outputs.
    void writeOneLayer()
    {
        Chain chain(17, Shape{Dim::free("N"), Dim::fixed(4)});
        chain.then("Gemm", {chain.constant("w", randomTensor({4, 3}, 1))});
        writeOnnx(chain.finish(), m_files.path("one-layer.onnx").toStdString());
    }
    // Five numbers a sample, of two classes.
    void writeNumbers()
    {
        std::vector<float> x;
        std::vector<std::int64_t> y;
        for (int i = 0; i < 60; ++i) {
            for (int j = 0; j < 5; ++j)
                x.push_back(static_cast<float>(i % 2 + j));
            y.push_back(i % 2);
        }
        writeNpz(m_files.path("numbers/set.npz").toStdString(), {{"X", npyOf({60, 5}, x)}, {"y", npyOf({60}, y)}});
    }

    CliFixture m_files;
};

QTEST_GUILESS_MAIN(TestCliBadInput)
#include "test_cli_bad_input.moc"
