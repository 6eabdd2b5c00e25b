// SPDX-License-Identifier: GPL-3.0-or-later
// Matrices taken apart, by LibTorch's LAPACK (loaded on first use), in double precision.
#pragma once

#include "core/tensor.h"

#include <vector>

namespace hone
{

// A = U diag(s) V', s falling.
struct SingularValues
{
    Tensor left;                // U [rows, k], float64, k = min(rows, columns)
    std::vector<double> values; // s
    Tensor right;               // V' [k, columns]
};

// Of a [rows, columns] matrix of float32 or float64. Throws Error(ModuleMissing).
SingularValues singularValues(const Tensor& matrix);

// Directions in which samples spread (Pearson 1901; Hotelling 1933).
struct PrincipalAxes
{
    Tensor axes;                   // [n, n], float64: a direction a column, the widest first
    std::vector<double> variances; // along them
    std::vector<double> mean;      // [n]
};

// Of samples [count, n], float32 or float64, count > 0.
PrincipalAxes principalAxes(const Tensor& samples);

} // namespace hone
