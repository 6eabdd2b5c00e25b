// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/keep_float.h"

#include "core/file.h"
#include "core/shell.h"
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

// A mix that leaves less of the integer layers' time to integers is the float model but for its name.
constexpr double leastOnIntegers = 0.1;

bool leavesIntegers(const KeepFloatRequest& request, const Mix& mix)
{
    double all = 0;
    double left = 0;
    for (std::size_t i = 0; i < request.layers.size(); ++i)
        if (request.layers[i].integer) {
            all += request.layers[i].floatMicroseconds;
            left += mix.contains(i) ? 0 : request.layers[i].floatMicroseconds;
        }
    return left > leastOnIntegers * all;
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

std::string command(const KeepFloatRequest& request, const std::string& verb)
{
    return "hone " + verb + " " + shellWord(request.request.floating.string());
}

KeepFloatProposal proposalOf(const KeepFloatRequest& request, const Mix& mix)
{
    KeepFloatProposal proposal;
    for (const auto layer : mix)
        proposal.layers.push_back(request.pairs[layer].name);
    const auto& madeBy = request.request.madeBy;
    proposal.command = command(request, madeBy.verb) + " --data " + shellWord(request.request.dataset.folder().string());
    if (!madeBy.options.empty())
        proposal.command += " " + madeBy.options;
    for (const auto& layer : proposal.layers)
        proposal.command += " --keep-float " + shellWord(layer);
    proposal.command += " --out FILE";
    return proposal;
}

// None where weights can't be stored so, or where that doesn't make the file smaller.
std::optional<std::string> withWeightsAlone(const KeepFloatRequest& request, std::size_t floatBytes)
{
    try {
        auto bytes = serializeOnnx(quantize({request.floating, nullptr, {.method = QuantizeMethod::Weights}}, {}).graph);
        return bytes.size() < floatBytes ? std::optional(std::move(bytes)) : std::nullopt;
    } catch (const Error&) {
        return std::nullopt; // one proposal fewer
    }
}

// Than a quantized file that is fast already.
std::optional<std::size_t> fasterMix(const MeasuredBuilds& measured)
{
    const auto& mixes = measured.mixes;
    const auto fastest = std::ranges::min_element(mixes, {}, &MeasuredBuilds::Mix::latencyMs);
    if (fastest == mixes.end() || fastest->latencyMs * worthAChange > measured.quantized)
        return std::nullopt;
    std::optional<std::size_t> chosen;
    for (std::size_t i = 0; i < mixes.size(); ++i) {
        const bool isAsFast =
            mixes[i].latencyMs <= asFastAs * fastest->latencyMs && mixes[i].latencyMs * worthAChange <= measured.quantized;
        if (isAsFast && (!chosen || mixes[i].floatLayers < mixes[*chosen].floatLayers))
            chosen = i;
    }
    return chosen;
}

template<class Proposal>
Proposal withLatencies(Proposal proposal, double latencyMs, const MeasuredBuilds& measured)
{
    proposal.latencyMs = latencyMs;
    proposal.floatLatencyMs = measured.floating;
    proposal.quantizedLatencyMs = measured.quantized;
    return proposal;
}

} // namespace

ChosenBuilds chooseBuilds(const MeasuredBuilds& measured)
{
    ChosenBuilds chosen;
    if (measured.quantized <= measured.floating) {
        chosen.mix = fasterMix(measured);
        return chosen;
    }
    const auto& mixes = measured.mixes;
    double fastest = measured.quantized;
    for (std::size_t i = 0; i < mixes.size(); ++i) {
        fastest = std::min(fastest, mixes[i].latencyMs);
        if (mixes[i].latencyMs >= measured.quantized)
            continue;
        const bool isEnough = mixes[i].latencyMs <= measured.floating;
        const bool bestIsEnough = chosen.mix && mixes[*chosen.mix].latencyMs <= measured.floating;
        const bool isBetter = !chosen.mix || (isEnough && bestIsEnough ? mixes[i].floatLayers < mixes[*chosen.mix].floatLayers
                                                                       : mixes[i].latencyMs < mixes[*chosen.mix].latencyMs);
        if (isBetter)
            chosen.mix = i;
    }
    const double enough = asFastAs * measured.floating;
    chosen.weightsOnly = fastest > enough && measured.weightsOnly && *measured.weightsOnly <= enough;
    return chosen;
}

ProposedBuilds proposeBuilds(const KeepFloatRequest& request, const JobContext& job)
{
    if (formOf(request.quantized).activations != QuantizedForm::Activations::Ranges || !request.request.madeBy.elsewhere.empty())
        return {};
    const auto mixes = candidates(request);
    if (mixes.empty())
        return {};
    const Builder builder(request);
    std::vector<std::string> bytes{readFile(request.request.floating), readFile(request.request.quantized)};
    const std::size_t first = bytes.size();
    for (const auto& mix : mixes)
        bytes.push_back(builder.bytesOf(mix));
    const auto floatBytes = bytes[0].size();
    auto weightsAlone = withWeightsAlone(request, floatBytes);
    const auto weightsBytes = weightsAlone ? weightsAlone->size() : 0;
    if (weightsAlone)
        bytes.push_back(std::move(*weightsAlone));
    std::vector<ModelToProfile> models;
    for (const auto& file : bytes)
        models.push_back({file, request.request.quantized.string()});
    const auto latencies = latenciesInTurns(models, {.runs = request.request.runs}, job);

    MeasuredBuilds measured{
        .floating = latencies[0].undisturbedMs, .quantized = latencies[1].undisturbedMs, .mixes = {}, .weightsOnly = {}};
    for (std::size_t i = 0; i < mixes.size(); ++i)
        measured.mixes.push_back({mixes[i].size(), latencies[first + i].undisturbedMs});
    if (weightsBytes > 0)
        measured.weightsOnly = latencies.back().undisturbedMs;
    const auto chosen = chooseBuilds(measured);
    ProposedBuilds proposed{.keepFloat = {}, .weightsOnly = {}, .triedMixes = true};
    if (chosen.mix)
        proposed.keepFloat = withLatencies(proposalOf(request, mixes[*chosen.mix]), measured.mixes[*chosen.mix].latencyMs, measured);
    if (chosen.weightsOnly) {
        WeightsOnlyProposal proposal{.sizeBytes = static_cast<std::int64_t>(weightsBytes),
                                     .floatSizeBytes = static_cast<std::int64_t>(floatBytes),
                                     .command = command(request, "quantize") + " --method weights --out FILE"};
        proposed.weightsOnly = withLatencies(std::move(proposal), *measured.weightsOnly, measured);
    }
    return proposed;
}

} // namespace hone
