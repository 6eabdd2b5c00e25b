// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/keep_float.h"

#include "core/file.h"
#include "onnx_io/onnx_io.h"
#include "quantize/fastest_mix.h"
#include "quantize/in_float.h"
#include "quantize/quantize.h"
#include "runtime/profile.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace hone
{
namespace
{

// Starting a kernel, whatever it does.
constexpr double startMicroseconds = 1;
// Of a conversion of one value where the file has none to measure: a nanosecond.
constexpr double usualRate = 0.001;

using Mix = std::set<std::size_t>;

bool isQuantizer(const Kernel& kernel)
{
    return kernel.opType == "QuantizeLinear" || kernel.opType == "DequantizeLinear";
}

// Microseconds a value.
double rateOf(const std::vector<Kernel>& kernels, const std::vector<std::size_t>& elements, bool (*counts)(const Kernel&))
{
    double time = 0;
    double values = 0;
    for (const auto& kernel : kernels)
        if (kernel.layer && counts(kernel)) {
            time += std::max(0.0, kernel.microseconds - startMicroseconds);
            values += static_cast<double>(elements[*kernel.layer]);
        }
    return values > 0 ? time / values : usualRate;
}

std::vector<LayerCost> costsOf(const KeepFloatRequest& request)
{
    const auto reorders = [](const Kernel& kernel) { return changesForm(kernel) && !isQuantizer(kernel); };
    const double quantizing = rateOf(request.quantizedKernels, request.elements, isQuantizer);
    const double reordering =
        rateOf(request.quantizedKernels, request.elements, reorders) + rateOf(request.floatKernels, request.elements, reorders);
    std::vector<LayerCost> costs(request.pairs.size());
    for (std::size_t i = 0; i < costs.size(); ++i) {
        const auto& pair = request.pairs[i];
        const auto& layer = request.layers[i];
        const double conversion = startMicroseconds + static_cast<double>(request.elements[i]) * (quantizing + reordering);
        costs[i] = {.floating = pair.isInput() ? 0 : layer.floatMicroseconds,
                    .integer = pair.isInput() ? 0 : layer.quantizedMicroseconds,
                    .toInteger = pair.isInput() ? layer.quantizedMicroseconds : conversion,
                    .toFloat = conversion,
                    .canBeInteger = !pair.isInput() && (layer.integer || pair.quantizer.valid()),
                    .reads = pair.reads};
    }
    return costs;
}

// All layers in float would be the float model.
bool leavesIntegers(const KeepFloatRequest& request, const Mix& mix)
{
    for (std::size_t i = 0; i < request.layers.size(); ++i)
        if (request.layers[i].integer && !mix.contains(i))
            return true;
    return false;
}

// By the layers' times, with more or less weight on conversions and on what integers save in size.
std::vector<Mix> mixesByTimes(const std::vector<LayerCost>& costs)
{
    double total = 0;
    for (const auto& cost : costs)
        total += cost.floating;
    std::vector<Mix> mixes;
    for (const double conversions : {1.0, 2.0})
        for (const double forIntegers : {0.0, 0.003, 0.01, 0.03, 0.1}) {
            auto weighted = costs;
            for (auto& cost : weighted) {
                cost.floating += forIntegers * total;
                cost.toInteger *= conversions;
                cost.toFloat *= conversions;
            }
            auto mix = fastestMix(weighted);
            std::erase_if(mix, [&](std::size_t layer) { return !costs[layer].canBeInteger; });
            mixes.push_back(std::move(mix));
        }
    return mixes;
}

// The first layers, whose values are large and whose channels are few: where kernels take microseconds, times alone don't tell enough.
std::vector<Mix> firstLayers(const std::vector<LayerCost>& costs)
{
    constexpr std::size_t most = 12;
    std::vector<Mix> mixes;
    Mix mix;
    for (std::size_t i = 0; i < costs.size() && mixes.size() < most; ++i)
        if (costs[i].canBeInteger) {
            mix.insert(i);
            mixes.push_back(mix);
        }
    return mixes;
}

std::vector<Mix> candidates(const KeepFloatRequest& request)
{
    const auto costs = costsOf(request);
    auto all = mixesByTimes(costs);
    std::ranges::copy(firstLayers(costs), std::back_inserter(all));
    std::vector<Mix> mixes;
    for (auto& mix : all)
        if (!mix.empty() && leavesIntegers(request, mix) && std::ranges::find(mixes, mix) == mixes.end())
            mixes.push_back(std::move(mix));
    return mixes;
}

// The quantized graph with the mix in float. Older operators can't stand in it: the float graph is prepared as for quantizing.
class Builder
{
public:
    explicit Builder(const KeepFloatRequest& request)
        : m_request(request),
          m_prepared(prepareForQuantization(request.floating)),
          m_pairs(pairLayers(m_prepared, request.quantized))
    {
        for (std::size_t i = 0; i < m_pairs.size(); ++i)
            m_placeOf[m_pairs[i].rawValue] = i;
    }

    std::string bytesOf(const Mix& mix) const
    {
        std::set<std::size_t> places;
        for (const auto layer : mix)
            if (const auto place = m_placeOf.find(m_request.pairs[layer].rawValue); place != m_placeOf.end())
                places.insert(place->second);
        return serializeOnnx(withLayersInFloat(m_prepared, m_request.quantized, m_pairs, places));
    }

private:
    const KeepFloatRequest& m_request;
    Graph m_prepared;
    std::vector<LayerPair> m_pairs;
    std::map<ValueId, std::size_t> m_placeOf;
};

// For a shell, where the name has anything that it would take for itself.
std::string quoted(const std::string& text)
{
    constexpr auto plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=,+@%";
    if (!text.empty() && text.find_first_not_of(plain) == text.npos)
        return text;
    std::string result = "'";
    for (const char c : text)
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

KeepFloatProposal proposalOf(const KeepFloatRequest& request, const Mix& mix, const TurnLatency& latency)
{
    KeepFloatProposal proposal;
    for (const auto layer : mix)
        proposal.layers.push_back(request.pairs[layer].name);
    proposal.latencyMs = latency.undisturbedMs;
    proposal.command =
        "hone quantize " + quoted(request.request.floating.string()) + " --data " + quoted(request.request.dataset.folder().string());
    for (const auto& layer : proposal.layers)
        proposal.command += " --keep-float " + quoted(layer);
    proposal.command += " --out FILE";
    return proposal;
}

} // namespace

std::optional<KeepFloatProposal> proposeKeepFloat(const KeepFloatRequest& request, const JobContext& job)
{
    const auto mixes = candidates(request);
    if (mixes.empty())
        return std::nullopt;
    const Builder builder(request);
    std::vector<std::string> bytes{readFile(request.request.floating), readFile(request.request.quantized)};
    for (const auto& mix : mixes)
        bytes.push_back(builder.bytesOf(mix));
    std::vector<ModelToProfile> models;
    for (const auto& file : bytes)
        models.push_back({file, request.request.quantized.string()});
    const auto latencies = latenciesInTurns(models, {.runs = request.request.runs}, job);

    constexpr std::size_t first = 2; // behind both files
    const double enough = latencies[0].undisturbedMs;
    std::size_t best = first;
    for (auto i = first; i < latencies.size(); ++i) {
        const bool isEnough = latencies[i].undisturbedMs <= enough;
        const bool bestIsEnough = latencies[best].undisturbedMs <= enough;
        const bool isSmaller = mixes[i - first].size() < mixes[best - first].size();
        if (isEnough && bestIsEnough ? isSmaller : latencies[i].undisturbedMs < latencies[best].undisturbedMs)
            best = i;
    }
    if (latencies[best].undisturbedMs >= latencies[1].undisturbedMs || latencies[1].undisturbedMs <= enough)
        return std::nullopt;
    auto proposal = proposalOf(request, mixes[best - first], latencies[best]);
    proposal.floatLatencyMs = latencies[0].undisturbedMs;
    proposal.quantizedLatencyMs = latencies[1].undisturbedMs;
    return proposal;
}

} // namespace hone
