// SPDX-License-Identifier: GPL-3.0-or-later
// Metrics, their intervals and their order, against numbers worked out by hand.
#include "evaluate/agreement.h"
#include "evaluate/area_under_curve.h"
#include "evaluate/comparison.h"
#include "evaluate/scorer.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <cmath>
#include <limits>

using namespace hone;

namespace
{

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();
constexpr double tolerance = 1e-6;

bool isNear(double actual, double expected)
{
    if (std::abs(actual - expected) <= tolerance)
        return true;
    qWarning() << actual << "instead of" << expected;
    return false;
}

Tensor floats(const Dimensions& shape, const std::vector<float>& values)
{
    return Tensor::of<float>(shape, values);
}

Batch batchOf(Tensor inputs, std::vector<std::int64_t> labels, Tensor targets = {})
{
    Batch batch{.inputs = std::move(inputs), .labels = std::move(labels), .targets = std::move(targets), .indices = {}};
    for (std::size_t i = 0; i < batch.labels.size(); ++i)
        batch.indices.push_back(i);
    return batch;
}

ComparedModel withError(double mae, std::int64_t bytes)
{
    ComparedModel model;
    model.name = std::to_string(mae);
    model.validation.facts.sizeBytes = bytes;
    model.validation.regression =
        RegressionErrors{.samples = 100, .mae = mae, .maeLow = mae - 0.01, .maeHigh = mae + 0.01, .rmse = 2 * mae};
    return model;
}

} // namespace

class TestMetric : public QObject
{
    Q_OBJECT

private slots:
    void tiedScoresCountHalfInTheArea();
    void intervalsAreThoseComputedByHand();
    void lowerIsBetterForErrors();
    void regressionErrorsAreThoseComputedByHand();
    void anomaliesAreScoredByReconstruction();
    void withoutAnomaliesTheReconstructionErrorIsTheMetric();
    void paddingIsNotScored();
    void agreementIsThatComputedByHand();
    void agreementOfTheSameIsPerfect();
    void outputsOfOtherSizesAreNotCompared();
    void valuesThatAreNoNumbersAgreeWithNothing();
    void everyTasksJsonComesBack();
    void theFrontAndTheBestGoByTheTasksMetric();
    void theReportNamesTheTasksMetric();
};

void TestMetric::tiedScoresCountHalfInTheArea()
{
    // 0.9 is above all three; 0.4 above two and equal to one, twice: (3 + 2.5 + 2.5) / 9.
    const std::vector<double> anomalies = {0.9, 0.4, 0.4};
    const std::vector<double> normals = {0.1, 0.4, 0.35};
    QVERIFY(isNear(areaUnderCurve(anomalies, normals).value(), 8.0 / 9));
    QVERIFY(isNear(areaUnderCurve(normals, anomalies).value(), 1.0 / 9));
    QCOMPARE(areaUnderCurve(std::vector<double>{1, 1}, std::vector<double>{1}).value(), 0.5);
    QCOMPARE(areaUnderCurve(std::vector<double>{notANumber}, std::vector<double>{5, 1e300}).value(), 1.0);
    QVERIFY(!areaUnderCurve(anomalies, {}));
    QVERIFY(!areaUnderCurve({}, normals));
}

void TestMetric::intervalsAreThoseComputedByHand()
{
    // A = 0.8, 50 and 50: Q1 = 2/3, Q2 = 32/45; variance (0.16 + 49 * 0.0266667 + 49 * 0.0711111) / 2500 = 0.00198044.
    const auto area = areaInterval(0.8, 50, 50);
    QVERIFY(isNear(area.low, 0.8 - 1.96 * std::sqrt(0.001980444444)) && isNear(area.high, 0.8 + 1.96 * std::sqrt(0.001980444444)));
    // 1, 2, 3, 4: mean 2.5, variance 5/3, standard error sqrt(5 / 12).
    const std::vector<double> values = {1, 2, 3, 4};
    const auto mean = meanInterval(values);
    QVERIFY(isNear(mean.low, 2.5 - 1.96 * std::sqrt(5.0 / 12)) && isNear(mean.high, 2.5 + 1.96 * std::sqrt(5.0 / 12)));
    QCOMPARE(meanInterval(std::span(values).first(1)).low, 1.0);
}

