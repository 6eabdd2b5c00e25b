// SPDX-License-Identifier: GPL-3.0-or-later
// Untrained networks by name, each with its width and its input as parameters.
#pragma once

#include "graph/graph.h"

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

// 0 stands for the architecture's own number; withDefaults() puts it in.
struct ArchitectureOptions
{
    std::string name = "resnet8";
    int width = 0;    // channels of the first layer (vit: the embedding; autoencoder: of the hidden layers)
    int classes = 10; // outputs; an autoencoder gives its input back and has none
    int inputChannels = 0;
    int inputSize = 0; // height and width; of an autoencoder how many numbers it takes
    std::uint64_t seed = 0;
    double widthMultiplier = 1; // of all widths ("alpha" of MobileNets)
    int inputHeight = 0;        // 0: inputSize. Of sounds: frames
    int inputWidth = 0;         // likewise: bands or coefficients
    int depth = 0;              // of a vit: blocks

    int height() const { return inputHeight > 0 ? inputHeight : inputSize; }
    int columns() const { return inputWidth > 0 ? inputWidth : inputSize; }
};

// resnet8, resnet20, resnet32, resnet56: He et al. 2016, section 4.2. mobilenetv1: Howard et al. 2017.
// mobilenetv2: Sandler et al. 2018. dscnn: Zhang et al. 2017, "Hello Edge", the small one. autoencoder: the
// dense one of MLPerf Tiny (Banbury et al. 2021). vit: Dosovitskiy et al. 2021 with mean pooling.
std::vector<std::string> knownArchitectures();
// Whether it gives scores of classes. Throws Error(ArchitectureUnknown).
bool hasClasses(const std::string& architecture);
// With every 0 that stands for the architecture's own number replaced. Throws Error(ArchitectureUnknown).
ArchitectureOptions withDefaults(ArchitectureOptions options);
// Opset 17, BatchNormalization kept. Pictures and sounds come as [N, channels, height, width], an
// autoencoder's numbers as [N, numbers] (or, where height and width are given, as pictures do); `logits` is
// [N, classes]. Throws Error(ArchitectureUnknown, BadOption).
Graph makeArchitecture(const ArchitectureOptions& options);

} // namespace hone
