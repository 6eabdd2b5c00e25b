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

enum class WeightRange
{
    Automatic, // Reduced where this processor's 8-bit products saturate (x86 without VNNI), with the notice ReducedWeightRange
    Full,      // -127 to 127
    Reduced    // -63 to 63
};

struct QuantizeOptions
{
    RangeMethod ranges = RangeMethod::MinMax;
    double percentile = 99.99; // of the values, both tails together
    ActivationType activations = ActivationType::Unsigned;
    bool perChannelWeights = true;
    WeightRange weightRange = WeightRange::Automatic;
    int bitsWeights = 8;       // 4: integers from -7 to 7, stored as int8, which is what integer kernels read
    std::size_t samples = 256; // of the train split (validation where there is none), spread over the classes
    std::uint64_t seed = 0;
    int threads = 0;
};

struct QuantizationPlan; // plan.h
struct Encodings;        // encodings.h

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

// Whether some of it computes on integers already, or stores them for floats.
bool isQuantized(const Graph& graph);

// Metadata (the model's card) and the names of inputs and outputs stay. Throws Error(AlreadyQuantized, NothingToQuantize, CalibrationEmpty)
// and what loading throws.
QuantizeResult quantize(const Graph& graph, const Dataset& dataset, const QuantizeOptions& options, const JobContext& job);

// The parts, each usable alone, in the order in which quantize() calls them.
enum class Normalization
{
    Folded, // BatchNormalization goes into the layers before it
    Kept    // it stays, to be trained with; a second call folds it
};
// No-ops dropped, constants and BatchNormalization folded, operators of an older opset rewritten for opset 13, biases brought into
// Conv and Gemm; computes what it computed. Throws Error(OpsetNotRaised).
Graph prepareForQuantization(const Graph& graph, Normalization normalization = Normalization::Folded);
// Ranges of every float activation that insertQdq would quantize, in one pass through ONNX Runtime.
// Throws Error(CalibrationEmpty) and what pair, Loader and Session throw.
struct Calibration
{
    TensorRanges ranges;
    std::size_t samples = 0;
    std::vector<Message> notices;
};
Calibration calibrate(const Graph& prepared, const Dataset& dataset, const QuantizeOptions& options, const JobContext& job);
// Throws Error(NothingToQuantize); Error(InternalFault) where a grid is missing.
QuantizeResult insertQdq(const Graph& prepared, const QuantizationPlan& plan, const Encodings& encodings, const QuantizeOptions& options);

} // namespace hone
