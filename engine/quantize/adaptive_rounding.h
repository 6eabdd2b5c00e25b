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

struct RoundedWeights
{
    std::vector<std::int8_t> integers;
    double scale = 1;
};

// Integers q near the weights and a scale s near the given one for which
//     (s q)' X (s q) - 2 (s q)' c
// is least, X = sums of x x', c = sums of x y: the squared error of the layer's output but for what does not depend on q, the mean being
// the bias's to put right. The paper solves this quadratic problem of whole numbers through a continuous relaxation. Here it is Babai's
// nearest plane (Babai 1986, "On Lovasz' Lattice Reduction and the Nearest Lattice Point Problem"): weights are rounded one after the
// other, each time those that are still free making up for the error, then descent by one and two coordinates, which also starts from
// nearest rounding; the best end counts. X is damped by `damping` of its diagonal's mean, which pulls to the weights as they are.
// A weight of 0 stays 0: a pattern of zeros is one that was asked for.
class AdaptiveRounding
{
public:
    // The moments, which must outlive this, are factorized once for all outputs.
    AdaptiveRounding(const Moments& moments, double damping);

    enum class Scales
    {
        Given,
        Searched // the fewer weights there are, the more scales are tried
    };
    RoundedWeights rounded(const RoundingProblem& problem, Scales scales) const;

private:
    const Moments& m_moments;
    double m_damping = 0;         // on X's diagonal
    std::vector<double> m_factor; // R of damped X = R' R; empty where there are too many unknowns
};

// The objective above plus `deviation` (of y from its mean): the squared error that is left, over all rows.
double squaredErrorOf(const RoundingProblem& problem, std::span<const std::int8_t> integers, double deviation);

} // namespace hone
