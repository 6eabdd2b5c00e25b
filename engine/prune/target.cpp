// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/target.h"

#include "core/error.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

namespace hone
{
namespace
{

constexpr std::pair<std::string_view, double> suffixes[] = {{"", 1},
                                                            {"k", 1e3},
                                                            {"M", 1e6},
                                                            {"G", 1e9},
                                                            {"B", 1},
                                                            {"kB", 1e3},
                                                            {"MB", 1e6},
                                                            {"GB", 1e9},
                                                            {"KiB", 1024},
                                                            {"MiB", 1024.0 * 1024},
                                                            {"GiB", 1024.0 * 1024 * 1024},
                                                            {"ms", 1}};

std::string shortest(double value)
{
    std::array<char, 32> characters;
    const auto end = std::to_chars(characters.data(), characters.data() + characters.size(), value).ptr;
    return {characters.data(), end};
}

std::string threeDigits(double value, const char* unit)
{
    std::array<char, 48> characters;
    // 3.999 M would be 4 M, which isn't what was measured.
    std::snprintf(characters.data(), characters.size(), "%.4g%s%s", value, *unit ? " " : "", unit);
    return characters.data();
}

} // namespace

std::optional<TargetValue> targetFromText(std::string_view text)
{
    TargetValue value;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), value.number);
    std::string_view suffix(stopped, static_cast<std::size_t>(text.data() + text.size() - stopped));
    while (suffix.starts_with(' '))
        suffix.remove_prefix(1);
    if (error != std::errc() || !std::isfinite(value.number) || !(value.number > 0))
        return std::nullopt;
    if (suffix == "x") {
        value.unit = TargetValue::Unit::OfBefore;
        return value;
    }
    for (const auto& [known, factor] : suffixes)
        if (suffix == known) {
            value.number *= factor;
            return value;
        }
    return std::nullopt;
}

std::string toText(const TargetValue& value)
{
    if (!value.given())
        return {};
    if (value.unit == TargetValue::Unit::OfBefore)
        return shortest(value.number) + "x";
    for (const auto& [suffix, factor] : {std::pair("G", 1e9), std::pair("M", 1e6), std::pair("k", 1e3)})
        if (const std::string text = shortest(value.number / factor) + suffix;
            value.number >= factor && text.size() <= 8 && targetFromText(text) == value)
            return text;
    return shortest(value.number);
}

std::optional<PruneTarget> targetOf(const PruneTargets& targets)
{
    const std::pair<PruneTarget, const char*> all[] = {{{TargetKind::Macs, targets.macs}, "--target-macs"},
                                                       {{TargetKind::Parameters, targets.parameters}, "--target-params"},
                                                       {{TargetKind::Bytes, targets.bytes}, "--target-bytes"},
                                                       {{TargetKind::Memory, targets.memory}, "--target-memory"},
                                                       {{TargetKind::LatencyMs, targets.latencyMs}, "--target-latency-ms"}};
    std::optional<PruneTarget> given;
    const char* first = nullptr;
    for (const auto& [target, flag] : all) {
        if (!target.value.given())
            continue;
        if (given)
            throw Error(MessageCode::BadOption,
                        {{"option", flag}, {"value", toText(target.value)}, {"expected", std::string("no ") + first + " beside it"}});
        given = target;
        first = flag;
    }
    return given;
}

std::string nameOf(TargetKind kind)
{
    switch (kind) {
    case TargetKind::Macs: return "MAC count";
    case TargetKind::Parameters: return "parameter count";
    case TargetKind::Bytes: return "file size";
    case TargetKind::Memory: return "peak activation memory";
    case TargetKind::LatencyMs: return "latency";
    }
    return {};
}

std::string unitOf(TargetKind kind)
{
    switch (kind) {
    case TargetKind::Macs: return "MACs";
    case TargetKind::Parameters: return "parameters";
    case TargetKind::Bytes: return "bytes";
    case TargetKind::Memory: return "bytes of memory";
    case TargetKind::LatencyMs: return "ms";
    }
    return {};
}

std::string amountText(TargetKind kind, double amount)
{
    if (kind == TargetKind::LatencyMs)
        return threeDigits(amount, "ms");
    const bool bytes = kind == TargetKind::Bytes || kind == TargetKind::Memory;
    if (amount >= 1e6)
        return threeDigits(amount / 1e6, bytes ? "MB" : "M");
    if (amount >= 1e3)
        return threeDigits(amount / 1e3, bytes ? "kB" : "k");
    return threeDigits(amount, bytes ? "bytes" : "");
}

} // namespace hone
