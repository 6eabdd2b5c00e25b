// SPDX-License-Identifier: GPL-3.0-or-later
// A dense autoencoder for anomalies, as MLPerf Tiny has it (Banbury et al. 2021; Koizumi et al. 2020): four
// layers down, a bottleneck, four layers up.
#include "train/architecture_builder.h"
#include "train/architecture_families.h"

#include <algorithm>
#include <string>

namespace hone
{

Graph makeAutoencoder(const ArchitectureOptions& options)
{
    constexpr int layers = 4;
    const int width = scaledWidth(options);
    const int bottleneck = std::max(1, width / 16);
    const bool asPicture = options.inputHeight > 0 || options.inputWidth > 0;
    const std::int64_t numbers = asPicture ? std::int64_t{options.inputChannels} * options.height() * options.columns() : options.inputSize;
    ArchitectureBuilder builder(options, asPicture ? pictureShape(options) : Shape{Dim::free("N"), Dim::fixed(numbers)});
    if (asPicture) {
        builder.node("Flatten", "flatten", {builder.last()}, {{"axis", std::int64_t{1}}});
        builder.goBackTo(builder.last(), numbers);
    }
    const auto activated = [&](const std::string& name, int outputs) {
        builder.dense(name + ".fc", outputs, Initialization::He);
        builder.normalization(name + ".bn");
        builder.relu(name + ".relu");
    };
    for (int layer = 1; layer <= layers; ++layer)
        activated("encoder" + std::to_string(layer), width);
    activated("bottleneck", bottleneck);
    for (int layer = 1; layer <= layers; ++layer)
        activated("decoder" + std::to_string(layer), width);
    builder.dense("reconstruction", numbers, Initialization::LeCun);
    return builder.finish("reconstructed", {numbers});
}

} // namespace hone
