// SPDX-License-Identifier: GPL-3.0-or-later
// The exponential moving average of weights (Polyak and Juditsky 1992; as Tan and Le 2019 use it), whose first updates count more:
// average = d average + (1 - d) weight, with d = min(decay, (1 + n) / (10 + n)) at update n, so that it isn't held back by where it
// began. Private to the lazy module "training".
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

class Ema
{
public:
    explicit Ema(double decay);
    ~Ema();

    // Begins as the tensor is now.
    void add(const std::string& name, const at::Tensor& tensor);
    void update();
    // The tensors take their averages, and the averages what the tensors were; the next call puts both back.
    void exchange();

    void save(TrainerState& state) const;
    void restore(const TrainerState& state);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace hone
