// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/split.h"

#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace hone
{
namespace
{

using Indices = std::vector<std::size_t>;

// What stays together: a group's samples, or one that is in none.
struct Unit
{
    Indices samples;
    int label = 0;
    bool mixed = false; // of more than one class
};

std::vector<Unit> unitsOf(const std::vector<Sample>& samples)
{
    std::vector<Unit> units;
    std::map<std::int32_t, std::size_t> unitOfGroup;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const int label = std::max(0, samples[i].label);
        const auto [place, isNew] =
            samples[i].group < 0 ? std::pair(unitOfGroup.end(), true) : unitOfGroup.emplace(samples[i].group, units.size());
        if (isNew) {
            units.push_back({{i}, label});
            continue;
        }
        auto& unit = units[place->second];
        unit.samples.push_back(i);
        unit.mixed = unit.mixed || unit.label != label;
    }
    return units;
}

// Groups that hold several classes (a speaker's words) are drawn without regard to them.
std::vector<std::vector<Unit>> shuffledByClass(const std::vector<Sample>& samples, std::size_t classes, std::uint64_t seed)
{
    auto units = unitsOf(samples);
    const bool mixed = std::any_of(units.begin(), units.end(), [](const Unit& unit) { return unit.mixed; });
    std::vector<std::vector<Unit>> byClass(mixed ? 1 : std::max<std::size_t>(1, classes));
    for (auto& unit : units)
        byClass[mixed ? 0 : std::size_t(unit.label)].push_back(std::move(unit));
    for (std::size_t c = 0; c < byClass.size(); ++c)
        Random(seed, c).shuffle(std::span<Unit>(byClass[c]));
    return byClass;
}

void assign(std::vector<Split>& target, const Unit& unit, Split split)
{
    for (const auto sample : unit.samples)
        target[sample] = split;
}

std::size_t shareOf(std::size_t count, double fraction)
{
    return std::max<std::size_t>(1, std::size_t(std::llround(fraction * double(count))));
}

// Distributes Train's samples by `target`, one Split for each.
void distribute(SplitSamples& samples, const std::vector<Split>& target)
{
    std::vector<Sample> all = std::move(samples[std::size_t(Split::Train)]);
    samples[std::size_t(Split::Train)].clear();
    for (std::size_t i = 0; i < all.size(); ++i)
        samples[std::size_t(target[i])].push_back(std::move(all[i]));
}

} // namespace

void takeValidation(SplitSamples& samples, std::size_t classes, const ValidationRule& rule)
{
    const auto& train = samples[std::size_t(Split::Train)];
    std::vector<Split> target(train.size(), Split::Train);
    for (const auto& units : shuffledByClass(train, classes, rule.seed)) {
        if (units.size() < 2 || rule.fraction <= 0)
            continue;
        const auto count = std::min(shareOf(units.size(), rule.fraction), units.size() - 1);
        for (std::size_t i = 0; i < count; ++i)
            assign(target, units[i], Split::Validation);
    }
    distribute(samples, target);
}

void divide(SplitSamples& samples, std::size_t classes, std::uint64_t seed)
{
    constexpr double tenth = 0.1;
    const auto& all = samples[std::size_t(Split::Train)];
    std::vector<Split> target(all.size(), Split::Train);
    for (const auto& units : shuffledByClass(all, classes, seed)) {
        if (units.size() < 3)
            continue;
        const auto count = shareOf(units.size(), tenth);
        for (std::size_t i = 0; i < count; ++i) {
            assign(target, units[i], Split::Test);
            assign(target, units[count + i], Split::Validation);
        }
    }
    distribute(samples, target);
}

} // namespace hone
