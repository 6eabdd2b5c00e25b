// SPDX-License-Identifier: GPL-3.0-or-later
// A training that can be gone on with: a file that is there whole or not at all.
#pragma once

#include "core/tensor.h"
#include "train/train.h"
#include "train/trainer.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// How far the loop around the trainer is.
struct TrainingProgress
{
    int epochsDone = 0;
    std::int64_t batchesDone = 0; // of the epoch that is under way
    double lossSum = 0;           // likewise
    std::int64_t samples = 0;     // likewise
    double seconds = 0;           // likewise
    std::int64_t updates = 0;
    std::optional<TaskMetric> best; // of the validation split
    int epochsWithoutBetter = 0;
    int keptEpoch = 0; // 0: none yet
    std::vector<EpochResult> epochs;
};

struct Checkpoint
{
    TrainingProgress progress;
    std::map<std::string, Tensor> kept; // weights by initializer name
    TrainerState trainer;
};

// nullopt where there is none with that key, or where it is damaged.
std::optional<Checkpoint> readCheckpoint(const CheckpointPlace& place);
// Makes the file's folder where it isn't there. Throws Error(DiskFull, FileUnwritable).
void writeCheckpoint(const CheckpointPlace& place, const Checkpoint& checkpoint);
// The file, and what writers that were killed left beside it. Nothing where no file is named.
void removeCheckpoint(const std::filesystem::path& file);

} // namespace hone
