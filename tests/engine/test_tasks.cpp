// SPDX-License-Identifier: GPL-3.0-or-later
// Tasks besides classification from end to end: trained, measured and slimmed through steps and projects.
#include "data/picture_codec.h"
#include "data_making.h"
#include "graph_building.h"
#include "npz_making.h"
#include "onnx_io/onnx_io.h"
#include "temporary_projects.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <cmath>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

constexpr std::int64_t inputs = 6;

// [N, 6] -> [N, outputs] through 16 hidden units.
Graph network(std::int64_t outputs)
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(inputs)});
    chain.then("Gemm",
               {chain.constant("w1", randomTensor({inputs, 16}, 1, -0.5, 0.5)), chain.constant("b1", Tensor(DType::Float32, {16}))});
    chain.then("Relu");
    chain.then("Gemm",
               {chain.constant("w2", randomTensor({16, outputs}, 2, -0.5, 0.5)), chain.constant("b2", Tensor(DType::Float32, {outputs}))});
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(outputs)};
    return graph;
}

// [N, 1, 8, 8] through 6 numbers back to [N, 1, 8, 8].
Graph autoencoder()
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(8), Dim::fixed(8)});
    chain.then("Flatten");
    chain.then("Gemm", {chain.constant("w1", randomTensor({64, 6}, 1, -0.3, 0.3)), chain.constant("b1", Tensor(DType::Float32, {6}))});
    chain.then("Gemm", {chain.constant("w2", randomTensor({6, 64}, 2, -0.3, 0.3)), chain.constant("b2", Tensor(DType::Float32, {64}))});
    chain.then("Reshape", {chain.constant("shape", integers({-1, 1, 8, 8}))});
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(1), Dim::fixed(8), Dim::fixed(8)};
    return graph;
}

// Bars across where things are normal, upright ones where they aren't.
Picture bars(Random& random, bool upright)
{
    Picture picture{8, 8, 1, std::vector<std::uint8_t>(64)};
    const auto place = random.below(8);
    for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t x = 0; x < 8; ++x)
            picture.pixels[y * 8 + x] = static_cast<std::uint8_t>((upright ? x : y) == place ? 180 + random.below(60) : random.below(30));
    return picture;
}

void writePictures(const fs::path& folder, int count, bool upright, std::uint64_t seed)
{
    Random random(seed);
    for (int i = 0; i < count; ++i)
        writeBytes(folder / (std::to_string(1000 + i) + ".png"), encodePng(bars(random, upright)));
}

FinetuneParameters training(int epochs)
{
    FinetuneParameters parameters;
    parameters.train.epochs = epochs;
    parameters.train.batch = 16;
    parameters.train.optimizer = Optimizer::AdamW;
    parameters.train.learningRate = 0.01;
    parameters.train.warmUpEpochs = 0;
    parameters.train.seed = 1;
    return parameters;
}

} // namespace

class TestTasks : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void fineTuningARegressionLowersItsError();
    void aRegressionGetsANewHeadForOtherTargets();
    void aRegressionIsQuantizedAndMeasured();
    void anAutoencoderLearnsToTellAnomalies();
    void withoutAnomaliesTheReconstructionErrorIsMeasured();
    void pruningAndQuantizingWithoutLabelsAreMeasuredByAgreement();
    void nothingIsLearntWithoutLabels();
    void aSmallerModelLearnsFromItsOriginalWithoutLabels();
    void aProjectsBuildsAreHeldAgainstItsRoot();

private:
    fs::path write(const std::string& name, const Graph& graph) const
    {
        writeOnnx(graph, m_root / name);
        return m_root / name;
    }
    StepResult run(const StepParameters& parameters, const fs::path& model, const Dataset& data) const
    {
        return runStep(parameters, {.model = model, .dataset = &data, .output = m_root / "out.onnx", .evaluate = {.latency = false}}, {});
    }

    QTemporaryDir m_folder;
    fs::path m_root;
    std::optional<Dataset> m_numbers; // y = (a linear function, a product) of x
    std::optional<Dataset> m_bars;    // normal and anomalies
    std::optional<Dataset> m_unlabelled;
};

