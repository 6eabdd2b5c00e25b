// SPDX-License-Identifier: GPL-3.0-or-later
// The constructors behind architecture.h's registry, a file a family. Each takes options in which nothing is
// left to its defaults.
#pragma once

#include "train/architecture.h"

namespace hone
{

Graph makeResNet(const ArchitectureOptions& options);      // architecture_resnet.cpp
Graph makeMobileNetV1(const ArchitectureOptions& options); // architecture_mobilenet.cpp
Graph makeMobileNetV2(const ArchitectureOptions& options);
Graph makeDsCnn(const ArchitectureOptions& options);       // architecture_dscnn.cpp
Graph makeAutoencoder(const ArchitectureOptions& options); // architecture_autoencoder.cpp
Graph makeVit(const ArchitectureOptions& options);         // architecture_vit.cpp

} // namespace hone
