// SPDX-License-Identifier: GPL-3.0-or-later
// How many bits of a signed weight this processor's products bear.
#pragma once

#include "quantize/quantize.h"

#include <vector>

namespace hone
{

// Whether sums of u8 x s8 products saturate in 16 bits here: x86 without VNNI.
bool productsSaturateHere();

// The largest weight of 8 bits: 127, or 63 (255 * 63 * 2 fits those 16 bits); of 4 bits: 7.
int largestWeight(WeightRange range, int bits = 8);
// ReducedWeightRange where this processor decides so, else none.
std::vector<Message> weightRangeNotices(WeightRange range);

} // namespace hone
