// SPDX-License-Identifier: GPL-3.0-or-later
// Softmax, LogSoftmax and Hardmax.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

using Normalize = at::Tensor (*)(const at::Tensor&, std::int64_t);

at::Tensor softmaxAlong(const at::Tensor& x, std::int64_t axis)
{
    return at::softmax(x, axis);
}

at::Tensor logSoftmaxAlong(const at::Tensor& x, std::int64_t axis)
{
    return at::log_softmax(x, axis);
}

// 1 for the first of the largest, 0 for the others.
at::Tensor hardmaxAlong(const at::Tensor& x, std::int64_t axis)
{
    return at::zeros_like(x.detach()).scatter(axis, x.argmax(axis, true), 1);
}

// Before opset 13 the extents from the axis on are one: it runs over all of them together.
ExecutorFactory flattened(Normalize normalize)
{
    return [normalize](const NodeSpec& spec) -> Executor {
        return [normalize, axis = spec.node.intAttribute("axis", 1)](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const std::int64_t from = x.dim() == 1 ? 0 : axisFromStart(axis, x.dim());
            if (from == x.dim() - 1)
                run.setOutput(0, normalize(x, from));
            else
                run.setOutput(0, normalize(x.flatten(from), from).reshape(x.sizes()));
        };
    };
}

ExecutorFactory alongAxis(Normalize normalize)
{
    return [normalize](const NodeSpec& spec) -> Executor {
        return [normalize, axis = spec.node.intAttribute("axis", -1)](NodeRun& run) { run.setOutput(0, normalize(run.input(0), axis)); };
    };
}

} // namespace

void registerSoftmax(ExecutorRegistry& registry)
{
    registry.add("Softmax", 1, flattened(softmaxAlong));
    registry.add("Softmax", 13, alongAxis(softmaxAlong));
    registry.add("LogSoftmax", 1, flattened(logSoftmaxAlong));
    registry.add("LogSoftmax", 13, alongAxis(logSoftmaxAlong));
    registry.add("Hardmax", 1, flattened(hardmaxAlong));
    registry.add("Hardmax", 13, alongAxis(hardmaxAlong));
}

} // namespace hone