void TestMetric::lowerIsBetterForErrors()
{
    const TaskMetric high{MetricKind::Top1, 0.9};
    const TaskMetric low{MetricKind::Top1, 0.8};
    QVERIFY(isBetter(high, low) && !isBetter(low, high) && !isBetter(high, high));
    const TaskMetric large{MetricKind::MeanAbsoluteError, 0.9};
    const TaskMetric small{MetricKind::MeanAbsoluteError, 0.8};
    QVERIFY(isBetter(small, large) && !isBetter(large, small));
    QVERIFY(isBetter(large, {MetricKind::MeanAbsoluteError, notANumber}) && !isBetter({MetricKind::MeanAbsoluteError, notANumber}, large));
    QVERIFY(!isBetter(high, small) && !isBetter(small, high));
    QVERIFY(isWithin({MetricKind::Top1, 0.89}, high, 0.01) && !isWithin({MetricKind::Top1, 0.889}, high, 0.01));
    // 5 % of an error of 0.8: up to 0.84.
    QVERIFY(isWithin({MetricKind::MeanAbsoluteError, 0.84}, small, 0.01) && !isWithin({MetricKind::MeanAbsoluteError, 0.841}, small, 0.01));
}

void TestMetric::regressionErrorsAreThoseComputedByHand()
{
    // Errors 0, 1 and -1, 2: means 0.5 and 1.5 by sample, squares 0, 1, 1, 4.
    const auto scorer = makeScorer({.task = Task::Regression, .outputs = 2});
    QVERIFY(!scorer->metric());
    scorer->add(floats({1, 2}, {1, 2}), batchOf(floats({1, 1}, {0}), {-1}, floats({1, 2}, {1, 1})));
    scorer->add(floats({1, 2}, {3, 5}), batchOf(floats({1, 1}, {0}), {-1}, floats({1, 2}, {4, 3})));
    const auto metric = scorer->metric().value();
    QCOMPARE(metric.kind, MetricKind::MeanAbsoluteError);
    QVERIFY(isNear(metric.value, 1) && isNear(metric.low, 0.02) && isNear(metric.high, 1.98));
    Evaluation evaluation;
    scorer->report({Split::Test, 0.5}, evaluation);
    QCOMPARE(taskOf(evaluation).value(), Task::Regression);
    QCOMPARE(evaluation.regression->samples, std::size_t(2));
    QVERIFY(isNear(evaluation.regression->rmse, std::sqrt(1.5)));
    QCOMPARE(evaluation.regression->samplesPerSecond, 4.0);
    QVERIFY_EXCEPTION_THROWN(scorer->add(floats({1, 1}, {1}), batchOf(floats({1, 1}, {0}), {-1}, floats({1, 2}, {1, 1}))), Error);
}

void TestMetric::anomaliesAreScoredByReconstruction()
{
    const auto scorer = makeScorer({.task = Task::Anomaly});
    // Mean squared errors: normal 1 and 4, anomalies 2.5 and 9: 3 of the 4 pairs are in order.
    scorer->add(floats({2, 2}, {1, 1, 2, 2}), batchOf(floats({2, 2}, {0, 0, 0, 0}), {0, 0}));
    scorer->add(floats({2, 2}, {1, 2, 3, 3}), batchOf(floats({2, 2}, {0, 0, 0, 0}), {1, 1}));
    const auto metric = scorer->metric().value();
    QCOMPARE(metric.kind, MetricKind::AreaUnderCurve);
    QCOMPARE(metric.value, 0.75);
    Evaluation evaluation;
    scorer->report({Split::Test, 1}, evaluation);
    QCOMPARE(evaluation.anomaly->normals, std::size_t(2));
    QCOMPARE(evaluation.anomaly->anomalies, std::size_t(2));
    QCOMPARE(evaluation.anomaly->normalError, 2.5);
    QCOMPARE(evaluation.anomaly->anomalyError, 5.75);
    QVERIFY(evaluation.notices.empty());
}

