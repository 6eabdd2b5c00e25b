// SPDX-License-Identifier: GPL-3.0-or-later
// Reductions along axes, the place of the largest, and running sums.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
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

bool reducesNothing(const at::Tensor& x, const Extents& axes)
{
    return std::any_of(axes.begin(), axes.end(), [&](std::int64_t axis) { return x.size(axis) == 0; });
}

Extents reducedShape(const at::Tensor& x, const Extents& axes, bool keep)
{
    Extents shape;
    for (std::int64_t i = 0; i < x.dim(); ++i)
        if (std::find(axes.begin(), axes.end(), i) == axes.end())
            shape.push_back(x.size(i));
        else if (keep)
            shape.push_back(1);
    return shape;
}

at::Tensor product(const at::Tensor& x, const Extents& axes, bool keep)
{
    at::Tensor result = x;
    for (const std::int64_t axis : axes)
        result = result.prod(axis, true, x.scalar_type());
    return result.reshape(reducedShape(x, axes, keep));
}

// In the type of x: integers are summed as such.
at::Tensor sum(const at::Tensor& x, const Extents& axes, bool keep)
{
    return x.sum(axes, keep, x.scalar_type());
}

// f in floating point, and back to the type of x.
template<class F>
at::Tensor inReals(const at::Tensor& x, F f)
{
    return at::isFloatingType(x.scalar_type()) ? f(x) : f(x.to(at::kDouble)).to(x.scalar_type());
}

// The type's own lowest number where nothing is reduced: minus infinity, where it has one.
at::Tensor largest(const at::Tensor& x, const Extents& axes, bool keep)
{
    if (!reducesNothing(x, axes))
        return x.amax(axes, keep);
    const at::Tensor lowest = at::isFloatingType(x.scalar_type())
                                  ? at::scalar_tensor(-std::numeric_limits<double>::infinity(), x.options())
                                  : at::scalar_tensor(std::numeric_limits<std::int64_t>::lowest(), x.options());
    return lowest.expand(reducedShape(x, axes, keep)).clone();
}

at::Tensor smallest(const at::Tensor& x, const Extents& axes, bool keep)
{
    if (!reducesNothing(x, axes))
        return x.amin(axes, keep);
    const at::Tensor highest = at::isFloatingType(x.scalar_type())
                                   ? at::scalar_tensor(std::numeric_limits<double>::infinity(), x.options())
                                   : at::scalar_tensor(std::numeric_limits<std::int64_t>::max(), x.options());
    return highest.expand(reducedShape(x, axes, keep)).clone();
}

at::Tensor logOfSumOfExponentials(const at::Tensor& x, const Extents& axes, bool keep)
{
    return reducesNothing(x, axes) ? x.sum(axes, keep).log() : x.logsumexp(axes, keep);
}

const Reduction reductions[] = {
    {"ReduceMean", 18,
     [](const at::Tensor& x, const Extents& axes, bool keep) {
         return inReals(x, [&](const at::Tensor& real) { return real.mean(axes, keep); });
     }},
    {"ReduceSum", 13, sum},
    {"ReduceMax", 18, largest},
    {"ReduceMin", 18, smallest},
    {"ReduceProd", 18, product},
    {"ReduceL1", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return sum(x.abs(), axes, keep); }},
    {"ReduceL2", 18,
     [](const at::Tensor& x, const Extents& axes, bool keep) {
         return inReals(x, [&](const at::Tensor& real) { return at::norm(real, 2, axes, keep); });
     }},
    {"ReduceSumSquare", 18, [](const at::Tensor& x, const Extents& axes, bool keep) { return sum(x * x, axes, keep); }},
    {"ReduceLogSum", 18,
     [](const at::Tensor& x, const Extents& axes, bool keep) {
         return inReals(x, [&](const at::Tensor& real) { return real.sum(axes, keep).log(); });
     }},
    {"ReduceLogSumExp", 18,
     [](const at::Tensor& x, const Extents& axes, bool keep) {
         return inReals(x, [&](const at::Tensor& real) { return logOfSumOfExponentials(real, axes, keep); });
     }},
};

ExecutorFactory reducing(Reduce reduce, bool axesAsInput)
{
    return [reduce, axesAsInput](const NodeSpec& spec) -> Executor {
        return [reduce, source = AxesSource(spec, "axes", 1, axesAsInput), keep = spec.node.intAttribute("keepdims", 1) != 0,
                nothingIfEmpty = spec.node.intAttribute("noop_with_empty_axes", 0) != 0](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            Extents axes = source.values(run);
            if (axes.empty() && nothingIfEmpty) {
                run.setOutput(0, x);
                return;
            }
            if (x.dim() == 0) {
                run.setOutput(0, reduce(x.reshape({1}), {0}, false));
                return;
            }
            if (axes.empty()) {
                axes.resize(static_cast<std::size_t>(x.dim()));
                std::iota(axes.begin(), axes.end(), 0);
            }
            run.setOutput(0, reduce(x, axesFromStart(axes, x.dim()), keep));
        };
    };
}

ExecutorFactory argument(bool largestWanted)
{
    return [largestWanted](const NodeSpec& spec) -> Executor {
        return [largestWanted, given = spec.node.intAttribute("axis", 0), keep = spec.node.intAttribute("keepdims", 1) != 0,
                last = spec.node.intAttribute("select_last_index", 0) != 0](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const std::int64_t axis = axisFromStart(given, x.dim());
            const at::Tensor ordered = last ? x.flip({axis}) : x;
            const at::Tensor found = largestWanted ? ordered.argmax(axis, keep) : ordered.argmin(axis, keep);
            run.setOutput(0, last ? x.size(axis) - 1 - found : found);
        };
    };
}

Executor makeCumulativeSum(const NodeSpec& spec)
{
    return [exclusive = spec.node.intAttribute("exclusive", 0) != 0, reverse = spec.node.intAttribute("reverse", 0) != 0](NodeRun& run) {
        const at::Tensor& x = run.input(0);
        const std::int64_t axis = axisFromStart(integersIn(run.input(1)).at(0), x.dim());
        const at::Tensor ordered = reverse ? x.flip({axis}) : x;
        at::Tensor sums = ordered.cumsum(axis, x.scalar_type());
        if (exclusive)
            sums = sums - ordered;
        run.setOutput(0, reverse ? sums.flip({axis}) : sums);
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
    registry.add("CumSum", 11, makeCumulativeSum);
}

} // namespace hone
