// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/weight_range.h"

#include "core/version.h"

namespace hone
{

bool productsSaturateHere()
{
#if defined(__x86_64__) || defined(__i386__)
    const auto features = processorFacts()["features"];
    for (const auto* exact : {"avx512_vnni", "avx_vnni", "amx_int8"})
        if (features.find(exact) != features.npos)
            return false;
    return true;
#else
    return false;
#endif
}

int largestWeight(WeightRange range, int bits)
{
    constexpr int full = 127;
    constexpr int reduced = 63;
    if (bits < 8)
        return (1 << (bits - 1)) - 1;
    return range == WeightRange::Reduced || (range == WeightRange::Automatic && productsSaturateHere()) ? reduced : full;
}

std::vector<Message> weightRangeNotices(WeightRange range)
{
    if (range != WeightRange::Automatic || !productsSaturateHere())
        return {};
    return {{MessageCode::ReducedWeightRange, {{"processor", processorFacts()["processor"]}}}};
}

} // namespace hone