void TestMetric::withoutAnomaliesTheReconstructionErrorIsTheMetric()
{
    const auto scorer = makeScorer({.task = Task::Anomaly});
    scorer->add(floats({2, 2}, {1, 1, 2, 2}), batchOf(floats({2, 2}, {0, 0, 0, 0}), {0, 0}));
    QCOMPARE(scorer->metric()->kind, MetricKind::ReconstructionError);
    QCOMPARE(scorer->metric()->value, 2.5);
    Evaluation evaluation;
    scorer->report({Split::Validation, 1}, evaluation);
    QCOMPARE(metricOf(evaluation)->kind, MetricKind::ReconstructionError);
    QCOMPARE(evaluation.notices.at(0).code, MessageCode::AnomalyKindMissing);
}

void TestMetric::paddingIsNotScored()
{
    const auto scorer = makeScorer({.task = Task::Classification, .outputs = 2});
    scorer->add(floats({4, 2}, {0, 1, 1, 0, 9, 9, 9, 9}), batchOf(floats({2, 1}, {0, 0}), {1, 1}));
    QCOMPARE(scorer->samples(), std::size_t(2));
    QCOMPARE(scorer->metric()->value, 0.5);
}

void TestMetric::agreementIsThatComputedByHand()
{
    // a = (1, 0), b = (1, 1): cosine 1 / sqrt 2; a = (0, 2), b = (0, 1): cosine 1. sum b^2 = 3, sum (a - b)^2 = 2.
    OutputComparison comparison("scores");
    comparison.add(floats({2, 2}, {1, 0, 0, 2}), floats({2, 2}, {1, 1, 0, 1}), {.samples = 2, .fed = 2});
    const auto result = comparison.result();
    QVERIFY(isNear(result.cosine, (1 / std::sqrt(2.0) + 1) / 2));
    QVERIFY(isNear(result.snrDb, 10 * std::log10(1.5)));
    QCOMPARE(result.sameTop1.value(), 1.0);
    // The second row is padding.
    OutputComparison padded("scores");
    padded.add(floats({2, 2}, {1, 0, 0, 2}), floats({2, 2}, {1, 1, 7, 1}), {.samples = 1, .fed = 2});
    QVERIFY(isNear(padded.result().snrDb, 10 * std::log10(2.0)));
    // Boxes don't follow the batch: one sample a run, and no scores to rank.
    OutputComparison boxes("boxes");
    boxes.add(floats({3, 1, 2}, {1, 0, 0, 2, 0, 0}), floats({3, 1, 2}, {1, 1, 0, 1, 0, 0}), {.samples = 1, .fed = 1});
    QVERIFY(isNear(boxes.result().cosine, 3 / std::sqrt(5.0) / std::sqrt(3.0)));
    QVERIFY(!boxes.result().sameTop1);
}

void TestMetric::agreementOfTheSameIsPerfect()
{
    OutputComparison comparison("scores");
    comparison.add(floats({1, 3}, {3, 1, 2}), floats({1, 3}, {3, 1, 2}), {});
    comparison.add(floats({1, 3}, {0, 0, 0}), floats({1, 3}, {0, 0, 0}), {});
    QCOMPARE(comparison.result().cosine, 1.0);
    QCOMPARE(comparison.result().snrDb, largestSnrDb);
    QCOMPARE(comparison.result().sameTop1.value(), 1.0);
}

void TestMetric::outputsOfOtherSizesAreNotCompared()
{
    OutputComparison comparison("boxes");
    comparison.add(floats({1, 3}, {3, 1, 2}), floats({1, 3}, {3, 1, 2}), {});
    QVERIFY(comparison.comparable());
    comparison.add(floats({1, 2}, {3, 1}), floats({1, 3}, {3, 1, 2}), {});
    QVERIFY(!comparison.comparable());
    OutputComparison words("words");
    words.add(Tensor::ofStrings({1}, {"a"}), Tensor::ofStrings({1}, {"a"}), {});
    QVERIFY(!words.comparable());
}

