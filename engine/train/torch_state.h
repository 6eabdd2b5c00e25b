// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a trainer's saved state back into LibTorch's tensors. Private to the lazy module "training".
#pragma once

#include "train/trainer.h"

#include <cstdint>
#include <string>

namespace at
{
class Tensor;
}

namespace hone
{

// All throw Error(InternalFault) where the state lacks the name.
const Tensor& savedTensor(const TrainerState& state, const std::string& name);
std::int64_t savedNumber(const TrainerState& state, const std::string& name);
// The tensor keeps its own layout in memory.
void restoreTensor(const TrainerState& state, const std::string& name, const at::Tensor& into);

} // namespace hone
