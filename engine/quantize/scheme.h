// SPDX-License-Identifier: GPL-3.0-or-later
// Quantization as the runtime that is to run the file wants it.
#pragma once

#include "core/tensor.h"
#include "graph/graph.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

enum class Scheme
{
    OnnxRuntime,       // its CPU provider's fastest form
    OnnxRuntimeSigned, // the same with signed activations
    OpenVino,
    TensorRt,
    Qnn,
    Stm32,
    TfLite
};

// A grid for activations.
struct GridType
{
    int bits = 8; // or 16
    bool isSigned = false;
    bool isSymmetric = false; // zero point 0; signed only

    std::int32_t lowest() const { return isSigned ? -(1 << (bits - 1)) : 0; }
    std::int32_t highest() const { return isSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1; }
    int steps() const { return (1 << bits) - 1; } // between the lowest and the highest
    DType dtype() const;
    bool operator==(const GridType&) const = default;
};

enum class BiasForm
{
    Integers, // int32 with scale = the input's times the weights'
    Float
};

// Which values become integers.
enum class Placement
{
    BetweenLayers,  // around each operator with an integer form between the first layer and the last; the ends stay float
    Everywhere,     // around each operator with an integer form, to the model's outputs: for devices that are on integers throughout
    InputsOfLayers, // what layers, pooling and Concat read, and one operand of an Add; what follows a layer is fused with it as floats
};

struct FixedGrid
{
    float scale = 1;
    std::int32_t zeroPoint = 0;
    bool operator==(const FixedGrid&) const = default;
};

// The grid that an operator's result must have, whatever its range; none: any.
struct OutputGrids
{
    std::optional<FixedGrid> in8Bits;
    std::optional<FixedGrid> in16Bits;
};

enum class OperatorForm
{
    Integer,  // reads and gives integers, each on a grid of its own
    SameGrid, // likewise, where all that it reads and what it gives have one scale and zero point
    Fused     // as floats inside of the kernel whose result it reads
};

struct OperatorRule
{
    std::string_view opType; // of ONNX's own domain
    OperatorForm form = OperatorForm::Integer;
    OutputGrids output = {};
};

// A row of the table. Weights are int8 in -127..127 and symmetric with zero point 0 everywhere, activations have one scale a tensor.
struct SchemeRules
{
    Scheme scheme = Scheme::OnnxRuntime;
    std::string_view name;    // on the command line
    std::string_view runtime; // in sentences
    GridType activations;
    bool takes16Bits = false;     // for activations
    bool perChannelGemm = true;   // one scale a column; convolutions may have one a channel everywhere
    bool perChannelMatMul = true; // likewise
    BiasForm bias = BiasForm::Integers;
    bool runsHere = false; // in this program, so that accuracy and speed were measured in it
    Placement placement = Placement::BetweenLayers;
    int convolvedDimensions = 3;         // at most, beside batch and channels
    std::int64_t newestOpset = 0;        // that the runtime reads; 0: none is named
    std::vector<OperatorRule> operators; // that Hone puts on integers there; all others stay float

    // None: float.
    const OperatorRule* find(const Node& node) const;
    // One scale for each output channel of such a layer's weights.
    bool takesScaleAChannel(std::string_view opType) const;
    // Whether an operator that reads integers must give integers, too.
    bool wantsIntegerResults() const { return placement == Placement::Everywhere; }
};

// Sources stand beside the rows.
const SchemeRules& rulesOf(Scheme scheme);
const std::vector<SchemeRules>& allSchemes();

// Why the runtime has no integer form of a layer with weights (Conv, Gemm, MatMul); none: it has one.
std::optional<std::string> whyFloat(const Graph& graph, const Node& layer, const SchemeRules& rules);

enum class SchemeVerdict
{
    Refused,
    InFloat
};

// What a scheme's runtime would refuse in a Q/DQ file, or run in float.
struct SchemeProblem
{
    SchemeVerdict verdict = SchemeVerdict::Refused;
    std::string node;   // of an activation the node that makes it, or the model's input
    std::string reason; // "its zero point is 12, not 0"
};

// All of the row is checked; of a scheme that runs here, no operator is told to run in float, since what really did is counted.
// With Placement::BetweenLayers and InputsOfLayers, what is before the first layer and behind the last one is float by intent.
std::vector<SchemeProblem> checkScheme(const Graph& quantized, Scheme scheme);

} // namespace hone
