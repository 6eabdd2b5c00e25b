// SPDX-License-Identifier: GPL-3.0-or-later
// `hone explain`, and what `hone quantize` says of the kernels that it led to, as a user types them.
#include "cli_fixture.h"

#include <QTest>

using namespace hone::testing;

class TestCliExplain : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(m_work.make(), qPrintable(m_work.failure()));
        const auto run = runHone({"quantize", m_work.model(), "--data", m_work.data(), "--out", m_work.path("int8.onnx"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        m_quantized = run.json();
    }

    void quantizingCountsWhatBecameIntegers()
    {
        QVERIFY(m_quantized.at("integerNodes").get<int>() > 5);
        QCOMPARE(m_quantized.at("floatNodes").get<int>(), 0);
        QCOMPARE(m_quantized.at("kernels").at("integer").size(), m_quantized.at("integerNodes").get<std::size_t>());
        const auto run = runHone({"quantize", m_work.model(), "--data", m_work.data(), "--out", m_work.path("again.onnx")});
        QVERIFY2(run.output.contains("nodes compute on integers in ONNX Runtime, 0 in float."), run.output.constData());
    }

    void findingsAreTold()
    {
        const auto html = m_work.path("why.html");
        const auto run = runHone(explain("int8.onnx", "model.onnx") + QStringList{"--html", html, "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto json = run.json();
        QCOMPARE(json.at("samples").get<int>(), 16);
        QCOMPARE(json.at("split").get<std::string>(), std::string("validation"));
        QCOMPARE(json.at("totals").at("integerNodes").get<int>(), m_quantized.at("integerNodes").get<int>());
        QVERIFY(!json.at("advice").empty() && json.at("processor").contains("features"));
        double floating = 0;
        double quantized = 0;
        for (const auto& layer : json.at("layers")) {
            for (const auto* key : {"name", "opType", "snrDb", "snrAloneDb"})
                QVERIFY2(layer.contains(key), key);
            floating += layer.at("floatMicroseconds").get<double>();
            quantized += layer.at("quantizedMicroseconds").get<double>();
        }
        // Every kernel's time is some layer's.
        QVERIFY(std::abs(floating - json.at("totals").at("floatMicroseconds").get<double>()) < 1e-6);
        QVERIFY(std::abs(quantized - json.at("totals").at("quantizedMicroseconds").get<double>()) < 1e-6);
        QVERIFY(m_work.read("why.html").contains("Where the error grows"));
    }

    void aRecipeExplainsABuild()
    {
        m_work.write("why.yaml", "name: why\nsteps:\n"
                                 "  - {step: import, file: model.onnx}\n"
                                 "  - {step: prune, ratio: 0.3, name: slim}\n"
                                 "  - {step: quantize, samples: 24}\n"
                                 "  - {step: explain, samples: 16, runs: 5, html: recipe.html}\n"
                                 "  - {step: explain, samples: 8, runs: 5, against: slim}\n");
        const QString project = m_work.path("project");
        const auto run = runHone({"run", m_work.path("why.yaml"), "--project", project, "--data", m_work.data(), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto json = run.json();
        QCOMPARE(json.at("builds").size(), std::size_t{3}); // explaining makes none
        const auto& told = json.at("explanations");
        QCOMPARE(told.size(), std::size_t{2});
        QVERIFY(QString::fromStdString(told[0].at("build").get<std::string>()).startsWith("quantize-"));
        // Against the nearest build that isn't quantized, unless the recipe names another.
        for (const auto& each : told)
            QVERIFY(each.at("float").get<std::string>().find("/builds/prune-") != std::string::npos);
        QCOMPARE(told[0].at("samples").get<int>(), 16);
        QVERIFY(m_work.read("recipe.html").contains("Where the error grows"));
        // The last one is kept with its build.
        const QString kept =
            QString("project/builds/%1/explanation.json").arg(QString::fromStdString(told[1].at("build").get<std::string>()));
        QCOMPARE(nlohmann::json::parse(m_work.read(kept).toStdString()).at("samples").get<int>(), 8);

        // And a comparison's report has it.
        const auto model = [&](const nlohmann::json& build) { return QString::fromStdString(build.at("model").get<std::string>()); };
        const auto compared = runHone({"compare", model(json.at("builds")[1]), model(json.at("builds")[2]), "--data", m_work.data(),
                                       "--html", m_work.path("compared.html")});
        QVERIFY2(compared.exitCode == 0, compared.errors.constData());
        const auto report = m_work.read("compared.html");
        for (const auto* part : {"Why int8 is as it is", "Against pruned 30 %; 8 samples of validation", "nodes compute on integers"})
            QVERIFY2(report.contains(part), part);
        QVERIFY(!report.contains(project.toUtf8()));

        m_work.write("other.yaml", m_work.read("why.yaml").replace("against: slim}", "against: model.onnx}"));
        const auto other = runHone({"run", m_work.path("other.yaml"), "--project", project, "--data", m_work.data(), "--json"});
        QCOMPARE(other.exitCode, 3);
        QCOMPARE(other.json().at("error").at("code").get<std::string>(), std::string("ReferenceUnlike"));
        QVERIFY2(other.errors.contains("in the float model [N, "), other.errors.constData());

        m_work.write("early.yaml", "steps:\n  - {step: import, file: model.onnx}\n  - {step: explain, samples: 4}\n");
        const auto early = runHone({"run", m_work.path("early.yaml"), "--project", project, "--data", m_work.data(), "--json"});
        QCOMPARE(early.exitCode, 3);
        QCOMPARE(early.json().at("error").at("code").get<std::string>(), std::string("NotQuantized"));
        m_work.write("half.yaml",
                     "steps:\n  - {step: import, file: model.onnx}\n  - {step: quantize, method: fp16}\n  - {step: explain, samples: 4}\n");
        const auto half = runHone({"run", m_work.path("half.yaml"), "--project", project, "--data", m_work.data()});
        QCOMPARE(half.exitCode, 3);
        QVERIFY2(half.errors.contains("half precision has nothing on integers"), half.errors.constData());
        m_work.write("wrong.yaml", "steps:\n  - {step: import, file: model.onnx}\n  - {step: explain, runs: 0, page: x.html}\n");
        const auto wrong = runHone({"run", m_work.path("wrong.yaml"), "--project", project, "--data", m_work.data()});
        QCOMPARE(wrong.exitCode, 3);
        QVERIFY2(wrong.errors.contains("'page' is not known") && wrong.errors.contains("'runs' must be"), wrong.errors.constData());
    }

    void findingsAreTablesForPeople()
    {
        const auto run = runHone(explain("int8.onnx", "model.onnx"));
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        for (const auto* word : {"layer", "by itself", "steps used", "QLinearConv", "nodes compute on integers", "Latency",
                                 "instructions for products of 8-bit integers"})
            QVERIFY2(run.output.contains(word), word);
    }

    void whatDoesNotFitIsRefusedInOneSentence_data()
    {
        QTest::addColumn<QString>("quantized");
        QTest::addColumn<QString>("against");
        QTest::addColumn<QString>("code");
        QTest::newRow("not quantized") << "model.onnx"
                                       << "model.onnx"
                                       << "NotQuantized";
        QTest::newRow("not float") << "int8.onnx"
                                   << "int8.onnx"
                                   << "AlreadyQuantized";
        QTest::newRow("another input") << "int8.onnx"
                                       << "large.onnx"
                                       << "ReferenceUnlike";
        QTest::newRow("no file") << "int8.onnx"
                                 << "nowhere.onnx"
                                 << "FileNotFound";
    }
    void whatDoesNotFitIsRefusedInOneSentence()
    {
        QFETCH(QString, quantized);
        QFETCH(QString, against);
        QFETCH(QString, code);
        if (against == "large.onnx")
            QCOMPARE(runHone({"new", "resnet8", "--width", "4", "--classes", "12", "--input-size", "64", "--out", m_work.path(against)})
                         .exitCode,
                     0);
        const auto run = runHone(explain(quantized, against) + QStringList{"--json"});
        QCOMPARE(run.exitCode, 3);
        QCOMPARE(QString::fromStdString(run.json().at("error").at("code").get<std::string>()), code);
        QCOMPARE(QString::fromStdString(run.json().at("error").at("message").get<std::string>()).count(". "), 0);
    }

    void dataAndTheFloatModelAreNeeded()
    {
        QCOMPARE(runHone({"explain", m_work.path("int8.onnx"), "--data", m_work.data()}).exitCode, 2);
        QCOMPARE(runHone({"explain", m_work.path("int8.onnx"), "--against", m_work.model()}).exitCode, 2);
        QCOMPARE(runHone(explain("int8.onnx", "model.onnx") + QStringList{"--samples", "0"}).exitCode, 2);
    }

private:
    QStringList explain(const QString& quantized, const QString& against) const
    {
        return {"explain", m_work.path(quantized), "--against", m_work.path(against), "--data", m_work.data(), "--samples", "16", "--runs",
                "10"};
    }

    CliFixture m_work;
    nlohmann::json m_quantized;
};

QTEST_GUILESS_MAIN(TestCliExplain)
#include "test_cli_explain.moc"
