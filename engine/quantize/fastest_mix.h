// SPDX-License-Identifier: GPL-3.0-or-later
// Which layers to compute on integers and which in float, so that all of them together take the least time.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

namespace hone
{

// In microseconds.
struct LayerCost
{
    double floating = 0;
    double integer = 0;
    double toInteger = 0; // bringing its value, made in float, onto integers for whoever reads it so
    double toFloat = 0;   // the other way
    bool canBeInteger = true;
    std::vector<std::size_t> reads; // layers before it
};

// Places of the layers that are to be float. Each pays its time in its form, and its value is converted at most once, where some reader has
// the other form: a minimum cut of a network with a source (integers) and a sink (float) and one more node a layer and direction for the
// conversion (Picard and Ratliff 1975; augmenting along shortest paths as Edmonds and Karp 1972). On a tie a layer stays on integers.
std::set<std::size_t> fastestMix(const std::vector<LayerCost>& layers);

} // namespace hone
