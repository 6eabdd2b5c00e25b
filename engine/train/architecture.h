// SPDX-License-Identifier: GPL-3.0-or-later
// Untrained networks by name.
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

struct ArchitectureOptions
{
    std::string name = "resnet8"; // resnet8, resnet20, resnet32, resnet56 (He et al. 2016, section 4.2)
    int width = 16;               // channels of the first stage
    int classes = 10;
    int inputChannels = 3;
    int inputSize = 32;
    std::uint64_t seed = 0;
};

std::vector<std::string> knownArchitectures();
// Opset 17, BatchNormalization kept, weights after He et al. 2015. Throws Error(ArchitectureUnknown).
Graph makeArchitecture(const ArchitectureOptions& options);

} // namespace hone
