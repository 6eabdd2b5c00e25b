// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/torch_state.h"

#include "autograd/torch_tensor.h"
#include "core/error.h"

#include <ATen/ATen.h>

namespace hone
{

const Tensor& savedTensor(const TrainerState& state, const std::string& name)
{
    const auto found = state.find(name);
    if (found == state.end())
        throw Error(MessageCode::InternalFault, {{"detail", "a checkpoint lacks " + name}});
    return found->second;
}

std::int64_t savedNumber(const TrainerState& state, const std::string& name)
{
    return savedTensor(state, name).data<std::int64_t>()[0];
}

void restoreTensor(const TrainerState& state, const std::string& name, const at::Tensor& into)
{
    const at::NoGradGuard noGradients;
    into.detach().copy_(toTorch(savedTensor(state, name), Memory::Borrow));
}

} // namespace hone
