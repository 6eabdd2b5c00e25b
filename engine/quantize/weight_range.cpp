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

int largestWeight(WeightRange range, std::vector<Message>& notices)
{
    constexpr int full = 127;
    constexpr int reduced = 63;
    if (range != WeightRange::Automatic)
        return range == WeightRange::Reduced ? reduced : full;
    if (!productsSaturateHere())
        return full;
    notices.push_back({MessageCode::ReducedWeightRange, {{"processor", processorFacts()["processor"]}}});
    return reduced;
}

} // namespace hone
