// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"
#include "quantize/calibration.h"
#include "quantize/quantize.h"

#include <fmt/format.h>

#include <bit>
#include <string>

namespace hone
{
namespace
{

[[noreturn]] void refuse(const std::string& option, const std::string& value, const std::string& expected)
{
    throw Error(MessageCode::BadOption, {{"option", option}, {"value", value}, {"expected", expected}});
}

void requireBlocks(const QuantizeOptions& options)
{
    constexpr int smallest = 16;
    constexpr int largest = 256;
    const auto size = options.blockSize;
    if (size < smallest || size > largest || !std::has_single_bit(static_cast<unsigned>(size)))
        refuse("blockSize", std::to_string(size), "16, 32, 64, 128 or 256");
}

// Options of calibration and of activations' grids have their defaults.
void requireNoStaticOption(const QuantizeOptions& options)
{
    const QuantizeOptions defaults;
    const std::string expected = "'method' static beside it";
    if (options.ranges != defaults.ranges)
        refuse("ranges", std::string(name(options.ranges)), expected);
    if (options.percentile != defaults.percentile)
        refuse("percentile", fmt::format("{}", options.percentile), expected);
    if (options.activations != defaults.activations)
        refuse("activations", "signed", expected);
    if (options.scheme != defaults.scheme)
        refuse("scheme", std::string(rulesOf(options.scheme).name), expected);
    if (options.bitsActivations != defaults.bitsActivations)
        refuse("bitsActivations", std::to_string(options.bitsActivations), expected);
    if (options.samples != defaults.samples)
        refuse("samples", std::to_string(options.samples), expected);
    if (!options.keepFloat.empty())
        refuse("keepFloat", options.keepFloat.front(), expected);
    if (options.equalize)
        refuse("equalize", "on", expected);
    if (options.smoothQuant)
        refuse("smoothQuant", "on", expected);
    if (options.biasCorrection != defaults.biasCorrection)
        refuse("biasCorrection", options.biasCorrection ? "on" : "off", expected);
    if (options.adaptiveRounding)
        refuse("adaptiveRounding", "on", expected);
    if (options.maxDrop != defaults.maxDrop)
        refuse("maxDrop", fmt::format("{}", options.maxDrop), expected);
    if (options.floatMacs != defaults.floatMacs)
        refuse("floatMacs", fmt::format("{}", options.floatMacs), expected);
    if (options.raiseTo != defaults.raiseTo)
        refuse("raiseTo", "16", expected);
    if (options.targetBytes != defaults.targetBytes)
        refuse("targetBytes", fmt::format("{}", options.targetBytes), expected);
    if (options.targetLatencyMs != defaults.targetLatencyMs)
        refuse("targetLatencyMs", fmt::format("{}", options.targetLatencyMs), expected);
    if (options.damage)
        refuse("damage", "on", expected);
    if (options.repairGains != defaults.repairGains)
        refuse("repairGains", "off", expected);
}

void requireEnoughSamples(const QuantizeOptions& options)
{
    if (options.samples < fewestCalibrationSamples)
        throw Error(MessageCode::CalibrationTooSmall,
                    {{"samples", std::to_string(options.samples)}, {"needed", std::to_string(fewestCalibrationSamples)}});
}

// Weights in half precision have no integers, and those that are stored alone are never multiplied as such; fewer bits don't saturate.
void requireIntegerProducts(const QuantizeOptions& options)
{
    const bool has = options.method == QuantizeMethod::Static || options.method == QuantizeMethod::Dynamic;
    if (!has && options.weightRange != WeightRange::Automatic)
        refuse("reduceRange", options.weightRange == WeightRange::Reduced ? "on" : "off", "'method' static or dynamic beside it");
    if (options.bitsWeights < 8 && options.weightRange == WeightRange::Reduced)
        refuse("reduceRange", "on", "'bitsWeights' 8 beside it");
}

} // namespace

void requireConsistent(const QuantizeOptions& options)
{
    const QuantizeOptions defaults;
    const bool fits = options.method == QuantizeMethod::Static ? options.bitsWeights >= 2 && options.bitsWeights <= 8
                                                               : options.bitsWeights == 4 || options.bitsWeights == 8;
    if (!fits)
        refuse("bitsWeights", std::to_string(options.bitsWeights), "4 or 8, or with 'method' static 2 to 8");
    if (options.bitsActivations != 8 && options.bitsActivations != 16)
        refuse("bitsActivations", std::to_string(options.bitsActivations), "8 or 16");
    const auto& rules = rulesOf(options.scheme);
    if (options.bitsActivations == 16 && !rules.takes16Bits)
        refuse("bitsActivations", "16", "'scheme' ort or qnn beside it");
    if (options.raiseTo == HigherPrecision::SixteenBits) {
        if (!rules.takes16Bits)
            refuse("raiseTo", "16", "'scheme' ort or qnn beside it");
        if (options.bitsActivations == 16)
            refuse("raiseTo", "16", "'bitsActivations' 8 beside it");
        if (!searchesPrecision(options))
            refuse("raiseTo", "16", "'maxDrop', 'floatMacs', 'targetBytes' or 'targetLatencyMs' beside it");
    }
    if (options.activations != defaults.activations && options.scheme != Scheme::OnnxRuntime)
        refuse("activations", "signed", "'scheme' ort beside it; " + std::string(rules.name) + " has its own");
    requireBlocks(options);
    if (options.method != QuantizeMethod::Static)
        requireNoStaticOption(options);
    requireIntegerProducts(options);
    if (options.percentile != defaults.percentile && options.ranges != RangeMethod::Percentile)
        refuse("percentile", fmt::format("{}", options.percentile), "'ranges' percentile beside it");
    requireEnoughSamples(options);
    const bool takesFourBits = options.method == QuantizeMethod::Weights || options.method == QuantizeMethod::Static;
    if (!takesFourBits && options.bitsWeights != defaults.bitsWeights)
        refuse("bitsWeights", std::to_string(options.bitsWeights), "'method' weights or static beside it");
    const bool inBlocks = options.method == QuantizeMethod::Weights && options.bitsWeights == 4;
    if (!inBlocks && options.blockSize != defaults.blockSize)
        refuse("blockSize", std::to_string(options.blockSize), "'method' weights and 'bitsWeights' 4 beside it");
    if ((inBlocks || options.method == QuantizeMethod::Half) && !options.perChannelWeights)
        refuse("perChannelWeights", "off", "a 'method' with 8-bit weights beside it");
}

bool searchesPrecision(const QuantizeOptions& options)
{
    return options.maxDrop < anyDrop || options.floatMacs > 0 || options.targetBytes > 0 || options.targetLatencyMs > 0;
}

Scheme schemeOf(const QuantizeOptions& options)
{
    const bool isSigned = options.activations == ActivationType::Signed && options.scheme == Scheme::OnnxRuntime;
    return isSigned ? Scheme::OnnxRuntimeSigned : options.scheme;
}

GridType gridTypeOf(const QuantizeOptions& options)
{
    auto type = rulesOf(schemeOf(options)).activations;
    type.bits = options.bitsActivations;
    return type;
}

bool readsSamples(const QuantizeOptions& options)
{
    return options.method == QuantizeMethod::Static;
}

} // namespace hone
