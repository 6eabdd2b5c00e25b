// SPDX-License-Identifier: GPL-3.0-or-later
// Where the trainings of a step leave what an interrupted one goes on from.
#pragma once

#include "project/step.h"
#include "train/train.h"

#include <filesystem>
#include <string>

namespace hone
{

// Of a step that trains more than once; each training has a checkpoint of its own. Empty: it trains once.
using StepPart = std::string;
StepPart sparsityPart(); // before pruning
StepPart roundPart(int round);

// All that the bytes of a training depend on.
std::string checkpointKey(const StepParameters& parameters, const StepInput& input);
CheckpointPlace checkpointPlace(const std::filesystem::path& checkpoint, const std::string& key, const StepPart& part);
std::filesystem::path checkpointBeside(const std::filesystem::path& output);

} // namespace hone
