// SPDX-License-Identifier: GPL-3.0-or-later
// Steps choose by the training and the validation split: with another test split, or none, they give the same bytes.
#include "project/sensitivity_file.h"
#include "project/step.h"
#include "temporary_projects.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>
#include <string_view>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

class TestStepsReadNoTestSplit : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_model = pathOf(m_folder) / "model.onnx";
        runStep(tinyNetwork(), {.output = m_model}, {});
        m_teacher = pathOf(m_folder) / "teacher.onnx";
        runStep(tinyNetwork(1), {.output = m_teacher}, {});
        drawTinyData(pathOf(m_folder) / "whole");
        fs::copy(pathOf(m_folder) / "whole", pathOf(m_folder) / "without", fs::copy_options::recursive);
        fs::remove_all(pathOf(m_folder) / "without" / "test");
        const auto whole = readFile(pathOf(m_folder) / "whole" / "dataset.yaml");
        auto without = whole;
        const std::string named = ", test: test";
        QVERIFY(without.find(named) != without.npos);
        writeFileAtomically(pathOf(m_folder) / "without" / "dataset.yaml", without.erase(without.find(named), named.size()));
        // In which every picture is one of another class.
        fs::copy(pathOf(m_folder) / "without", pathOf(m_folder) / "other", fs::copy_options::recursive);
        writeFileAtomically(pathOf(m_folder) / "other" / "dataset.yaml", whole);
        fs::create_directories(pathOf(m_folder) / "other" / "test");
        std::vector<fs::path> classes;
        for (const auto& entry : fs::directory_iterator(pathOf(m_folder) / "whole" / "test"))
            classes.push_back(entry.path().filename());
        std::ranges::sort(classes);
        for (std::size_t i = 0; i < classes.size(); ++i)
            fs::copy(pathOf(m_folder) / "whole" / "test" / classes[i],
                     pathOf(m_folder) / "other" / "test" / classes[(i + 1) % classes.size()], fs::copy_options::recursive);
    }

    void theTestSplitChangesNothing_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("parameters");
        const QString rest = R"("ratio":0.4,"finetune":{"batch":16,"threads":1)";
        QTest::newRow("sensitivity") << "prune"
                                     << R"({"scope":"sensitivity","compensate":"off","importance":"l1",)" + rest + "}}";
        QTest::newRow("taylor") << "prune"
                                << R"({"importance":"taylor","compensate":"off",)" + rest + "}}";
        for (const char* importance : {"fisher", "apoz", "mean-activation", "reconstruction"})
            QTest::newRow(importance) << "prune" << QString(R"({"importance":"%1","compensate":"off",)").arg(importance) + rest + "}}";
        QTest::newRow("sparsity epochs") << "prune"
                                         << R"({"sparsityEpochs":1,"compensate":"off",)" + rest + "}}";
        QTest::newRow("rounds") << "prune"
                                << R"({"rounds":2,"compensate":"on",)" + rest + R"(,"epochs":1}})";
        for (const char* kind : {"soft", "feature", "attention"})
            QTest::newRow(qPrintable(QString("recovery by %1 distillation").arg(kind)))
                << "prune" << QString(R"({"compensate":"off","distill":0.5,"distillKind":"%1",)").arg(kind) + rest + R"(,"epochs":1}})";
        QTest::newRow("compensation") << "prune"
                                      << R"({"compensate":"on",)" + rest + "}}";
        QTest::newRow("an epoch of recovery") << "prune"
                                              << R"({"compensate":"off",)" + rest + R"(,"epochs":1}})";
        const QString epoch = R"("epochs":1,"batch":16,"threads":1)";
        QTest::newRow("distill") << "distill"
                                 << R"({"teacher":"model.onnx",)" + epoch + "}";
        for (const char* kind : {"feature", "attention"})
            QTest::newRow(qPrintable(QString("%1 distillation").arg(kind)))
                << "distill" << QString(R"({"teacher":"model.onnx","kind":"%1",)").arg(kind) + epoch + "}";
        QTest::newRow("distill without labels") << "distill"
                                                << R"({"teacher":"model.onnx","labels":"ignored",)" + epoch + "}";
        QTest::newRow("sparsify") << "sparsify"
                                  << R"({"sparsity":0.5,"finetune":{)" + epoch + "}}";
        QTest::newRow("factorize") << "factorize"
                                   << R"({"fromData":"on","rankRatio":0.4,"finetune":{)" + epoch + "}}";
        QTest::newRow("quantize with every repair")
            << "quantize"
            << R"({"equalize":true,"adaptiveRounding":true,"smoothQuant":true,"samples":24,"threads":1})";
        QTest::newRow("qat") << "qat"
                             << R"({"bitsWeights":4,)" + epoch + "}";
        QTest::newRow("mixed precision") << "quantize"
                                         << R"({"maxDrop":1,"floatMacs":0.5,"samples":24,"threads":1})";
    }
    void theTestSplitChangesNothing()
    {
        QFETCH(QString, kind);
        QFETCH(QString, parameters);
        const auto step = parametersFromJson(kind.toStdString(), Json::parse(parameters.toStdString()));
        std::vector<std::string> hashes;
        for (const char* folder : {"whole", "without", "other"}) {
            const auto data = Dataset::open(pathOf(m_folder) / folder);
            QCOMPARE(data.size(Split::Test) > 0, std::string_view(folder) != "without");
            const auto output = pathOf(m_folder) / (std::string(folder) + ".onnx");
            StepInput input{.model = m_model, .dataset = &data, .output = output};
            if (kind == "distill")
                input.teacher = m_teacher;
            hashes.push_back(runStep(step, input, {}).sha256);
        }
        QCOMPARE(hashes[1], hashes[0]);
        QCOMPARE(hashes[2], hashes[0]);
    }

    void theTestSplitChangesNoCurves()
    {
        std::vector<Sensitivity> curves;
        for (const char* folder : {"whole", "without", "other"}) {
            curves.push_back(
                measureSensitivity(m_model, Dataset::open(pathOf(m_folder) / folder), {.ratios = {0.25, 0.5}, .threads = 1}, {}));
            curves.back().data.clear(); // its fingerprint, which other pictures change
        }
        QVERIFY(curves[1] == curves[0] && curves[2] == curves[0]);
    }

private:
    QTemporaryDir m_folder;
    fs::path m_model;
    fs::path m_teacher;
};

QTEST_GUILESS_MAIN(TestStepsReadNoTestSplit)
#include "test_steps_read_no_test_split.moc"
