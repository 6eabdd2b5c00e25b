// SPDX-License-Identifier: GPL-3.0-or-later
// Gemm, MatMul, Einsum and Det.
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
            const at::Tensor& bias = run.input(2);
            run.setOutput(0, bias.is_floating_point()
                                 ? at::addmm(bias, a, b, beta, alpha)
                                 : at::add(at::mm(a, b) * static_cast<std::int64_t>(alpha), bias * static_cast<std::int64_t>(beta)));
            return;
        }
        const at::Tensor product = at::mm(a, b);
        run.setOutput(0, alpha == 1 ? product : product * alpha);
    };
}

Executor makeEinsum(const NodeSpec& spec)
{
    return [equation = spec.node.stringAttribute("equation", "")](NodeRun& run) {
        std::vector<at::Tensor> operands;
        for (std::size_t i = 0; i < run.inputCount(); ++i)
            operands.push_back(run.input(i));
        run.setOutput(0, at::einsum(equation, operands));
    };
}

} // namespace

void registerMatrixProducts(ExecutorRegistry& registry)
{
    registry.add("Gemm", 7, makeGemm);
    registry.add("MatMul", 1, binary([](const at::Tensor& a, const at::Tensor& b) { return at::matmul(a, b); }));
    registry.add("Einsum", 12, makeEinsum);
    registry.add("Det", 11, unary([](const at::Tensor& x) { return at::linalg_det(x); }));
}

} // namespace hone
