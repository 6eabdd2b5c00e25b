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
        QTest::newRow("qat") << StepParameters(qat) << "int8, 4-bit weights, trained"
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
        const auto add = [](const char* name, const QuantizeOptions& options, const char* label, const char* detail, const char* recipe) {
            QTest::newRow(name) << StepParameters(QuantizeParameters{options}) << label << detail << recipe;
        };
        add("dynamic", {.method = QuantizeMethod::Dynamic}, "dynamic int8", "ranges found while it runs", "quantize method dynamic");
        add("half", {.method = QuantizeMethod::Half}, "fp16", "half precision", "quantize method fp16");
        add("weights", {.method = QuantizeMethod::Weights, .bitsWeights = 4}, "4-bit weights", "computed in float",
            "quantize method weights bitsWeights 4");
        add("few bits", {.equalize = true, .adaptiveRounding = true, .bitsWeights = 4}, "int8, 4-bit weights",
            "static, least error, AdaRound, equalized", "quantize mse samples 256 bitsWeights 4 equalize adaptiveRounding");
        add("for another runtime", {.scheme = Scheme::TensorRt}, "int8 for TensorRT", "static, least error",
            "quantize mse samples 256 scheme tensorrt");
        add("signed", {.biasCorrection = false, .scheme = Scheme::OnnxRuntimeSigned}, "int8, signed",
            "static, least error, biases as they were", "quantize mse samples 256 scheme ort-signed biasCorrection off");
        add("wide activations", {.scheme = Scheme::Qnn, .bitsActivations = 16}, "int8 for Qualcomm's QNN, 16-bit activations",
            "static, least error", "quantize mse samples 256 scheme qnn bitsActivations 16");
        add("mixed", {.keepFloat = {"fc"}, .maxDrop = 0.5, .floatMacs = 0.1}, "int8", "static, least error, partly float",
            "quantize mse samples 256 maxDrop 0.5 floatMacs 0.1 keepFloat fc");
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

    void buildsThatAreLabelledAlikeAreToldApart()
    {
        const auto build = [](const std::string& id, const std::string& parent, const StepParameters& parameters) {
            Build build;
            build.id = id;
            build.parent = parent;
            build.label = id + ".onnx";
            build.parameters = parameters;
            return build;
        };
        const auto quantized = [](const QuantizeOptions& options) { return StepParameters(QuantizeParameters{options}); };
        Snapshot snapshot;
        snapshot.builds = {build("root", "", ImportParameters{}),
                           build("tuned", "root", FinetuneParameters{}),
                           build("a", "root", quantized({.ranges = RangeMethod::Entropy})),
                           build("b", "root", quantized({.equalize = true})),
                           build("c", "root", quantized({.floatMacs = 0.1})),
                           build("d", "root", quantized({.floatMacs = 0.2})),
                           build("e", "tuned", quantized({})),
                           build("f", "root", quantized({.activations = ActivationType::Signed}))};
        QStringList names;
        for (const Build& each : snapshot.builds)
            names << nameText(snapshot, each);
        QCOMPARE(names,
                 (QStringList{"root", "fine-tuned", "int8 of root (static, entropy)", "int8 of root (static, least error, equalized)",
                              "int8 of root (c)", "int8 of root (d)", "int8 of fine-tuned", "int8, signed"}));
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

    void whatQuantizingDidIsShown()
    {
        StepRecord quantized;
        auto& record = quantized.quantization.emplace();
        QCOMPARE(shown(quantized), QStringList());
        record.kernels.integerNodes.resize(21);
        record.kernels.floatNodes = {"fc", "/features/features.17/conv/conv.2/Conv", "c", "d"};
        record.calibrationSamples = 1256;
        record.calibrationSeconds = 1.234;
        record.calibrationPeakBytes = 412'300'000;
        record.repairs.samples = 400;
        record.repairs.kind = MetricKind::Top1;
        record.repairs.floatMetric = 0.9;
        record.repairs.stages = {
            {"rounded to nearest", 0.85, 12.04, 0.9}, {"biases corrected", 0.88, 15.14, 0.95}, {"rounded adaptively", 0.87, 14.64, {}}};
        record.damage = {{"stem", 1000, 20, 18.5, 0.99}, {"fc", 10, 30, 25, 1}};
        record.precision = {{1, 0.042, 0.31, {}, {}}, {2, 0.5, {}, 20'000.0, 1.5}};
        QCOMPARE(shown(quantized), (QStringList{"Integer nodes: 21",
                                                "Float nodes: 4",
                                                "fc: ",
                                                "…onv/conv.2/Conv: ",
                                                "c: ",
                                                "…: ",
                                                "Calibration: 1,256 samples, 1.23 s",
                                                "Memory for it: 412 MB",
                                                "Repairs: 400, validation",
                                                "Float: 90.0 %",
                                                "Plain rounding: 85.0 %, 12.0 dB",
                                                "Biases corrected: +3.0, +3.1 dB",
                                                "AdaRound: −1.0, −0.5 dB",
                                                "Harm most alone: ",
                                                "stem: 18.5 dB",
                                                "fc: 25.0 dB",
                                                "Raised: 1: 4.2 % of the MACs",
                                                ": 0.31 points lost",
                                                "Raised: 2: 50.0 % of the MACs",
                                                ": 20.0 kB",
                                                ": 1.50 ms"}));
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
