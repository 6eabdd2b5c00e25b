// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace hone
{

void throwUnfit(const std::string& detail)
{
    throw Error(MessageCode::ShapeMismatch, {{"node", ""}, {"detail", detail}});
}

std::vector<std::int64_t> integersIn(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.to(at::kLong).contiguous();
    const auto* first = flat.data_ptr<std::int64_t>();
    return {first, first + flat.numel()};
}

std::vector<double> numbersIn(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.detach().to(at::kDouble).contiguous();
    const auto* first = flat.data_ptr<double>();
    return {first, first + flat.numel()};
}

at::Tensor integerTensor(const std::vector<std::int64_t>& values)
{
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kLong);
    std::copy(values.begin(), values.end(), tensor.data_ptr<std::int64_t>());
    return tensor;
}

at::Tensor numberTensor(const std::vector<double>& values)
{
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kDouble);
    std::copy(values.begin(), values.end(), tensor.data_ptr<double>());
    return tensor;
}

std::int64_t axisFromStart(std::int64_t axis, std::int64_t rank)
{
    const std::int64_t fromStart = axis < 0 ? axis + rank : axis;
    if (fromStart < 0 || fromStart >= std::max<std::int64_t>(rank, 1))
        throwUnfit("axis " + std::to_string(axis) + " of a tensor of rank " + std::to_string(rank));
    return fromStart;
}

std::vector<std::int64_t> axesFromStart(std::vector<std::int64_t> axes, std::int64_t rank)
{
    for (std::int64_t& axis : axes)
        axis = axisFromStart(axis, rank);
    return axes;
}

at::Tensor indicesFromStart(const at::Tensor& indices, std::int64_t extent)
{
    const at::Tensor wide = indices.to(at::kLong);
    return at::where(wide < 0, wide + extent, wide);
}

std::int64_t productOf(const std::vector<std::int64_t>& extents)
{
    return std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>());
}

namespace
{

DType typeOf(const Graph& graph, ValueId id)
{
    if (!id.valid())
        return DType::Undefined;
    const Value& value = graph.value(id);
    return value.constant.isNull() ? value.type.dtype : value.constant.dtype();
}

template<class List>
List listAttribute(const Node& node, const std::string& key)
{
    const auto found = node.attributes.find(key);
    const auto* list = found == node.attributes.end() ? nullptr : std::get_if<List>(&found->second);
    return list ? *list : List();
}

} // namespace

DType inputType(const NodeSpec& spec, std::size_t i)
{
    return typeOf(spec.graph, spec.node.input(i));
}

DType outputType(const NodeSpec& spec, std::size_t i)
{
    return i < spec.node.outputs.size() ? typeOf(spec.graph, spec.node.outputs[i]) : DType::Undefined;
}

std::vector<float> floatsAttribute(const Node& node, const std::string& key)
{
    return listAttribute<std::vector<float>>(node, key);
}

std::vector<std::string> stringsAttribute(const Node& node, const std::string& key)
{
    return listAttribute<std::vector<std::string>>(node, key);
}

at::Tensor roundedStraightThrough(const at::Tensor& x)
{
    // x + (round(x) - x) is exactly round(x).
    return x.requires_grad() ? x + (x.round() - x).detach() : x.round();
}

AxesSource::AxesSource(const NodeSpec& spec, std::string attribute, std::size_t input, bool asInput)
    : m_asInput(asInput),
      m_input(input),
      m_hasAttribute(spec.node.hasAttribute(attribute)),
      m_attribute(spec.node.intsAttribute(attribute))
{}

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

std::vector<std::int64_t> paddedIndices(std::int64_t extent, std::int64_t before, std::int64_t after, const std::string& mode)
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
