// SPDX-License-Identifier: GPL-3.0-or-later
// The input of a smoke run, the same on the laptop and on the device: a picture that goes through the model's preprocessing, or
// noise for an input that takes no picture.
#pragma once

#include "core/tensor.h"
#include "preprocess/preprocess.h"

#include <optional>

namespace hone
{

// A picture of colour ramps with noise on them, larger than the model's input so that it is resized too.
Picture smokePicture(const Preprocess& preprocess);

// A picture as the model's input: [1, C, H, W] or [1, H, W, C], float32.
Tensor pictureInput(const Preprocess& preprocess, const Picture& picture);

// Input number `index` of a model that declares `dtype` and `shape` (free extents 1). The first one is smokePicture() where there
// is a preprocess; any other is uniform in [-1, 1) for floating point, 0 for integers.
// Throws Error(ModelInputUnsupported) for an element type that holds no numbers.
Tensor smokeInput(std::size_t index, DType dtype, const Dimensions& shape, const std::optional<Preprocess>& preprocess);

} // namespace hone
