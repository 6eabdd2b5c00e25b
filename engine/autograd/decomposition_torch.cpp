// SPDX-License-Identifier: GPL-3.0-or-later
// Decomposition's other side, in the lazy module "training".
#include "autograd/decomposition.h"
#include "autograd/torch_tensor.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <tuple>

namespace hone
{

namespace
{

std::vector<double> numbers(const at::Tensor& tensor)
{
    const at::Tensor plain = tensor.contiguous();
    return {plain.data_ptr<double>(), plain.data_ptr<double>() + plain.numel()};
}

} // namespace

} // namespace hone

extern "C" void honeSingularValues(const hone::Tensor& matrix, hone::SingularValues& result)
{
    const at::NoGradGuard noGradients;
    const auto [left, values, right] = at::linalg_svd(hone::toTorch(matrix, hone::Memory::Borrow).to(at::kDouble), false);
    result = {hone::fromTorch(left.contiguous()), hone::numbers(values), hone::fromTorch(right.contiguous())};
}

extern "C" void honePrincipalAxes(const hone::Tensor& samples, hone::PrincipalAxes& result)
{
    const at::NoGradGuard noGradients;
    const at::Tensor rows = hone::toTorch(samples, hone::Memory::Borrow).to(at::kDouble);
    const at::Tensor mean = rows.mean(0);
    const at::Tensor centered = rows - mean;
    const auto [variances, axes] = at::linalg_eigh(centered.t().matmul(centered) / static_cast<double>(rows.size(0)));
    // LAPACK gives them rising.
    result = {hone::fromTorch(axes.flip(1).contiguous()), hone::numbers(variances.flip(0).clamp_min(0)), hone::numbers(mean)};
}
