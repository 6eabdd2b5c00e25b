// SPDX-License-Identifier: GPL-3.0-or-later
// How many bits of a signed weight this processor's products bear.
#pragma once

#include "quantize/quantize.h"

#include <vector>

namespace hone
{

// Whether sums of u8 x s8 products saturate in 16 bits here: x86 without VNNI.
bool productsSaturateHere();

// The largest weight: 127, or 63 (255 * 63 * 2 fits those 16 bits). Adds ReducedWeightRange where the processor decided.
int largestWeight(WeightRange range, std::vector<Message>& notices);

} // namespace hone
