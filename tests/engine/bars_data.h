// SPDX-License-Identifier: GPL-3.0-or-later
// A small data set that a test draws, and networks for it: bars in four places of an 8x8 picture, with noise.
#pragma once

#include "core/file.h"
#include "core/random.h"
#include "engine/graph_building.h"
#include "train/architecture.h"
#include "train/train.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace hone::testing
{

constexpr int side = 8;
constexpr int classCount = 4;

inline void appendBigEndian(std::string& bytes, std::uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(value >> shift & 0xff);
}

inline void writeBars(const std::filesystem::path& folder, const std::string& prefix, std::uint32_t count, std::uint64_t seed)
{
    std::string images;
    std::string labels;
    appendBigEndian(images, 0x803);
    for (const std::uint32_t value : {count, std::uint32_t{side}, std::uint32_t{side}})
        appendBigEndian(images, value);
    appendBigEndian(labels, 0x801);
    appendBigEndian(labels, count);
    Random random(seed);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t label = i % classCount;
        labels += static_cast<char>(label);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const bool bar =
                    label < 2 ? x / 4 == static_cast<int>(label) && y % 2 == 0 : y / 4 == static_cast<int>(label) - 2 && x % 2 == 0;
                images += static_cast<char>((bar ? 150 : 20) + random.uniform(0, 100));
            }
    }
    writeFileAtomically(folder / (prefix + "-images-idx3-ubyte"), images);
    writeFileAtomically(folder / (prefix + "-labels-idx1-ubyte"), labels);
}

inline Graph smallNetwork(int classes)
{
    ArchitectureOptions options;
    options.width = 4;
    options.classes = classes;
    options.inputChannels = 1;
    options.inputSize = side;
    return makeArchitecture(options);
}

inline TrainOptions fewEpochs()
{
    TrainOptions options;
    options.epochs = 4;
    options.batch = 32;
    options.learningRate = 0.05;
    options.threads = 1;
    options.seed = 3;
    return options;
}

inline Tensor initializer(const Graph& graph, const std::string& name)
{
    return graph.value(graph.findValue(name).value()).constant;
}

inline MessageCode codeOf(const std::function<void()>& call)
{
    try {
        call();
    } catch (const Error& error) {
        return error.code();
    }
    return MessageCode::InternalFault;
}

// 400 for training, 80 for testing, into a folder that Dataset::open() reads.
inline Dataset drawBars(const std::filesystem::path& folder)
{
    writeBars(folder, "train", 400, 1);
    writeBars(folder, "t10k", 80, 2);
    return Dataset::open(folder);
}

// Two layers without normalization or chance.
inline Graph plainNetwork()
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
    chain.then("Conv", {chain.constant("conv.weight", randomTensor({8, 1, 3, 3}, 1, -0.5, 0.5)),
                        chain.constant("conv.bias", randomTensor({8}, 5, -0.1, 0.1))});
    chain.then("Relu").then("Flatten").then("Gemm", {chain.constant("fc.weight", randomTensor({8 * 36, classCount}, 2, -0.1, 0.1))});
    Graph graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classCount)};
    return graph;
}

} // namespace hone::testing
