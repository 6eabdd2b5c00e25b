// SPDX-License-Identifier: GPL-3.0-or-later
// SGD and AdamW, each parameter updated in one pass over its memory. Private to the lazy module "training".
#pragma once

#include "train/train.h"

#include <memory>
#include <vector>

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

    // Float32 or float64. `decays`: the weight decay applies to it.
    void add(const at::Tensor& parameter, bool decays);
    // Takes each parameter's gradient, which is gone afterwards.
    void update(double learningRate);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace hone
