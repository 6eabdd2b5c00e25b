// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of tensors, and tensors from parts: Concat, Split, Slice, Gather, Tile, Where, Range.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

Executor makeConcat(const NodeSpec& spec)
{
    return [axis = spec.node.intAttribute("axis", 1)](NodeRun& run) {
        std::vector<at::Tensor> parts;
        for (std::size_t i = 0; i < run.inputCount(); ++i)
            parts.push_back(run.input(i));
        run.setOutput(0, at::cat(parts, axis));
    };
}

// Equal parts, the last one smaller where they don't come out even.
Extents equalParts(std::int64_t extent, std::size_t count)
{
    const auto parts = static_cast<std::int64_t>(count);
    const std::int64_t part = (extent + parts - 1) / parts;
    Extents sizes(count, part);
    sizes.back() = extent - part * (parts - 1);
    return sizes;
}

ExecutorFactory split(bool sizesAsInput)
{
    return [sizesAsInput](const NodeSpec& spec) -> Executor {
        return [source = AxesSource(spec, "split", 1, sizesAsInput), axis = spec.node.intAttribute("axis", 0)](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const std::int64_t along = axisFromStart(axis, x.dim());
            const Extents sizes = source.isGiven(run) ? source.values(run) : equalParts(x.size(along), run.outputCount());
            const auto parts = x.split_with_sizes(sizes, along);
            for (std::size_t i = 0; i < parts.size() && i < run.outputCount(); ++i)
                run.setOutput(i, parts[i]);
        };
    };
}

at::Tensor sliced(const at::Tensor& x, std::int64_t axis, std::int64_t start, std::int64_t end, std::int64_t step)
{
    const std::int64_t extent = x.size(axis);
    const auto fromStart = [extent](std::int64_t i) { return i < 0 ? i + extent : i; };
    if (step > 0) {
        const std::int64_t first = std::clamp<std::int64_t>(fromStart(start), 0, extent);
        const std::int64_t last = std::clamp<std::int64_t>(fromStart(end), first, extent);
        return x.slice(axis, first, last, step);
    }
    const std::int64_t first = std::clamp<std::int64_t>(fromStart(start), -1, extent - 1);
    const std::int64_t last = std::clamp<std::int64_t>(fromStart(end), -1, extent - 1);
    Extents indices;
    for (std::int64_t i = first; i > last; i += step)
        indices.push_back(i);
    return x.index_select(axis, integerTensor(indices));
}

// From opset 10 on, everything is an input, and steps came with it.
ExecutorFactory slice(bool asInputs)
{
    return [asInputs](const NodeSpec& spec) -> Executor {
        return [starts = AxesSource(spec, "starts", 1, asInputs), ends = AxesSource(spec, "ends", 2, asInputs),
                axes = AxesSource(spec, "axes", 3, asInputs), steps = AxesSource(spec, "steps", 4, asInputs)](NodeRun& run) {
            at::Tensor x = run.input(0);
            const Extents from = starts.values(run);
            const Extents to = ends.values(run);
            Extents along = axes.values(run);
            if (!axes.isGiven(run)) {
                along.resize(from.size());
                std::iota(along.begin(), along.end(), 0);
            }
            const Extents by = steps.isGiven(run) ? steps.values(run) : Extents(from.size(), 1);
            for (std::size_t i = 0; i < from.size(); ++i)
                x = sliced(x, axisFromStart(along.at(i), x.dim()), from[i], to.at(i), by.at(i));
            run.setOutput(0, x);
        };
    };
}

Executor makeGather(const NodeSpec& spec)
{
    return [axis = spec.node.intAttribute("axis", 0)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const std::int64_t along = axisFromStart(axis, x.dim());
        const at::Tensor indices = indicesFromStart(run.input(1), x.size(along));
        Extents shape = x.sizes().vec();
        shape.erase(shape.begin() + along);
        shape.insert(shape.begin() + along, indices.sizes().begin(), indices.sizes().end());
        run.setOutput(0, x.index_select(along, indices.reshape({-1})).reshape(shape));
    };
}

Executor makeGatherElements(const NodeSpec& spec)
{
    return [axis = spec.node.intAttribute("axis", 0)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const std::int64_t along = axisFromStart(axis, x.dim());
        run.setOutput(0, x.gather(along, indicesFromStart(run.input(1), x.size(along))));
    };
}

// Slices picked by the tuples in the last axis of the indices; the first batch_dims axes go along with each other.
Executor makeGatherNd(const NodeSpec& spec)
{
    return [batchAxes = spec.node.intAttribute("batch_dims", 0)](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const at::Tensor& tuples = run.input(1);
        const std::int64_t length = tuples.size(-1);
        const auto extents = x.sizes();
        const Extents batch(extents.begin(), extents.begin() + batchAxes);
        const Extents slice(extents.begin() + batchAxes + length, extents.end());
        // Each tuple as one index into the indexed axes laid out in a row, batch after batch.
        at::Tensor flat = at::zeros(tuples.sizes().slice(0, static_cast<std::size_t>(tuples.dim() - 1)), at::kLong);
        for (std::int64_t i = 0; i < length; ++i)
            flat = flat * x.size(batchAxes + i) + indicesFromStart(tuples.select(-1, i), x.size(batchAxes + i));
        Extents shape = flat.sizes().vec();
        const std::int64_t batches = productOf(batch);
        const std::int64_t rows = productOf({extents.begin() + batchAxes, extents.begin() + batchAxes + length});
        flat = flat.reshape({batches, -1}) + at::arange(batches, at::kLong).unsqueeze(1) * rows;
        shape.insert(shape.end(), slice.begin(), slice.end());
        run.setOutput(0, x.reshape({batches * rows, productOf(slice)}).index_select(0, flat.reshape({-1})).reshape(shape));
    };
}

Executor makeWhere(const NodeSpec&)
{
    return [](NodeRun& run) { run.setOutput(0, at::where(run.input(0), run.input(1), run.input(2))); };
}

Executor makeRange(const NodeSpec&)
{
    return [](NodeRun& run) {
        run.setOutput(
            0, at::arange(run.input(0).item(), run.input(1).item(), run.input(2).item(), run.input(0).options().requires_grad(false)));
    };
}

} // namespace

void registerIndexing(ExecutorRegistry& registry)
{
    registry.add("Concat", 4, makeConcat);
    registry.add("Split", 2, split(false));
    registry.add("Split", 13, split(true));
    registry.add("Slice", 1, slice(false));
    registry.add("Slice", 10, slice(true));
    registry.add("Gather", 1, makeGather);
    registry.add("GatherElements", 11, makeGatherElements);
    registry.add("GatherND", 11, makeGatherNd);
    registry.add("Tile", 6, binary([](const at::Tensor& x, const at::Tensor& repeats) { return x.repeat(integersIn(repeats)); }));
    registry.add("Where", 9, makeWhere);
    registry.add("Range", 11, makeRange);
}

} // namespace hone
