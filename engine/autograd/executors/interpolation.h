// SPDX-License-Identifier: GPL-3.0-or-later
// Interpolation along one axis, as ONNX's operator Resize defines it: which elements each new one is made from, and with what weights.
#pragma once

#include "autograd/executor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

enum class Interpolation
{
    Nearest,
    Linear,
    Cubic
};

struct ResizeMode
{
    Interpolation interpolation = Interpolation::Nearest;
    std::string coordinates = "half_pixel"; // coordinate_transformation_mode
    std::string nearest = "round_prefer_floor";
    double cubicCoefficient = -0.75;
    bool antialias = false;
    bool excludeOutside = false; // elements beyond the edge have no weight, instead of being the edge's
    double extrapolation = 0;    // tf_crop_and_resize: of what lies beyond the input
};

struct AxisResize
{
    std::int64_t from = 0, to = 0;
    double scale = 1;
    double regionStart = 0, regionEnd = 1; // tf_crop_and_resize: the part of the axis that is taken
};

// x resized along each axis that changes; linear in x, so gradients pass.
at::Tensor resized(const at::Tensor& x, const std::vector<AxisResize>& axes, const ResizeMode& mode);

} // namespace hone
