// SPDX-License-Identifier: GPL-3.0-or-later
// Elements put into a copy: Scatter, ScatterElements, ScatterND, OneHot.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

// How LibTorch's scatter_reduce calls ONNX's attribute "reduction"; empty: what is put there replaces.
std::string reductionOf(const NodeSpec& spec)
{
    const std::string reduction = spec.node.stringAttribute("reduction", "none");
    if (reduction == "none")
        return {};
    if (reduction == "add")
        return "sum";
    if (reduction == "mul")
        return "prod";
    if (reduction == "max" || reduction == "min")
        return "a" + reduction;
    throw NodeUnsupported{"reduction=" + reduction};
}

at::Tensor scattered(const at::Tensor& x, std::int64_t axis, const at::Tensor& indices, const at::Tensor& updates,
                     const std::string& reduction)
{
    return reduction.empty() ? x.scatter(axis, indices, updates) : at::scatter_reduce(x, axis, indices, updates, reduction);
}

Executor makeScatterElements(const NodeSpec& spec)
{
    return [given = spec.node.intAttribute("axis", 0), reduction = reductionOf(spec)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const std::int64_t axis = axisFromStart(given, x.dim());
        run.setOutput(0, scattered(x, axis, indicesFromStart(run.input(1), x.size(axis)), run.input(2), reduction));
    };
}

// Slices put where the tuples in the last axis of the indices say.
Executor makeScatterNd(const NodeSpec& spec)
{
    return [reduction = reductionOf(spec)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const at::Tensor& tuples = run.input(1);
        const std::int64_t length = tuples.size(-1);
        at::Tensor flat = at::zeros(tuples.sizes().slice(0, static_cast<std::size_t>(tuples.dim() - 1)), at::kLong);
        for (std::int64_t i = 0; i < length; ++i)
            flat = flat * x.size(i) + indicesFromStart(tuples.select(-1, i), x.size(i));
        const auto extents = x.sizes().vec();
        const std::int64_t rows = productOf({extents.begin(), extents.begin() + length});
        const std::int64_t columns = productOf({extents.begin() + length, extents.end()});
        const at::Tensor index = flat.reshape({-1, 1}).expand({-1, columns});
        const at::Tensor result = scattered(x.reshape({rows, columns}), 0, index, run.input(2).reshape(index.sizes()), reduction);
        run.setOutput(0, result.reshape(extents));
    };
}

// The on-value where the new axis has the index, the off-value elsewhere; an index outside of the depth is nowhere.
Executor makeOneHot(const NodeSpec& spec)
{
    return [given = spec.node.intAttribute("axis", -1)](NodeRun& run) {
        const at::Tensor& indices = run.input(0);
        const std::int64_t depth = integersIn(run.input(1)).at(0);
        const std::int64_t axis = axisFromStart(given, indices.dim() + 1);
        std::vector<std::int64_t> shape(static_cast<std::size_t>(indices.dim() + 1), 1);
        shape[static_cast<std::size_t>(axis)] = depth;
        const at::Tensor places = at::arange(depth, at::kLong).reshape(shape);
        const at::Tensor isOn = indicesFromStart(indices, depth).unsqueeze(axis) == places;
        const at::Tensor& values = run.input(2);
        run.setOutput(0, at::where(isOn, values.select(0, 1), values.select(0, 0)));
    };
}

} // namespace

void registerScattering(ExecutorRegistry& registry)
{
    registry.add("Scatter", 9, makeScatterElements);
    registry.add("ScatterElements", 11, makeScatterElements);
    registry.add("ScatterND", 11, makeScatterNd);
    registry.add("OneHot", 9, makeOneHot);
}

} // namespace hone
