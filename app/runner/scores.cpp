// SPDX-License-Identifier: GPL-3.0-or-later
#include "scores.h"

#include "failure.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hone::runner
{

std::vector<float> scoresOf(const std::vector<Tensor>& outputs)
{
    if (outputs.empty() || outputs.front().size() == 0)
        throw Failure(Failure::Kind::Input, "The model gives no scores.");
    return toFloats(outputs.front());
}

std::vector<double> probabilities(const std::vector<float>& scores)
{
    std::vector<double> values(scores.begin(), scores.end());
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    const bool none = std::any_of(values.begin(), values.end(), [](double value) { return value < 0 || value > 1; });
    if (!none && std::abs(sum - 1) < 1e-3)
        return values;
    const double largest = *std::max_element(values.begin(), values.end());
    for (auto& value : values)
        value = std::exp(value - largest);
    const double total = std::accumulate(values.begin(), values.end(), 0.0);
    for (auto& value : values)
        value /= total;
    return values;
}

std::size_t highest(const std::vector<float>& scores)
{
    return static_cast<std::size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

} // namespace hone::runner
