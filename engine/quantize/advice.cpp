// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace hone
{
namespace
{

constexpr double muchSaturated = 0.01;
constexpr double farOutlier = 4;       // times the 99.9th percentile: two bits of the grid for a thousandth of the values
constexpr double unequalChannels = 16; // the usual channel has four bits of eight
constexpr double unequalWeights = 8;
constexpr double harmlessDb = 35; // what a layer adds by itself above this is near what eight bits can do
constexpr double noisyDb = 30;
constexpr double muchConversion = 0.1; // of all nodes' time
constexpr std::size_t mostOfAKind = 3;

std::string number(double value)
{
    return fmt::format("{:.{}f}", value, std::abs(value) < 10 ? 1 : 0);
}

std::string percent(double share)
{
    return fmt::format("{:.1f}", 100 * share);
}

// Names with commas between, the rest counted.
std::string listed(const std::vector<std::string>& names)
{
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
        text += (i > 0 ? ", " : "") + names[i];
    return names.size() > most ? fmt::format("{} and {} more", text, names.size() - most) : text;
}

class Adviser
{
    using Activations = QuantizedForm::Activations;

public:
    explicit Adviser(const Explanation& explanation) : m_explanation(explanation)
    {
        for (const auto& layer : explanation.layers)
            m_worstFirst.push_back(&layer);
        std::ranges::stable_sort(m_worstFirst, {}, &ExplainedLayer::snrAloneDb);
    }

    std::vector<Message> advise()
    {
        divergence();
        ranges();
        weights();
        waysOut();
        const bool isSlower = m_explanation.totals.quantizedLatencyMs > m_explanation.totals.floatLatencyMs;
        if (m_explanation.proposal)
            keepFloat(*m_explanation.proposal);
        if (m_explanation.madeBy.elsewhere.empty() && (isSlower || m_explanation.weightsOnly))
            speed();
        const bool wasCompared = 2 * m_explanation.compared >= m_explanation.weighted;
        if (m_advice.empty() && wasCompared)
            m_advice.push_back({MessageCode::AdviceNothing, {}});
        return std::move(m_advice);
    }

private:
    void add(MessageCode code, MessageArguments arguments) { m_advice.push_back({code, std::move(arguments)}); }

    void divergence()
    {
        const auto& first = m_explanation.firstDivergence;
        const ExplainedLayer* source = nullptr;
        if (first && first->below) {
            for (const auto& layer : m_explanation.layers) {
                if (!source || layer.snrAloneDb < source->snrAloneDb)
                    source = &layer;
                if (layer.name == first->layer)
                    break;
            }
            add(MessageCode::AdviceDivergence, {{"layer", first->layer},
                                                {"snr", number(first->snrDb)},
                                                {"before", number(first->before)},
                                                {"source", source->name},
                                                {"alone", number(source->snrAloneDb)}});
            m_noisy.push_back(source->name);
        }
        const auto* noisiest = m_worstFirst.empty() ? nullptr : m_worstFirst.front();
        if (noisiest && noisiest != source && noisiest->snrAloneDb < noisyDb) {
            add(MessageCode::AdviceNoisiest,
                {{"layer", noisiest->name}, {"snr", number(noisiest->snrDb)}, {"alone", number(noisiest->snrAloneDb)}});
            m_noisy.push_back(noisiest->name);
        }
    }

    // Of noise: options that the way of quantizing has.
    void waysOut()
    {
        if (m_noisy.empty())
            return;
        switch (m_explanation.form.activations) {
        case Activations::Ranges: return add(MessageCode::AdviceOtherRange, {{"layers", listed(m_noisy)}});
        case Activations::Dynamic: return add(MessageCode::AdviceStaticForNoise, {{"layers", listed(m_noisy)}});
        case Activations::Float:
            if (m_explanation.form.fourBits)
                add(MessageCode::AdviceMoreBits, {});
        }
    }

    // Of layers that do damage, the worst of each kind.
    void ranges()
    {
        std::size_t saturating = 0;
        std::size_t outlying = 0;
        std::size_t unequal = 0;
        for (const auto* layer : m_worstFirst) {
            if (!layer->use || layer->snrAloneDb > harmlessDb)
                continue;
            const auto& use = *layer->use;
            if (use.saturatedShare > muchSaturated) {
                if (saturating++ < mostOfAKind)
                    add(MessageCode::AdviceSaturates, {{"layer", layer->name}, {"share", percent(use.saturatedShare)}});
            } else if (use.outlierRatio > farOutlier) {
                if (outlying++ < mostOfAKind)
                    add(MessageCode::AdviceOutliers,
                        {{"layer", layer->name}, {"ratio", number(use.outlierRatio)}, {"used", percent(use.usedShare)}});
            } else if (m_explanation.equalized.empty() && use.channelRatio && *use.channelRatio > unequalChannels &&
                       unequal++ < mostOfAKind) {
                add(MessageCode::AdviceChannelRanges, {{"layer", layer->name}, {"ratio", number(*use.channelRatio)}});
            }
        }
    }

    void weights()
    {
        std::size_t count = 0;
        const ExplainedLayer* worst = nullptr;
        for (const auto& layer : m_explanation.layers)
            if (layer.weightDisparity && *layer.weightDisparity > unequalWeights) {
                ++count;
                if (!worst || *layer.weightDisparity > *worst->weightDisparity)
                    worst = &layer;
            }
        if (worst)
            add(MessageCode::AdvicePerChannel,
                {{"layer", worst->name}, {"ratio", number(*worst->weightDisparity)}, {"count", std::to_string(count)}});
    }

    void keepFloat(const KeepFloatProposal& proposal)
    {
        add(MessageCode::AdviceKeepFloat, {{"count", std::to_string(proposal.layers.size())},
                                           {"latency", fmt::format("{:.3f}", proposal.latencyMs)},
                                           {"quantized", fmt::format("{:.3f}", proposal.quantizedLatencyMs)},
                                           {"float", fmt::format("{:.3f}", proposal.floatLatencyMs)},
                                           {"layers", listed(proposal.layers)}});
    }

    void speed()
    {
        const auto& totals = m_explanation.totals;
        if (m_explanation.form.activations == Activations::Dynamic)
            add(MessageCode::AdviceStatic,
                {{"quantized", fmt::format("{:.3f}", totals.quantizedLatencyMs)}, {"float", fmt::format("{:.3f}", totals.floatLatencyMs)}});
        if (m_explanation.form.isSigned && !isArm())
            add(MessageCode::AdviceUnsigned, {});
        if (m_explanation.triedMixes && !m_explanation.proposal)
            add(MessageCode::AdviceNoFasterMix,
                {{"quantized", fmt::format("{:.3f}", totals.quantizedLatencyMs)}, {"float", fmt::format("{:.3f}", totals.floatLatencyMs)}});
        depthwise();
        if (totals.conversionMicroseconds > muchConversion * totals.quantizedMicroseconds)
            add(MessageCode::AdviceConversions, {{"share", percent(totals.conversionMicroseconds / totals.quantizedMicroseconds)},
                                                 {"microseconds", number(totals.conversionMicroseconds)},
                                                 {"layers", listed(withMuchConversion())}});
        if (lacksDotProducts())
            add(MessageCode::AdviceNoDotProducts, {{"processor", m_explanation.processor.at("processor")}});
    }

    void depthwise()
    {
        std::vector<std::string> names;
        double floating = 0;
        double quantized = 0;
        for (const auto& layer : m_explanation.layers)
            if (layer.depthwise && layer.integer && layer.quantizedMicroseconds > layer.floatMicroseconds) {
                names.push_back(layer.name);
                floating += layer.floatMicroseconds;
                quantized += layer.quantizedMicroseconds;
            }
        if (!names.empty())
            add(MessageCode::AdviceDepthwise, {{"count", std::to_string(names.size())},
                                               {"float", number(floating)},
                                               {"quantized", number(quantized)},
                                               {"layers", listed(names)}});
    }

    // Where standing conversions are, those that take longest first.
    std::vector<std::string> withMuchConversion() const
    {
        std::vector<const TimedConversion*> conversions;
        for (const auto& conversion : m_explanation.unfused)
            conversions.push_back(&conversion);
        std::ranges::stable_sort(conversions, std::greater(), &TimedConversion::microseconds);
        std::vector<std::string> names;
        for (const auto* timed : conversions)
            names.push_back(timed->conversion.opType + " of " + timed->conversion.value);
        if (names.empty())
            names.push_back("Transpose");
        return names;
    }

    // Where int8 activations are as fast as uint8.
    bool isArm() const
    {
        const auto found = m_explanation.processor.find("features");
        return found != m_explanation.processor.end() && found->second.find("asimd") != std::string::npos;
    }

    bool lacksDotProducts() const { return integerInstructions(m_explanation.processor).empty(); }

    const Explanation& m_explanation;
    std::vector<const ExplainedLayer*> m_worstFirst;
    std::vector<std::string> m_noisy; // layers
    std::vector<Message> m_advice;
};

} // namespace

std::vector<std::string> integerInstructions(const std::map<std::string, std::string>& processor)
{
    const auto found = processor.find("features");
    const auto features = found == processor.end() ? std::string() : " " + found->second + " ";
    std::vector<std::string> present;
    for (const std::string instruction : {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm"})
        if (features.find(" " + instruction + " ") != features.npos)
            present.push_back(instruction);
    return present;
}

std::string equalizedSentence(const Explanation& explanation)
{
    std::vector<std::string> names;
    double largest = 1;
    for (const auto& layers : explanation.equalized) {
        names.push_back(layers.first + " to " + fmt::format("{}", fmt::join(layers.second, " and ")));
        largest = std::max(largest, layers.largestFactor());
    }
    if (names.empty())
        return {};
    return fmt::format(
        "Layers were equalized or smoothed ({}; factors up to {:.2f}), and the float model's values between them are scaled as the file "
        "says.",
        listed(names), largest);
}

std::string sentence(const WeightsOnlyProposal& proposal)
{
    return fmt::format(
        "With its weights alone in 8 bits ({}) the float model becomes a file of {} bytes, {:.2f} of its {}, that takes {:.3f} ms "
        "against its {:.3f} ms in Hone and hone-runner, as in any ONNX Runtime whose option session.disable_quant_qdq is 1: "
        "layers are computed in float all the same, so that size is gained and not speed.",
        proposal.command, proposal.sizeBytes, static_cast<double>(proposal.sizeBytes) / static_cast<double>(proposal.floatSizeBytes),
        proposal.floatSizeBytes, proposal.latencyMs, proposal.floatLatencyMs);
}

std::vector<Message> adviceFor(const Explanation& explanation)
{
    return Adviser(explanation).advise();
}

} // namespace hone
