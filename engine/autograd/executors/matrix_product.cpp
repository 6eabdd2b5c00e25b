// SPDX-License-Identifier: GPL-3.0-or-later
// Gemm and MatMul.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

// y = alpha * A' * B' + beta * C, the bias broadcast to the product's shape.
Executor makeGemm(const NodeSpec& spec)
{
    const double alpha = spec.node.floatAttribute("alpha", 1);
    const double beta = spec.node.floatAttribute("beta", 1);
    const bool transposeA = spec.node.intAttribute("transA", 0) != 0;
    const bool transposeB = spec.node.intAttribute("transB", 0) != 0;
    return [=](NodeRun& run) {
        const at::Tensor a = transposeA ? run.input(0).t() : run.input(0);
        const at::Tensor b = transposeB ? run.input(1).t() : run.input(1);
        if (run.hasInput(2)) {
            run.setOutput(0, at::addmm(run.input(2), a, b, beta, alpha));
            return;
        }
        const at::Tensor product = at::mm(a, b);
        run.setOutput(0, alpha == 1 ? product : product * alpha);
    };
}

} // namespace

void registerMatrixProducts(ExecutorRegistry& registry)
{
    registry.add("Gemm", 7, makeGemm);
    registry.add("MatMul", 1, binary([](const at::Tensor& a, const at::Tensor& b) { return at::matmul(a, b); }));
}

} // namespace hone
