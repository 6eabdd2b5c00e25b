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

double learningRateAt(const TrainOptions& options, std::int64_t step, std::int64_t stepsPerEpoch)
{
    const double base = baseLearningRate(options);
    const auto at = static_cast<double>(step);
    const double total = static_cast<double>(stepsPerEpoch) * options.epochs;
    const double warmUp = std::min(options.warmUpEpochs * static_cast<double>(stepsPerEpoch), total);
    if (at < warmUp)
        return base * (at + 1) / (warmUp + 1);
    switch (options.schedule) {
    case Schedule::Constant:
        return base;
    case Schedule::Cosine:
        return base / 2 * (1 + std::cos(std::numbers::pi * (at - warmUp) / std::max(1.0, total - warmUp)));
    case Schedule::Step:
        return base * std::pow(options.stepFactor, step / (stepsPerEpoch * std::max(1, options.stepEpochs)));
    }
    return base;
}

} // namespace hone
