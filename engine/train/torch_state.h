// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a trainer's saved state back into LibTorch's tensors. Private to the lazy module "training".
#pragma once

#include "autograd/torch_tensor.h"
#include "core/error.h"
#include "train/trainer.h"

#include <ATen/ATen.h>

#include <string>

namespace hone
{

inline const Tensor& savedTensor(const TrainerState& state, const std::string& name)
{
    const auto found = state.find(name);
    if (found == state.end())
        throw Error(MessageCode::InternalFault, {{"detail", "a checkpoint lacks " + name}});
    return found->second;
}

inline std::int64_t savedNumber(const TrainerState& state, const std::string& name)
{
    return savedTensor(state, name).data<std::int64_t>()[0];
}

// The tensor keeps its own layout in memory.
inline void restoreTensor(const TrainerState& state, const std::string& name, const at::Tensor& into)
{
    const at::NoGradGuard noGradients;
    into.detach().copy_(toTorch(savedTensor(state, name), Memory::Borrow));
}

} // namespace hone
