// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/mixed_precision.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace hone
{

std::vector<LayerDamage> byWorth(std::vector<LayerDamage> damage)
{
    const auto worth = [](const LayerDamage& layer) { return layer.noise() / static_cast<double>(std::max<std::int64_t>(1, layer.macs)); };
    std::ranges::stable_sort(damage, [&](const LayerDamage& a, const LayerDamage& b) { return worth(a) > worth(b); });
    return damage;
}

std::set<std::string> withinBudget(const std::vector<LayerDamage>& ordered, double macs)
{
    std::set<std::string> chosen;
    for (const auto& layer : ordered) {
        if (static_cast<double>(layer.macs) > macs)
            continue;
        macs -= static_cast<double>(layer.macs);
        chosen.insert(layer.name);
    }
    return chosen;
}

PrecisionChoice choosePrecision(const PrecisionSearch& search)
{
    const auto fits = withinBudget(search.ordered, search.most);
    std::vector<const LayerDamage*> order;
    for (const auto& layer : search.ordered)
        if (fits.contains(layer.name))
            order.push_back(&layer);
    const double all = std::accumulate(search.ordered.begin(), search.ordered.end(), 0.0,
                                       [](double sum, const LayerDamage& layer) { return sum + static_cast<double>(layer.macs); });
    PrecisionChoice choice;
    const auto beginning = [&](std::size_t count) {
        std::set<std::string> names;
        for (std::size_t i = 0; i < count; ++i)
            names.insert(order[i]->name);
        return names;
    };
    std::map<std::size_t, double> drops;
    const auto holds = [&](std::size_t count) {
        if (!drops.contains(count)) {
            drops[count] = search.dropWith(beginning(count));
            double macs = 0;
            for (std::size_t i = 0; i < count; ++i)
                macs += static_cast<double>(order[i]->macs);
            choice.steps.push_back({count, all > 0 ? macs / all : 0, drops[count]});
        }
        return drops[count] <= search.maxDrop;
    };
    std::size_t few = 0;
    std::size_t enough = order.size();
    if (holds(0))
        enough = 0;
    else if (!holds(enough))
        return choice;
    while (enough > few + 1) {
        const auto middle = (few + enough) / 2;
        (holds(middle) ? enough : few) = middle;
    }
    choice.keepFloat = beginning(enough);
    choice.met = true;
    return choice;
}

} // namespace hone
