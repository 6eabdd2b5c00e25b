// SPDX-License-Identifier: GPL-3.0-or-later
// Tensors with their targets: arrays x and y in NPZ or NPY files. Internal to this room.
#pragma once

#include "data/dataset_yaml.h"

namespace hone
{

// Whether NPZ or NPY files directly in the folder hold an x.
bool looksLikeArrays(const std::filesystem::path& folder);
// Picture where x is uint8 [N, H, W], [N, H, W, 1 or 3] or [N, 1 or 3, H, W], else Tensor.
SampleKind kindOfArrays(const std::filesystem::path& folder);

// Splits are arrays called x_train, x_val (x_valid, x_validation) and x_test, in any case, or an x in files that begin with such a
// name (train.npz); x alone is divided. The targets are y of the same name: whole numbers, one-hot rows and texts are classes, other
// numbers are values; dataset.yaml's task decides for whole numbers. Without a y samples are unlabelled. x may also be called data,
// inputs, images or features; y: labels, targets, classes.
// Throws Error(DataConfigInvalid, DataEmpty, FileUnreadable).
Listing listArrays(const std::filesystem::path& folder, const DatasetConfig& config);

} // namespace hone
