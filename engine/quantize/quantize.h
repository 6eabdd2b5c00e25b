// SPDX-License-Identifier: GPL-3.0-or-later
// A float model as one of fewer bits: static INT8 in Q/DQ format (QuantizeLinear, DequantizeLinear around float operators, which ONNX
// Runtime fuses), dynamic INT8 (dynamic.h), weights alone (weight_only.h), and half precision (half_precision.h).
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "graph/graph.h"
#include "quantize/repair_gains.h"
#include "quantize/scheme.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

enum class QuantizeMethod
{
    Static,  // int8 weights and activations on grids that calibration found
    Dynamic, // int8 weights; every activation's grid is found while the model runs
    Weights, // weights alone, in 8 or 4 bits
    Half     // float16
};

// How a range is found in what calibration saw (range_method.h says how each one works).
enum class RangeMethod
{
    MinMax,
    MovingAverage,
    Percentile,
    Entropy,
    MeanSquared
};

std::string_view name(RangeMethod method); // "minmax", "moving-average", "percentile", "entropy", "mse"

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

// What layers become that 8 bits harm too much.
enum class HigherPrecision
{
    Float,
    SixteenBits // activations alone; weights keep their bits. For runtimes that compute so: ONNX Runtime's CPU provider takes floats
};

constexpr double anyDrop = 100; // points: no bound

struct QuantizeOptions
{
    RangeMethod ranges = RangeMethod::MeanSquared;
    double percentile = 99.99; // of the values, both tails together
    ActivationType activations = ActivationType::Unsigned;
    bool perChannelWeights = true;
    WeightRange weightRange = WeightRange::Automatic;
    std::vector<std::string> keepFloat; // layers that are computed in float, by name; '*' matches anything
    bool equalize = false;              // equalize.h
    bool smoothQuant = false;           // smooth.h
    bool biasCorrection = true;         // layerwise_repair.h
    bool adaptiveRounding = false;      // likewise
    bool damage = false;                // what each layer alone does to the outputs is measured, also without a search
    bool repairGains = true;            // each repair's own gain is measured (repair_gains.h)
    // Mixed precision: layers that stay float, or as `raiseTo` says, chosen by what they harm (mixed_precision.h), so that no more than so
    // many points (percent, of an error) are lost on the validation split, and at most so large a share of the MACs is float. Without a
    // bound the share is used up.
    double maxDrop = anyDrop;
    double floatMacs = 0; // 0: none without a bound, any with one
    HigherPrecision raiseTo = HigherPrecision::Float;
    double targetBytes = 0;     // of the file, that float layers may use up; 0: any
    double targetLatencyMs = 0; // likewise of its latency in ONNX Runtime here, one thread; 0: any
    std::size_t samples = 256;  // of the train split (validation where there is none), spread over the classes
    std::uint64_t seed = 0;
    int threads = 0;
    QuantizeMethod method = QuantizeMethod::Static;
    Scheme scheme = Scheme::OnnxRuntime; // the runtime that the file is for (scheme.h); `activations` is the first one's alone
    int bitsActivations = 8;             // or 16, which ONNX Runtime computes in float on a CPU
    int bitsWeights = 8;                 // 8; with Weights also 4; with Static 2 to 8, stored as int8, which integer kernels read
    int blockSize = 32;                  // of 4-bit weights that share a scale: a power of two from 16 to 256
};

// Throws Error(BadOption) where an option has no such value, or nothing would read it beside the others; names of options, its own and
// those in single quotes in what is expected, are recipe keys. Throws Error(CalibrationTooSmall).
void requireConsistent(const QuantizeOptions& options);
// The row of the table that a file of these options is held against: of ONNX Runtime's two the one with their activations.
Scheme schemeOf(const QuantizeOptions& options);
// The grid that activations are put on.
GridType gridTypeOf(const QuantizeOptions& options);
// Whether layers are chosen that take more than 8 bits.
bool searchesPrecision(const QuantizeOptions& options);
// Whether the method reads samples.
bool readsSamples(const QuantizeOptions& options);

struct QuantizationPlan; // plan.h
struct Encodings;        // encodings.h

struct TensorRange
{
    float low = 0;
    float high = 0;
};
using TensorRanges = std::map<std::string, TensorRange>; // by value name

// What computing one layer on integers does, all others being float (layer_damage.h).
struct LayerDamage
{
    std::string name;
    std::int64_t macs = 0;
    double layerSnrDb = 0;          // of its own output, behind what saturation replaces: 10 log10(sum y^2 / sum (y - quantized y)^2)
    double snrDb = 0;               // of the model's output that agrees least
    std::optional<double> sameTop1; // share of samples whose largest output stays where it is; of outputs [N, C]

    double noise() const; // of the model's output, as a share of its power; that of several layers adds up, nearly
};

// One model that was tried on the way to mixed precision.
struct PrecisionStep
{
    std::size_t floatLayers = 0;     // chosen ones, also where they take 16 bits instead
    double floatMacsShare = 0;       // of the MACs of layers with weights
    std::optional<double> drop;      // in points (percent, of an error), against float, on the validation split; with a bound on it
    std::optional<double> bytes;     // of the file; with a budget of it
    std::optional<double> latencyMs; // likewise
};

struct QuantizeResult
{
    Graph graph;
    Graph floating; // what was quantized: prepared and, where the options say so, equalized; its values have the names of `graph`'s
    int quantizedNodes = 0;
    std::vector<std::string> floatNodes;       // computing nodes (Conv, Gemm, MatMul, recurrent ones) that stay float, named
    std::vector<LayerDamage> damage;           // of a search for layers that stay float, those that earn most for their cost first
    std::vector<PrecisionStep> precisionSteps; // of one with a bound or a budget
    RepairGains repairs;
    std::size_t calibrationSamples = 0;
    double calibrationSeconds = 0;
    std::int64_t calibrationPeakBytes = 0; // of memory that the process had held when calibration ended
    std::vector<Message> notices;
};

// Whether some of it computes on integers already, or stores them for floats.
bool isQuantized(const Graph& graph);

// What quantizing reads.
struct QuantizeInput
{
    const Graph& graph;
    const Dataset* dataset = nullptr; // none for methods that read no samples
    const QuantizeOptions& options;
    std::filesystem::path calibration = {}; // a folder in which calibration is kept for the next time; empty: nowhere
};

// Metadata (the model's card) and the names of inputs and outputs stay. Throws Error(AlreadyQuantized, NothingToQuantize, OpsetNotRaised,
// BadOption, DataRequired, ModelInvalid) and, with the static method, what static_quantization.h says.
QuantizeResult quantize(const QuantizeInput& input, const JobContext& job);

// The parts, each usable alone, in the order in which quantize() calls them.
enum class Normalization
{
    Folded, // BatchNormalization goes into the layers before it
    Kept    // it stays, to be trained with; a second call folds it
};
// No-ops dropped, constants and BatchNormalization folded, operators of an older opset rewritten for opset 13, biases brought into
// Conv and Gemm; computes what it computed. Throws Error(OpsetNotRaised).
Graph prepareForQuantization(const Graph& graph, Normalization normalization = Normalization::Folded);
// Throws Error(NothingToQuantize); Error(InternalFault) where a grid is missing.
QuantizeResult insertQdq(const Graph& prepared, const QuantizationPlan& plan, const Encodings& encodings, const QuantizeOptions& options);

} // namespace hone
