// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;
using Reduce = at::Tensor (*)(const at::Tensor&, const Extents&, bool);

struct Reduction
{
    const char* opType;
    std::int64_t axesAsInputSince; // the axes were an attribute before
    Reduce reduce;
};

at::Tensor product(at::Tensor x, const Extents& axes, bool keep)
{
    for (const std::int64_t axis : axes)
        x = x.prod(axis, true);
    if (keep)
        return x;
    Extents left;
    for (std::int64_t i = 0; i < x.dim(); ++i)
        if (std::find(axes.begin(), axes.end(), i) == axes.end())
            left.push_back(x.size(i));
    return x.reshape(left);
}

const Reduction reductions[] = {
    {"ReduceMean", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return x.mean(axes, keep); }},
    {"ReduceSum", 13, [](const at::Tensor& x, const Extents& axes, bool keep) { return x.sum(axes, keep, x.scalar_type()); }},
    {"ReduceMax", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return x.amax(axes, keep); }},
    {"ReduceMin", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return x.amin(axes, keep); }},
    {"ReduceProd", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return product(x, axes, keep); }},
    {"ReduceL1", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return x.abs().sum(axes, keep, x.scalar_type()); }},
    {"ReduceL2", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return (x * x).sum(axes, keep).sqrt(); }},
    {"ReduceSumSquare", 18,
     [](const at::Tensor& x, const Extents& axes, bool keep) { return (x * x).sum(axes, keep, x.scalar_type()); }},
    {"ReduceLogSum", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return x.sum(axes, keep).log(); }},
    {"ReduceLogSumExp", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return x.logsumexp(axes, keep); }},
};

ExecutorFactory reducing(Reduce reduce, bool axesAsInput)
{
    return [reduce, axesAsInput](const NodeSpec& spec) -> Executor {
        return [reduce, source = AxesSource(spec, "axes", 1, axesAsInput),
                keep = spec.node.intAttribute("keepdims", 1) != 0,
                nothingIfEmpty = spec.node.intAttribute("noop_with_empty_axes", 0) != 0](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            Extents axes = source.values(run);
            if (axes.empty() && nothingIfEmpty) {
                run.setOutput(0, x);
                return;
            }
            if (axes.empty()) {
                axes.resize(static_cast<std::size_t>(x.dim()));
                std::iota(axes.begin(), axes.end(), 0);
            }
            for (std::int64_t& axis : axes)
                axis = axisFromStart(axis, x.dim());
            run.setOutput(0, x.dim() == 0 ? x : reduce(x, axes, keep));
        };
    };
}

ExecutorFactory argument(bool largest)
{
    return [largest](const NodeSpec& spec) -> Executor {
        if (spec.node.intAttribute("select_last_index", 0) != 0)
            throw NodeUnsupported{"select_last_index=1"};
        return [largest, axis = spec.node.intAttribute("axis", 0),
                keep = spec.node.intAttribute("keepdims", 1) != 0](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            run.setOutput(0, largest ? x.argmax(axis, keep) : x.argmin(axis, keep));
        };
    };
}

} // namespace

void registerReductions(ExecutorRegistry& registry)
{
    for (const auto& [opType, axesAsInputSince, reduce] : reductions) {
        registry.add(opType, 1, reducing(reduce, false));
        registry.add(opType, axesAsInputSince, reducing(reduce, true));
    }
    registry.add("ArgMax", 1, argument(true));
    registry.add("ArgMin", 1, argument(false));
}

} // namespace hone
