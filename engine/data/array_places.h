// SPDX-License-Identifier: GPL-3.0-or-later
// Which arrays of a folder's NPZ and NPY files are samples, and which their targets. Internal to this room.
#pragma once

#include "data/dataset.h"
#include "preprocess/npy.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// An array in one of the folder's files.
struct ArrayPlace
{
    std::filesystem::path file;
    std::string name; // empty: the file is an NPY
    Split split = Split::Train;
    bool splitStated = false;
};

struct ArrayPair
{
    ArrayPlace x;
    std::optional<ArrayPlace> y;
};

// In order of file and name. Throws Error(FileUnreadable).
std::vector<ArrayPair> arrayPairsIn(const std::filesystem::path& folder);

// Throw Error(FileNotFound, FileUnreadable).
NpyHeader readHeader(const ArrayPlace& place);
Tensor readArray(const ArrayPlace& place);

std::string described(const ArrayPlace& place); // "set.npz, array x"
// uint8 [N, H, W], [N, H, W, 1 or 3] or [N, 1 or 3, H, W]
bool holdsPictures(const NpyHeader& header);

} // namespace hone
