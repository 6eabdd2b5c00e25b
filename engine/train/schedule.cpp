// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hone
{

double baseLearningRate(const TrainOptions& options)
{
    if (options.learningRate > 0)
        return options.learningRate;
    return options.optimizer == Optimizer::Sgd ? 0.01 : 0.001;
}

namespace
{

// From `from` to `to` along half a cosine, at a share of the way.
double alongCosine(double from, double to, double share)
{
    return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * share));
}

// Smith and Topin 2018, with a cosine in place of both straight lines and 25 and 10,000 as divisors, as is usual.
double oneCycleAt(double highest, double step, double steps)
{
    const double lowest = highest / 25;
    const double peak = 0.3 * steps - 1;
    if (step <= peak)
        return alongCosine(lowest, highest, step / peak);
    return alongCosine(highest, lowest / 1e4, std::min(1.0, (step - peak) / std::max(1.0, steps - 1 - peak)));
}

} // namespace

double learningRateAt(const TrainOptions& options, std::int64_t step, std::int64_t stepsPerEpoch)
{
    const double base = baseLearningRate(options);
    const auto at = static_cast<double>(step);
    const double total = static_cast<double>(stepsPerEpoch) * options.epochs;
    if (options.schedule == Schedule::OneCycle)
        return oneCycleAt(base, at, total);
    const double warmUp = std::min(options.warmUpEpochs * static_cast<double>(stepsPerEpoch), total);
    if (at < warmUp)
        return base * (at + 1) / (warmUp + 1);
    switch (options.schedule) {
    case Schedule::Constant: return base;
    case Schedule::Cosine: return base / 2 * (1 + std::cos(std::numbers::pi * (at - warmUp) / std::max(1.0, total - warmUp)));
    case Schedule::Step: return base * std::pow(options.stepFactor, step / (stepsPerEpoch * std::max(1, options.stepEpochs)));
    case Schedule::OneCycle: break;
    }
    return base;
}

} // namespace hone
