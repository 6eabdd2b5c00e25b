// SPDX-License-Identifier: GPL-3.0-or-later
// What the readers of the formats fill in and Dataset answers from. Internal to this room.
#pragma once

#include "data/dataset.h"
#include "data/sample_container.h"

#include <array>
#include <mutex>

namespace hone
{

struct Sample
{
    std::string path;        // below the folder, for a picture file; empty inside a container
    std::uint64_t bytes = 0; // the file's size
    int label = 0;           // index into classes; -1: none
    std::uint32_t container = 0;
    std::uint32_t record = 0; // in the container
    std::int32_t group = -1;  // samples of one group stay in one split; -1: of none
    std::uint32_t target = 0; // row of the values
};

using SplitSamples = std::array<std::vector<Sample>, 3>; // by Split

struct Listing
{
    Targets targets = Targets::Classes;
    std::vector<ClassInfo> classes;
    SplitSamples samples;
    bool undivided = false; // everything is in Train: the data don't say which is which
    std::vector<std::shared_ptr<const SampleContainer>> containers;
    std::vector<float> values; // one row of targetWidth a target
    int targetWidth = 0;
    Dimensions sampleShape; // of windows and tensors
};

struct Dataset::Contents
{
    std::string name;
    DataFormat format = DataFormat::ImageFolder;
    SampleKind kind = SampleKind::Picture;
    std::filesystem::path folder;
    std::optional<Task> task;
    std::optional<Preprocess> preprocess;
    std::string configBytes; // dataset.yaml as it stands
    Listing listing;
    mutable std::once_flag statisticsOnce;
    mutable ChannelStatistics statistics;

    const Sample& sample(Split split, std::size_t index) const { return listing.samples[std::size_t(split)].at(index); }
};

} // namespace hone
