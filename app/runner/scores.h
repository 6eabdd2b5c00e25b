// SPDX-License-Identifier: GPL-3.0-or-later
// From a model's first output to classes.
#pragma once

#include "core/tensor.h"

#include <vector>

namespace hone::runner
{

std::vector<float> scoresOf(const std::vector<Tensor>& outputs);
// Softmax, unless the scores are probabilities already.
std::vector<double> probabilities(const std::vector<float>& scores);
// Index of the highest; the first of equals. Throws Failure where there is none.
std::size_t highest(const std::vector<float>& scores);

} // namespace hone::runner
