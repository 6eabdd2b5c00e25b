// SPDX-License-Identifier: GPL-3.0-or-later
// Models that take raw bytes: their preprocessing is inside of them.
#pragma once

#include "core/tensor.h"

namespace hone
{

// Float values as a model's input takes them: rounded to 0..255 for UInt8, as they are otherwise.
Tensor asTaken(const Tensor& values, DType dtype);

} // namespace hone
