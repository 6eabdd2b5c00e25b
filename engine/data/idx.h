// SPDX-License-Identifier: GPL-3.0-or-later
// IDX files (yann.lecun.com/exdb/mnist): *images*idx3* with its *labels*idx1*, plain or .gz. Internal to this room.
#pragma once

#include "data/dataset_yaml.h"

namespace hone
{

bool looksLikeIdx(const std::filesystem::path& folder);

// Splits by how the images file's name begins where dataset.yaml says so, else by what the name holds: train; t10k or test;
// val. A single pair that says none of these is divided. A plain file goes before its gzipped twin. Pictures missing at the
// end of a short file count as unreadable.
// Throws Error(DataConfigInvalid, DataEmpty, FileUnreadable).
Listing listIdx(const std::filesystem::path& folder, const DatasetConfig& config);

} // namespace hone
