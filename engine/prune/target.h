// SPDX-License-Identifier: GPL-3.0-or-later
// How small a model shall get, in what it costs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hone
{

enum class TargetKind
{
    Macs,
    Parameters,
    Bytes,    // of the file
    Memory,   // peak activation bytes at batch 1
    LatencyMs // p50, measured
};

// Absolute, or a factor of what the model has before.
struct TargetValue
{
    enum class Unit
    {
        Absolute,
        OfBefore
    };
    double number = 0; // 0: none is asked for
    Unit unit = Unit::Absolute;

    bool given() const { return number > 0; }
    double wanted(double before) const { return unit == Unit::OfBefore ? number * before : number; }
    double wantedIfAbsolute() const { return unit == Unit::Absolute ? number : 0; }
    bool operator==(const TargetValue&) const = default;
};

// A number above 0, then k, M or G (thousands, millions, ...), which may be followed by B (also kB, KiB, MiB,
// GiB: of 1024), or x (a factor of before). "20M", "200kB", "1.5", "0.5x". nullopt for anything else.
std::optional<TargetValue> targetFromText(std::string_view text);
// Such that it can be read again; empty where none is asked for.
std::string toText(const TargetValue& value);

struct PruneTarget
{
    TargetKind kind = TargetKind::Macs;
    TargetValue value;
};

// As parameters of a step: at most one is given.
struct PruneTargets
{
    TargetValue macs;
    TargetValue parameters;
    TargetValue bytes;
    TargetValue memory;
    TargetValue latencyMs;
};

// The one that is given. Throws Error(BadOption) where there are several.
std::optional<PruneTarget> targetOf(const PruneTargets& targets);

// For sentences: "MAC count", and a number in that ("17.57 M", "200 kB", "1.5 ms").
std::string nameOf(TargetKind kind);
// Behind a number: "MACs", "parameters", "bytes", "bytes of memory", "ms".
std::string unitOf(TargetKind kind);
std::string amountText(TargetKind kind, double amount);

} // namespace hone
