// SPDX-License-Identifier: GPL-3.0-or-later
// bf16 where it pays and does no harm: products and what lies between them; everything else, the weights and batch statistics
// stay float32 (Micikevicius et al. 2018, "Mixed precision training"). Private to the lazy module "training".
#pragma once

#include "graph/graph.h"

namespace at
{
class Tensor;
}

namespace hone
{

enum class Precision
{
    Float32,
    Bf16
};

// Products on this thread take their operands in the precision while one lives. LibTorch's autocast state is put back after.
class ProductPrecision
{
public:
    explicit ProductPrecision(Precision precision);
    ~ProductPrecision();
    ProductPrecision(const ProductPrecision&) = delete;
    ProductPrecision& operator=(const ProductPrecision&) = delete;

private:
    bool m_active;
    bool m_wasActive = false;
    bool m_wasCaching = false;
};

// The operand as the precision in force wants it. For products that LibTorch's autocast doesn't know (at::convolution).
at::Tensor productOperand(const at::Tensor& tensor);
// The operand in float32 whatever the precision in force is.
at::Tensor exactOperand(const at::Tensor& tensor);
// Whether the node's kernels are right, and good enough, on bf16 inputs; others get float32.
bool readsBf16(const Node& node);

} // namespace hone
