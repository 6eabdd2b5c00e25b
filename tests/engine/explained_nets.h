// SPDX-License-Identifier: GPL-3.0-or-later
// Small networks, pictures for them, and what is told of what quantizing made of them.
#pragma once

#include "graph_building.h"
#include "idx_dataset.h"
#include "onnx_io/onnx_io.h"
#include "quantize/calibration.h"
#include "quantize/encodings.h"
#include "quantize/explain.h"
#include "quantize/quantize.h"
#include "runtime/session.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hone::test
{

using hone::testing::Attributes;
using hone::testing::Chain;
using hone::testing::randomTensor;

constexpr int side = 8;
constexpr std::int64_t channels = 6;
constexpr std::int64_t classes = 4;
inline const Attributes same = {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}};

inline std::vector<GrayPicture> noise(std::size_t count)
{
    std::vector<GrayPicture> all;
    for (std::size_t i = 0; i < count; ++i) {
        Random random(5, i);
        GrayPicture made{std::vector<std::uint8_t>(side * side), static_cast<std::uint8_t>(i % classes)};
        for (auto& pixel : made.pixels)
            pixel = static_cast<std::uint8_t>(random.uniform(0, 255));
        all.push_back(made);
    }
    return all;
}

class Net : public Chain
{
public:
    Net() : Chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)}) {}
    Net& conv(std::int64_t in, std::int64_t out)
    {
        then("Conv", {weights({out, in, 3, 3}), weights({out})}, same);
        return *this;
    }
    Graph scores(std::int64_t in)
    {
        then("GlobalAveragePool").then("Flatten").then("Gemm", {weights({classes, in}), weights({classes})}, {{"transB", std::int64_t{1}}});
        auto made = finish();
        made.value(made.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classes)};
        return made;
    }

private:
    ValueId weights(const Dimensions& shape) { return constant("w", randomTensor(shape, ++m_seed, -0.5, 0.5)); }
    std::uint64_t m_seed = 0;
};

// Conv_0, Conv_2, Conv_4, Add_5, GlobalAveragePool_7, Gemm_9.
inline Graph residualNet()
{
    Net net;
    net.conv(1, channels).then("Relu");
    const auto shortcut = net.last();
    net.conv(channels, channels).then("Relu");
    net.conv(channels, channels).then("Add", {shortcut}).then("Relu");
    return net.scores(channels);
}

// Conv_0 and Conv_2, each with a Relu.
inline Graph plainNet()
{
    Net net;
    net.conv(1, channels).then("Relu");
    net.conv(channels, channels).then("Relu");
    return net.scores(channels);
}

// plainNet() with one more layer in the middle, the values around it named as there.
inline Graph deeperNet()
{
    Net net;
    net.conv(1, channels).then("Relu");
    net.conv(channels, channels).then("Relu");
    net.conv(channels, channels).then("Relu");
    auto graph = net.scores(channels);
    const auto plain = plainNet();
    constexpr std::size_t before = 2; // and as many that are new
    const auto output = [](Graph& in, std::size_t node) -> std::string& { return in.value(in.node(in.order().at(node)).outputs[0]).name; };
    for (std::size_t node = before; node < 2 * before; ++node)
        output(graph, node) = "new " + std::to_string(node);
    for (std::size_t node = before; node < plain.order().size(); ++node)
        output(graph, node + before) = plain.value(plain.node(plain.order()[node]).outputs[0]).name;
    return graph;
}

inline Tensor samplePictures(std::int64_t count)
{
    Tensor tensor(DType::Float32, {count, 1, side, side});
    auto value = tensor.mutableData<float>().begin();
    for (const auto& made : noise(static_cast<std::size_t>(count)))
        for (const auto pixel : made.pixels)
            *value++ = static_cast<float>(pixel) / 255;
    return tensor;
}

inline std::vector<float> answers(const Graph& graph, const Tensor& input)
{
    return toFloats(Session::fromBytes(serializeOnnx(graph)).run({input}).at(0));
}

inline bool advises(const Explanation& explanation, MessageCode code)
{
    return std::ranges::find(explanation.advice, code, &Message::code) != explanation.advice.end();
}

// Both are written into the folder.
inline Explanation explainedIn(const QTemporaryDir& folder, const Dataset& data, const Graph& floating, const Graph& integers,
                               const MadeBy& madeBy = {})
{
    const std::filesystem::path root = folder.path().toStdString();
    writeOnnx(floating, root / "float.onnx");
    writeOnnx(integers, root / "quantized.onnx");
    return explain({.quantized = root / "quantized.onnx",
                    .floating = root / "float.onnx",
                    .dataset = data,
                    .samples = 16,
                    .threads = 1,
                    .runs = 10,
                    .madeBy = madeBy},
                   {});
}

// Tests with such pictures.
class ExplainTest : public QObject
{
protected:
    void drawPictures() { m_data = writeIdxDataset(m_folder.path().toStdString(), noise(80), noise(20), side, side); }

    // The range of the value `narrowed` multiplied by `factor`.
    Graph quantized(const Graph& graph, const std::string& narrowed = {}, float factor = 1,
                    const QuantizeOptions& options = {.ranges = RangeMethod::MinMax}) const
    {
        const auto prepared = prepareForQuantization(graph);
        const auto plan = planQuantization(prepared);
        auto ranges = rangesOf(calibrate(prepared, *m_data, {.samples = options.samples}, {}), prepared, options);
        if (!narrowed.empty())
            ranges.at(narrowed).high *= factor;
        auto encodings = encodingsFromRanges(prepared, plan, ranges, gridTypeOf(options));
        encodeWeights(prepared, plan, options, encodings);
        return insertQdq(prepared, plan, encodings, options).graph;
    }

    Explanation explained(const Graph& floating, const Graph& integers, const MadeBy& madeBy = {}) const
    {
        return explainedIn(m_folder, *m_data, floating, integers, madeBy);
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

} // namespace hone::test
