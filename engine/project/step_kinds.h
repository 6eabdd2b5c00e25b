// SPDX-License-Identifier: GPL-3.0-or-later
// What a step with these parameters is going to do, as far as its parameters tell.
#pragma once

#include "project/step.h"

namespace hone
{

bool isRoot(const StepParameters& parameters);
bool trains(const StepParameters& parameters);
// Whoever learns from a teacher needs no labels.
bool learnsFromTeacher(const StepParameters& parameters);
// Training takes a quantized model, too: its weights learn as the real numbers that they stand for.
bool needsFloatWeights(const StepParameters& parameters);
// Throws Error(UsageInvalid) where none is named.
std::filesystem::path teacherOf(const DistillParameters& parameters, const StepInput& input);

} // namespace hone
