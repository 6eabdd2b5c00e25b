// SPDX-License-Identifier: GPL-3.0-or-later
// What the readers of the formats fill in and Dataset answers from. Internal to this room.
#pragma once

#include "data/dataset.h"
#include "data/picture_container.h"

#include <array>

namespace hone
{

struct Sample
{
    std::string path;          // below the folder, for a picture file; empty inside a container
    std::uint64_t bytes = 0;   // the file's size
    int label = 0;             // index into classes
    std::uint32_t container = 0;
    std::uint32_t record = 0;  // in the container
};

using SplitSamples = std::array<std::vector<Sample>, 3>; // by Split

struct Listing
{
    std::vector<ClassInfo> classes;
    SplitSamples samples;
    bool undivided = false; // everything is in Train: the data don't say which is which
    std::vector<std::shared_ptr<const PictureContainer>> containers;
};

struct Dataset::Contents
{
    std::string name;
    DataFormat format = DataFormat::ImageFolder;
    std::filesystem::path folder;
    std::optional<Preprocess> preprocess;
    std::string configBytes; // dataset.yaml as it stands
    Listing listing;

    const Sample& sample(Split split, std::size_t index) const { return listing.samples[std::size_t(split)].at(index); }
};

} // namespace hone
