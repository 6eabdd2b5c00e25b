// SPDX-License-Identifier: GPL-3.0-or-later
// How the studio names builds of the steps that make models small in other ways.
#include "models/build_text.h"

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
};

QTEST_MAIN(TestBuildText)
#include "test_build_text.moc"
