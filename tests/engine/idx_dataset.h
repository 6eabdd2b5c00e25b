// SPDX-License-Identifier: GPL-3.0-or-later
// A small set of gray pictures as IDX files, whose right answers a test knows.
#pragma once

#include "core/random.h"
#include "data/dataset.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace hone::test
{

struct GrayPicture
{
    std::vector<std::uint8_t> pixels; // rows from the top
    std::uint8_t label = 0;
};

inline void writeIdx(const std::filesystem::path& folder, const std::string& prefix, const std::vector<GrayPicture>& pictures, int height,
                     int width)
{
    const auto number = [](std::ofstream& file, std::uint32_t value) {
        for (const int shift : {24, 16, 8, 0})
            file.put(static_cast<char>(value >> shift));
    };
    std::ofstream images(folder / (prefix + "-images-idx3-ubyte"), std::ios::binary);
    std::ofstream labels(folder / (prefix + "-labels-idx1-ubyte"), std::ios::binary);
    number(images, 0x803);
    number(labels, 0x801);
    for (auto* file : {&images, &labels})
        number(*file, static_cast<std::uint32_t>(pictures.size()));
    number(images, static_cast<std::uint32_t>(height));
    number(images, static_cast<std::uint32_t>(width));
    for (const auto& picture : pictures) {
        images.write(reinterpret_cast<const char*>(picture.pixels.data()), static_cast<std::streamsize>(picture.pixels.size()));
        labels.put(static_cast<char>(picture.label));
    }
}

// Pixels are fed as value / 255.
inline Dataset writeIdxDataset(const std::filesystem::path& folder, const std::vector<GrayPicture>& train,
                               const std::vector<GrayPicture>& test, int height, int width)
{
    writeIdx(folder, "train", train, height, width);
    writeIdx(folder, "t10k", test, height, width);
    std::ofstream(folder / "dataset.yaml") << "name: Bright spots\ntask: classification\nformat: idx\nsplits: {train: train, test: t10k}\n"
                                           << "validation: {from: train, fraction: 0.5, seed: 0}\n"
                                           << "preprocess: {size: [" << height << ", " << width
                                           << "], range: [0, 1], mean: [0], std: [1], channels: gray, layout: nchw}\n";
    return Dataset::open(folder);
}

// 8x8, of five classes in turns: for what doesn't hang on what is to be seen.
inline Dataset writeNoiseDataset(const std::filesystem::path& folder, std::size_t count, std::uint64_t seed)
{
    constexpr int side = 8;
    constexpr std::size_t classes = 5;
    Random random(seed);
    std::vector<GrayPicture> pictures(count);
    for (std::size_t i = 0; i < count; ++i) {
        for (int k = 0; k < side * side; ++k)
            pictures[i].pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
        pictures[i].label = static_cast<std::uint8_t>(i % classes);
    }
    std::filesystem::create_directories(folder);
    return writeIdxDataset(folder, pictures, pictures, side, side);
}

} // namespace hone::test
