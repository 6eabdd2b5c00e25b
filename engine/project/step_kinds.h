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
// Of the data, where there are any: what it costs to make a model smaller is measured before anything is written.
bool needsValidationSplit(const StepParameters& parameters);
// Of a quantize or qat step; nullptr for others.
const QuantizeOptions* quantizingOf(const StepParameters& parameters);
// Whether what such a step makes holds integers for weights, so that it can't be pruned and explain() says something of it: quantize but
// for half precision, and qat.
bool isOnIntegers(const StepParameters& parameters);
// Where these parameters name the teacher of a distill step, which may be empty, or of a qat step that has one; nullptr for others.
const std::filesystem::path* teacherPathOf(const StepParameters& parameters);
std::filesystem::path* teacherPathOf(StepParameters& parameters);
// Files that such a step reads besides its model: a teacher, curves.
std::vector<std::filesystem::path> filesReadBy(const StepParameters& parameters);
// Throws what requireConsistent() throws of a quantize or qat step's options, and Error(BadOption) of what would have no effect: a teacher
// that nothing is learnt from, a learning rate of what is frozen.
void requireConsistentParameters(const StepParameters& parameters);
// Throws Error(UsageInvalid) where none is named.
std::filesystem::path teacherOf(const DistillParameters& parameters, const StepInput& input);

} // namespace hone
