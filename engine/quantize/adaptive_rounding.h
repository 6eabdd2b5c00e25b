// SPDX-License-Identifier: GPL-3.0-or-later
// Which way each weight is rounded, so that the layer's output changes least (Nagel et al. 2020, "Up or Down? Adaptive Rounding for
// Post-Training Quantization").
#pragma once

#include "layerwise/least_squares.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hone
{

struct RoundingProblem
{
    std::span<const double> weights; // [unknowns], one output's
    double scale = 1;
    int largest = 127;                // integers are within -largest and largest
    const Moments* moments = nullptr; // around the means; x of the quantized model, y of the float one
    std::size_t output = 0;           // its column in moments->targets
};

// Each weight's nearest integer.
std::vector<std::int8_t> roundedToNearest(const RoundingProblem& problem);

// Integers q next to the weights (the two around each, and one further either way) for which
//     (scale q)' X (scale q) - 2 (scale q)' c
// is least, X = sums of x x', c = sums of x y: the squared error of the layer's output but for what does not depend on q, the mean being
// the bias's to put right. The paper solves this quadratic problem of whole numbers through a continuous relaxation; here it is solved by
// coordinate descent, from nearest rounding and from weights that are rounded one after the other, each where those before it want it; the
// better end counts. X is damped by `damping` of its diagonal's mean, which pulls to the weights as they are.
std::vector<std::int8_t> roundedAdaptively(const RoundingProblem& problem, double damping);

// The objective above plus `deviation` (of y from its mean): the squared error that is left, over all rows.
double squaredErrorOf(const RoundingProblem& problem, std::span<const std::int8_t> integers, double deviation);

} // namespace hone
