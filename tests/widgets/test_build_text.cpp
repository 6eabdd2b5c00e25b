// SPDX-License-Identifier: GPL-3.0-or-later
// How the studio names builds of the steps that make models small in other ways.
#include "models/build_text.h"
#include "models/record_facts.h"

#include <QTest>

using namespace hone;
using namespace hone::studio;

Q_DECLARE_METATYPE(hone::StepParameters)

class TestBuildText : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void stepsAreNamed_data()
    {
        QTest::addColumn<StepParameters>("step");
        QTest::addColumn<QString>("label");
        QTest::addColumn<QString>("detail");
        QTest::addColumn<QString>("recipe");
        DistillParameters distill;
        distill.teacher = "models/large.onnx";
        distill.train.epochs = 3;
        QTest::newRow("distill") << StepParameters(distill) << "distilled"
                                 << "taught by large, 3 epoch(s)"
                                 << "distill teacher large.onnx epochs 3";
        SparsifyParameters sparse{.sparsify = {.sparsity = 0.8}};
        QTest::newRow("sparsify") << StepParameters(sparse) << "sparse 80 %"
                                  << "smallest weights zero"
                                  << "sparsify sparsity 0.8";
        sparse.sparsify.pattern = SparsityPattern::TwoOfFour;
        sparse.recovery.finetune.epochs = 2;
        QTest::newRow("pattern") << StepParameters(sparse) << "sparse 2:4"
                                 << "smallest weights zero, + 2 epoch(s)"
                                 << "sparsify pattern 2:4 epochs 2";
        FactorizeParameters split{.factorize = {.energy = 0.9}};
        QTest::newRow("factorize") << StepParameters(split) << "low rank"
                                   << "energy 90 %"
                                   << "factorize energy 0.9";
        split.factorize.rankRatio = 0.5;
        QTest::newRow("rank ratio") << StepParameters(split) << "low rank"
                                    << "rank 50 %"
                                    << "factorize rankRatio 0.5";
        QatParameters qat;
        qat.qat.quantize.bitsWeights = 4;
        qat.qat.train.epochs = 5;
        QTest::newRow("qat") << StepParameters(qat) << "int4 trained"
                             << "quantization-aware, 5 epoch(s)"
                             << "qat bitsWeights 4 epochs 5";
        QuantizeParameters quantized;
        QTest::newRow("quantize") << StepParameters(quantized) << "int8"
                                  << "static, least error"
                                  << "quantize mse samples 256";
        quantized.quantize.ranges = RangeMethod::Entropy;
        QTest::newRow("quantize by entropy") << StepParameters(quantized) << "int8"
                                             << "static, entropy"
                                             << "quantize entropy samples 256";
    }
    void stepsAreNamed()
    {
        QFETCH(StepParameters, step);
        Build build;
        build.parameters = step;
        QTEST(labelText(build), "label");
        QTEST(detailText(build), "detail");
        QTEST(recipeLine(step), "recipe");
        QVERIFY(stepTitle(step, "model").endsWith("model"));
    }

    void whatAStepDidIsShown()
    {
        QVERIFY(recordFacts({}).empty());
        StepRecord pruned;
        pruned.target = TargetRecord{TargetKind::Macs, 4e7, 2e7, 1.95e7};
        pruned.pruneRounds.resize(3);
        pruned.proofMaxAbsDifference = 2e-6;
        pruned.proofDoubleLeftOut = "it takes too long";
        pruned.compensation = CompensationRecord{0.5, 0.75, MetricKind::Top1, {{"a", 1, 0.5}}, {{"b", "it is grouped"}}};
        QCOMPARE(shown(pruned),
                 (QStringList{"Target: 19.5 M, asked for 20 M", "Rounds: 3", "Proof: within 2E-06 of the largest",
                              "In double: left out: it takes too long", "Compensated: 50.0 % → 75.0 %", "Solved anew: 1 of 2 layers"}));
        StepRecord sparse;
        sparse.sparsity = SparsityRecord{{{"a", 100, 0, 80}}, {}, 2000, 1000};
        QCOMPARE(shown(sparse), (QStringList{"Zeros: 80.0 %", "Compressed: 2.00 kB → 1.00 kB"}));
        StepRecord split;
        split.factorization = FactorizationRecord{{{"a", 2, 8, 0.9, 100, 50}}, {{"b", "it is small"}}};
        QCOMPARE(shown(split), QStringList{"Split in two: 1 of 2 layers"});
    }

private:
    static QStringList shown(const StepRecord& record)
    {
        QStringList lines;
        for (const auto& [title, value] : recordFacts(record))
            lines << title + ": " + value;
        return lines;
    }
};

QTEST_MAIN(TestBuildText)
#include "test_build_text.moc"
