// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layerwise_repair.h"

#include "core/parallel.h"
#include "data/loader.h"
#include "data/pairing.h"
#include "evaluate/batch_run.h"
#include "layerwise/activations.h"
#include "layerwise/linear_layer.h"
#include "layerwise/moving_cut.h"
#include "quantize/adaptive_rounding.h"
#include "quantize/calibration.h"
#include "quantize/layer_biases.h"
#include "quantize/layer_moments.h"
#include "quantize/weight_range.h"
#include "runtime/memory_estimate.h"

#include <algorithm>
#include <optional>
#include <set>

namespace hone
{
namespace
{

constexpr std::size_t mostUnknowns = 4608;                    // 512 channels under a window of 3 x 3; the sums take 170 MB
constexpr std::int64_t mostCutBytes = std::int64_t{64} << 20; // of the values that each model's cut holds
constexpr std::size_t rowsToRound = 24576;                    // a layer
constexpr std::size_t rowsToMean = 4096;                      // likewise, for its biases alone
constexpr std::size_t rowsAtATime = 2048;
constexpr std::size_t heldOutEvery = 5; // samples
constexpr double damping = 1e-3;

struct RowBuffer
{
    std::vector<double> inputs;
    std::vector<double> targets;
    std::size_t count = 0;

    void giveTo(LayerMoments& moments)
    {
        moments.add({inputs, targets, count});
        *this = {};
    }
};

// What a layer's data say, and what they say on samples that nothing is solved on.
struct Evidence
{
    LayerMoments solved;
    LayerMoments heldOut;
};

class Repair
{
public:
    Repair(const RepairInput& input, const JobContext& job)
        : m_input(input),
          m_options(input.options),
          m_job(job),
          m_uses(input.prepared),
          m_result{input.options.biasCorrection ? withOwnBiases(input.prepared, input.plan) : input.prepared, input.encodings, {}}
    {
        auto loading = calibrationLoading(
            input.prepared,
            {.samples = std::max<std::size_t>(heldOutEvery, m_options.samples), .seed = m_options.seed, .threads = m_options.threads});
        loading.passes = Passes::Many;
        loading.dropLast = isBatchFixed(input.prepared);
        const auto pairing = pairForInput(input.prepared, input.dataset);
        for (auto* values : {&m_float, &m_quantized}) {
            values->loader.emplace(input.dataset, splitToCalibrateOn(input.dataset), pairing, loading);
            values->cut.emplace(*values->loader, m_options.threads, mostCutBytes);
        }
        for (const auto& weighted : input.plan.weighted)
            if (weighted.integer)
                m_pending.insert(weighted.node);
    }

    Repaired run()
    {
        std::size_t done = 0;
        for (const auto& weighted : m_input.plan.weighted) {
            m_job.checkStop();
            m_job.report({.activity = Activity::Quantizing,
                          .fraction = static_cast<double>(done++) / static_cast<double>(m_input.plan.weighted.size()),
                          .detail = m_result.prepared.node(weighted.node).name});
            if (weighted.integer)
                repair(weighted);
            m_pending.erase(weighted.node);
            releaseFreedMemory();
        }
        return std::move(m_result);
    }

private:
    // A model's samples, and how far they are computed.
    struct Values
    {
        std::optional<Loader> loader;
        std::optional<MovingCut> cut;
    };

    // What may still change in the quantized model: pending layers' weights and biases.
    std::set<NodeId> openIn(const Graph& quantized) const
    {
        const GraphUses uses(quantized);
        std::set<NodeId> open;
        for (const auto id : m_pending) {
            const auto& name = m_result.prepared.node(id).name;
            const auto node = quantized.findNode(name).value();
            open.insert(node);
            for (const std::size_t input : {1, 2})
                if (const auto value = quantized.node(node).input(input); value.valid() && uses.producer(value).valid())
                    open.insert(uses.producer(value));
        }
        return open;
    }

    void repair(const WeightedNode& weighted)
    {
        std::string reason;
        const GraphUses uses(m_result.prepared);
        const auto layer = LinearLayer::find(m_result.prepared, uses, weighted.node, reason, GroupedConvolutions::Allowed);
        if (!layer || layer->unknowns() > mostUnknowns)
            return;
        auto evidence = gather(*layer);
        if (evidence.solved.rows() == 0 || evidence.heldOut.rows() == 0)
            return;
        solve(weighted, *layer, evidence);
    }

    Evidence gather(const LinearLayer& layer)
    {
        const auto outputsEach = layer.outputs() / layer.groups();
        Evidence evidence{LayerMoments(layer.groups(), layer.unknowns(), outputsEach),
                          LayerMoments(layer.groups(), layer.unknowns(), outputsEach)};
        const auto quantized = insertQdq(m_result.prepared, m_input.plan, m_result.encodings, m_options).graph;
        const auto reader = quantized.findNode(m_result.prepared.node(layer.node()).name);
        auto behind = m_pending;
        behind.erase(layer.node());
        // The cut is at the layer's own output, so that no kernel can take what follows along and leave it empty.
        for (const auto& use : m_uses.users(layer.output()))
            behind.insert(use.node);
        MovingCut::Pass wanted(*m_float.cut, m_input.prepared, {layer.output()}, behind);
        MovingCut::Pass read(*m_quantized.cut, quantized, {quantized.node(reader.value()).inputs.at(0)}, openIn(quantized));
        const auto samples = std::max<std::size_t>(1, m_float.loader->samples());
        const auto rowsEach = std::max<std::size_t>(1, (m_options.adaptiveRounding ? rowsToRound : rowsToMean) / samples);
        std::vector<std::int64_t> channels(layer.outputs());
        for (std::size_t i = 0; i < channels.size(); ++i)
            channels[i] = static_cast<std::int64_t>(i);
        RowBuffer rows;
        RowBuffer heldOut;
        std::size_t sample = 0;
        for (;;) {
            const auto ys = wanted.next(m_job);
            const auto xs = read.next(m_job);
            if (ys.empty() || xs.empty())
                break;
            const auto& y = ys.front();
            const auto& x = xs.front();
            for (std::size_t place = 0; place < static_cast<std::size_t>(y.shape().at(0)); ++place, ++sample) {
                auto& buffer = sample % heldOutEvery == 0 ? heldOut : rows;
                Random random(m_options.seed, sample);
                for (const auto position : spreadPositions(layer.positions(y.shape()), rowsEach, random)) {
                    layer.appendInputs(x, y.shape(), place, position, buffer.inputs);
                    layer.appendOutputs(y, channels, place, position, buffer.targets);
                    ++buffer.count;
                }
            }
            if (rows.count >= rowsAtATime)
                rows.giveTo(evidence.solved);
            if (heldOut.count >= rowsAtATime)
                heldOut.giveTo(evidence.heldOut);
        }
        rows.giveTo(evidence.solved);
        heldOut.giveTo(evidence.heldOut);
        return evidence;
    }

