// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace hone
{

std::vector<std::int64_t> integersIn(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.to(at::kLong).contiguous();
    const auto* first = flat.data_ptr<std::int64_t>();
    return {first, first + flat.numel()};
}

at::Tensor integerTensor(const std::vector<std::int64_t>& values)
{
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kLong);
    std::copy(values.begin(), values.end(), tensor.data_ptr<std::int64_t>());
    return tensor;
}

std::int64_t axisFromStart(std::int64_t axis, std::int64_t rank)
{
    const std::int64_t fromStart = axis < 0 ? axis + rank : axis;
    if (fromStart < 0 || fromStart >= std::max<std::int64_t>(rank, 1))
        throw Error(MessageCode::ShapeMismatch, {{"node", ""},
                                                 {"detail", "axis " + std::to_string(axis) + " of a tensor of rank " +
                                                                std::to_string(rank)}});
    return fromStart;
}

AxesSource::AxesSource(const NodeSpec& spec, std::string attribute, std::size_t input, bool asInput)
    : m_asInput(asInput), m_input(input), m_hasAttribute(spec.node.hasAttribute(attribute)),
      m_attribute(spec.node.intsAttribute(attribute))
{
}

bool AxesSource::isGiven(const NodeRun& run) const
{
    return m_asInput ? run.hasInput(m_input) : m_hasAttribute;
}

std::vector<std::int64_t> AxesSource::values(const NodeRun& run) const
{
    if (!m_asInput)
        return m_attribute;
    return run.hasInput(m_input) ? integersIn(run.input(m_input)) : std::vector<std::int64_t>{};
}

std::vector<std::int64_t> paddedIndices(std::int64_t extent, std::int64_t before, std::int64_t after,
                                        const std::string& mode)
{
    std::vector<std::int64_t> indices;
    for (std::int64_t at = -before; at < extent + after; ++at) {
        std::int64_t from = at;
        if (mode == "reflect" && extent > 1) {
            const std::int64_t period = 2 * (extent - 1);
            from = ((at % period) + period) % period;
            from = from < extent ? from : period - from;
        } else if (mode == "wrap") {
            from = ((at % extent) + extent) % extent;
        } else {
            from = std::clamp<std::int64_t>(at, 0, extent - 1);
        }
        indices.push_back(from);
    }
    return indices;
}

} // namespace hone
