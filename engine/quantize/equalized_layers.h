// SPDX-License-Identifier: GPL-3.0-or-later
// Layers between which a quantized file's values have another scale a channel than the float model's, though both compute the same:
// cross-layer equalization (equalize.h) multiplies what the first layer makes by a factor for each channel and divides the second one's
// weights by it.
#pragma once

#include "quantize/layer_pairs.h"

#include <cstddef>
#include <string>
#include <vector>

namespace hone
{

struct EqualizedLayers
{
    std::string first; // layers by name
    std::string second;
    std::size_t channels = 0;
    double largestFactor = 1; // or the inverse of the smallest
};

struct EqualizationFound
{
    std::vector<EqualizedLayers> layers;
    // By pair: what the float model's value has to be multiplied by, channel by channel (axis 1); empty where it is comparable as it is.
    std::vector<std::vector<double>> factors;
};

// Told by the weights alone, never by values, so that no error of a value is taken for a factor. Along a chain of layers with only
// homogeneous ones between them, the stored weights from input c to output o are the float model's times t_o / s_c: s are the factors of
// what the layer reads, 1 for the chain's first, t those of what it makes, by least squares over each output's weights. A chain counts as
// equalized where
// - every output's weights fit so, with noise of at most -10 dB;
// - those that read a channel fit its factor, too, to 1 % and four standard errors (channels whose weights rounding has wiped out say
// nothing; at
//   least half of them do say it);
// - behind the last layer t is 1 again, likewise; and
// - somewhere t is further from 1 than 2 % and four standard errors.
// `prepared`: the float model as prepareForQuantization() leaves it.
EqualizationFound findEqualization(const Graph& prepared, const Graph& quantized, const std::vector<LayerPair>& pairs);

} // namespace hone
