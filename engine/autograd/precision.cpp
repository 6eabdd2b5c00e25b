// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/precision.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#include <set>
#include <string_view>

namespace hone
{

// Each weight is read once a pass, so a cache of lowered ones would save nothing.
ProductPrecision::ProductPrecision(Precision precision) : m_active(precision == Precision::Bf16)
{
    if (!m_active)
        return;
    m_wasActive = at::autocast::is_cpu_enabled();
    m_wasCaching = at::autocast::is_autocast_cache_enabled();
    at::autocast::set_autocast_cache_enabled(false);
    at::autocast::set_cpu_enabled(true);
}

ProductPrecision::~ProductPrecision()
{
    if (!m_active)
        return;
    at::autocast::set_cpu_enabled(m_wasActive);
    at::autocast::set_autocast_cache_enabled(m_wasCaching);
}

at::Tensor productOperand(const at::Tensor& tensor)
{
    if (!at::autocast::is_cpu_enabled() || tensor.scalar_type() != at::kFloat)
        return tensor;
    return tensor.to(at::kBFloat16);
}

at::Tensor exactOperand(const at::Tensor& tensor)
{
    return at::autocast::is_cpu_enabled() && tensor.scalar_type() == at::kBFloat16 ? tensor.to(at::kFloat) : tensor;
}

bool readsBf16(const Node& node)
{
    static const std::set<std::string_view> operators = {"Conv",    "Gemm",      "MatMul",      "BatchNormalization", "Relu",    "Clip",
                                                         "Add",     "MaxPool",   "AveragePool", "GlobalAveragePool",  "Flatten", "Reshape",
                                                         "Squeeze", "Unsqueeze", "Transpose",   "Identity",           "Concat"};
    return node.domain.empty() && operators.contains(node.opType);
}

} // namespace hone