void TestTasks::initTestCase()
{
    m_root = pathOf(m_folder);
    const auto x = randomTensor({400, inputs}, 11);
    Tensor y(DType::Float32, {400, 2});
    for (std::size_t i = 0; i < 400; ++i) {
        const auto row = x.data<float>().subspan(i * inputs, inputs);
        y.mutableData<float>()[2 * i] = 2 * row[0] - row[1] + 0.5f;
        y.mutableData<float>()[2 * i + 1] = row[2] * row[3];
    }
    writeNpz(m_root / "numbers" / "data.npz", {{"x", x}, {"y", y}});
    m_numbers = Dataset::open(m_root / "numbers");

    const auto pictures = m_root / "bars";
    writePictures(pictures / "train" / "normal", 120, false, 1);
    for (const auto* split : {"val", "test"}) {
        writePictures(pictures / split / "normal", 30, false, 2);
        writePictures(pictures / split / "anomaly", 30, true, 3);
    }
    writeBytes(pictures / "dataset.yaml",
               "task: anomaly\npreprocess: {size: [8, 8], range: [0, 1], mean: [0], std: [1], channels: gray}\n");
    m_bars = Dataset::open(pictures);

    const auto loose = m_root / "loose";
    for (int i = 0; i < 40; ++i)
        writeFlatPicture(loose / (std::to_string(i) + ".png"), 5 * i, 32);
    writeBytes(loose / "dataset.yaml", "preprocess: {size: [32, 32], range: [0, 1]}\n");
    m_unlabelled = Dataset::open(loose);
}

void TestTasks::fineTuningARegressionLowersItsError()
{
    QCOMPARE(m_numbers->task(), Task::Regression);
    const auto result = run(training(12), write("network.onnx", network(2)), *m_numbers);
    QVERIFY(result.before.regression && result.after.regression);
    QVERIFY2(result.after.regression->mae < 0.4 * result.before.regression->mae,
             qPrintable(QString("%1 before, %2 after").arg(result.before.regression->mae).arg(result.after.regression->mae)));
    QVERIFY(result.after.regression->rmse >= result.after.regression->mae);
    QCOMPARE(result.epochs.size(), std::size_t(12));
    QCOMPARE(result.epochs.front().validation->kind, MetricKind::MeanAbsoluteError);
    QVERIFY(result.epochs.back().trainLoss < result.epochs.front().trainLoss);
    // ONNX Runtime measures on the file what LibTorch saw of the best epoch.
    double best = 1e9;
    for (const auto& epoch : result.epochs)
        best = std::min(best, epoch.validation->value);
    QVERIFY(std::abs(result.after.regression->mae - best) < 1e-4);
    const auto json = toJson(result);
    QCOMPARE(json.at("after").at("task").get<std::string>(), std::string("regression"));
    QCOMPARE(json.at("after").at("metric").at("name").get<std::string>(), std::string("mae"));
    QVERIFY(json.at("epochs").at(0).at("validation").contains("value"));
}

void TestTasks::aRegressionGetsANewHeadForOtherTargets()
{
    const auto result = run(training(1), write("three.onnx", network(3)), *m_numbers);
    QVERIFY(!metricOf(result.before) && result.after.regression);
    QVERIFY(std::ranges::any_of(result.notices, [](const Message& notice) { return notice.code == MessageCode::BeforeHasOtherTargets; }));
    auto keep = training(1);
    keep.train.head = HeadPolicy::Keep;
    COMPARE_ERROR(run(keep, m_root / "three.onnx", *m_numbers), MessageCode::TargetCountMismatch);
}

void TestTasks::aRegressionIsQuantizedAndMeasured()
{
    const auto result = run(QuantizeParameters{}, write("network.onnx", network(2)), *m_numbers);
    QVERIFY(result.before.regression && result.after.regression);
    QVERIFY(std::abs(result.after.regression->mae - result.before.regression->mae) < 0.05 * result.before.regression->mae);
    QVERIFY(result.after.regression->mae != result.before.regression->mae);
}

void TestTasks::anAutoencoderLearnsToTellAnomalies()
{
    QCOMPARE(m_bars->task(), Task::Anomaly);
    auto parameters = training(20);
    parameters.train.weightDecay = 0;
    const auto result = run(parameters, write("autoencoder.onnx", autoencoder()), *m_bars);
    QVERIFY(result.before.anomaly->auc && result.after.anomaly->auc);
    QVERIFY2(*result.after.anomaly->auc > 0.95 && *result.after.anomaly->auc > *result.before.anomaly->auc,
             qPrintable(QString("%1 before, %2 after").arg(*result.before.anomaly->auc).arg(*result.after.anomaly->auc)));
    QCOMPARE(result.after.anomaly->normals, std::size_t(30));
    QCOMPARE(result.after.anomaly->anomalies, std::size_t(30));
    QVERIFY(result.after.anomaly->normalError < result.after.anomaly->anomalyError);
    QCOMPARE(result.epochs.front().validation->kind, MetricKind::AreaUnderCurve);
    QVERIFY(readModelCard(result.graph).classes.empty());
    auto replace = training(1);
    replace.train.head = HeadPolicy::Replace;
    COMPARE_ERROR(run(replace, m_root / "autoencoder.onnx", *m_bars), MessageCode::BadOption);
    COMPARE_ERROR(run(training(1), write("network.onnx", network(2)), *m_bars), MessageCode::ModelInputUnsupported);
}

