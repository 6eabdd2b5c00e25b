// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/optimizer.h"

#include "autograd/torch_tensor.h"
#include "train/torch_state.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

namespace hone
{

namespace
{

constexpr double beta1 = 0.9;
constexpr double beta2 = 0.999;
constexpr double epsilon = 1e-8;

struct Slot
{
    std::string name;
    at::Tensor parameter;
    at::Tensor first;  // SGD's momentum, or the mean of gradients
    at::Tensor second; // the mean of their squares
    ParameterUpdater::Group group;
};

// Nesterov's momentum: v = m v + g, w -= rate (g + m v), with g = gradient + decay w.
template<class T>
void updateSgd(Slot& slot, const at::Tensor& gradient, double rate, double momentum, double decay)
{
    T* w = slot.parameter.data_ptr<T>();
    T* v = slot.first.data_ptr<T>();
    const T* given = gradient.data_ptr<T>();
    const T m = static_cast<T>(momentum), d = static_cast<T>(decay), r = static_cast<T>(rate);
    for (std::int64_t i = 0, count = slot.parameter.numel(); i < count; ++i) {
        const T g = given[i] + d * w[i];
        v[i] = m * v[i] + g;
        w[i] -= r * (g + m * v[i]);
    }
}

// Loshchilov and Hutter 2019, algorithm 2: the decay stays out of the moments.
template<class T>
void updateAdamW(Slot& slot, const at::Tensor& gradient, double rate, double decay, std::int64_t step)
{
    T* w = slot.parameter.data_ptr<T>();
    T* mean = slot.first.data_ptr<T>();
    T* square = slot.second.data_ptr<T>();
    const T* g = gradient.data_ptr<T>();
    const auto steps = static_cast<double>(step);
    const T shrink = static_cast<T>(1 - rate * decay);
    const T size = static_cast<T>(rate / (1 - std::pow(beta1, steps)));
    const T correction = static_cast<T>(1 / std::sqrt(1 - std::pow(beta2, steps)));
    const T b1 = static_cast<T>(beta1), b2 = static_cast<T>(beta2), e = static_cast<T>(epsilon);
    for (std::int64_t i = 0, count = slot.parameter.numel(); i < count; ++i) {
        mean[i] = b1 * mean[i] + (1 - b1) * g[i];
        square[i] = b2 * square[i] + (1 - b2) * g[i] * g[i];
        w[i] = shrink * w[i] - size * mean[i] / (std::sqrt(square[i]) * correction + e);
    }
}

// The same two for tensors whose memory isn't the processor's.
void updateSgdAnywhere(Slot& slot, const at::Tensor& given, double rate, double momentum, double decay)
{
    at::Tensor w = slot.parameter.detach();
    const at::Tensor g = decay > 0 ? given.add(w, decay) : given;
    slot.first.mul_(momentum).add_(g);
    w.sub_(g.add(slot.first, momentum), rate);
}

void updateAdamWAnywhere(Slot& slot, const at::Tensor& g, double rate, double decay, std::int64_t step)
{
    at::Tensor w = slot.parameter.detach();
    const auto steps = static_cast<double>(step);
    slot.first.mul_(beta1).add_(g, 1 - beta1);
    slot.second.mul_(beta2).addcmul_(g, g, 1 - beta2);
    const at::Tensor root = slot.second.sqrt().div_(std::sqrt(1 - std::pow(beta2, steps))).add_(epsilon);
    w.mul_(1 - rate * decay).addcdiv_(slot.first, root, -rate / (1 - std::pow(beta1, steps)));
}

} // namespace

struct ParameterUpdater::State
{
    OptimizerSettings settings;
    std::vector<Slot> slots;
    std::int64_t step = 0;

    template<class T>
    void updateAs(Slot& slot, const at::Tensor& gradient, double rate)
    {
        const double decay = decayOf(slot);
        if (settings.kind == Optimizer::Sgd)
            updateSgd<T>(slot, gradient, rate, settings.momentum, decay);
        else
            updateAdamW<T>(slot, gradient, rate, decay, step);
    }
    void updateAnywhere(Slot& slot, const at::Tensor& gradient, double rate)
    {
        if (settings.kind == Optimizer::Sgd)
            updateSgdAnywhere(slot, gradient, rate, settings.momentum, decayOf(slot));
        else
            updateAdamWAnywhere(slot, gradient, rate, decayOf(slot), step);
    }
    double decayOf(const Slot& slot) const { return slot.group.decays ? settings.weightDecay : 0; }
};

ParameterUpdater::ParameterUpdater(const OptimizerSettings& settings) : m_state(std::make_unique<State>())
{
    m_state->settings = settings;
}

ParameterUpdater::~ParameterUpdater() = default;

void ParameterUpdater::add(const std::string& name, const at::Tensor& parameter, const Group& group)
{
    const at::Tensor plain = parameter.detach();
    Slot slot{name, parameter, at::zeros_like(plain), {}, group};
    if (m_state->settings.kind == Optimizer::AdamW)
        slot.second = at::zeros_like(plain);
    m_state->slots.push_back(std::move(slot));
}

void ParameterUpdater::update(double learningRate)
{
    ++m_state->step;
    for (Slot& slot : m_state->slots) {
        at::Tensor gradient = slot.parameter.grad();
        if (!gradient.defined())
            continue;
        const double rate = learningRate * slot.group.rateFactor;
        // The loops above go through memory: the gradient has to lie as the parameter does.
        if (gradient.strides() != slot.parameter.strides())
            gradient = at::empty_like(slot.parameter.detach()).copy_(gradient);
        if (!slot.parameter.is_cpu())
            m_state->updateAnywhere(slot, gradient, rate);
        else if (slot.parameter.scalar_type() == at::kDouble)
            m_state->updateAs<double>(slot, gradient, rate);
        else
            m_state->updateAs<float>(slot, gradient, rate);
        slot.parameter.mutable_grad().reset();
    }
}

void ParameterUpdater::save(TrainerState& state) const
{
    state["updates"] = Tensor::scalar(m_state->step);
    for (const Slot& slot : m_state->slots) {
        state["first moment " + slot.name] = fromTorch(slot.first.cpu());
        if (slot.second.defined())
            state["second moment " + slot.name] = fromTorch(slot.second.cpu());
    }
}

void ParameterUpdater::restore(const TrainerState& state)
{
    m_state->step = savedNumber(state, "updates");
    for (Slot& slot : m_state->slots) {
        restoreTensor(state, "first moment " + slot.name, slot.first);
        if (slot.second.defined())
            restoreTensor(state, "second moment " + slot.name, slot.second);
    }
}

} // namespace hone