    void solve(const WeightedNode& weighted, const LinearLayer& layer, const Evidence& evidence)
    {
        const auto& node = m_result.prepared.node(weighted.node);
        const auto& original = m_result.prepared.value(node.inputs.at(1)).constant;
        auto& encoded = m_result.encodings.weights.at(node.name);
        const int largest = largestWeight(m_options.weightRange, m_options.bitsWeights);
        const auto outputsEach = layer.outputs() / layer.groups();
        const bool outputsLast = layer.weightOutputAxis() == 1;
        const auto weights = original.data<float>();
        auto integers = encoded.values.mutableData<std::int8_t>();
        const auto place = [&](std::size_t output, std::size_t i) {
            return outputsLast ? i * layer.outputs() + output : output * layer.unknowns() + i;
        };
        std::vector<Moments> moments;
        std::vector<Moments> heldOut;
        for (std::size_t g = 0; g < layer.groups(); ++g) {
            moments.push_back(evidence.solved.of(g));
            heldOut.push_back(evidence.heldOut.of(g));
        }
        std::vector<AdaptiveRounding> rounding;
        if (m_options.adaptiveRounding)
            for (const auto& group : moments)
                rounding.emplace_back(group, damping);
        std::vector<double> before(layer.outputs());
        std::vector<double> after(layer.outputs());
        std::vector<double> bias(layer.outputs());
        inParallel(layer.outputs(), m_options.threads, [&](std::size_t output) {
            const auto g = output / outputsEach;
            std::vector<double> row(layer.unknowns());
            std::vector<std::int8_t> kept(layer.unknowns());
            for (std::size_t i = 0; i < row.size(); ++i) {
                row[i] = weights[place(output, i)];
                kept[i] = integers[place(output, i)];
            }
            RoundingProblem problem{row, encoded.scales[encoded.scales.size() == 1 ? 0 : output], largest, &moments[g],
                                    output % outputsEach};
            RoundingProblem judged = problem;
            judged.moments = &heldOut[g];
            const double deviation = evidence.heldOut.deviation(output);
            before[output] = after[output] = squaredErrorOf(judged, kept, deviation);
            if (m_options.adaptiveRounding) {
                const auto adapted = rounding[g].rounded(problem, encoded.scales.size() == 1 ? AdaptiveRounding::Scales::Given
                                                                                             : AdaptiveRounding::Scales::Searched);
                judged.scale = adapted.scale;
                if (const double error = squaredErrorOf(judged, adapted.integers, deviation); error < before[output]) {
                    after[output] = error;
                    kept = adapted.integers;
                    problem.scale = adapted.scale;
                    if (encoded.scales.size() > 1)
                        encoded.scales[output] = static_cast<float>(adapted.scale);
                    for (std::size_t i = 0; i < row.size(); ++i)
                        integers[place(output, i)] = kept[i];
                }
            }
            double predicted = 0;
            for (std::size_t i = 0; i < row.size(); ++i)
                predicted += problem.scale * kept[i] * moments[g].inputMean[i];
            bias[output] = moments[g].targetMean[output % outputsEach] - predicted;
        });
        if (m_options.biasCorrection)
            setBias(weighted.node, bias);
        remember(node.name, evidence, before, after);
    }

    void remember(const std::string& name, const Evidence& evidence, const std::vector<double>& before, const std::vector<double>& after)
    {
        double scale = 0;
        double first = 0;
        double last = 0;
        for (std::size_t k = 0; k < before.size(); ++k) {
            scale += evidence.heldOut.deviation(k);
            first += before[k];
            last += after[k];
        }
        m_result.layers.push_back({name, scale > 0 ? first / scale : 0, scale > 0 ? last / scale : 0});
    }

    void setBias(NodeId id, const std::vector<double>& bias)
    {
        auto& graph = m_result.prepared;
        if (graph.node(id).opType == "MatMul")
            return;
        const std::vector<float> values(bias.begin(), bias.end());
        graph.value(graph.node(id).inputs.at(2)).constant = Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values);
    }

    const RepairInput& m_input;
    const QuantizeOptions& m_options;
    const JobContext& m_job;
    const GraphUses m_uses; // of the float model
    Repaired m_result;
    Values m_float;
    Values m_quantized;
    std::set<NodeId> m_pending; // layers that are still to be repaired
};

} // namespace

Repaired repairLayers(const RepairInput& input, const JobContext& job)
{
    if (!input.options.adaptiveRounding && !input.options.biasCorrection)
        return {input.prepared, input.encodings, {}};
    return Repair(input, job).run();
}

} // namespace hone
