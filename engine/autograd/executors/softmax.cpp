// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

at::Tensor softmaxOf(const at::Tensor& x, std::int64_t axis, bool logarithm)
{
    return logarithm ? at::log_softmax(x, axis) : at::softmax(x, axis);
}

// Before opset 13 the extents from the axis on are one: softmax runs over all of them together.
ExecutorFactory flattenedSoftmax(bool logarithm)
{
    return [logarithm](const NodeSpec& spec) -> Executor {
        return [logarithm, axis = spec.node.intAttribute("axis", 1)](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const std::int64_t from = axisFromStart(axis, x.dim());
            if (from == x.dim() - 1)
                run.setOutput(0, softmaxOf(x, from, logarithm));
            else
                run.setOutput(0, softmaxOf(x.flatten(from), from, logarithm).reshape(x.sizes()));
        };
    };
}

ExecutorFactory softmaxAlongAxis(bool logarithm)
{
    return [logarithm](const NodeSpec& spec) -> Executor {
        return [logarithm, axis = spec.node.intAttribute("axis", -1)](NodeRun& run) {
            run.setOutput(0, softmaxOf(run.input(0), axis, logarithm));
        };
    };
}

} // namespace

void registerSoftmax(ExecutorRegistry& registry)
{
    registry.add("Softmax", 1, flattenedSoftmax(false));
    registry.add("Softmax", 13, softmaxAlongAxis(false));
    registry.add("LogSoftmax", 1, flattenedSoftmax(true));
    registry.add("LogSoftmax", 13, softmaxAlongAxis(true));
}

} // namespace hone
