// SPDX-License-Identifier: GPL-3.0-or-later
// Accuracy on pictures whose answers are known: a bright spot at pixel k is what the model takes for class k.
#include "evaluate/accuracy.h"
#include "evaluate/evaluation.h"
#include "graph_building.h"
#include "idx_dataset.h"
#include "onnx_io/onnx_io.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

using namespace hone;
using namespace hone::test;
using hone::testing::Chain;

namespace
{

constexpr int classes = 6;
constexpr int side = 3;
constexpr std::size_t pictures = 30; // five a class
constexpr float gain = 10;
constexpr double tolerance = 1e-5; // of float32 sums

GrayPicture spot(int pixel, int label)
{
    GrayPicture picture{std::vector<std::uint8_t>(side * side), static_cast<std::uint8_t>(label)};
    picture.pixels[static_cast<std::size_t>(pixel)] = 255;
    return picture;
}

// The first picture of classes 1 to 5 shows the spot of class 0: 25 of 30 are right.
std::vector<GrayPicture> testPictures()
{
    std::vector<GrayPicture> all;
    for (int label = 0; label < classes; ++label)
        for (int i = 0; i < 5; ++i)
            all.push_back(spot(i == 0 ? 0 : label, label));
    return all;
}

enum class Ending
{
    Logits,
    Softmax
};

// Class k's score is `gain` times pixel k.
Graph spotModel(const Dim& batch, Ending ending)
{
    Chain chain(13, {batch, Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
    Tensor weights(DType::Float32, {side * side, classes});
    for (int k = 0; k < classes; ++k)
        weights.mutableData<float>()[static_cast<std::size_t>(k * classes + k)] = gain;
    chain.then("Flatten").then("Gemm", {chain.constant("weights", weights)});
    if (ending == Ending::Softmax)
        chain.then("Softmax", {}, {{"axis", std::int64_t{-1}}});
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{batch, Dim::fixed(classes)};
    return graph;
}

} // namespace

class TestEvaluation : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void figuresAreThoseCountedByHand();
    void figuresDontDependOnThreads();
    void probabilitiesAreNotNormalizedAgain();
    void aFixedBatchAnswersEverySample();
    void aLimitReadsFewerSamples();
    void wilsonIntervalsAreThoseComputedByHand();
    void rowsAreRankedWithTiesByIndexAndNaNLast();
    void softmaxIsSeenThroughReshapes();
    void withoutDataThereAreFactsAndLatency();
    void externalDataCountsToTheSize();
    void jsonHasTheAgreedKeysAndComesBack();
    void evaluatingStopsWhenAsked();

private:
    std::filesystem::path write(const std::string& name, const Graph& graph) const
    {
        const std::filesystem::path path = m_folder.filePath(QString::fromStdString(name)).toStdString();
        writeOnnx(graph, path);
        return path;
    }
    Accuracy accuracyOf(const std::filesystem::path& model, EvaluateOptions options = {}) const
    {
        options.split = Split::Test;
        options.latency = false;
        return *evaluate(model, &*m_data, options, {}).accuracy;
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

void TestEvaluation::initTestCase()
{
    const auto folder = std::filesystem::path(m_folder.path().toStdString()) / "data";
    std::filesystem::create_directory(folder);
    m_data = writeIdxDataset(folder, testPictures(), testPictures(), side, side);
    QCOMPARE(m_data->size(Split::Test), pictures);
}

void TestEvaluation::figuresAreThoseCountedByHand()
{
    const auto accuracy = accuracyOf(write("spots.onnx", spotModel(Dim::free("N"), Ending::Logits)));
    QCOMPARE(accuracy.split, Split::Test);
    QCOMPARE(accuracy.samples, pictures);
    QCOMPARE(accuracy.top1, 25.0 / 30);
    // A wrong picture's true class ties with the other dark ones; only class 5 has four of them before it, and class 0.
    QCOMPARE(accuracy.top5, 29.0 / 30);
    const double rest = std::log(1 + 5 * std::exp(-gain));
    QVERIFY(std::abs(accuracy.loss - (rest + 5 * gain / 30)) < tolerance);
    const auto interval = wilsonInterval(25, 30);
    QCOMPARE(accuracy.top1Low, interval.low);
    QCOMPARE(accuracy.top1High, interval.high);
    QVERIFY(accuracy.samplesPerSecond > 0);
    QCOMPARE(accuracy.predictions.size(), pictures);
    for (std::size_t i = 0; i < pictures; ++i) {
        QCOMPARE(accuracy.indices[i], i);
        QCOMPARE(accuracy.predictions[i], i % 5 == 0 ? 0 : static_cast<int>(i / 5));
        QCOMPARE(bool(accuracy.correct[i]), i % 5 != 0 || i == 0);
    }
}

void TestEvaluation::figuresDontDependOnThreads()
{
    const auto model = write("threads.onnx", spotModel(Dim::free("N"), Ending::Logits));
    const auto one = accuracyOf(model, {.threads = 1});
    const auto four = accuracyOf(model, {.threads = 4});
    QCOMPARE(four.predictions, one.predictions);
    QCOMPARE(four.loss, one.loss);
}

void TestEvaluation::probabilitiesAreNotNormalizedAgain()
{
    const auto logits = accuracyOf(write("logits.onnx", spotModel(Dim::free("N"), Ending::Logits)));
    const auto probabilities = accuracyOf(write("softmax.onnx", spotModel(Dim::free("N"), Ending::Softmax)));
    QCOMPARE(probabilities.predictions, logits.predictions);
    QVERIFY(std::abs(probabilities.loss - logits.loss) < tolerance);
}

void TestEvaluation::aFixedBatchAnswersEverySample()
{
    const auto free = accuracyOf(write("free.onnx", spotModel(Dim::free("N"), Ending::Logits)));
    for (const int batch : {1, 4}) { // 4: the last batch is short
        const auto fixed = accuracyOf(write("fixed.onnx", spotModel(Dim::fixed(batch), Ending::Logits)));
        QCOMPARE(fixed.samples, pictures);
        QCOMPARE(fixed.predictions, free.predictions);
    }
}

void TestEvaluation::aLimitReadsFewerSamples()
{
    const auto model = write("limit.onnx", spotModel(Dim::free("N"), Ending::Logits));
    const auto accuracy = accuracyOf(model, {.limit = 12});
    QCOMPARE(accuracy.samples, std::size_t(12));
}

void TestEvaluation::wilsonIntervalsAreThoseComputedByHand()
{
    // centre (p + z^2 / 2n) / (1 + z^2 / n), half width z sqrt(p (1 - p) / n + z^2 / 4n^2) / (1 + z^2 / n), z = 1.96
    const auto eightOfTen = wilsonInterval(8, 10);
    QVERIFY(std::abs(eightOfTen.low - 0.49016) < 1e-5);
    QVERIFY(std::abs(eightOfTen.high - 0.94332) < 1e-5);
    const auto none = wilsonInterval(0, 10); // [0, z^2 / (n + z^2)]
    QCOMPARE(none.low, 0.0);
    QVERIFY(std::abs(none.high - 0.27754) < 1e-5);
    const auto all = wilsonInterval(10, 10);
    QVERIFY(std::abs(all.low - 0.72246) < 1e-5);
    QCOMPARE(all.high, 1.0);
    QCOMPARE(wilsonInterval(0, 0).low, 0.0);
    QCOMPARE(wilsonInterval(0, 0).high, 1.0);
}

void TestEvaluation::rowsAreRankedWithTiesByIndexAndNaNLast()
{
    const std::vector<float> tied = {1, 3, 3, 0};
    QCOMPARE(scoreRow(tied, 1).rank, 0);
    QCOMPARE(scoreRow(tied, 2).rank, 1);
    QCOMPARE(scoreRow(tied, 2).prediction, 1);
    QCOMPARE(scoreRow(tied, 3).rank, 3);
    const std::vector<float> broken = {std::numeric_limits<float>::quiet_NaN(), -1};
    QCOMPARE(scoreRow(broken, 1).rank, 0);
    QCOMPARE(scoreRow(broken, 0).rank, 1);
    QVERIFY(std::isfinite(scoreRow(broken, 0).logitLoss));
    QVERIFY(!scoreRow(broken, 0).isProbability);
    const std::vector<float> shares = {0.25f, 0.75f};
    QVERIFY(scoreRow(shares, 0).isProbability);
    QVERIFY(std::abs(scoreRow(shares, 0).probabilityLoss - std::log(4.0)) < tolerance);
}

void TestEvaluation::softmaxIsSeenThroughReshapes()
{
    Chain chain(13, {Dim::fixed(1), Dim::fixed(4)});
    chain.then("Softmax").then("Flatten");
    QVERIFY(endsInSoftmax(chain.finish()));
    chain.then("Relu");
    QVERIFY(!endsInSoftmax(chain.finish()));
}

void TestEvaluation::withoutDataThereAreFactsAndLatency()
{
    const auto model = write("facts.onnx", spotModel(Dim::free("N"), Ending::Logits));
    const auto evaluation = evaluate(model, nullptr, {}, {});
    QVERIFY(!evaluation.accuracy);
    QVERIFY(evaluation.latency && evaluation.latency->p50Ms > 0);
    QCOMPARE(evaluation.facts.sizeBytes, static_cast<std::int64_t>(std::filesystem::file_size(model)));
    QCOMPARE(evaluation.facts.parameters, std::int64_t{side * side * classes});
    QCOMPARE(evaluation.facts.macs, std::int64_t{side * side * classes});
}

void TestEvaluation::externalDataCountsToTheSize()
{
    Chain chain(13, {Dim::fixed(1), Dim::fixed(64)});
    chain.then("Gemm", {chain.constant("weights", hone::testing::randomTensor({64, 64}, 1))});
    const auto graph = chain.finish();
    const std::filesystem::path small = m_folder.filePath("small.onnx").toStdString();
    std::ofstream(small) << "stands for a file whose weights lie beside it";
    const auto fileBytes = static_cast<std::int64_t>(std::filesystem::file_size(small));
    QCOMPARE(staticFacts(small, graph).sizeBytes, fileBytes + 64 * 64 * 4);
}

void TestEvaluation::jsonHasTheAgreedKeysAndComesBack()
{
    Evaluation evaluation;
    evaluation.facts = {1000, 200, 3000, 400};
    evaluation.accuracy = Accuracy{.split = Split::Test,
                                   .samples = 30,
                                   .top1 = 0.5,
                                   .top1Low = 0.4,
                                   .top1High = 0.6,
                                   .top5 = 0.9,
                                   .loss = 1.25,
                                   .samplesPerSecond = 77};
    evaluation.latency = Latency{1.5, 2.5, 100};
    const auto json = toJson(evaluation);
    for (const auto* key : {"split", "samples", "top1", "top1Low", "top1High", "top5", "loss", "samplesPerSecond", "latencyMs", "sizeBytes",
                            "parameters", "macs"})
        QVERIFY2(json.contains(key), key);
    QCOMPARE(json["latencyMs"]["p95"].get<double>(), 2.5);
    QVERIFY(toJson(evaluationFromJson(json)) == json);
    const auto bare = toJson(Evaluation{});
    QVERIFY(!bare.contains("top1") && !bare.contains("latencyMs"));
    QVERIFY(!evaluationFromJson(bare).accuracy);
}

void TestEvaluation::evaluatingStopsWhenAsked()
{
    const auto model = write("stop.onnx", spotModel(Dim::free("N"), Ending::Logits));
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_EXCEPTION_THROWN(evaluate(model, &*m_data, {.split = Split::Test}, JobContext(stop.get_token())), Cancelled);
}

QTEST_GUILESS_MAIN(TestEvaluation)
#include "test_evaluation.moc"
