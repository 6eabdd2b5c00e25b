// SPDX-License-Identifier: GPL-3.0-or-later
// Sensors' recordings (CSV, NPY, NPZ), cut into windows. Internal to this room.
#pragma once

#include "data/dataset_yaml.h"

namespace hone
{

// One recording a file: rows in time, a column a channel (NPY and an NPZ's x: [rows, channels] or [rows], or windows already,
// [windows, rows, channels]). Labels: the class folder that the file lies in, or a column of the file (an NPZ's y), or dataset.yaml's
// targets columns for values. A window's class is the one that most of its rows have, or the last row's; its values are its last row's.
// Splits are folders, or files that begin with a split's name (train.csv); otherwise they are made of whole files, so that windows of
// one recording never fall into two splits. Of one or two files, up to ten stretches each take the place of files, and
// windows that would reach from one into the next are left out.
// Without a stated length: whole recordings where all are as long and at most 4,096 rows, else 128 rows. Without a stated stride: half
// a length. A recording that is shorter than a window is one, whose last row is repeated.
// Throws Error(DataConfigInvalid, DataEmpty, DataFormatUnknown, FileUnreadable).
Listing listRecordings(const std::filesystem::path& folder, const DatasetConfig& config);

} // namespace hone
