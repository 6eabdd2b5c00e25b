// SPDX-License-Identifier: GPL-3.0-or-later
// DS-CNN for keywords: Zhang, Suda, Lai and Chandra 2017, "Hello Edge: Keyword Spotting on Microcontrollers",
// the small one, as MLPerf Tiny has it (Banbury et al. 2021).
#include "train/architecture_builder.h"
#include "train/architecture_families.h"

#include <string>

namespace hone
{

Graph makeDsCnn(const ArchitectureOptions& options)
{
    constexpr int blocks = 4;
    const int width = scaledWidth(options);
    ArchitectureBuilder builder(options, pictureShape(options));
    const auto activated = [&](const std::string& name, const ConvolutionShape& shape) {
        builder.convolution(name + ".conv", shape);
        builder.normalization(name + ".bn");
        builder.relu(name + ".relu");
    };
    // Ten frames by four coefficients.
    activated("stem", {.outputs = width, .kernel = {10, 4}, .stride = 2, .bias = true});
    for (int block = 1; block <= blocks; ++block) {
        const std::string name = "block" + std::to_string(block);
        activated(name + ".depthwise", {.outputs = width, .groups = width, .bias = true});
        activated(name + ".pointwise", {.outputs = width, .kernel = {1, 1}, .bias = true});
    }
    builder.pool();
    return builder.head(options.classes);
}

} // namespace hone
