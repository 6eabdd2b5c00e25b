// SPDX-License-Identifier: GPL-3.0-or-later
// The input of a smoke run, the same on the laptop and on the device: a sample that goes through the model's preprocessing, or
// noise for an input that has none.
#pragma once

#include "core/tensor.h"
#include "preprocess/preprocess.h"

#include <optional>

namespace hone
{

// A picture of colour ramps with noise on them, a rising tone with noise, or noise alone; larger or longer than the model's input, and
// a sound at another rate, so that it is brought to size too.
RawSample smokeSample(const Preprocess& preprocess);

// Input number `index` of a model that declares `dtype` and `shape` (free extents 1). The first one is smokeSample() where there
// is a preprocess; any other is uniform in [-1, 1) for floating point, 0 for integers.
// Throws Error(ModelInputUnsupported) for an element type that holds no numbers.
Tensor smokeInput(std::size_t index, DType dtype, const Dimensions& shape, const std::optional<Preprocess>& preprocess);

} // namespace hone