void TestTasks::withoutAnomaliesTheReconstructionErrorIsMeasured()
{
    const auto evaluation = evaluate(write("autoencoder.onnx", autoencoder()), &*m_bars, {.split = Split::Train, .latency = false}, {});
    QCOMPARE(metricOf(evaluation)->kind, MetricKind::ReconstructionError);
    QCOMPARE(evaluation.anomaly->normals, std::size_t(120));
    QVERIFY(std::ranges::any_of(evaluation.notices, [](const Message& notice) { return notice.code == MessageCode::AnomalyKindMissing; }));
}

void TestTasks::pruningAndQuantizingWithoutLabelsAreMeasuredByAgreement()
{
    QCOMPARE(m_unlabelled->task(), Task::Agreement);
    const auto model = m_root / "resnet.onnx";
    runStep(tinyNetwork(), {.output = model}, {});
    auto plain = pruning(0.3);
    plain.compensate = Compensate::Off; // so that it is sure to cost more than rounding
    const auto pruned = run(plain, model, *m_unlabelled);
    QCOMPARE(pruned.before.agreement->least().cosine, 1.0);
    QVERIFY(pruned.after.agreement->least().cosine < 1 && pruned.after.agreement->samples > 0);
    QCOMPARE(pruned.after.agreement->reference, model);
    const auto quantized = run(QuantizeParameters{}, model, *m_unlabelled);
    QVERIFY(quantized.after.agreement->least().cosine > 0.9 && quantized.after.agreement->least().cosine < 1);
    QVERIFY(quantized.after.agreement->least().snrDb > pruned.after.agreement->least().snrDb);
}

void TestTasks::nothingIsLearntWithoutLabels()
{
    COMPARE_ERROR(run(training(1), m_root / "resnet.onnx", *m_unlabelled), MessageCode::LabelsMissing);
    COMPARE_ERROR(evaluate(m_root / "resnet.onnx", &*m_unlabelled, {.latency = false}, {}), MessageCode::LabelsMissing);
}

void TestTasks::aSmallerModelLearnsFromItsOriginalWithoutLabels()
{
    const auto model = m_root / "resnet.onnx";
    auto prune = pruning(0.3);
    prune.compensate = Compensate::Off;
    const auto plain = run(prune, model, *m_unlabelled);
    prune.finetune = training(6).train;
    const auto recovered = run(prune, model, *m_unlabelled);
    QCOMPARE(recovered.epochs.front().validation->kind, MetricKind::Cosine);
    QVERIFY2(recovered.after.agreement->least().snrDb > plain.after.agreement->least().snrDb,
             qPrintable(QString("%1 dB, then %2").arg(plain.after.agreement->least().snrDb).arg(recovered.after.agreement->least().snrDb)));
    prune.distill = 0; // nothing is left to learn from
    COMPARE_ERROR(run(prune, model, *m_unlabelled), MessageCode::LabelsMissing);

    SparsifyParameters sparse{.sparsify = {.sparsity = 0.3}};
    sparse.recovery.finetune = training(2).train;
    QVERIFY(run(sparse, model, *m_unlabelled).after.agreement.has_value());
    FactorizeParameters split{.factorize = {.rankRatio = 0.5}};
    split.recovery.finetune = training(2).train;
    QVERIFY(run(split, model, *m_unlabelled).after.agreement.has_value());
}

void TestTasks::aProjectsBuildsAreHeldAgainstItsRoot()
{
    auto project = ProjectStore::create(m_root / "project", "loose");
    const auto root = project.run({}, tinyNetwork(), &*m_unlabelled, {});
    QCOMPARE(metricOf(root.evaluation)->value, 1.0);
    const auto pruned = project.run(root.id, pruning(0.3), &*m_unlabelled, {});
    const auto quantized = project.run(pruned.id, QuantizeParameters{}, &*m_unlabelled, {});
    QCOMPARE(quantized.evaluation.agreement->reference, root.model);
    const auto again = project.build(quantized.id);
    QCOMPARE(again.evaluation.agreement->least().cosine, quantized.evaluation.agreement->least().cosine);
    QVERIFY(again.evaluation.agreement->least().cosine < 1);
}

QTEST_GUILESS_MAIN(TestTasks)
#include "test_tasks.moc"
