// SPDX-License-Identifier: GPL-3.0-or-later
// Whole slices of a tensor taken out or set to zero.
#pragma once

#include "core/tensor.h"

#include <cstdint>
#include <vector>

namespace hone
{

// Indices that leave, sorted, each once; one list an axis.
using RemovedIndices = std::vector<std::vector<std::int64_t>>;

// Elements of whole bytes only.
Tensor withoutIndices(const Tensor& tensor, const RemovedIndices& removed);
Tensor withZeros(const Tensor& tensor, int axis, const std::vector<std::int64_t>& indices);

} // namespace hone
