// SPDX-License-Identifier: GPL-3.0-or-later
// MobileNets. V1: Howard et al. 2017, "MobileNets", table 1. V2: Sandler et al. 2018, "MobileNetV2: Inverted
// Residuals and Linear Bottlenecks", table 2.
#include "train/architecture_builder.h"
#include "train/architecture_families.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace hone
{

namespace
{

constexpr int firstWidth = 32; // of multiplier 1

double multiplierOf(const ArchitectureOptions& options)
{
    return options.widthMultiplier * options.width / firstWidth;
}

// V1's channels: rounded down, at least 8.
int thin(int channels, double multiplier)
{
    return std::max(8, static_cast<int>(channels * multiplier + 1e-9));
}

// V2's: to the nearest multiple of 8, but never more than a tenth below.
int divisible(double channels)
{
    const int nearest = std::max(8, static_cast<int>(channels + 4) / 8 * 8);
    return nearest < 0.9 * channels ? nearest + 8 : nearest;
}

// Both networks halve the picture five times. Of a small one the first halvings are left out, so that at
// least 3 pixels a side remain.
class Halvings
{
public:
    explicit Halvings(const ArchitectureOptions& options)
    {
        const int side = std::min(options.height(), options.columns());
        for (int left = 5; left > 0 && (side + (1 << left) - 1) / (1 << left) < 3; --left)
            ++m_leaveOut;
    }
    int stride(int wanted)
    {
        if (wanted == 1 || m_leaveOut == 0)
            return wanted;
        --m_leaveOut;
        return 1;
    }

private:
    int m_leaveOut = 0;
};

struct Normalized
{
    ConvolutionShape shape;
    bool activated = true;
};

void addNormalized(ArchitectureBuilder& builder, const std::string& name, const Normalized& layer)
{
    builder.convolution(name + ".conv", layer.shape);
    builder.normalization(name + ".bn");
    if (layer.activated)
        builder.relu6(name + ".relu6");
}

ConvolutionShape pointwise(int outputs)
{
    return {.outputs = outputs, .kernel = {1, 1}};
}

ConvolutionShape depthwise(const ArchitectureBuilder& builder, int stride)
{
    const int channels = static_cast<int>(builder.channels());
    return {.outputs = channels, .stride = stride, .groups = channels};
}

struct Bottleneck
{
    int expansion;
    int outputs;
    int stride;
};

// 1x1 up, depthwise 3x3, 1x1 down without an activation, beside the input where that fits.
void addBottleneck(ArchitectureBuilder& builder, const std::string& name, const Bottleneck& block)
{
    const ValueId input = builder.last();
    const auto inputs = builder.channels();
    if (block.expansion != 1)
        addNormalized(builder, name + ".expand", {pointwise(static_cast<int>(inputs) * block.expansion)});
    addNormalized(builder, name + ".depthwise", {depthwise(builder, block.stride)});
    addNormalized(builder, name + ".project", {pointwise(block.outputs), false});
    if (block.stride == 1 && inputs == block.outputs)
        builder.sum(name + ".add", input);
}

} // namespace

Graph makeMobileNetV1(const ArchitectureOptions& options)
{
    struct Block
    {
        int outputs;
        int stride;
    };
    constexpr std::array<Block, 13> blocks = {{{64, 1},
                                               {128, 2},
                                               {128, 1},
                                               {256, 2},
                                               {256, 1},
                                               {512, 2},
                                               {512, 1},
                                               {512, 1},
                                               {512, 1},
                                               {512, 1},
                                               {512, 1},
                                               {1024, 2},
                                               {1024, 1}}};
    const double multiplier = multiplierOf(options);
    Halvings halvings(options);
    ArchitectureBuilder builder(options, pictureShape(options));
    addNormalized(builder, "stem", {{.outputs = thin(firstWidth, multiplier), .stride = halvings.stride(2)}});
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const std::string name = "block" + std::to_string(i + 1);
        addNormalized(builder, name + ".depthwise", {depthwise(builder, halvings.stride(blocks[i].stride))});
        addNormalized(builder, name + ".pointwise", {pointwise(thin(blocks[i].outputs, multiplier))});
    }
    builder.pool();
    return builder.head(options.classes);
}

Graph makeMobileNetV2(const ArchitectureOptions& options)
{
    struct Stage
    {
        int expansion;
        int outputs;
        int blocks;
        int stride; // of its first block
    };
    constexpr std::array<Stage, 7> stages = {
        {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}}};
    constexpr int lastWidth = 1280; // never thinner
    const double multiplier = multiplierOf(options);
    Halvings halvings(options);
    ArchitectureBuilder builder(options, pictureShape(options));
    addNormalized(builder, "stem", {{.outputs = divisible(firstWidth * multiplier), .stride = halvings.stride(2)}});
    for (std::size_t s = 0; s < stages.size(); ++s)
        for (int b = 0; b < stages[s].blocks; ++b) {
            const int stride = halvings.stride(b == 0 ? stages[s].stride : 1);
            addBottleneck(builder, "stage" + std::to_string(s + 1) + ".block" + std::to_string(b + 1),
                          {stages[s].expansion, divisible(stages[s].outputs * multiplier), stride});
        }
    addNormalized(builder, "last", {pointwise(divisible(lastWidth * std::max(1.0, multiplier)))});
    builder.pool();
    return builder.head(options.classes);
}

} // namespace hone
