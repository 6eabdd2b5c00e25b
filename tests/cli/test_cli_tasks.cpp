// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks and metrics as the command line tells them, agreement with a reference, and models that take raw bytes.
#include "cli_fixture.h"
#include "engine/idx_dataset.h"

#include <nlohmann/json.hpp>

#include <QDirIterator>
#include <QTest>

#include <cmath>

using namespace hone::testing;

class TestCliTasks : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        QVERIFY2(m_files.make(), qPrintable(m_files.failure()));
        QCOMPARE(runHone({"prune", m_files.model(), "--ratio", "0.3", "--out", m_files.path("slim.onnx")}).exitCode, 0);
    }

    void whatIsMeasuredSaysItsTaskAndMetric()
    {
        const auto json = runHone({"evaluate", m_files.model(), "--data", m_files.data(), "--no-latency", "--json"}).json();
        QCOMPARE(json.at("task").get<std::string>(), std::string("classification"));
        const auto& metric = json.at("metric");
        QCOMPARE(metric.at("name").get<std::string>(), std::string("top1"));
        QCOMPARE(metric.at("value").get<double>(), json.at("top1").get<double>());
        QCOMPARE(metric.at("low").get<double>(), json.at("top1Low").get<double>());
        QCOMPARE(metric.at("high").get<double>(), json.at("top1High").get<double>());
        QVERIFY(metric.at("higherIsBetter").get<bool>());
    }

    void aReferenceNeedsNoLabelsAndNoData()
    {
        const QStringList call{"evaluate", m_files.path("slim.onnx"), "--reference", m_files.model(), "--no-latency"};
        const auto run = runHone(call + QStringList{"--data", m_files.data(), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto json = run.json();
        QCOMPARE(json.at("task").get<std::string>(), std::string("agreement"));
        QCOMPARE(json.at("metric").at("name").get<std::string>(), std::string("cosine"));
        QCOMPARE(json.at("samples").get<int>(), 48);
        QVERIFY(!json.contains("top1"));
        for (const auto* key : {"cosine", "snrDb", "sameTop1"})
            QVERIFY2(json.at("outputs").at(0).contains(key), key);
        const auto madeUp = runHone(call);
        QCOMPARE(madeUp.exitCode, 0);
        QVERIFY(madeUp.errors.contains("made-up inputs"));
        QVERIFY(madeUp.output.contains("cosine") && madeUp.output.contains("dB"));
        QCOMPARE(runHone({"evaluate", m_files.model()}).exitCode, 2);
    }

    void comparingAgainstAReferenceRanksByAgreement()
    {
        const auto report = m_files.path("agreement.html");
        const auto run =
            runHone({"compare", m_files.model(), m_files.path("slim.onnx"), "--reference", m_files.model(), "--html", report, "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto json = run.json();
        QCOMPARE(json.at("task").get<std::string>(), std::string("agreement"));
        QCOMPARE(json.at("models").at(0).at("validation").at("cosine").get<double>(), 1.0);
        QVERIFY(json.at("models").at(1).at("validation").at("cosine").get<double>() < 1);
        QVERIFY(m_files.read("agreement.html").contains("SNR, dB"));
    }

    void pruningRecoversWithoutLabels()
    {
        const QString pictures = m_files.path("unlabelled");
        QVERIFY(QDir().mkpath(pictures));
        int count = 0;
        for (QDirIterator files(m_files.data(), QDir::Files, QDirIterator::Subdirectories); files.hasNext();)
            if (const QString file = files.next(); file.endsWith(".png"))
                QVERIFY(QFile::copy(file, QString("%1/%2.png").arg(pictures).arg(count++)));
        const auto cosine = [&](const QString& epochs) {
            const auto run =
                runHone({"prune", m_files.model(), "--ratio", "0.5", "--compensate", "off", "--data", pictures, "--finetune-epochs", epochs,
                         "--batch", "16", "--threads", "1", "--out", m_files.path("recovered.onnx"), "--json"});
            if (run.exitCode != 0)
                qWarning("%s", run.errors.constData());
            return run.exitCode == 0 ? run.json().at("after").at("metric").at("value").get<double>() : 2.0;
        };
        const double before = cosine("0");
        const double after = cosine("4");
        QVERIFY2(after > before && after <= 1, qPrintable(QString("%1, %2").arg(before).arg(after)));
    }

    void anExportedModelTakesBytesAndAnswersTheSame()
    {
        const auto raw = m_files.path("raw.onnx");
        const auto run = runHone({"export", m_files.model(), "--with-preprocessing", "--data", m_files.data(), "--out", raw, "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        QCOMPARE(run.json().at("input").at("type").get<std::string>(), std::string("uint8"));
        QCOMPARE(run.json().at("input").at("shape").dump(), std::string(R"(["N",32,32,3])"));
        const QStringList rest{"--data", m_files.data(), "--no-latency", "--json"};
        const auto before = runHone(QStringList{"evaluate", m_files.model()} + rest).json();
        const auto after = runHone(QStringList{"evaluate", raw} + rest).json();
        QCOMPARE(after.at("top1").get<double>(), before.at("top1").get<double>());
        QVERIFY(std::abs(after.at("loss").get<double>() - before.at("loss").get<double>()) < 1e-5);
        QCOMPARE(runHone({"export", raw, "--with-preprocessing", "--out", m_files.path("twice.onnx")}).exitCode, 3);
        QCOMPARE(runHone({"export", m_files.model(), "--with-preprocessing", "--out", m_files.path("x.onnx")}).exitCode,
                 3); // nobody says how
        QCOMPARE(runHone({"export", m_files.model(), "--out", m_files.path("x.onnx")}).exitCode, 2);
        QCOMPARE(runHone({"export", raw, "--with-preprocessing", "--input-size", "wide", "--out", m_files.path("x.onnx")}).exitCode, 2);
    }

    void grayPicturesForAColourModelAreConvertedAndThatIsSaid()
    {
        // Ten classes, as ten.onnx has outputs; 28 x 28 where it takes 32 x 32 in colour.
        std::vector<hone::test::GrayPicture> pictures;
        for (int i = 0; i < 40; ++i)
            pictures.push_back({std::vector<std::uint8_t>(28 * 28, static_cast<std::uint8_t>(6 * i)), static_cast<std::uint8_t>(i % 10)});
        const auto folder = m_files.path("gray");
        QDir().mkpath(folder);
        hone::test::writeIdxDataset(folder.toStdString(), pictures, pictures, 28, 28);
        const auto codes = [](const nlohmann::json& json) {
            QStringList found;
            for (const auto& notice : json.value("notices", nlohmann::json::array()))
                found << QString::fromStdString(notice.at("code").get<std::string>());
            return found;
        };
        const QStringList prune{"prune", m_files.path("ten.onnx"), "--ratio", "0.3", "--compensate", "on", "--threads", "1", "--json",
                                "--out", m_files.path("gray.onnx")};
        const auto run = runHone(prune + QStringList{"--data", folder});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        QVERIFY2(codes(run.json()).contains("PicturesInGray"), run.output.constData());
        QVERIFY2(run.errors.contains("pictures are gray and the model takes colour"), run.errors.constData());
        const auto coloured = runHone({"evaluate", m_files.model(), "--data", m_files.data(), "--no-latency", "--json"});
        QVERIFY(!codes(coloured.json()).contains("PicturesInGray"));
    }

private:
    CliFixture m_files;
};

QTEST_GUILESS_MAIN(TestCliTasks)
#include "test_cli_tasks.moc"
