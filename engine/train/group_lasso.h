// SPDX-License-Identifier: GPL-3.0-or-later
// Sparsity of whole channels: the group lasso's proximal step. Private to the lazy module "training".
#pragma once

#include "train/train.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <vector>

namespace hone
{

class GroupLasso
{
public:
    // `tensorOf` gives the parameter of an initializer; one that isn't defined or isn't trained is left out.
    GroupLasso(const std::vector<PenaltyGroup>& groups, double strength, const std::function<at::Tensor(ValueId)>& tensorOf);

    // w_c <- w_c max(0, 1 - rate strength sqrt(elements_c) / |w_c|) for every channel c, without gradients.
    void shrink(double learningRate);

private:
    struct Part
    {
        at::Tensor parameter;
        int axis;
        at::Tensor places;   // positions along the axis that belong to a channel
        at::Tensor channels; // theirs
    };
    struct Group
    {
        std::vector<Part> parts;
        at::Tensor roots; // [channels]: of the number of elements
    };

    std::vector<Group> m_groups;
    double m_strength;
};

} // namespace hone
