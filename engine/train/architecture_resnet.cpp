// SPDX-License-Identifier: GPL-3.0-or-later
// ResNets for small pictures: He et al. 2016, "Deep Residual Learning for Image Recognition", section 4.2.
#include "train/architecture_builder.h"
#include "train/architecture_families.h"

#include <string>

namespace hone
{

namespace
{

// Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the shape changes (option B).
void addBlock(ArchitectureBuilder& builder, const std::string& name, int channels, int stride)
{
    const ValueId input = builder.last();
    const auto inputChannels = builder.channels();
    const auto inputExtents = builder.extents();
    builder.convolution(name + ".conv1", {.outputs = channels, .stride = stride});
    builder.normalization(name + ".bn1");
    builder.relu(name + ".relu1");
    builder.convolution(name + ".conv2", {.outputs = channels});
    builder.normalization(name + ".bn2");
    const ValueId residual = builder.last();
    builder.goBackTo(input, inputChannels, inputExtents);
    if (stride != 1 || inputChannels != channels) {
        builder.convolution(name + ".shortcut.conv", {.outputs = channels, .kernel = {1, 1}, .stride = stride});
        builder.normalization(name + ".shortcut.bn");
    }
    const ValueId shortcut = builder.last();
    builder.goBackTo(residual, channels, builder.extents());
    builder.sum(name + ".add", shortcut);
    builder.relu(name + ".relu2");
}

} // namespace

Graph makeResNet(const ArchitectureOptions& options)
{
    const int layers = std::stoi(options.name.substr(std::string("resnet").size()));
    const int blocks = (layers - 2) / 6;
    const int width = scaledWidth(options);
    ArchitectureBuilder builder(options, pictureShape(options));
    builder.convolution("conv1", {.outputs = width});
    builder.normalization("bn1");
    builder.relu("relu1");
    for (int stage = 1; stage <= 3; ++stage)
        for (int block = 1; block <= blocks; ++block)
            addBlock(builder, "stage" + std::to_string(stage) + ".block" + std::to_string(block), width << (stage - 1),
                     stage > 1 && block == 1 ? 2 : 1);
    builder.pool();
    return builder.head(options.classes);
}

} // namespace hone
