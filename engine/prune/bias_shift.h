// SPDX-License-Identifier: GPL-3.0-or-later
// The bias of a layer that can't be solved, taken anew: so that its outputs have the mean that they had in the original.
#pragma once

#include "layerwise/least_squares.h"

#include <cstddef>
#include <vector>

namespace hone
{

// By channel, the mean over rows of targets (what the layer made in the original) less that of inputs (what it makes now). Both
// [rows, channels].
std::vector<double> biasShift(const Rows& rows, std::size_t channels);
// Of inputs + shift against the targets; over the targets' squared deviation from their mean.
SquaredError errorWithShift(const Rows& rows, const std::vector<double>& shift);

} // namespace hone
