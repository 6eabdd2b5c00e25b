// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/tensor_slicing.h"

#include <algorithm>
#include <cstring>

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

Tensor withoutIndices(const Tensor& tensor, std::size_t axis, const std::vector<std::int64_t>& removed)
{
    const AxisView view = viewAround(tensor, axis);
    Dimensions shape = tensor.shape();
    shape[axis] -= static_cast<std::int64_t>(removed.size());
    Tensor result(tensor.dtype(), shape);
    const std::byte* from = tensor.bytes().data();
    std::byte* to = result.mutableBytes().data();
    for (std::size_t o = 0; o < view.outer; ++o)
        for (std::size_t i = 0; i < view.extent; ++i, from += view.innerBytes) {
            if (std::binary_search(removed.begin(), removed.end(), static_cast<std::int64_t>(i)))
                continue;
            std::memcpy(to, from, view.innerBytes);
            to += view.innerBytes;
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
