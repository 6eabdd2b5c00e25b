// SPDX-License-Identifier: GPL-3.0-or-later
// `hone sensitivity`, pruning by its curves, and importance from samples, as a user types them.
#include "cli_fixture.h"
#include "core/file.h"
#include "project/project_store.h"
#include "project/sensitivity_file.h"

#include <QTest>

using namespace hone;
using namespace hone::testing;

class TestCliSensitivity : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(m_work.make(), qPrintable(m_work.failure()));
        const auto run = runHone(measure() + QStringList{"--ratios", "0.25,0.5,0.75", "--out", m_work.path("curves.json"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        m_curves = run.json();
    }

    void curvesAreToldAndWritten()
    {
        QCOMPARE(m_curves.at("metric").get<std::string>(), std::string("top1"));
        QCOMPARE(m_curves.at("split").get<std::string>(), std::string("validation"));
        QCOMPARE(m_curves.at("samples").get<int>(), 48);
        const auto evaluated =
            runHone({"evaluate", m_work.model(), "--data", m_work.data(), "--split", "validation", "--no-latency", "--json"}).json();
        QCOMPARE(m_curves.at("value").get<double>(), evaluated.at("top1").get<double>());
        QVERIFY(!m_curves.at("groups").empty());
        for (const auto& group : m_curves.at("groups")) {
            QCOMPARE(group.at("points").size(), std::size_t{3});
            QCOMPARE(group.at("points").at(1).at("ratio").get<double>(), 0.5);
            QVERIFY(group.at("points").at(2).at("channels").get<int>() < group.at("channels").get<int>());
            QVERIFY(!group.at("layers").empty());
        }
        auto written = nlohmann::json::parse(m_work.read("curves.json").toStdString());
        for (const auto& [key, value] : written.items())
            QCOMPARE(m_curves.at(key).dump(), value.dump());
        QVERIFY(written.at("model").get<std::string>().size() == 64);
    }

    void theSameAgainGivesTheSameBytes()
    {
        const auto again = m_work.path("again.json");
        QCOMPARE(runHone(measure() + QStringList{"--ratios", "0.75,0.25,0.5", "--threads", "1", "--out", again}).exitCode, 0);
        QCOMPARE(m_work.read("again.json"), m_work.read("curves.json"));
    }

    void curvesAreATableForPeople()
    {
        const auto run = runHone(measure() + QStringList{"--ratios", "0.5"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        for (const auto* word : {"group", "channels", "-50 %", "top-1", "48 samples of validation", "Measured in"})
            QVERIFY2(run.output.contains(word), word);
    }

    void pruningTakesTheCurves()
    {
        const auto run = runHone({"prune", m_work.model(), "--scope", "sensitivity", "--sensitivity", m_work.path("curves.json"), "--ratio",
                                  "0.4", "--out", m_work.path("slim.onnx"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        int before = 0;
        int after = 0;
        const auto json = run.json();
        for (const auto& group : json.at("groups")) {
            before += group.at("channelsBefore").get<int>();
            after += group.at("channelsAfter").get<int>();
        }
        // Each group's share is rounded to whole channels.
        QVERIFY(std::abs(static_cast<double>(before - after) / before - 0.4) < 0.08);
    }

    void withoutAFileTheyAreMeasuredFirst()
    {
        const QStringList call{"prune", m_work.model(),           "--scope", "sensitivity", "--compensate", "off", "--ratio", "0.4",
                               "--out", m_work.path("slim.onnx"), "--json"};
        const auto run = runHone(call + QStringList{"--data", m_work.data()});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto without = runHone(call);
        QCOMPARE(without.exitCode, 2);
        QCOMPARE(without.json().at("error").at("code").get<std::string>(), std::string("DataRequired"));
    }

    void filesThatDoNotFitAreRefused()
    {
        m_work.write("broken.json", "{\"schema\": 1}");
        const auto prune = [&](const QString& model, const QString& file) {
            return runHone(
                {"prune", model, "--scope", "sensitivity", "--sensitivity", file, "--out", m_work.path("refused.onnx"), "--json"});
        };
        const auto code = [](const HoneRun& run) { return run.json().at("error").at("code").get<std::string>(); };
        const auto broken = prune(m_work.model(), m_work.path("broken.json"));
        QCOMPARE(broken.exitCode, 3);
        QCOMPARE(code(broken), std::string("SensitivityInvalid"));
        const auto foreign = prune(m_work.path("ten.onnx"), m_work.path("curves.json"));
        QCOMPARE(foreign.exitCode, 3);
        QCOMPARE(code(foreign), std::string("SensitivityForeign"));
        QCOMPARE(code(prune(m_work.model(), m_work.path("nowhere.json"))), std::string("FileNotFound"));
        QVERIFY(!QFile::exists(m_work.path("refused.onnx")));
    }

    void optionsThatMakeNoSenseAreRefused_data()
    {
        QTest::addColumn<QStringList>("options");
        for (const QStringList& options : {QStringList{"--ratios", "0"},
                                           {"--ratios", "0.5,1"},
                                           {"--ratios", "half"},
                                           {"--ratios", ""},
                                           {"--ratios", "0.1,,0.2"},
                                           {"--split", "test"},
                                           {"--samples", "-1"},
                                           {"--importance", "beauty"}})
            QTest::newRow(qPrintable(options.join(' '))) << options;
    }
    void optionsThatMakeNoSenseAreRefused()
    {
        QFETCH(QStringList, options);
        QCOMPARE(runHone(measure() + options).exitCode, 2);
    }

    void curvesOfAProjectsBuildAreKeptWithItAndFoundByPruning()
    {
        auto project = ProjectStore::create(m_work.path("project").toStdString(), "p");
        const auto data = Dataset::open(m_work.data().toStdString());
        const auto root = project.run("", ImportParameters{m_work.model().toStdString()}, &data, {});
        const auto model = QString::fromStdString(root.model.string());
        const auto run = runHone({"sensitivity", model, "--data", m_work.data(), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        auto told = run.json();
        const std::filesystem::path kept = told.at("kept").get<std::string>();
        const auto written = nlohmann::json::parse(readFile(kept));
        for (const auto& [key, value] : written.items())
            QCOMPARE(told.at(key).dump(), value.dump());
        const auto again = runHone({"sensitivity", model, "--data", m_work.data()});
        QVERIFY2(again.output.contains("Measured before; the channels are chosen by reconstruction"), again.output.constData());

        // Curves that say that the first group alone is free: pruning without further options finds them and takes it from there.
        auto curves = readSensitivityOf(kept, root.model);
        for (std::size_t g = 0; g < curves.groups.size(); ++g)
            for (auto& point : curves.groups[g].points)
                point.value = g == 0 ? curves.value : curves.value - 1000 * point.ratio; // more than 48 samples' noise
        writeSensitivity(curves, kept);
        PruneParameters prune;
        prune.prune.ratio = 0.05; // of 56 channels no more than the first group can lose
        prune.prune.scope = PruningScope::Sensitivity;
        const auto pruned = project.run(root.id, prune, &data, {});
        QVERIFY(pruned.groups.at(0).channelsAfter < pruned.groups[0].channelsBefore);
        for (std::size_t g = 1; g < pruned.groups.size(); ++g)
            QCOMPARE(pruned.groups[g].channelsAfter, pruned.groups[g].channelsBefore);
        const auto verb = runHone({"prune", model, "--scope", "sensitivity", "--ratio", "0.05", "--data", m_work.data(), "--out",
                                   m_work.path("found.onnx"), "--json"});
        QVERIFY2(verb.exitCode == 0, verb.errors.constData());
        QCOMPARE(verb.json().at("sha256").get<std::string>(), pruned.modelSha256);
    }

    void dataOfAnotherShapeAreRefused()
    {
        QCOMPARE(runHone({"sensitivity", m_work.path("ten.onnx"), "--data", m_work.data()}).exitCode, 3);
    }

    void importanceFromSamplesPrunes_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"taylor", "fisher", "apoz", "mean-activation"})
            QTest::newRow(kind) << kind;
    }
    void importanceFromSamplesPrunes()
    {
        QFETCH(QString, kind);
        const QStringList call{"prune", m_work.model(), "--importance",           kind,    "--compensate", "off", "--ratio",
                               "0.5",   "--out",        m_work.path("slim.onnx"), "--json"};
        const auto run = runHone(call + QStringList{"--data", m_work.data()});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        QVERIFY(run.json().at("after").at("macs").get<int>() < run.json().at("before").at("macs").get<int>());
        QCOMPARE(runHone(call).exitCode, 2); // it needs the data
    }

private:
    QStringList measure() const { return {"sensitivity", m_work.model(), "--data", m_work.data()}; }

    CliFixture m_work;
    nlohmann::json m_curves;
};

QTEST_GUILESS_MAIN(TestCliSensitivity)
#include "test_cli_sensitivity.moc"
