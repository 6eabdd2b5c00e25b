// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/metric.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

namespace hone
{
namespace
{

struct KindFacts
{
    MetricKind kind;
    std::string_view name;
    std::string_view label;
    bool higherIsBetter;
};

constexpr std::array kinds = {
    KindFacts{MetricKind::Top1, "top1", "top-1", true},
    KindFacts{MetricKind::MeanAbsoluteError, "mae", "MAE", false},
    KindFacts{MetricKind::AreaUnderCurve, "auc", "AUC", true},
    KindFacts{MetricKind::ReconstructionError, "mse", "reconstruction error", false},
    KindFacts{MetricKind::Cosine, "cosine", "cosine", true},
};

constexpr double rounding = 1e-9; // of fractions that come from counts
constexpr double errorFactor = 5;

const KindFacts& factsOf(MetricKind kind)
{
    return kinds.at(static_cast<std::size_t>(kind));
}

// Larger is better, whatever the kind.
double merit(const TaskMetric& metric)
{
    if (std::isnan(metric.value))
        return -std::numeric_limits<double>::infinity();
    return higherIsBetter(metric.kind) ? metric.value : -metric.value;
}

} // namespace

std::string_view name(MetricKind kind)
{
    return factsOf(kind).name;
}

std::string_view label(MetricKind kind)
{
    return factsOf(kind).label;
}

std::optional<MetricKind> metricKindFromName(std::string_view text)
{
    for (const auto& facts : kinds)
        if (facts.name == text)
            return facts.kind;
    return std::nullopt;
}

bool higherIsBetter(MetricKind kind)
{
    return factsOf(kind).higherIsBetter;
}

std::string_view unit(MetricKind kind)
{
    return kind == MetricKind::Top1 ? "%" : "";
}

double inUnit(MetricKind kind, double value)
{
    return kind == MetricKind::Top1 ? 100 * value : value;
}

int decimals(MetricKind kind, double value)
{
    switch (kind) {
    case MetricKind::Top1: return 1;
    case MetricKind::AreaUnderCurve: return 3;
    case MetricKind::Cosine: return 5;
    case MetricKind::MeanAbsoluteError:
    case MetricKind::ReconstructionError: break;
    }
    const double size = std::abs(value);
    return size > 0 && std::isfinite(size) ? std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 8) : 0;
}

std::string numberText(MetricKind kind, double value)
{
    const double shown = inUnit(kind, value);
    return std::isfinite(shown) ? fmt::format("{:.{}f}", shown, decimals(kind, shown)) : "–";
}

double lowest(MetricKind kind)
{
    return kind == MetricKind::Cosine ? -1 : 0;
}

std::optional<double> highest(MetricKind kind)
{
    return higherIsBetter(kind) ? std::optional(inUnit(kind, 1)) : std::nullopt;
}

bool isBetter(const TaskMetric& a, const TaskMetric& b)
{
    return a.kind == b.kind && merit(a) > merit(b);
}

bool isWithin(const TaskMetric& metric, const TaskMetric& best, double tolerance)
{
    if (metric.kind != best.kind || std::isnan(metric.value))
        return false;
    const double unit = higherIsBetter(best.kind) ? 1 : errorFactor * std::abs(best.value);
    return merit(metric) >= merit(best) - (tolerance + rounding) * unit;
}

std::string halfWidthText(const TaskMetric& metric)
{
    const double half = inUnit(metric.kind, metric.halfWidth());
    return std::isfinite(half) ? fmt::format("{:.{}f}", half, decimals(metric.kind, inUnit(metric.kind, metric.value))) : "–";
}

Json toJson(const TaskMetric& metric)
{
    return {{"name", std::string(name(metric.kind))},
            {"value", metric.value},
            {"low", metric.low},
            {"high", metric.high},
            {"higherIsBetter", higherIsBetter(metric.kind)}};
}

std::optional<TaskMetric> metricFromJson(const Json& json)
{
    const auto kind = metricKindFromName(json.value("name", std::string()));
    const auto number = [&](const char* key) {
        const auto found = json.find(key);
        return found != json.end() && found->is_number() ? found->get<double>() : std::numeric_limits<double>::quiet_NaN();
    };
    return kind ? std::optional(TaskMetric{*kind, number("value"), number("low"), number("high")}) : std::nullopt;
}

} // namespace hone
