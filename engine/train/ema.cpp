// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/ema.h"

#include "autograd/torch_tensor.h"
#include "train/torch_state.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

namespace hone
{

struct Ema::State
{
    struct Entry
    {
        std::string name;
        at::Tensor tensor;
        at::Tensor average;
    };
    double decay = 0;
    std::int64_t updates = 0;
    std::vector<Entry> entries;
};

Ema::Ema(double decay) : m_state(std::make_unique<State>())
{
    m_state->decay = decay;
}

Ema::~Ema() = default;

void Ema::add(const std::string& name, const at::Tensor& tensor)
{
    m_state->entries.push_back({name, tensor.detach(), tensor.detach().clone()});
}

void Ema::update()
{
    const auto n = static_cast<double>(++m_state->updates);
    const double decay = std::min(m_state->decay, (1 + n) / (10 + n));
    for (auto& entry : m_state->entries)
        entry.average.lerp_(entry.tensor, 1 - decay);
}

void Ema::exchange()
{
    for (auto& entry : m_state->entries) {
        const at::Tensor tensor = entry.tensor.clone();
        entry.tensor.copy_(entry.average);
        entry.average.copy_(tensor);
    }
}

void Ema::save(TrainerState& state) const
{
    state["average updates"] = Tensor::scalar(m_state->updates);
    for (const auto& entry : m_state->entries)
        state["average " + entry.name] = fromTorch(entry.average.cpu());
}

void Ema::restore(const TrainerState& state)
{
    m_state->updates = savedNumber(state, "average updates");
    for (auto& entry : m_state->entries)
        restoreTensor(state, "average " + entry.name, entry.average);
}

} // namespace hone
