// SPDX-License-Identifier: GPL-3.0-or-later
// The embedded sample: road signs drawn by the program, 12 classes of 32x32 colour pictures.
#pragma once

#include "core/job_context.h"

#include <cstdint>
#include <filesystem>

namespace hone
{

enum class SampleCondition
{
    Clean,    // what the sample's pretrained model was trained on
    NewCamera // blur, noise and light of another camera, in every split
};

struct RoadSignOptions
{
    SampleCondition condition = SampleCondition::NewCamera;
    std::uint64_t seed = 1;
    int train = 6600;
    int validation = 1200;
    int test = 1200;
};

// Writes an image folder (train/, validation/, test/, PNG files) with its dataset.yaml, whole or not at all.
// Same options: same bytes.
void drawRoadSigns(const std::filesystem::path& folder, const RoadSignOptions& options, const JobContext& job);

} // namespace hone
