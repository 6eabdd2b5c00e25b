// SPDX-License-Identifier: GPL-3.0-or-later
// Image folders: one folder a class, in one folder a split or in none. Internal to this room.
#pragma once

#include "data/dataset_contents.h"
#include "data/dataset_yaml.h"

namespace hone
{

// Lists pictures by what dataset.yaml states or, without it, by looking:
// - folders named train or training, val, valid or validation, test or testing (in any case), of which one at least holds
//   folders, are splits, and the folders in them classes; a split folder without a labelled picture is as good as absent;
// - otherwise every folder is a class, and the splits have to be made.
// A class's pictures are the files with a picture's extension (in any case) anywhere below its folder, in order of path;
// links are followed, a folder that is reached twice is read once. Names that begin with "." or "__" and every other file
// are passed over. Class folders without a picture in any split are no classes. Classes are in order of name (by bytes), or
// as dataset.yaml lists them.
// Throws Error(DataConfigInvalid, DataEmpty, DataFormatUnknown, TaskUnsupported where it holds sounds instead).
Listing listImageFolder(const std::filesystem::path& folder, const DatasetConfig& config);

} // namespace hone
