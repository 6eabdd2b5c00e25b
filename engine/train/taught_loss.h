// SPDX-License-Identifier: GPL-3.0-or-later
// What a student's values are worth beside its teacher's. Private to the lazy module "training".
#pragma once

#include "train/trainer.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hone
{

class TaughtLoss
{
public:
    TaughtLoss(const Distillation& distillation, std::uint64_t seed, at::Device device);

    // Learnt beside the student's parameters, by name.
    const std::vector<std::pair<std::string, at::Tensor>>& projections() const { return m_projections; }
    // The sum over all values of factor times comparison; both lists as Distillation::values.
    // Throws Error(TeacherUnlike) where sizes differ.
    at::Tensor of(const std::vector<at::Tensor>& student, const std::vector<Tensor>& teacher) const;

private:
    at::Tensor compared(std::size_t i, const at::Tensor& student, const at::Tensor& teacher) const;
    at::Tensor features(std::size_t i, const at::Tensor& student, const at::Tensor& teacher) const;

    Distillation m_distillation;
    std::vector<std::pair<std::string, at::Tensor>> m_projections;
    std::vector<std::ptrdiff_t> m_projectionOf; // by value; -1: none
};

} // namespace hone
