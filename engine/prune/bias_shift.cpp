// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/bias_shift.h"

namespace hone
{

std::vector<double> biasShift(const Rows& rows, std::size_t channels)
{
    std::vector<double> shift(channels, 0);
    for (std::size_t i = 0; i < rows.count * channels; ++i)
        shift[i % channels] += (rows.targets[i] - rows.inputs[i]) / static_cast<double>(rows.count);
    return shift;
}

SquaredError errorWithShift(const Rows& rows, const std::vector<double>& shift)
{
    const std::size_t channels = shift.size();
    std::vector<double> mean(channels, 0);
    for (std::size_t i = 0; i < rows.count * channels; ++i)
        mean[i % channels] += rows.targets[i] / static_cast<double>(rows.count);
    SquaredError sum;
    for (std::size_t i = 0; i < rows.count * channels; ++i) {
        const double error = rows.targets[i] - rows.inputs[i] - shift[i % channels];
        const double deviation = rows.targets[i] - mean[i % channels];
        sum.error += error * error;
        sum.scale += deviation * deviation;
    }
    return sum;
}

} // namespace hone
