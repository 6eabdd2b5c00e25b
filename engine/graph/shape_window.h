// SPDX-License-Identifier: GPL-3.0-or-later
// What convolutions and poolings share: a window that slides over the extents behind batch and channels.
#pragma once

#include "graph/shape_rules.h"

#include <vector>

namespace hone
{

struct Window
{
    std::vector<std::int64_t> kernel;
    std::vector<std::int64_t> strides;
    std::vector<std::int64_t> dilations;
    std::vector<std::int64_t> padsBegin;
    std::vector<std::int64_t> padsEnd;
    bool padsToSame = false; // auto_pad is SAME_UPPER or SAME_LOWER
};

// Attributes, checked; the kernel is given, since a convolution's weights have it.
Window readWindow(const RuleContext& node, std::vector<std::int64_t> kernel);

enum class Rounding
{
    Down,
    Up
};

// spatial: the input's extents behind channels; free ones stay free. Throws Error(ShapeMismatch) where the window is
// larger than the padded input.
Shape slide(const RuleContext& node, const Window& window, const Shape& spatial, Rounding rounding);

} // namespace hone
