// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/mixed_precision.h"

#include "core/error.h"

#include <fmt/format.h>

#include <algorithm>

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

namespace
{

class Chooser
{
public:
    explicit Chooser(const PrecisionSearch& search) : m_search(search)
    {
        const auto fits = withinBudget(search.ordered, search.most);
        for (const auto& layer : search.ordered) {
            m_all += static_cast<double>(layer.macs);
            if (fits.contains(layer.name))
                m_order.push_back(&layer);
        }
    }

    PrecisionChoice choose()
    {
        for (const auto& budget : m_search.budgets)
            if (budget.addsUp)
                passOver(budget);
        std::size_t most = std::min(m_order.size(), m_search.ordered.size() - std::min(m_search.leaves, m_search.ordered.size()));
        for (const auto& budget : m_search.budgets)
            most = longestWithin(budget, most);
        if (m_search.maxDrop >= anyDrop)
            return finish(most);
        std::size_t few = 0;
        std::size_t enough = most;
        if (drops(0))
            enough = 0;
        else if (!drops(enough)) {
            const auto shorter = anyWithinTheBound(most);
            if (!shorter)
                return std::move(m_choice);
            enough = *shorter;
        }
        while (enough > few + 1) {
            const auto middle = (few + enough) / 2;
            (drops(middle) ? enough : few) = middle;
        }
        return finish(enough);
    }

private:
    std::optional<std::size_t> anyWithinTheBound(std::size_t below)
    {
        constexpr std::size_t parts = 8;
        for (std::size_t part = parts - 1; part > 0; --part)
            if (const auto count = below * part / parts; count > 0 && count < below && drops(count))
                return count;
        return std::nullopt;
    }

    PrecisionChoice finish(std::size_t count)
    {
        m_choice.raised = beginning(count);
        m_choice.met = true;
        return std::move(m_choice);
    }

    std::set<std::string> beginning(std::size_t count) const
    {
        std::set<std::string> names;
        for (std::size_t i = 0; i < count; ++i)
            names.insert(m_order[i]->name);
        return names;
    }

    PrecisionStep& step(std::size_t count)
    {
        const auto known = std::ranges::find(m_choice.steps, count, &PrecisionStep::floatLayers);
        if (known != m_choice.steps.end())
            return *known;
        double macs = 0;
        for (std::size_t i = 0; i < count; ++i)
            macs += static_cast<double>(m_order[i]->macs);
        m_choice.steps.push_back({count, m_all > 0 ? macs / m_all : 0, {}, {}, {}});
        return m_choice.steps.back();
    }

    bool drops(std::size_t count)
    {
        auto& drop = step(count).drop;
        if (!drop)
            drop = m_search.dropWith(beginning(count));
        return *drop <= m_search.maxDrop;
    }

    bool isWithin(const PrecisionBudget& budget, std::size_t count)
    {
        auto& cost = step(count).*budget.kept;
        if (!cost)
            cost = budget.costWith(beginning(count));
        return *cost <= budget.aim * budget.most;
    }

    // Leaves the layers that fit, one after the other.
    void passOver(const PrecisionBudget& budget)
    {
        std::set<std::string> names;
        std::erase_if(m_order, [&](const LayerDamage* layer) {
            names.insert(layer->name);
            const bool fits = budget.costWith(names) <= budget.aim * budget.most;
            if (!fits)
                names.erase(layer->name);
            return !fits;
        });
    }

    std::size_t longestWithin(const PrecisionBudget& budget, std::size_t most)
    {
        if (isWithin(budget, most))
            return most;
        if (!isWithin(budget, 0))
            throw Error(MessageCode::TargetUnreachable, {{"what", std::string(budget.what)},
                                                         {"wanted", fmt::format("{:g}", budget.most)},
                                                         {"reachable", fmt::format("{:g}", *(step(0).*budget.kept))},
                                                         {"detail", "every layer that can be is on integers there"}});
        std::size_t within = 0;
        while (most > within + 1) {
            const auto middle = (within + most) / 2;
            (isWithin(budget, middle) ? within : most) = middle;
        }
        return within;
    }

    const PrecisionSearch& m_search;
    std::vector<const LayerDamage*> m_order;
    double m_all = 0;
    PrecisionChoice m_choice;
};

} // namespace

PrecisionChoice choosePrecision(const PrecisionSearch& search)
{
    return Chooser(search).choose();
}

} // namespace hone
