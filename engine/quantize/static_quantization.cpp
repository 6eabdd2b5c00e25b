// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/static_quantization.h"

#include "core/file.h"
#include "data/pairing.h"
#include "evaluate/evaluation.h"
#include "onnx_io/onnx_io.h"
#include "quantize/calibration.h"
#include "quantize/encodings.h"
#include "quantize/equalize.h"
#include "quantize/layer_damage.h"
#include "quantize/layerwise_repair.h"
#include "quantize/mixed_precision.h"
#include "quantize/raise_opset.h"
#include "quantize/weight_range.h"
#include "train/freeze.h"

#include <fmt/format.h>

#include <algorithm>

namespace hone
{
namespace
{

constexpr std::size_t damageSamples = 96;

CalibrationOptions calibrationOptions(const QuantizeOptions& options)
{
    return {.samples = options.samples, .seed = options.seed, .threads = options.threads};
}

// As it was kept, or made and kept.
Calibration calibrated(const Graph& prepared, const StaticInput& input, const JobContext& job)
{
    const auto options = calibrationOptions(input.options);
    const auto file = calibrationFile(input.calibration, calibrationKey(prepared, input.dataset, options));
    if (auto kept = readCalibration(file, calibrationKey(prepared, input.dataset, options)))
        return std::move(*kept);
    auto calibration = calibrate(prepared, input.dataset, options, job);
    if (!file.empty()) {
        std::filesystem::create_directories(input.calibration);
        writeCalibration(file, calibration);
    }
    return calibration;
}

// What a model does on the validation split.
TaskMetric metricOfModel(const Graph& graph, const StaticInput& input, const JobContext& job)
{
    const TemporaryFolder scratch;
    const auto file = scratch.path() / "model.onnx";
    writeOnnx(graph, file);
    EvaluateOptions options{.split = Split::Validation, .threads = input.options.threads, .latency = false};
    const auto evaluation = evaluate(file, &input.dataset, options, job);
    if (const auto metric = metricOf(evaluation))
        return *metric;
    throw Error(MessageCode::LabelsMissing, {{"path", input.dataset.folder().string()}});
}

// In points where the metric ends at 1, else in percent of float's.
double dropOf(const TaskMetric& floatMetric, const TaskMetric& metric)
{
    if (higherIsBetter(metric.kind))
        return 100 * (floatMetric.value - metric.value);
    return floatMetric.value > 0 ? 100 * (metric.value - floatMetric.value) / floatMetric.value : 0;
}

class StaticQuantization
{
public:
    StaticQuantization(const StaticInput& input, const JobContext& job)
        : m_input(input),
          m_options(input.options),
          m_job(job),
          m_prepared(input.prepared)
    {
        for (const auto node : nodesMatching(input.prepared, m_options.keepFloat))
            m_planning.keepFloat.insert(input.prepared.node(node).name);
        if (m_options.bitsActivations == 16)
            raiseOpset(m_prepared, opsetForBlocks); // which 16-bit Q/DQ came with, too
    }

    QuantizeResult run()
    {
        auto plan = planQuantization(m_prepared, m_planning);
        if (plan.groups.empty())
            throw Error(MessageCode::NothingToQuantize, {{"detail", "no Conv, Gemm or MatMul with constant float32 weights"}});
        if (m_options.equalize)
            m_prepared = equalize(m_prepared, plan, m_input.dataset, calibrationOptions(m_options), m_job.part(0, 0.1)).graph;
        m_calibration = calibrated(m_prepared, m_input, m_job.part(0.1, 0.3));
        auto repaired = encoded(plan, m_job.part(0.3, 0.6));
        std::vector<PrecisionStep> steps;
        if (wantsMixedPrecision()) {
            steps = chooseFloatLayers(plan, repaired);
            plan = planQuantization(m_prepared, m_planning);
            if (plan.groups.empty())
                throw unreachable();
            repaired = encoded(plan, m_job.part(0.8, 1));
        }
        auto result = insertQdq(repaired.prepared, plan, repaired.encodings, m_options);
        result.floating = m_prepared;
        result.calibrationSamples = m_calibration.samples;
        result.calibrationSeconds = m_calibration.seconds;
        result.calibrationPeakBytes = m_calibration.peakBytes;
        result.precisionSteps = std::move(steps);
        if (m_options.bitsWeights == 8)
            result.notices = weightRangeNotices(m_options.weightRange);
        tellScheme(result);
        result.notices.insert(result.notices.begin(), m_calibration.notices.begin(), m_calibration.notices.end());
        return result;
    }

private:
    bool wantsMixedPrecision() const { return hasBound() || m_options.floatMacs > 0; }
    bool hasBound() const { return m_options.maxDrop < anyDrop; }

