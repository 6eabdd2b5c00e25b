// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/prune_options.h"

#include "core/error.h"

#include <array>
#include <charconv>
#include <cmath>

namespace hone
{
namespace
{

// The shortest text that gives the same number again.
std::string text(double value)
{
    std::array<char, 32> characters;
    const auto end = std::to_chars(characters.data(), characters.data() + characters.size(), value).ptr;
    return {characters.data(), end};
}

void requireRatio(double ratio)
{
    if (!(ratio >= 0 && ratio < 1)) // also not a number
        throw Error(MessageCode::RatioOutOfRange, {{"ratio", text(ratio)}});
}

} // namespace

void requireConsistent(const PruneOptions& options)
{
    requireRatio(options.ratio);
    for (const auto& [layer, ratio] : options.layerRatios)
        if (!(ratio >= 0 && ratio < 1))
            throw Error(MessageCode::BadOption,
                        {{"option", "--ratio-of"}, {"value", layer + "=" + text(ratio)}, {"expected", "a ratio from 0 to below 1"}});
    for (const auto& [layer, floor] : options.layerFloors)
        if (!(floor >= 1) || floor != std::floor(floor))
            throw Error(MessageCode::BadOption,
                        {{"option", "--at-least-of"}, {"value", layer + "=" + text(floor)}, {"expected", "a whole number from 1"}});
    const bool byLayer = options.scope == PruningScope::Layer;
    const auto target = targetOf(options.targets);
    if (target && options.ratio != PruneOptions{}.ratio)
        throw Error(MessageCode::BadOption, {{"option", "--ratio"}, {"value", text(options.ratio)}, {"expected", "no target beside it"}});
    if (target && byLayer)
        throw Error(MessageCode::BadOption,
                    {{"option", "--scope"}, {"value", "layer"}, {"expected", "ratios by layer (--ratio-of) and no target"}});
    if (byLayer && options.layerRatios.empty())
        throw Error(
            MessageCode::BadOption,
            {{"option", "--scope"}, {"value", "layer"}, {"expected", "the layers and their ratios with it (--ratio-of NAME=RATIO)"}});
    if (!byLayer && !options.layerRatios.empty()) {
        const auto& [layer, ratio] = *options.layerRatios.begin();
        throw Error(MessageCode::BadOption,
                    {{"option", "--ratio-of"}, {"value", layer + "=" + text(ratio)}, {"expected", "--scope layer with it"}});
    }
}

} // namespace hone
