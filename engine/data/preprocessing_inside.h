// SPDX-License-Identifier: GPL-3.0-or-later
// Preprocessing as a model's first nodes, so that a device hands over what its camera or sensor gives.
#pragma once

#include "graph/graph.h"
#include "preprocess/preprocess.h"

#include <optional>
#include <string>

namespace hone
{

struct PictureSize
{
    int height = 0;
    int width = 0;
};

struct RawInputOptions
{
    Layout layout = Layout::Nhwc;    // of the pixels handed over
    std::optional<PictureSize> size; // of the pictures handed over, which the model then resizes; none: they come in its own size
};

// A copy of the model whose input, of the same name, takes raw samples; its card says so, and Hone feeds it so.
// Pictures: uint8 [N, H, W, C] or [N, C, H, W], channels in the order that the model takes. Cast, Transpose where layouts differ, a
// resizing (antialiased bilinear, without rounding in between) where sizes differ, Sub, Mul. Sounds, windows and tensors: float32, Sub,
// Mul; features of a sound are still computed before. `preprocess`: complete, as a Pairing has it. `name` for errors. Throws
// Error(PreprocessingInside, PreprocessingNotWritable).
Graph withPreprocessingInside(const Graph& graph, const Preprocess& preprocess, const RawInputOptions& options, const std::string& name);

} // namespace hone
