// SPDX-License-Identifier: GPL-3.0-or-later
// Static INT8 in Q/DQ format (QuantizeLinear, DequantizeLinear around float operators, which ONNX Runtime fuses).
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "graph/graph.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hone
{

enum class RangeMethod
{
    MinMax,
    Percentile
};

enum class ActivationType
{
    Unsigned, // uint8, asymmetric
    Signed    // int8, asymmetric
};

struct QuantizeOptions
{
    RangeMethod ranges = RangeMethod::MinMax;
    double percentile = 99.99; // of the values, both tails together
    ActivationType activations = ActivationType::Unsigned;
    bool perChannelWeights = true;
    std::size_t samples = 256; // of the train split (validation where there is none), spread over the classes
    std::uint64_t seed = 0;
    int threads = 0;
};

struct TensorRange
{
    float low = 0;
    float high = 0;
};
using TensorRanges = std::map<std::string, TensorRange>; // by value name

struct QuantizeResult
{
    Graph graph;
    int quantizedNodes = 0;
    std::vector<std::string> floatNodes; // computing nodes (Conv, Gemm, MatMul) that stay float, named
    std::size_t calibrationSamples = 0;
    std::vector<Message> notices;
};

// BatchNormalization is folded first. Throws Error(AlreadyQuantized, NothingToQuantize, CalibrationEmpty) and what loading throws.
QuantizeResult quantize(const Graph& graph, const Dataset& dataset, const QuantizeOptions& options, const JobContext& job);

// The parts, each usable alone.
// Ranges of every float activation that insertQdq would quantize, in one pass through ONNX Runtime.
TensorRanges calibrate(const Graph& foldedGraph, const Dataset& dataset, const QuantizeOptions& options,
                       const JobContext& job, std::size_t* samplesRead = nullptr);
QuantizeResult insertQdq(const Graph& foldedGraph, const TensorRanges& ranges, const QuantizeOptions& options);

} // namespace hone