void TestMetric::valuesThatAreNoNumbersAgreeWithNothing()
{
    OutputComparison comparison("scores");
    comparison.add(floats({1, 2}, {float(notANumber), 1}), floats({1, 2}, {1, 1}), {});
    QCOMPARE(comparison.result().cosine, 0.0);
    QCOMPARE(comparison.result().snrDb, -largestSnrDb);
}

void TestMetric::everyTasksJsonComesBack()
{
    std::vector<Evaluation> all(3);
    all[0].regression = RegressionErrors{Split::Test, 10, 0.5, 0.4, 0.6, 0.7, 100};
    all[1].anomaly = AnomalyDetection{Split::Test, 6, 4, 0.9, 0.8, 1.0, 0.1, 0.05, 0.15, 0.4, 100};
    all[2].agreement =
        Agreement{"a.onnx", std::nullopt, 16, {{"boxes", 0.99, 0.98, 1.0, 30, std::nullopt}, {"scores", 0.95, 0.9, 1.0, 20, 0.75}}, 50};
    const std::vector<std::string> tasks = {"regression", "anomaly", "agreement"};
    const std::vector<std::string> metrics = {"mae", "auc", "cosine"};
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Json json = toJson(all[i]);
        QCOMPARE(json.at("task").get<std::string>(), tasks[i]);
        QCOMPARE(json.at("metric").at("name").get<std::string>(), metrics[i]);
        QCOMPARE(json.at("metric").at("higherIsBetter").get<bool>(), i != 0);
        for (const auto* key : {"value", "low", "high"})
            QVERIFY(json.at("metric").contains(key));
        QVERIFY(json.contains("samples"));
        QVERIFY(toJson(evaluationFromJson(json)) == json);
    }
    const Json agreement = toJson(all[2]);
    QVERIFY(!agreement.contains("split"));
    QCOMPARE(agreement.at("cosine").get<double>(), 0.95);
    QCOMPARE(agreement.at("snrDb").get<double>(), 20.0);
    QCOMPARE(agreement.at("sameTop1").get<double>(), 0.75);
    QCOMPARE(agreement.at("outputs").size(), std::size_t(2));
    // Reports from before there were tasks.
    const Json old = {{"split", "validation"}, {"samples", 5}, {"top1", 0.8}, {"top1Low", 0.7}, {"top1High", 0.9}};
    QCOMPARE(metricOf(evaluationFromJson(old))->value, 0.8);
}

void TestMetric::theFrontAndTheBestGoByTheTasksMetric()
{
    std::vector<ComparedModel> models = {withError(0.40, 1000), withError(0.41, 300), withError(0.50, 100), withError(0.60, 400)};
    markPareto(models);
    QVERIFY(models[0].pareto && models[1].pareto && models[2].pareto && !models[3].pareto);
    const Comparison comparison{"Steering", models};
    QCOMPARE(comparison.best(), std::size_t(1)); // 0.41 is within 5 % of 0.40
    QCOMPARE(comparison.best(0), std::size_t(0));
    const auto json = toJson(comparison);
    QCOMPARE(json.at("task").get<std::string>(), std::string("regression"));
    QCOMPARE(json.at("metric").at("name").get<std::string>(), std::string("mae"));
    QVERIFY(!json.at("models").at(0).contains("agreement"));
}

void TestMetric::theReportNamesTheTasksMetric()
{
    std::vector<ComparedModel> models = {withError(0.40, 1000), withError(0.41, 300)};
    models[1].parent = 0;
    markPareto(models);
    const auto html = htmlReport({"Steering", models});
    for (const auto* part :
         {"MAE against size", "MAE, validation", "lower is better", "<th>RMSE</th>", "MAE 0.410 on validation", "0.400 <span"})
        QVERIFY2(html.find(part) != html.npos, part);
    for (const auto* part : {"ccuracy", "Top-5", "top-1"})
        QVERIFY2(html.find(part) == html.npos, part);
    QVERIFY(html.find(R"(class="worse">+2 %)") != html.npos || html.find(R"(class="worse">+3 %)") != html.npos);
}

QTEST_GUILESS_MAIN(TestMetric)
#include "test_metric.moc"
