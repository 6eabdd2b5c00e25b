// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/static_quantization.h"

#include "core/file.h"
#include "core/hash.h"
#include "data/pairing.h"
#include "evaluate/evaluation.h"
#include "onnx_io/onnx_io.h"
#include "quantize/calibration.h"
#include "quantize/encodings.h"
#include "quantize/equalize.h"
#include "quantize/kept_layers.h"
#include "quantize/layer_biases.h"
#include "quantize/layer_damage.h"
#include "quantize/layerwise_repair.h"
#include "quantize/mixed_precision.h"
#include "quantize/raise_opset.h"
#include "quantize/repair_gains.h"
#include "quantize/smooth.h"
#include "quantize/weight_range.h"
#include "runtime/latency.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>

namespace hone
{
namespace
{

constexpr std::size_t damageSamples = 96;
constexpr double latencyAim = 0.97; // of what is allowed: the next measurement has to meet it as well

CalibrationOptions calibrationOptions(const QuantizeOptions& options)
{
    return {.samples = options.samples, .seed = options.seed, .threads = options.threads, .scheme = options.scheme};
}

// As it is known or was kept, or made and kept.
Calibration calibrated(const Graph& prepared, const StaticInput& input, Calibration known, const JobContext& job)
{
    const auto options = calibrationOptions(input.options);
    const auto key = calibrationKey(prepared, input.dataset, options);
    if (known.key == key)
        return known;
    const auto file = calibrationFile(input.calibration, key);
    if (auto kept = readCalibration(file, key))
        return std::move(*kept);
    if (std::error_code error; !file.empty() && !std::filesystem::create_directories(input.calibration, error) && error)
        throw Error(MessageCode::FileUnwritable, {{"path", input.calibration.string()}, {"reason", error.message()}});
    auto calibration = calibrate(prepared, input.dataset, options, job);
    if (!file.empty())
        writeCalibration(file, calibration);
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

// The median of a few measurements: a choice hangs on it.
double latencyOf(const Graph& graph, const JobContext& job)
{
    constexpr std::size_t measurements = 3;
    const TemporaryFolder scratch;
    const auto file = scratch.path() / "model.onnx";
    writeOnnx(graph, file);
    LocalLatencyMeter meter;
    std::vector<double> all;
    while (all.size() < measurements)
        all.push_back(meter.measure(file, job).p50Ms);
    std::ranges::nth_element(all, all.begin() + std::ssize(all) / 2);
    return all[all.size() / 2];
}

// In points where the metric ends at 1, else in percent of float's.
double dropOf(const TaskMetric& floatMetric, const TaskMetric& metric)
{
    if (higherIsBetter(metric.kind))
        return 100 * (floatMetric.value - metric.value);
    return floatMetric.value > 0 ? 100 * (metric.value - floatMetric.value) / floatMetric.value : 0;
}

double leastDrop(const std::vector<PrecisionStep>& steps)
{
    double least = anyDrop;
    for (const auto& step : steps)
        least = std::min(least, step.drop.value_or(anyDrop));
    return least;
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
        m_planning.scheme = m_options.scheme;
        m_planning.keepFloat = keptLayers(input.prepared, m_options);
        if (m_options.bitsActivations == 16 || m_options.raiseTo == HigherPrecision::SixteenBits)
            raiseOpset(m_prepared, opsetForBlocks); // which 16-bit Q/DQ came with, too
    }

    QuantizeResult run()
    {
        auto plan = planQuantization(m_prepared, m_planning);
        requireFit(plan);
        if (m_options.repairGains && hasRepairs())
            m_gauge.emplace(m_prepared, m_input.dataset, m_options.threads);
        gauge("rounded to nearest", plan, withoutLayerRepair(), m_job.part(0, 0.05));
        if (m_options.equalize) {
            take(equalize(m_prepared, plan, m_input.dataset, calibrationOptions(m_options), m_job.part(0.05, 0.1)));
            gauge("channels equalized", plan, withoutLayerRepair(), m_job.part(0.05, 0.1));
        }
        if (m_options.smoothQuant) {
            take(smooth(m_prepared, plan, m_input.dataset, calibrationOptions(m_options), m_job.part(0.1, 0.15)));
            gauge("outliers smoothed", plan, withoutLayerRepair(), m_job.part(0.1, 0.15));
        }
        m_calibration = calibrated(m_prepared, m_input, std::move(m_calibration), m_job.part(0.15, 0.3));
        if (m_options.biasCorrection && m_options.adaptiveRounding) {
            auto withoutRounding = m_options;
            withoutRounding.adaptiveRounding = false;
            gauge("biases corrected", plan, withoutRounding, m_job.part(0.3, 0.4));
        }
        auto repaired = encoded(plan, m_options, m_job.part(0.4, 0.6));
        if (m_gauge && (m_options.biasCorrection || m_options.adaptiveRounding))
            m_gauge->add(m_options.adaptiveRounding ? "rounded adaptively" : "biases corrected",
                         insertQdq(repaired.prepared, plan, repaired.encodings, m_options).graph, m_job.part(0.6, 0.6));
        std::vector<PrecisionStep> steps;
        if (searchesPrecision(m_options)) {
            steps = raiseLayers(plan, repaired);
            plan = planQuantization(m_prepared, m_planning);
            if (plan.groups.empty())
                throw Error(MessageCode::NothingToQuantize, {{"detail", "all of it in float is within the budget already"}});
            repaired = m_met ? std::move(*m_met) : encoded(plan, m_options, m_job.part(0.8, 1));
        } else if (m_options.damage) {
            m_damage = damageOfEach(plan, m_job.part(0.6, 0.9));
        }
        auto result = insertQdq(repaired.prepared, plan, repaired.encodings, m_options);
        writeScaledValues(result.graph, m_scaled);
        result.floating = m_prepared;
        result.calibrationSamples = m_calibration.samples;
        result.calibrationSeconds = m_calibration.seconds;
        result.calibrationPeakBytes = m_calibration.peakBytes;
        result.damage = std::move(m_damage);
        result.precisionSteps = std::move(steps);
        if (m_gauge)
            result.repairs = m_gauge->take();
        if (m_options.bitsWeights == 8)
            result.notices = weightRangeNotices(m_options.weightRange);
        tellScheme(result);
        result.notices.insert(result.notices.begin(), m_calibration.notices.begin(), m_calibration.notices.end());
        return result;
    }

private:
    // Equalized or smoothed.
    template<class Scaled>
    void take(Scaled scaled)
    {
        m_prepared = std::move(scaled.graph);
        std::ranges::move(scaled.scaled, std::back_inserter(m_scaled));
    }

    bool hasBound() const { return m_options.maxDrop < anyDrop; }
    bool hasBudget() const { return m_options.targetBytes > 0 || m_options.targetLatencyMs > 0; }
    bool hasRepairs() const
    {
        return m_options.equalize || m_options.smoothQuant || m_options.biasCorrection || m_options.adaptiveRounding;
    }

    // The options without what is done layer by layer.
    QuantizeOptions withoutLayerRepair() const
    {
        auto options = m_options;
        options.biasCorrection = false;
        options.adaptiveRounding = false;
        return options;
    }

    // Measures the model as it is so far.
    void gauge(const std::string& stage, const QuantizationPlan& plan, const QuantizeOptions& options, const JobContext& job)
    {
        if (!m_gauge)
            return;
        m_calibration = calibrated(m_prepared, m_input, std::move(m_calibration), job.part(0, 0.5));
        const auto repaired = encoded(plan, options, job.part(0.5, 0.8));
        m_gauge->add(stage, insertQdq(repaired.prepared, plan, repaired.encodings, options).graph, job.part(0.8, 1));
    }

    Encodings grids(const QuantizationPlan& plan, const QuantizeOptions& options) const
    {
        auto ranges = rangesOf(m_calibration, m_prepared, options);
        if (!plan.wideGroups.empty()) {
            auto wide = options;
            wide.bitsActivations = 16;
            auto wideRanges = rangesOf(m_calibration, m_prepared, wide);
            for (const auto group : plan.wideGroups)
                for (const auto id : plan.groups[group])
                    if (const auto range = wideRanges.find(m_prepared.value(id).name); range != wideRanges.end())
                        ranges[range->first] = range->second;
        }
        return encodingsFromRanges(m_prepared, plan, ranges, gridTypeOf(options));
    }

    Repaired encoded(const QuantizationPlan& plan, const QuantizeOptions& options, const JobContext& job) const
    {
        auto encodings = gridsAndWeights(plan, options);
        if (!options.biasCorrection || options.adaptiveRounding)
            return repairLayers({m_prepared, plan, encodings, m_input.dataset, options}, job);
        const auto biases = correctedBiases(plan, encodings, options, job);
        return {withBiases(m_prepared, plan, biases), std::move(encodings), {}};
    }
    Encodings gridsAndWeights(const QuantizationPlan& plan, const QuantizeOptions& options) const
    {
        auto encodings = grids(plan, options);
        encodeWeights(m_prepared, plan, options, encodings);
        return encodings;
    }

    // Whether the ranges clip so much that the means move, of any value by more than a step.
    bool clipsMeans(const Encodings& encodings, const QuantizeOptions& options) const
    {
        constexpr double most = 1; // step: up to there, biases for ranges without clipping give a smaller error than the ranges' own
        const auto ranges = rangesOf(m_calibration, m_prepared, options);
        return std::ranges::any_of(m_calibration.values, [&](const auto& value) {
            const auto encoding = encodings.activations.find(value.first);
            const auto& range = ranges.at(value.first);
            return encoding != encodings.activations.end() &&
                   std::abs(value.second.histogram.clippingMovesMeanBy(range.low, range.high)) > most * encoding->second.scale;
        });
    }

    // As they were kept, or found and kept. Where little is clipped, they are found for ranges that hold all values, so that another way
    // of choosing ranges reads no samples, and no build depends on what was built before.
    LayerBiases correctedBiases(const QuantizationPlan& plan, const Encodings& chosen, QuantizeOptions options, const JobContext& job) const
    {
        const bool clips = clipsMeans(chosen, options);
        if (!clips)
            options.ranges = RangeMethod::MinMax;
        const auto encodings = clips ? chosen : gridsAndWeights(plan, options);
        const auto rounded = insertQdq(m_prepared, plan, encodings, options).graph;
        const auto key = sha256(m_calibration.key + serializeOnnx(rounded));
        const auto file = biasesFile(m_input.calibration, key);
        if (auto kept = readBiases(file, key))
            return std::move(*kept);
        auto biases = biasesOf(repairLayers({m_prepared, plan, encodings, m_input.dataset, options}, job).prepared, plan);
        if (!file.empty())
            writeBiases(file, key, biases);
        return biases;
    }

    std::set<std::string>& raisedIn(PlanOptions& planning) const
    {
        return m_options.raiseTo == HigherPrecision::Float ? planning.keepFloat : planning.sixteenBits;
    }

    // With these layers raised, too.
    QuantizationPlan planWith(const std::set<std::string>& layers) const
    {
        auto planning = m_planning;
        raisedIn(planning).insert(layers.begin(), layers.end());
        return planQuantization(m_prepared, planning);
    }

    // In the order in which they would be raised.
    std::vector<LayerDamage> damageOfEach(const QuantizationPlan& plan, const JobContext& job) const
    {
        const auto encodings = gridsAndWeights(plan, m_options);
        return byWorth(measureDamage({m_prepared, plan, encodings, m_input.dataset, m_options}, damageSamples, job));
    }

    // Adds to the layers that stay float or take 16 bits.
    std::vector<PrecisionStep> raiseLayers(const QuantizationPlan& plan, const Repaired& repaired)
    {
        auto ordered = damageOfEach(plan, m_job.part(0.6, 0.7));
        m_damage = ordered;
        double all = 0;
        for (const auto& layer : ordered)
            all += static_cast<double>(layer.macs);
        const double most = (m_options.floatMacs > 0 ? m_options.floatMacs : 1) * all;
        if (!hasBound() && !hasBudget()) {
            raisedIn(m_planning).merge(withinBudget(ordered, most));
            return {};
        }
        // As large and as fast as the model would be, which does not depend on its repair; float where no layer would be on integers.
        const auto shaped = [&](const std::set<std::string>& raised) {
            m_job.checkStop();
            const auto others = planWith(raised);
            if (others.groups.empty())
                return m_prepared;
            auto made = grids(others, m_options);
            made.weights = repaired.encodings.weights;
            return insertQdq(repaired.prepared, others, made, m_options).graph;
        };
        // All in float would be within any bound, and no quantized model.
        const std::size_t leaves = hasBound() && m_options.raiseTo == HigherPrecision::Float ? 1 : 0;
        PrecisionSearch search{.ordered = std::move(ordered), .most = most, .maxDrop = m_options.maxDrop, .leaves = leaves};
        std::optional<TaskMetric> whole;
        if (hasBound()) {
            m_input.dataset.require(Split::Validation);
            whole = metricOfModel(m_input.prepared, m_input, m_job.part(0.7, 0.7));
            search.dropWith = [&](const std::set<std::string>& raised) {
                m_job.checkStop();
                const auto others = planWith(raised);
                if (others.groups.empty())
                    return anyDrop;
                auto made = raised.empty() ? repaired : encoded(others, m_options, m_job.part(0.7, 0.75));
                const auto graph = insertQdq(made.prepared, others, made.encodings, m_options).graph;
                const double drop = dropOf(*whole, metricOfModel(graph, m_input, m_job.part(0.75, 0.8)));
                if (drop <= m_options.maxDrop)
                    m_met = std::move(made);
                return drop;
            };
        }
        if (m_options.targetBytes > 0)
            search.budgets.push_back(
                {"bytes", m_options.targetBytes,
                 [&](const std::set<std::string>& raised) { return static_cast<double>(serializeOnnx(shaped(raised)).size()); },
                 &PrecisionStep::bytes, true});
        if (m_options.targetLatencyMs > 0)
            search.budgets.push_back({"latency in ms", m_options.targetLatencyMs,
                                      [&](const std::set<std::string>& raised) { return latencyOf(shaped(raised), m_job.part(0.7, 0.8)); },
                                      &PrecisionStep::latencyMs, false, latencyAim});
        const auto choice = choosePrecision(search);
        if (!choice.met)
            throw unreachable(leastDrop(choice.steps));
        raisedIn(m_planning).insert(choice.raised.begin(), choice.raised.end());
        return choice.steps;
    }

    // Before anything is measured.
    void requireFit(const QuantizationPlan& plan) const
    {
        const auto& rules = rulesOf(m_options.scheme);
        const std::string runtime(rules.runtime);
        if (rules.newestOpset > 0 && m_prepared.opset() > rules.newestOpset)
            throw misfit(fmt::format("{} reads operator sets to {}, and {} has {}: export it with such a one", runtime, rules.newestOpset,
                                     m_prepared.name, m_prepared.opset()));
        if (std::ranges::any_of(plan.weighted, [](const WeightedNode& node) { return node.integer; }))
            return;
        auto elsewhere = m_planning;
        elsewhere.scheme = Scheme::OnnxRuntime;
        for (const auto& weighted : planQuantization(m_prepared, elsewhere).weighted)
            if (const auto& node = m_prepared.node(weighted.node); weighted.integer)
                throw misfit(fmt::format("{} would run every layer in float, such as {} ({})", runtime, node.name,
                                         whyFloat(m_prepared, node, rules).value_or("it has no integer form of it")));
        throw Error(MessageCode::NothingToQuantize, {{"detail", "no Conv, Gemm or MatMul with constant float32 weights"}});
    }

    // The way out: ONNX Runtime's own.
    Error misfit(const std::string& why) const
    {
        const std::string name(rulesOf(m_options.scheme).name);
        return Error(MessageCode::BadOption, {{"option", "scheme"}, {"value", name}, {"expected", "ort here, or another model: " + why}});
    }

    void tellScheme(QuantizeResult& result) const
    {
        const auto& rules = rulesOf(m_options.scheme);
        const std::string runtime(rules.runtime);
        if (!rules.runsHere)
            result.notices.push_back({MessageCode::SchemeNotRun, {{"runtime", runtime}}});
        std::map<std::pair<SchemeVerdict, std::string>, std::vector<std::string>> layersByReason;
        for (const auto& problem : checkScheme(result.graph, schemeOf(m_options)))
            layersByReason[{problem.verdict, problem.reason}].push_back(problem.node);
        for (const auto& [why, layers] : layersByReason)
            result.notices.push_back(
                {why.first == SchemeVerdict::Refused ? MessageCode::SchemeRefuses : MessageCode::SchemeRunsInFloat,
                 {{"runtime", runtime}, {"layer", fmt::format("{}", fmt::join(layers, ", "))}, {"reason", why.second}}});
    }

    // `reached`: points lost with all layers in float that may be.
    Error unreachable(double reached) const
    {
        return Error(MessageCode::TargetUnreachable, {{"what", "loss of accuracy on validation"},
                                                      {"wanted", fmt::format("{:g} points", m_options.maxDrop)},
                                                      {"reachable", fmt::format("{:.2g}", reached)},
                                                      {"detail", "with every layer raised that may be"}});
    }

    const StaticInput& m_input;
    const QuantizeOptions& m_options;
    const JobContext& m_job;
    Graph m_prepared;
    std::vector<ScaledValues> m_scaled;
    PlanOptions m_planning;
    Calibration m_calibration;
    std::optional<RepairGauge> m_gauge;
    std::vector<LayerDamage> m_damage;
    std::optional<Repaired> m_met; // of the last trial within the bound, which is the one that is chosen
};

} // namespace

QuantizeResult quantizeStatically(const StaticInput& input, const JobContext& job)
{
    return StaticQuantization(input, job).run();
}

} // namespace hone
