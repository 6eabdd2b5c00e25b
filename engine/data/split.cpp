// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/split.h"

#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace hone
{
namespace
{

using Indices = std::vector<std::size_t>;

std::vector<Indices> shuffledByClass(const std::vector<Sample>& samples, std::size_t classes, std::uint64_t seed)
{
    std::vector<Indices> byClass(classes);
    for (std::size_t i = 0; i < samples.size(); ++i)
        byClass[std::size_t(samples[i].label)].push_back(i);
    for (std::size_t c = 0; c < classes; ++c)
        Random(seed, c).shuffle(std::span<std::size_t>(byClass[c]));
    return byClass;
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
    for (const auto& indices : shuffledByClass(train, classes, rule.seed)) {
        if (indices.size() < 2 || rule.fraction <= 0)
            continue;
        const auto count = std::min(shareOf(indices.size(), rule.fraction), indices.size() - 1);
        for (std::size_t i = 0; i < count; ++i)
            target[indices[i]] = Split::Validation;
    }
    distribute(samples, target);
}

void divide(SplitSamples& samples, std::size_t classes, std::uint64_t seed)
{
    constexpr double tenth = 0.1;
    const auto& all = samples[std::size_t(Split::Train)];
    std::vector<Split> target(all.size(), Split::Train);
    for (const auto& indices : shuffledByClass(all, classes, seed)) {
        if (indices.size() < 3)
            continue;
        const auto count = shareOf(indices.size(), tenth);
        for (std::size_t i = 0; i < count; ++i) {
            target[indices[i]] = Split::Test;
            target[indices[count + i]] = Split::Validation;
        }
    }
    distribute(samples, target);
}

} // namespace hone
