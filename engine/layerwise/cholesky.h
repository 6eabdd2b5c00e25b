// SPDX-License-Identifier: GPL-3.0-or-later
// Cholesky's factorization of symmetric positive definite matrices in double, held row by row.
#pragma once

#include <cstddef>
#include <vector>

namespace hone
{

// a [n, n] = R' R, in place: R in the upper triangle, what is below it says nothing. False where the matrix isn't positive definite.
bool factorizeCholesky(std::vector<double>& a, std::size_t n);

// R' R x = b for every column of b [n, columns], in place.
void substituteCholesky(const std::vector<double>& r, std::size_t n, std::vector<double>& b, std::size_t columns);

} // namespace hone
