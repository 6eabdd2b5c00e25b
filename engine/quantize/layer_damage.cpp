// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layer_damage.h"

#include "data/loader.h"
#include "data/pairing.h"
#include "evaluate/agreement.h"
#include "evaluate/batch_run.h"
#include "graph/cost.h"
#include "graph/shape_inference.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "quantize/calibration.h"
#include "runtime/session.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

// The model with one more output behind its own.
Session watching(Graph graph, ValueId value, int threads, Optimization optimization)
{
    giveInferredTypes(graph, {value});
    if (std::ranges::find(graph.outputs, value) == graph.outputs.end())
        graph.outputs.push_back(value);
    graph.removeDeadNodes();
    return Session::fromBytes(serializeOnnx(graph), {.threads = threads, .optimization = optimization}, graph.name);
}

// The value of that name as it goes on: behind its Q/DQ pair where it has one.
ValueId asRead(const Graph& quantized, const std::string& name)
{
    const auto value = quantized.findValue(name).value();
    const GraphUses uses(quantized);
    for (const auto& use : uses.users(value)) {
        const auto& node = quantized.node(use.node);
        if (node.opType != "QuantizeLinear")
            continue;
        for (const auto& next : uses.users(node.outputs.at(0)))
            if (quantized.node(next.node).opType == "DequantizeLinear")
                return quantized.node(next.node).outputs.at(0);
    }
    return value;
}

class DamageMeter
{
public:
    DamageMeter(const RepairInput& input, std::size_t samples)
        : m_input(input),
          m_options(input.options),
          m_repair(input.options),
          m_pairing(pairForInput(input.prepared, input.dataset))
    {
        m_repair.samples = std::min(samples, m_options.samples);
        m_loading = calibrationLoading(
            input.prepared, {.samples = std::min(samples, m_options.samples), .seed = m_options.seed, .threads = m_options.threads});
        m_loading.passes = Passes::Many;
        m_loader.emplace(input.dataset, splitToCalibrateOn(input.dataset), m_pairing, m_loading);
    }

    LayerDamage measure(const WeightedNode& weighted, const JobContext& job)
    {
        const Graph& original = m_input.prepared;
        LayerDamage damage{original.node(weighted.node).name, 0, 0, 0, {}};
        PlanOptions alone{.scheme = m_options.scheme};
        // Also what the plan leaves float: nothing is known of the ranges around it.
        for (const auto id : original.order())
            if (id != weighted.node && std::ranges::find(m_input.plan.others, id) == m_input.plan.others.end())
                alone.keepFloat.insert(original.node(id).name);
        const auto plan = planQuantization(original, alone);
        const auto repaired = repairLayers({original, plan, m_input.encodings, m_input.dataset, m_repair}, job);
        const auto quantized = insertQdq(repaired.prepared, plan, repaired.encodings, m_options).graph;
        auto name = quantized.value(quantized.node(quantized.findNode(damage.name).value()).outputs.at(0)).name;
        if (!original.findValue(name)) // of a model's output what its pair gives keeps the name
            name = quantized.value(asRead(quantized, name)).name;
        auto changed = watching(quantized, asRead(quantized, name), m_options.threads, Optimization::All);
        auto whole = watching(original, original.findValue(name).value(), m_options.threads, Optimization::Basic);
        const auto outputs = original.outputs.size();
        std::vector<OutputComparison> comparisons;
        for (std::size_t i = 0; i < std::max(outputs, changed.outputs().size()); ++i)
            comparisons.emplace_back(std::to_string(i));
        m_loader->restart(0);
        while (const auto batch = m_loader->next(job)) {
            job.checkStop();
            const auto samplesInside = batch->indices.size();
            const auto inputs =
                asTaken(isBatchFixed(original) ? padded(batch->inputs, m_loading.batch) : batch->inputs, whole.inputs().at(0).dtype);
            const RunRows rows{samplesInside, static_cast<std::size_t>(inputs.shape().at(0))};
            const auto got = changed.run({inputs});
            const auto wanted = whole.run({inputs});
            for (std::size_t i = 0; i < comparisons.size(); ++i)
                comparisons[i].add(got.at(i), wanted.at(i), rows);
        }
        read(comparisons, outputs, damage);
        return damage;
    }

private:
    static void read(const std::vector<OutputComparison>& comparisons, std::size_t outputs, LayerDamage& damage)
    {
        damage.snrDb = largestSnrDb;
        for (std::size_t i = 0; i < outputs; ++i) {
            if (!comparisons[i].comparable())
                continue;
            const auto result = comparisons[i].result();
            if (result.snrDb <= damage.snrDb) {
                damage.snrDb = result.snrDb;
                damage.sameTop1 = result.sameTop1;
            }
        }
        damage.layerSnrDb = comparisons.back().comparable() ? comparisons.back().result().snrDb : largestSnrDb;
    }

    const RepairInput& m_input;
    const QuantizeOptions& m_options;
    QuantizeOptions m_repair;
    const Pairing m_pairing;
    LoaderOptions m_loading;
    std::optional<Loader> m_loader;
};

} // namespace

double LayerDamage::noise() const
{
    return std::pow(10, -snrDb / 10);
}

std::vector<LayerDamage> measureDamage(const RepairInput& input, std::size_t samples, const JobContext& job)
{
    DamageMeter meter(input, samples);
    const auto costs = cost(input.prepared);
    std::vector<LayerDamage> result;
    std::size_t done = 0;
    for (const auto& weighted : input.plan.weighted) {
        job.report({.activity = Activity::Quantizing,
                    .fraction = static_cast<double>(done++) / static_cast<double>(input.plan.weighted.size()),
                    .detail = input.prepared.node(weighted.node).name});
        if (!weighted.integer)
            continue;
        result.push_back(meter.measure(weighted, job));
        for (const auto& node : costs.nodes)
            if (node.node == weighted.node)
                result.back().macs = node.macs;
    }
    return result;
}

} // namespace hone
