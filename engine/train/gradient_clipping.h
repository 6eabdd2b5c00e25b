// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients too long are made shorter (Pascanu et al. 2013, section 3.2). Private to the lazy module "training".
#pragma once

#include <vector>

namespace at
{
class Tensor;
}

namespace hone
{

// Multiplies every gradient by min(1, longest / norm), where norm is the Euclidean one over all of them; returns norm. Parameters
// without a gradient count as 0. Nothing changes where the norm is not finite.
double clipGradients(const std::vector<at::Tensor>& parameters, double longest);

} // namespace hone
