// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/scorer.h"

#include "evaluate/accuracy.h"
#include "evaluate/area_under_curve.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace hone
{
namespace
{

[[noreturn]] void throwTooFew(std::size_t values, std::size_t samples, const std::string& each)
{
    throw Error(MessageCode::ModelOutputUnsupported,
                {{"detail", std::to_string(values) + " values for " + std::to_string(samples) + " samples and " + each}});
}

double mean(std::span<const double> values)
{
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double perSecond(std::size_t samples, double seconds)
{
    return seconds > 0 ? static_cast<double>(samples) / seconds : 0;
}

class ClassificationScorer final : public Scorer
{
public:
    explicit ClassificationScorer(const ScorerSettings& settings) : m_settings(settings) {}

    void add(const Tensor& output, const Batch& batch) override
    {
        const auto rows = toFloats(output);
        const auto width = static_cast<std::size_t>(m_settings.outputs);
        if (width == 0 || rows.size() < batch.labels.size() * width)
            throwTooFew(rows.size(), batch.labels.size(), std::to_string(width) + " classes");
        for (std::size_t i = 0; i < batch.labels.size(); ++i) {
            const auto score = scoreRow(std::span(rows).subspan(i * width, width), batch.labels[i]);
            m_accuracy.indices.push_back(batch.indices.at(i));
            m_accuracy.predictions.push_back(score.prediction);
            m_accuracy.correct.push_back(score.rank == 0);
            m_first += score.rank == 0;
            m_five += score.rank < std::min(5, m_settings.outputs);
            m_logitLoss += score.logitLoss;
            m_probabilityLoss += score.probabilityLoss;
            m_allProbabilities = m_allProbabilities && score.isProbability;
        }
    }
    std::size_t samples() const override { return m_accuracy.predictions.size(); }
    std::optional<TaskMetric> metric() const override
    {
        if (samples() == 0)
            return std::nullopt;
        const auto interval = wilsonInterval(m_first, samples());
        return TaskMetric{MetricKind::Top1, static_cast<double>(m_first) / static_cast<double>(samples()), interval.low, interval.high};
    }
    void report(const ScoredRun& run, Evaluation& evaluation) const override
    {
        const auto top1 = metric();
        if (!top1)
            return;
        const auto count = static_cast<double>(samples());
        auto accuracy = m_accuracy;
        accuracy.split = run.split;
        accuracy.samples = samples();
        accuracy.top1 = top1->value;
        accuracy.top1Low = top1->low;
        accuracy.top1High = top1->high;
        accuracy.top5 = static_cast<double>(m_five) / count;
        accuracy.loss = (m_allProbabilities || m_settings.probabilities ? m_probabilityLoss : m_logitLoss) / count;
        accuracy.samplesPerSecond = perSecond(samples(), run.seconds);
        evaluation.accuracy = std::move(accuracy);
    }

private:
    ScorerSettings m_settings;
    Accuracy m_accuracy; // its lists only
    std::size_t m_first = 0;
    std::size_t m_five = 0;
    double m_logitLoss = 0;
    double m_probabilityLoss = 0;
    bool m_allProbabilities = true;
};

class RegressionScorer final : public Scorer
{
public:
    explicit RegressionScorer(const ScorerSettings& settings) : m_width(static_cast<std::size_t>(settings.outputs)) {}

    void add(const Tensor& output, const Batch& batch) override
    {
        const auto rows = toFloats(output);
        const auto targets = batch.targets.data<float>();
        const auto count = batch.indices.size();
        if (m_width == 0 || rows.size() < count * m_width || targets.size() != count * m_width)
            throwTooFew(rows.size(), count, std::to_string(m_width) + " targets");
        for (std::size_t i = 0; i < count; ++i) {
            double absolute = 0;
            double squared = 0;
            for (std::size_t k = i * m_width; k < (i + 1) * m_width; ++k) {
                const double error = static_cast<double>(rows[k]) - targets[k];
                absolute += std::abs(error);
                squared += error * error;
            }
            m_absolute.push_back(absolute / static_cast<double>(m_width));
            m_squared.push_back(squared / static_cast<double>(m_width));
        }
    }
    std::size_t samples() const override { return m_absolute.size(); }
    std::optional<TaskMetric> metric() const override
    {
        if (samples() == 0)
            return std::nullopt;
        const auto interval = meanInterval(m_absolute);
        return TaskMetric{MetricKind::MeanAbsoluteError, mean(m_absolute), std::max(0.0, interval.low), interval.high};
    }
    void report(const ScoredRun& run, Evaluation& evaluation) const override
    {
        if (const auto mae = metric())
            evaluation.regression = RegressionErrors{.split = run.split,
                                                     .samples = samples(),
                                                     .mae = mae->value,
                                                     .maeLow = mae->low,
                                                     .maeHigh = mae->high,
                                                     .rmse = std::sqrt(mean(m_squared)),
                                                     .samplesPerSecond = perSecond(samples(), run.seconds)};
    }

private:
    std::size_t m_width;
    std::vector<double> m_absolute; // by sample
    std::vector<double> m_squared;
};

class AnomalyScorer final : public Scorer
{
public:
    void add(const Tensor& output, const Batch& batch) override
    {
        const auto made = toFloats(output);
        const auto wanted = toFloats(batch.inputs);
        const auto count = batch.indices.size();
        const auto width = count == 0 ? 0 : wanted.size() / count;
        if (made.size() < count * width)
            throwTooFew(made.size(), count, std::to_string(width) + " values of the input");
        for (std::size_t i = 0; i < count; ++i) {
            double squared = 0;
            for (std::size_t k = i * width; k < (i + 1) * width; ++k) {
                const double error = static_cast<double>(made[k]) - wanted[k];
                squared += error * error;
            }
            (batch.labels.at(i) == 0 ? m_normals : m_anomalies).push_back(squared / static_cast<double>(std::max<std::size_t>(1, width)));
        }
    }
    std::size_t samples() const override { return m_normals.size() + m_anomalies.size(); }
    std::optional<TaskMetric> metric() const override
    {
        if (const auto area = areaUnderCurve(m_anomalies, m_normals)) {
            const auto interval = areaInterval(*area, m_anomalies.size(), m_normals.size());
            return TaskMetric{MetricKind::AreaUnderCurve, *area, interval.low, interval.high};
        }
        if (m_normals.empty())
            return std::nullopt; // a low error of anomalies is nothing to aim at
        const auto interval = meanInterval(m_normals);
        return TaskMetric{MetricKind::ReconstructionError, mean(m_normals), std::max(0.0, interval.low), interval.high};
    }
    void report(const ScoredRun& run, Evaluation& evaluation) const override
    {
        AnomalyDetection found{.split = run.split, .normals = m_normals.size(), .anomalies = m_anomalies.size()};
        found.auc = areaUnderCurve(m_anomalies, m_normals);
        if (found.auc) {
            const auto interval = areaInterval(*found.auc, m_anomalies.size(), m_normals.size());
            found.aucLow = interval.low;
            found.aucHigh = interval.high;
        } else
            evaluation.notices.push_back({MessageCode::AnomalyKindMissing, {{"split", std::string(name(run.split))}}});
        const auto interval = meanInterval(m_normals);
        found.normalError = mean(m_normals);
        found.normalErrorLow = std::max(0.0, interval.low);
        found.normalErrorHigh = interval.high;
        found.anomalyError = mean(m_anomalies);
        found.samplesPerSecond = perSecond(samples(), run.seconds);
        evaluation.anomaly = found;
    }

private:
    std::vector<double> m_normals; // scores
    std::vector<double> m_anomalies;
};

} // namespace

std::unique_ptr<Scorer> makeScorer(const ScorerSettings& settings)
{
    switch (settings.task) {
    case Task::Classification: return std::make_unique<ClassificationScorer>(settings);
    case Task::Regression: return std::make_unique<RegressionScorer>(settings);
    case Task::Anomaly: return std::make_unique<AnomalyScorer>();
    case Task::Agreement: break;
    }
    throw Error(MessageCode::InternalFault, {{"detail", "data without labels give nothing to score against"}});
}

} // namespace hone
