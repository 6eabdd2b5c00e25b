// SPDX-License-Identifier: GPL-3.0-or-later
// Which layers take more than 8 bits, float or 16, so that the rest, on 8-bit integers, is good enough.
#pragma once

#include "evaluate/evaluation.h"
#include "quantize/layer_damage.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

// Layers in the order in which they earn most for what they cost: the noise that they make at the model's output over their MACs.
std::vector<LayerDamage> byWorth(std::vector<LayerDamage> damage);

// Of the layers in that order, those that fit into so many MACs, one after the other.
std::set<std::string> withinBudget(const std::vector<LayerDamage>& ordered, double macs);

// What a budget allows of and what a choice costs of it.
struct PrecisionBudget
{
    std::string_view what; // "bytes", "latency"
    double most = 0;
    std::function<double(const std::set<std::string>&)> costWith; // these layers raised
    std::optional<double> PrecisionStep::*kept = nullptr;
    bool addsUp = false; // over layers, and is quick to find: those that don't fit are passed over
    double aim = 1;      // share of `most` that may be used: below 1 where costs are measured and have noise
};

struct PrecisionSearch
{
    std::vector<LayerDamage> ordered;                             // byWorth
    double most = 0;                                              // MACs that may be raised
    double maxDrop = anyDrop;                                     // points
    std::function<double(const std::set<std::string>&)> dropWith; // these layers raised: what is lost
    std::vector<PrecisionBudget> budgets = {};
    std::size_t leaves = 0; // layers that must stay as they are
};

struct PrecisionChoice
{
    std::set<std::string> raised;
    std::vector<PrecisionStep> steps;
    bool met = false; // false: not even with all that may be raised
};

// With a bound on the drop the shortest beginning of the order that is within it, and without one the longest that the budgets allow; both
// found by halving, each step measured; where the longest beginning isn't within the bound, which a drop that doesn't fall with every layer
// may be the reason of, shorter ones are tried. Throws Error(TargetUnreachable) where not even all layers on integers are within a budget.
PrecisionChoice choosePrecision(const PrecisionSearch& search);

} // namespace hone
