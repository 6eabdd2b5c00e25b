// SPDX-License-Identifier: GPL-3.0-or-later
#include "layerwise/cholesky.h"

#include <cmath>

namespace hone
{

bool factorizeCholesky(std::vector<double>& a, std::size_t n)
{
    for (std::size_t k = 0; k < n; ++k) {
        double* row = &a[k * n];
        if (!(row[k] > 0))
            return false;
        const double inverse = 1 / std::sqrt(row[k]);
        for (std::size_t j = k; j < n; ++j)
            row[j] *= inverse;
        for (std::size_t i = k + 1; i < n; ++i) {
            const double factor = row[i];
            double* target = &a[i * n];
            for (std::size_t j = i; j < n; ++j)
                target[j] -= factor * row[j];
        }
    }
    return true;
}

void substituteCholesky(const std::vector<double>& r, std::size_t n, std::vector<double>& b, std::size_t columns)
{
    const auto scale = [&](std::size_t i) {
        for (std::size_t c = 0; c < columns; ++c)
            b[i * columns + c] /= r[i * n + i];
    };
    const auto subtract = [&](std::size_t from, std::size_t factorTimes, double factor) {
        for (std::size_t c = 0; c < columns; ++c)
            b[from * columns + c] -= factor * b[factorTimes * columns + c];
    };
    for (std::size_t i = 0; i < n; ++i) {
        scale(i);
        for (std::size_t j = i + 1; j < n; ++j)
            subtract(j, i, r[i * n + j]);
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t j = i + 1; j < n; ++j)
            subtract(i, j, r[i * n + j]);
        scale(i);
    }
}

} // namespace hone
