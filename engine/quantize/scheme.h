// SPDX-License-Identifier: GPL-3.0-or-later
// Quantization as the runtime that is to run the file wants it.
#pragma once

#include "core/tensor.h"
#include "graph/graph.h"

#include <cstdint>
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

// A row of the table. Weights are int8 and symmetric with zero point 0 everywhere.
struct SchemeRules
{
    Scheme scheme = Scheme::OnnxRuntime;
    std::string_view name;    // on the command line
    std::string_view runtime; // in sentences
    GridType activations;
    bool takes16Bits = false;       // for activations
    bool perChannelMatrices = true; // Gemm and MatMul may have one scale a column; convolutions may everywhere
    BiasForm bias = BiasForm::Integers;
    bool runsHere = false; // in this program, so that accuracy and speed were measured in it
};

// Sources stand beside the rows.
const SchemeRules& rulesOf(Scheme scheme);
const std::vector<SchemeRules>& allSchemes();

// What a scheme's runtime would refuse in a Q/DQ file, or run in float.
struct SchemeProblem
{
    std::string node;
    std::string reason; // "its zero point is 12, not 0"
};
std::vector<SchemeProblem> checkScheme(const Graph& quantized, Scheme scheme);

} // namespace hone
