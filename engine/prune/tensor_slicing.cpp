// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/tensor_slicing.h"

#include <cstring>
#include <utility>

namespace hone
{
namespace
{

// A tensor as [outer, extent, inner] around one axis, in bytes.
struct AxisView
{
    std::size_t outer = 1;
    std::size_t extent = 1;
    std::size_t innerBytes = 1;
};

AxisView viewAround(const Tensor& tensor, std::size_t axis)
{
    AxisView view;
    view.innerBytes = elementBits(tensor.dtype()) / 8;
    for (std::size_t i = 0; i < tensor.shape().size(); ++i) {
        const auto extent = static_cast<std::size_t>(tensor.shape()[i]);
        if (i < axis)
            view.outer *= extent;
        else if (i == axis)
            view.extent = extent;
        else
            view.innerBytes *= extent;
    }
    return view;
}

// First index and length of each run that stays.
std::vector<std::pair<std::size_t, std::size_t>> stayingRuns(std::size_t extent, const std::vector<std::int64_t>& removed)
{
    std::vector<std::pair<std::size_t, std::size_t>> runs;
    std::size_t from = 0;
    for (const std::int64_t index : removed) {
        const auto gap = static_cast<std::size_t>(index);
        if (gap > from)
            runs.emplace_back(from, gap - from);
        from = gap + 1;
    }
    if (extent > from)
        runs.emplace_back(from, extent - from);
    return runs;
}

Tensor withoutIndices(const Tensor& tensor, std::size_t axis, const std::vector<std::int64_t>& removed)
{
    const AxisView view = viewAround(tensor, axis);
    const auto runs = stayingRuns(view.extent, removed);
    Dimensions shape = tensor.shape();
    shape[axis] -= static_cast<std::int64_t>(removed.size());
    Tensor result(tensor.dtype(), shape);
    const std::byte* from = tensor.bytes().data();
    std::byte* to = result.mutableBytes().data();
    for (std::size_t o = 0; o < view.outer; ++o, from += view.extent * view.innerBytes)
        for (const auto& [first, count] : runs) {
            std::memcpy(to, from + first * view.innerBytes, count * view.innerBytes);
            to += count * view.innerBytes;
        }
    return result;
}

} // namespace

Tensor withoutIndices(const Tensor& tensor, const RemovedIndices& removed)
{
    Tensor result = tensor;
    for (std::size_t axis = 0; axis < removed.size(); ++axis)
        if (!removed[axis].empty())
            result = withoutIndices(result, axis, removed[axis]);
    return result;
}

Tensor withZeros(const Tensor& tensor, int axis, const std::vector<std::int64_t>& indices)
{
    Tensor result = tensor;
    const AxisView view = viewAround(tensor, static_cast<std::size_t>(axis));
    std::byte* bytes = result.mutableBytes().data();
    for (std::size_t o = 0; o < view.outer; ++o)
        for (const std::int64_t i : indices)
            std::memset(bytes + (o * view.extent + static_cast<std::size_t>(i)) * view.innerBytes, 0, view.innerBytes);
    return result;
}

} // namespace hone
