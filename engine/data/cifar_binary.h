// SPDX-License-Identifier: GPL-3.0-or-later
// CIFAR-10 and CIFAR-100 "binary version" files (cs.toronto.edu/~kriz/cifar.html): records of one label byte (CIFAR-100: a
// coarse one, then the fine one, which is used) and 32x32 pixels, red plane first. Internal to this room.
#pragma once

#include "data/dataset_yaml.h"

namespace hone
{

bool looksLikeCifarBinary(const std::filesystem::path& folder);

// data_batch_*.bin, or train.bin, is train; test_batch.bin, or test.bin, is test; dataset.yaml may say how the files'
// names begin instead. Names of classes come from batches.meta.txt or fine_label_names.txt where they are there.
// Throws Error(DataConfigInvalid, DataEmpty, FileUnreadable).
Listing listCifarBinary(const std::filesystem::path& folder, const DatasetConfig& config);

} // namespace hone
