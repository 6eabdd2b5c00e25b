// SPDX-License-Identifier: GPL-3.0-or-later
// `hone new`, `distill`, `sparsify` and `factorize`, and what `prune` has of them, as a user types them.
#include "cli_fixture.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <cmath>

using namespace hone::testing;

class TestCliOtherShapes : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(m_work.make(), qPrintable(m_work.failure()));
        const auto trained = runHone({"finetune", m_work.model(), "--data", m_work.data(), "--epochs", "2", "--batch", "16", "--threads",
                                      "1", "--out", m_work.path("trained.onnx")});
        QVERIFY2(trained.exitCode == 0, trained.errors);
    }

    void everyArchitectureIsMade_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("mobilenetv2") << "mobilenetv2";
        QTest::newRow("mobilenetv1") << "mobilenetv1";
        QTest::newRow("dscnn") << "dscnn";
        QTest::newRow("autoencoder") << "autoencoder";
        QTest::newRow("vit") << "vit";
    }
    void everyArchitectureIsMade()
    {
        QFETCH(QString, name);
        const QString model = m_work.path(name + ".onnx");
        const auto made = runHone({"new", name, "--width-multiplier", "0.5", "--out", model, "--json"});
        QVERIFY2(made.exitCode == 0, made.errors);
        const auto info = runHone({"info", model, "--json"}).json();
        QCOMPARE(info.at("opset").get<int>(), 17);
        QVERIFY(info.at("trainable").get<bool>());
        QVERIFY(info.at("macs").get<std::int64_t>() > 0);
        QCOMPARE(runHone({"new", name, "--input-size", "-4", "--out", model}).exitCode, 2);
    }

    void aStudentLearnsFromATeacher()
    {
        const QString out = m_work.path("student.onnx");
        const QStringList begin = {"distill",   m_work.path("untrained.onnx"),
                                   "--teacher", m_work.path("trained.onnx"),
                                   "--data",    m_work.data(),
                                   "--epochs",  "2",
                                   "--batch",   "16",
                                   "--threads", "1",
                                   "--json",    "--out",
                                   out};
        QCOMPARE(runHone({"new", "resnet8", "--width", "3", "--classes", "12", "--out", m_work.path("untrained.onnx")}).exitCode, 0);
        for (const char* kind : {"soft", "feature", "attention"}) {
            const auto run = runHone(begin + QStringList{"--kind", kind});
            QVERIFY2(run.exitCode == 0, run.errors);
            const auto json = run.json();
            QCOMPARE(json.at("epochs").size(), std::size_t{2});
            QVERIFY(json.at("epochs").at(1).at("trainLoss").get<double>() < json.at("epochs").at(0).at("trainLoss").get<double>());
            QVERIFY(json.at("after").contains("top1"));
            const auto teacher = runHone(
                {"evaluate", m_work.path("trained.onnx"), "--data", m_work.data(), "--split", "validation", "--no-latency", "--json"});
            for (const char* figure : {"macs", "sizeBytes", "parameters", "top1"})
                QVERIFY2(json.at("teacher").at(figure) == teacher.json().at(figure), figure);
            QVERIFY(json.at("teacher").at("latencyMs").at("p50").get<double>() > 0);
        }
        const auto alone = runHone(begin + QStringList{"--labels", "ignored"});
        QVERIFY2(alone.exitCode == 0, alone.errors);
        // What isn't learnt still measures where it fits the outputs.
        QCOMPARE(alone.json().at("epochs").at(0).at("validation").at("name").get<std::string>(), std::string("cosine"));
        QVERIFY(alone.json().at("after").contains("top1"));
        // Where it doesn't, the teacher does: these two have ten outputs, the data twelve classes.
        QCOMPARE(runHone({"new", "resnet8", "--width", "3", "--classes", "10", "--out", m_work.path("ten-small.onnx")}).exitCode, 0);
        const auto unlike =
            runHone({"distill", m_work.path("ten-small.onnx"), "--teacher", m_work.path("ten.onnx"), "--data", m_work.data(), "--epochs",
                     "1", "--batch", "16", "--threads", "1", "--labels", "ignored", "--json", "--out", out});
        QVERIFY2(unlike.exitCode == 0, unlike.errors);
        QCOMPARE(unlike.json().at("after").at("metric").at("name").get<std::string>(), std::string("cosine"));
        QCOMPARE(unlike.json().at("after").at("reference").get<std::string>(), m_work.path("ten.onnx").toStdString());
    }

    void aTeacherThatDoesNotFitIsRefused()
    {
        const QString out = m_work.path("refused.onnx");
        const auto refused = runHone(
            {"distill", m_work.model(), "--teacher", m_work.path("ten.onnx"), "--data", m_work.data(), "--epochs", "1", "--out", out});
        QCOMPARE(refused.exitCode, 3);
        QVERIFY2(refused.errors.contains("10 outputs"), refused.errors);
        const auto unlabelled = runHone({"distill", m_work.model(), "--teacher", m_work.path("ten.onnx"), "--data", m_work.data(),
                                         "--epochs", "1", "--labels", "ignored", "--out", out, "--json"});
        QCOMPARE(unlabelled.exitCode, 3);
        QVERIFY2(unlabelled.errors.contains("The teacher doesn't fit the student") && !unlabelled.errors.contains("reference"),
                 unlabelled.errors);
        QVERIFY(!QFile::exists(out));
        QCOMPARE(runHone({"distill", m_work.model(), "--data", m_work.data(), "--epochs", "1", "--out", out}).exitCode, 2);
        QCOMPARE(runHone({"distill", m_work.model(), "--teacher", m_work.path("none.onnx"), "--data", m_work.data(), "--epochs", "1",
                          "--out", out})
                     .exitCode,
                 3);
    }

    void zerosCompressAndAreNotFaster()
    {
        const auto run =
            runHone({"sparsify", m_work.path("trained.onnx"), "--sparsity", "0.9", "--out", m_work.path("sparse.onnx"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors);
        const auto json = run.json();
        QVERIFY(std::abs(json.at("sparsity").at("sparsity").get<double>() - 0.9) < 0.001);
        QVERIFY(json.at("compressedBytes").at("after").get<double>() < 0.5 * json.at("compressedBytes").at("before").get<double>());
        QCOMPARE(json.at("after").at("macs").get<std::int64_t>(), json.at("before").at("macs").get<std::int64_t>());
        QVERIFY2(run.errors.contains("not the model faster"), run.errors);
        const auto pattern =
            runHone({"sparsify", m_work.path("trained.onnx"), "--pattern", "2:4", "--data", m_work.data(), "--finetune-epochs", "1",
                     "--batch", "16", "--threads", "1", "--out", m_work.path("pattern.onnx"), "--json"});
        QVERIFY2(pattern.exitCode == 0, pattern.errors);
        QCOMPARE(pattern.json().at("sparsity").at("left").size(), std::size_t{1}); // the first layer's three channels
        QVERIFY(pattern.json().at("after").contains("top1"));
        QCOMPARE(runHone({"sparsify", m_work.model(), "--sparsity", "1", "--out", m_work.path("x.onnx")}).exitCode, 2);
    }

    void optionsThatMeanNothingBesideOthersAreRefused_data()
    {
        QTest::addColumn<QStringList>("call");
        QTest::addColumn<QString>("says");
        QTest::newRow("a share and a pattern") << QStringList{"sparsify", m_work.model(), "--pattern", "2:4", "--sparsity", "0.5"}
                                               << "--sparsity has no meaning beside --pattern";
        QTest::newRow("a scope and a pattern") << QStringList{"sparsify", m_work.model(), "--pattern", "2:4", "--scope", "layer"}
                                               << "--scope has no meaning beside --pattern";
        QTest::newRow("an energy and a rank") << QStringList{"factorize", m_work.model(), "--energy", "0.5", "--rank", "4"}
                                              << "--energy has no meaning beside --rank";
        QTest::newRow("a ratio and layers' own")
            << QStringList{"prune", m_work.model(), "--ratio", "0.9", "--scope", "layer", "--ratio-of", "conv1=0.25"}
            << "--ratio has no meaning beside --scope layer";
        for (const auto& [flag, value] :
             {std::pair("--distill-kind", "feature"), {"--temperature", "9"}, {"--lr", "0.5"}, {"--batch", "8"}, {"--distill", "0.5"}})
            for (const char* verb : {"prune", "sparsify", "factorize"})
                QTest::addRow("%s %s", verb, flag) << QStringList{verb, m_work.model(), flag, value}
                                                   << QString("%1 says how fine-tuning learns, so it needs --finetune-epochs").arg(flag);
        QTest::newRow("sparsity that nothing is trained for") << QStringList{"prune", m_work.model(), "--sparsity-strength", "0.1"}
                                                              << "--sparsity-strength has no meaning without --sparsity-epochs";
        QTest::newRow("the depth of a MobileNet") << QStringList{"new", "mobilenetv1", "--depth", "4"} << "depth doesn't take '4'";
        QTest::newRow("classes of an autoencoder") << QStringList{"new", "autoencoder", "--classes", "4"}
                                                   << "--classes has no meaning for autoencoder, which gives its input back";
    }
    void optionsThatMeanNothingBesideOthersAreRefused()
    {
        QFETCH(QStringList, call);
        QFETCH(QString, says);
        const auto run = runHone(call + QStringList{"--out", m_work.path("refused.onnx")});
        QCOMPARE(run.exitCode, 2);
        QVERIFY2(run.errors.contains(says.toUtf8()), run.errors);
        QVERIFY(!QFile::exists(m_work.path("refused.onnx")));
    }

    void whatIsReadIsNotWrittenOver()
    {
        const auto trained = m_work.read("trained.onnx");
        m_work.write("teacher.onnx", trained);
        m_work.write("curves.json", "{}");
        const QString teacher = m_work.path("teacher.onnx");
        const QString curves = m_work.path("curves.json");
        for (const QStringList& call : {QStringList{"distill", m_work.model(), "--teacher", teacher, "--out", teacher},
                                        {"qat", m_work.model(), "--teacher", teacher, "--out", teacher},
                                        {"prune", m_work.model(), "--sensitivity", curves, "--out", curves}}) {
            const auto run = runHone(call + QStringList{"--data", m_work.data()});
            QCOMPARE(run.exitCode, 2);
            QVERIFY2(run.errors.contains("--out"), run.errors);
        }
        QCOMPARE(m_work.read("teacher.onnx"), trained);
        QCOMPARE(m_work.read("curves.json"), QByteArray("{}"));
    }

    void layersAreSplit()
    {
        const auto run =
            runHone({"factorize", m_work.path("trained.onnx"), "--rank-ratio", "0.5", "--data", m_work.data(), "--finetune-epochs", "1",
                     "--batch", "16", "--threads", "1", "--out", m_work.path("split.onnx"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors);
        const auto json = run.json();
        QVERIFY(json.at("factorization").at("layers").size() > 3);
        QVERIFY(json.at("after").at("macs").get<double>() < json.at("before").at("macs").get<double>());
        const auto nothing = runHone({"factorize", m_work.path("trained.onnx"), "--energy", "1", "--out", m_work.path("x.onnx")});
        QCOMPARE(nothing.exitCode, 3);
        QVERIFY(!QFile::exists(m_work.path("x.onnx")));
    }

    void pruningTrainsForSparsityFirst()
    {
        const auto run = runHone({"prune",
                                  m_work.path("trained.onnx"),
                                  "--ratio",
                                  "0.3",
                                  "--data",
                                  m_work.data(),
                                  "--sparsity-epochs",
                                  "1",
                                  "--sparsity-strength",
                                  "0.01",
                                  "--distill-kind",
                                  "attention",
                                  "--finetune-epochs",
                                  "1",
                                  "--batch",
                                  "16",
                                  "--threads",
                                  "1",
                                  "--out",
                                  m_work.path("pruned.onnx"),
                                  "--json"});
        QVERIFY2(run.exitCode == 0, run.errors);
        QCOMPARE(run.json().at("epochs").size(), std::size_t{2});
        QCOMPARE(QDir(m_work.path("")).entryList({".*checkpoint*"}, QDir::Files | QDir::Hidden).size(), 0);
    }

    void everyTargetIsReached_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QString>("figure"); // of before and after
        QTest::addColumn<double>("share");
        QTest::newRow("MACs") << QStringList{"--target-macs", "0.5x"} << "macs" << 0.5;
        QTest::newRow("parameters") << QStringList{"--target-params", "0.6x"} << "parameters" << 0.6;
        QTest::newRow("bytes") << QStringList{"--target-bytes", "0.7x"} << "sizeBytes" << 0.7;
        QTest::newRow("memory") << QStringList{"--target-memory", "0.75x"} << "peakActivationBytes" << 0.75;
        QTest::newRow("in rounds, rounded") << QStringList{"--target-macs", "0.6x", "--rounds", "2", "--round-to", "4"} << "macs" << 0.6;
    }
    void everyTargetIsReached()
    {
        QFETCH(QStringList, options);
        QFETCH(QString, figure);
        QFETCH(double, share);
        const auto run = runHone(QStringList{"prune", m_work.path("trained.onnx"), "--out", m_work.path("met.onnx"), "--json"} + options);
        QVERIFY2(run.exitCode == 0, run.errors);
        const auto json = run.json();
        const auto key = figure.toStdString();
        const double before = json.at("before").at(key).get<double>();
        const double after = json.at("after").at(key).get<double>();
        QVERIFY2(after <= share * before && after > (share - 0.25) * before, qPrintable(QString("%1 of %2").arg(after).arg(before)));
        if (options.contains("--rounds"))
            QCOMPARE(json.at("rounds").size(), std::size_t{2});
        if (options.contains("--round-to"))
            for (const auto& group : json.at("groups"))
                QCOMPARE(group.at("channelsAfter").get<int>() % 4, 0);
    }

    void aLatencyTargetIsReached()
    {
        const QString model = m_work.path("slow.onnx");
        QCOMPARE(runHone({"new", "mobilenetv1", "--width-multiplier", "0.5", "--input-size", "160", "--out", model}).exitCode, 0);
        // A machine that gets slower meanwhile makes the target unreachable, which is said; so it is tried again.
        HoneRun run;
        for (int tries = 0; tries < 4 && (tries == 0 || run.exitCode == 3); ++tries)
            run = runHone({"prune", model, "--target-latency-ms", "0.7x", "--out", m_work.path("fast.onnx"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors);
        const auto json = run.json();
        const auto& target = json.at("target");
        QCOMPARE(target.at("kind").get<std::string>(), std::string("latencyMs"));
        QVERIFY(target.at("after").get<double>() <= target.at("wanted").get<double>());
        QCOMPARE(target.at("after").get<double>(), json.at("after").at("latencyMs").at("p50").get<double>());
        QVERIFY(json.at("after").at("macs").get<double>() < 0.95 * json.at("before").at("macs").get<double>());
        QVERIFY(json.at("proof").at("maxAbsDifference").get<double>() < 1e-3);
        QVERIFY(QFile(m_work.path("fast.onnx")).size() < QFile(model).size());
    }

    void everyScopeAndFloorIsTaken_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("global") << QStringList{"--scope", "global"};
        QTest::newRow("isomorphic") << QStringList{"--scope", "isomorphic"};
        QTest::newRow("by layer") << QStringList{"--scope", "layer", "--ratio-of", "*=0.4"};
        QTest::newRow("kept") << QStringList{"--keep", "FIRST"};
        QTest::newRow("a floor") << QStringList{"--at-least", "3"};
        QTest::newRow("a layer's floor") << QStringList{"--at-least-of", "FIRST=4"};
    }
    void everyScopeAndFloorIsTaken()
    {
        QFETCH(QStringList, options);
        const QString model = m_work.path("trained.onnx");
        const auto groups = runHone({"check", model, "--json"}).json().at("groups");
        const QString first = QString::fromStdString(groups.at(0).at("layers").at(0).get<std::string>());
        options.replaceInStrings("FIRST", first);
        auto arguments = QStringList{"prune", model, "--out", m_work.path("scoped.onnx"), "--json"} + options;
        if (!options.contains("layer"))
            arguments += {"--ratio", "0.4"};
        const auto run = runHone(arguments);
        QVERIFY2(run.exitCode == 0, run.errors);
        const auto json = run.json();
        QVERIFY(json.at("after").at("macs").get<double>() < json.at("before").at("macs").get<double>());
        QCOMPARE(json.at("groups").size(), groups.size());
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const auto& group = json.at("groups").at(i);
            QVERIFY(group.at("followers") == groups.at(i).at("followers"));
            QVERIFY(group.at("readers") == groups.at(i).at("readers"));
            const int before = group.at("channelsBefore").get<int>();
            const int after = group.at("channelsAfter").get<int>();
            const bool whole = i == 0 && options.contains("--keep");
            QVERIFY2(!whole || after == before, options.join(' ').toUtf8());
            QVERIFY2(!options.contains("--at-least") || after >= std::min(3, before), options.join(' ').toUtf8());
            QVERIFY2(!(i == 0 && options.contains("--at-least-of")) || after == 4, options.join(' ').toUtf8());
            if (options.contains("layer"))
                QCOMPARE(after, before - static_cast<int>(std::lround(0.4 * before)));
        }
    }

    void pruningSaysWhatIsHeldTogetherAndWhatStays()
    {
        const auto run = runHone({"prune", m_work.path("trained.onnx"), "--ratio", "0.3", "--out", m_work.path("told.onnx")});
        QVERIFY2(run.exitCode == 0, run.errors);
        QVERIFY2(run.output.contains("Held together by:\n"), run.output);
        QVERIFY2(run.output.contains(" couples "), run.output);
        QVERIFY2(run.output.contains("Layers that keep their channels, and why:\n"), run.output);
        QVERIFY2(run.output.contains(": makes the model's output\n"), run.output);
    }

    void optionsWithAUsualValueMayStandAlone()
    {
        const QString model = m_work.path("trained.onnx");
        const QStringList rest{"--ratio", "0.3", "--data", m_work.data(), "--threads", "1", "--json", "--out", m_work.path("alone.onnx")};
        const auto shaOf = [&](const QStringList& arguments) {
            const auto run = runHone(QStringList{"prune"} + arguments);
            return run.exitCode == 0 ? QString::fromStdString(run.json().at("sha256").get<std::string>()) : QString(run.errors);
        };
        const QString on = shaOf(QStringList{model, "--compensate", "on"} + rest);
        const QString off = shaOf(QStringList{model, "--compensate", "off", "--importance", "reconstruction"} + rest);
        QVERIFY(on != off);
        QCOMPARE(shaOf(QStringList{model, "--compensate"} + rest), on);
        QCOMPARE(shaOf(QStringList{"--compensate", model} + rest), on); // the model isn't its value
        QCOMPARE(shaOf(QStringList{model} + rest + QStringList{"--compensate"}), on);
        for (const auto& wrong : {QStringList{"--compensate", "perhaps"}, QStringList{"--distill", "2"}}) {
            const auto run = runHone(QStringList{"prune", model} + wrong + rest);
            QCOMPARE(run.exitCode, 2);
            QCOMPARE(run.json().at("error").at("code").get<std::string>(), std::string("BadOption"));
        }
        // As far as training: alone it is what the help says.
        const QStringList training{"--finetune-epochs", "1", "--batch", "16"};
        const QString learnt = shaOf(QStringList{model, "--distill", "0.9"} + training + rest);
        QCOMPARE(shaOf(QStringList{model, "--distill"} + training + rest), learnt);
        QCOMPARE(shaOf(QStringList{"--distill", model} + training + rest), learnt);
    }

    void recipesHaveTheSameSteps()
    {
        m_work.write("recipe.yaml", "name: other shapes\nsteps:\n"
                                    "  - {step: import, name: teacher, file: trained.onnx}\n"
                                    "  - {step: sparsify, from: teacher, sparsity: 0.5}\n"
                                    "  - {step: factorize, from: teacher, rankRatio: 0.5, fromData: 'off'}\n"
                                    "  - {step: new, architecture: resnet8, width: 3, classes: 12}\n"
                                    "  - {step: distill, teacher: teacher, epochs: 1, batch: 16, threads: 1}\n");
        const QString project = m_work.path("project");
        QCOMPARE(runHone({"project", "init", project, "--data", m_work.data()}).exitCode, 0);
        const auto run = runHone({"run", m_work.path("recipe.yaml"), "--project", project});
        QVERIFY2(run.exitCode == 0, run.errors);
        const QStringList builds = QDir(project + "/builds").entryList(QDir::Dirs | QDir::NoDotAndDotDot);
        for (const char* step : {"sparsify-", "factorize-", "distill-"})
            QCOMPARE(builds.filter(step).size(), 1);
        // What is there isn't made again, and a build says how it was made.
        const auto again = runHone({"run", m_work.path("recipe.yaml"), "--project", project});
        QCOMPARE(again.exitCode, 0);
        QCOMPARE(QDir(project + "/builds").entryList(QDir::Dirs | QDir::NoDotAndDotDot), builds);
        const auto shown = runHone({"project", "show", project, builds.filter("distill-").first(), "--recipe"});
        QVERIFY2(shown.output.contains("distill") && shown.output.contains("teacher"), shown.output);
        m_work.write("bad.yaml", "steps:\n  - {step: import, file: trained.onnx}\n  - {step: distill, epochs: 1}\n");
        QCOMPARE(runHone({"run", m_work.path("bad.yaml"), "--project", project}).exitCode, 3);
    }

private:
    CliFixture m_work;
};

QTEST_GUILESS_MAIN(TestCliOtherShapes)
#include "test_cli_other_shapes.moc"
