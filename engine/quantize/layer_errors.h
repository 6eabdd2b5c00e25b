// SPDX-License-Identifier: GPL-3.0-or-later
// How far a quantized model's values are from the float model's, layer by layer, on real samples.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "quantize/layer_pairs.h"
#include "quantize/range_use.h"
#include "quantize/scaled_values.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace hone
{

// Signal x of the float model, noise x - q, summed over all values of all samples. An infinite x adds no signal, and noise unless q is the
// same; a q that is no number is infinitely far off.
class SignalToNoise
{
public:
    // Tensors of as many values.
    void add(const Tensor& signal, const Tensor& other);
    // Whether every x was one.
    bool isNumber() const { return m_isNumber; }
    // 10 log10(sum x^2 / sum (x - q)^2), within +-largestSnrDb.
    double decibels() const;

private:
    double m_signal = 0;
    double m_noise = 0;
    bool m_isNumber = true;
};

struct LayerError
{
    double snrDb = 0;      // of the layer's value in the quantized model
    double snrAloneDb = 0; // the same where the layer reads the float model's values: what it adds by itself
    std::optional<ActivationUse> use;
    std::size_t elements = 0; // of the value, a sample
};

struct LayerErrorsRequest
{
    const Graph& floating;
    const Graph& quantized;
    const std::vector<LayerPair>& pairs;
    const Dataset& dataset;
    std::size_t samples = 64; // of the validation split (train where there is none), spread over the classes
    int threads = 0;
    std::vector<ScaledValues> scaled = {}; // by these factors the float model's values are multiplied before they are compared and read
};

struct LayerErrors
{
    std::vector<LayerError> layers; // by pair
    Split split = Split::Validation;
    std::size_t samples = 0;
    std::vector<Message> notices;
};

// In ONNX Runtime with its optimizations off, so that nothing is fused away; in batches whose values take a bounded amount of memory.
// Throws Error(CalibrationEmpty, CalibrationNotFinite where the float model computes no number, ReferenceUnlike) and what pairForInput,
// Loader and Session throw.
LayerErrors measureLayerErrors(const LayerErrorsRequest& request, const JobContext& job);

} // namespace hone
