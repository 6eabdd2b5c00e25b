// SPDX-License-Identifier: GPL-3.0-or-later
// Small networks that are hard to quantize, pictures for them, and how far their answers are off.
#pragma once

#include "graph_building.h"
#include "idx_dataset.h"
#include "onnx_io/onnx_io.h"
#include "quantize/quantize.h"
#include "runtime/session.h"

#include <cmath>
#include <cstdint>
#include <vector>

namespace hone::test
{

using hone::testing::Attributes;
using hone::testing::Chain;
using hone::testing::randomTensor;

inline constexpr int side = 8;
inline constexpr int classes = 4;
inline constexpr int channels = 6;
inline const Shape picture = {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)};
inline const Attributes same = {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}};

inline std::vector<GrayPicture> noise(std::size_t count, int brightest = 255)
{
    std::vector<GrayPicture> all;
    for (std::size_t i = 0; i < count; ++i) {
        Random random(5, i);
        GrayPicture made{std::vector<std::uint8_t>(side * side), static_cast<std::uint8_t>(i % classes)};
        for (auto& pixel : made.pixels)
            pixel = static_cast<std::uint8_t>(random.uniform(0, brightest));
        all.push_back(made);
    }
    return all;
}

// Conv, Relu, depthwise Conv, Relu, Conv, pooling, scores; the first layers' channels differ a hundred times in size.
inline Graph unevenNet()
{
    Chain chain(13, picture);
    auto first = randomTensor({channels, 1, 3, 3}, 1, -0.5, 0.5);
    for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t i = 0; i < 9; ++i)
            first.mutableData<float>()[static_cast<std::size_t>(c * 9 + i)] *=
                std::pow(100.0f, static_cast<float>(c) / (channels - 1)) / 100;
    auto third = randomTensor({channels, channels, 1, 1}, 3, -0.5, 0.5);
    for (std::int64_t o = 0; o < channels; ++o)
        for (std::int64_t c = 0; c < channels; ++c)
            third.mutableData<float>()[static_cast<std::size_t>(o * channels + c)] /=
                std::pow(100.0f, static_cast<float>(c) / (channels - 1)) / 100;
    chain.then("Conv", {chain.constant("w1", first), chain.constant("b1", randomTensor({channels}, 11, 0, 0.002))}, same).then("Relu");
    auto depthwise = same;
    depthwise["group"] = std::int64_t{channels};
    chain
        .then(
            "Conv",
            {chain.constant("w2", randomTensor({channels, 1, 3, 3}, 2, 0, 0.5)), chain.constant("b2", Tensor(DType::Float32, {channels}))},
            depthwise)
        .then("Relu");
    chain.then("Conv", {chain.constant("w3", third), chain.constant("b3", randomTensor({channels}, 13))}).then("Relu");
    chain.then("GlobalAveragePool").then("Flatten");
    chain.then("Gemm", {chain.constant("w4", randomTensor({classes, channels}, 4)), chain.constant("b4", randomTensor({classes}, 14))},
               {{"transB", std::int64_t{1}}});
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{picture.front(), Dim::fixed(classes)};
    return graph;
}

// LayerNormalization in front of a product, five of its channels forty times as large as the others, whose weights are as much smaller.
inline Graph outlierNet()
{
    constexpr std::int64_t width = side * side;
    Chain chain(17, picture);
    auto scale = randomTensor({width}, 21, 0.5, 1.5);
    auto weights = randomTensor({width, 2 * classes}, 22, -0.5, 0.5);
    for (std::int64_t c = 3; c < width; c += 13) {
        scale.mutableData<float>()[static_cast<std::size_t>(c)] *= 40;
        for (std::int64_t o = 0; o < 2 * classes; ++o)
            weights.mutableData<float>()[static_cast<std::size_t>(c * 2 * classes + o)] /= 40;
    }
    chain.then("Flatten");
    chain.then("LayerNormalization", {chain.constant("scale", scale), chain.constant("shift", randomTensor({width}, 23, -0.1, 0.1))},
               {{"axis", std::int64_t{-1}}});
    chain.then("MatMul", {chain.constant("w1", weights)}).then("Relu");
    chain.then("Gemm", {chain.constant("w2", randomTensor({classes, 2 * classes}, 24)), chain.constant("b2", randomTensor({classes}, 25))},
               {{"transB", std::int64_t{1}}});
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{picture.front(), Dim::fixed(classes)};
    return graph;
}

inline std::vector<float> answers(const Graph& graph, Optimization optimization = Optimization::All)
{
    Tensor input(DType::Float32, {16, 1, side, side});
    auto value = input.mutableData<float>().begin();
    for (const auto& made : noise(16))
        for (const auto pixel : made.pixels)
            *value++ = static_cast<float>(pixel) / 255;
    auto session = Session::fromBytes(serializeOnnx(graph), {.threads = 1, .optimization = optimization}, "test");
    return toFloats(session.run({input}).at(0));
}

inline double noiseToSignal(const std::vector<float>& got, const std::vector<float>& wanted)
{
    double error = 0;
    double power = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        error += std::pow(got.at(i) - wanted[i], 2);
        power += std::pow(wanted[i], 2);
    }
    return error / power;
}

// InternalFault: none.
inline MessageCode failureOf(const Graph& graph, const Dataset& data, const QuantizeOptions& options = {})
{
    try {
        quantize({graph, &data, options}, {});
    } catch (const Error& error) {
        return error.code();
    }
    return MessageCode::InternalFault;
}

} // namespace hone::test
