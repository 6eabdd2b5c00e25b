// SPDX-License-Identifier: GPL-3.0-or-later
// Which layers stay float so that the rest, on integers, is good enough.
#pragma once

#include "evaluate/evaluation.h"
#include "quantize/layer_damage.h"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace hone
{

// Layers in the order in which they earn most for what they cost: the noise that they make at the model's output over their MACs.
std::vector<LayerDamage> byWorth(std::vector<LayerDamage> damage);

// Of the layers in that order, those that fit into so many MACs, one after the other.
std::set<std::string> withinBudget(const std::vector<LayerDamage>& ordered, double macs);

struct PrecisionSearch
{
    std::vector<LayerDamage> ordered;                             // byWorth
    double most = 0;                                              // MACs that may stay float
    double maxDrop = 0;                                           // points
    std::function<double(const std::set<std::string>&)> dropWith; // these layers float: what is lost
};

struct PrecisionChoice
{
    std::set<std::string> keepFloat;
    std::vector<PrecisionStep> steps;
    bool met = false; // false: not even with all that may stay float
};

// The shortest beginning of the order whose drop is within the bound, found by halving; each step is measured.
PrecisionChoice choosePrecision(const PrecisionSearch& search);

} // namespace hone