    Repaired encoded(const QuantizationPlan& plan, const JobContext& job)
    {
        auto encodings = encodingsFromRanges(m_prepared, plan, rangesOf(m_calibration, m_prepared, m_options), gridTypeOf(m_options));
        encodeWeights(m_prepared, plan, m_options, encodings);
        return repairLayers({m_prepared, plan, encodings, m_input.dataset, m_options}, job);
    }

    // Adds to the layers that stay float.
    std::vector<PrecisionStep> chooseFloatLayers(const QuantizationPlan& plan, const Repaired& repaired)
    {
        auto encodings = encodingsFromRanges(m_prepared, plan, rangesOf(m_calibration, m_prepared, m_options), gridTypeOf(m_options));
        encodeWeights(m_prepared, plan, m_options, encodings);
        const RepairInput input{m_prepared, plan, encodings, m_input.dataset, m_options};
        auto ordered = byWorth(measureDamage(input, damageSamples, m_job.part(0.6, 0.7)));
        double all = 0;
        for (const auto& layer : ordered)
            all += static_cast<double>(layer.macs);
        const double most = (m_options.floatMacs > 0 ? m_options.floatMacs : 1) * all;
        if (!hasBound()) {
            m_planning.keepFloat.merge(withinBudget(ordered, most));
            return {};
        }
        m_input.dataset.require(Split::Validation);
        const auto whole = metricOfModel(m_input.prepared, m_input, m_job.part(0.7, 0.7));
        const auto choice = choosePrecision({std::move(ordered), most, m_options.maxDrop, [&](const std::set<std::string>& keepFloat) {
                                                 m_job.checkStop();
                                                 PlanOptions planning = m_planning;
                                                 planning.keepFloat.insert(keepFloat.begin(), keepFloat.end());
                                                 const auto tried = planQuantization(repaired.prepared, planning);
                                                 if (tried.groups.empty())
                                                     return 0.0;
                                                 const auto graph =
                                                     insertQdq(repaired.prepared, tried, repaired.encodings, m_options).graph;
                                                 return dropOf(whole, metricOfModel(graph, m_input, m_job.part(0.7, 0.8)));
                                             }});
        if (!choice.met)
            throw unreachable();
        m_planning.keepFloat.insert(choice.keepFloat.begin(), choice.keepFloat.end());
        return choice.steps;
    }

    void tellScheme(QuantizeResult& result) const
    {
        const auto& rules = rulesOf(m_options.scheme);
        const std::string runtime(rules.runtime);
        if (!rules.runsHere)
            result.notices.push_back({MessageCode::SchemeNotRun, {{"runtime", runtime}}});
        for (const auto& problem : checkScheme(result.graph, m_options.scheme))
            result.notices.push_back(
                {MessageCode::SchemeRefuses, {{"runtime", runtime}, {"layer", problem.node}, {"reason", problem.reason}}});
    }

    Error unreachable() const
    {
        return Error(MessageCode::TargetUnreachable, {{"what", "accuracy"},
                                                      {"wanted", fmt::format("{:g} points less than float", m_options.maxDrop)},
                                                      {"reachable", "the float model"},
                                                      {"detail", "no layer may stay on integers"}});
    }

    const StaticInput& m_input;
    const QuantizeOptions& m_options;
    const JobContext& m_job;
    Graph m_prepared;
    PlanOptions m_planning;
    Calibration m_calibration;
};

} // namespace

QuantizeResult quantizeStatically(const StaticInput& input, const JobContext& job)
{
    return StaticQuantization(input, job).run();
}

} // namespace hone
