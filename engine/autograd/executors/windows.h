// SPDX-License-Identifier: GPL-3.0-or-later
// Sliding windows of convolutions and pooling: extents, strides, and the padding that ONNX's three ways of asking for it mean.
#pragma once

#include "autograd/executor.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

struct WindowAttributes
{
    std::vector<std::int64_t> kernel;    // empty: the weight's
    std::vector<std::int64_t> strides;   // empty: 1
    std::vector<std::int64_t> dilations; // empty: 1
    std::vector<std::int64_t> pads;      // begins, then ends; empty: 0
    std::string autoPad;
    bool ceilMode = false;
};

WindowAttributes windowAttributes(const Node& node);

// For each spatial axis.
struct Windows
{
    std::vector<std::int64_t> kernel, strides, dilations, padBegin, padEnd;
    std::vector<std::int64_t> outputs; // number of windows

    bool isSymmetric() const { return padBegin == padEnd; }
    // Elements of the padded axis that windows touch, less those of the input and of padBegin; may be negative.
    std::vector<std::int64_t> touchedEnd(const std::vector<std::int64_t>& input) const;
};

// ONNX, operator Conv: SAME_UPPER gives ceil(input / stride) windows with the odd element of padding at the end.
Windows windowsFor(const WindowAttributes& attributes, const std::vector<std::int64_t>& kernel, const std::vector<std::int64_t>& input);

// [n, c, spatial...] padded (or cropped, where negative) along its spatial axes.
at::Tensor padSpatial(const at::Tensor& x, const std::vector<std::int64_t>& begin, const std::vector<std::int64_t>& end, double value);
std::vector<std::int64_t> spatialExtents(const at::Tensor& x);

} // namespace hone
