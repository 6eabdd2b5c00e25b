// SPDX-License-Identifier: GPL-3.0-or-later
// SGD and AdamW, each parameter updated in one pass over its memory. Private to the lazy module "training".
#pragma once

#include "train/trainer.h"

#include <memory>
#include <string>

namespace at
{
class Tensor;
}

namespace hone
{

struct OptimizerSettings
{
    Optimizer kind = Optimizer::Sgd;
    double momentum = 0.9;
    double weightDecay = 0;
};

class ParameterUpdater
{
public:
    explicit ParameterUpdater(const OptimizerSettings& settings);
    ~ParameterUpdater();

    struct Group
    {
        bool decays = false;   // the weight decay applies
        double rateFactor = 1; // of the learning rate
    };
    // Float32 or float64.
    void add(const std::string& name, const at::Tensor& parameter, const Group& group);
    // Takes each parameter's gradient, which is gone afterwards.
    void update(double learningRate);

    // Momenta, and how many updates there were.
    void save(TrainerState& state) const;
    void restore(const TrainerState& state);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace hone
