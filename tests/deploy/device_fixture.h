// SPDX-License-Identifier: GPL-3.0-or-later
// A device on loopback, a model and pictures for it.
#pragma once

#include "core/error.h"
#include "core/file.h"
#include "data/pairing.h"
#include "deploy/deployer.h"
#include "deploy/local_ssh_server.h"
#include "engine/graph_building.h"
#include "onnx_io/onnx_io.h"

#include <QtTest>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace hone::testing
{
namespace fs = std::filesystem;

// The error that a call throws, or none.
inline std::optional<Message> failureOf(const std::function<void()>& call)
{
    try {
        call();
    } catch (const Error& error) {
        return error.message();
    }
    return std::nullopt;
}

#define HONE_VERIFY_FAILS(call, wantedCode)                                                                                                \
    do {                                                                                                                                   \
        const auto failure = hone::testing::failureOf([&] { call; });                                                                      \
        QVERIFY2(failure, "no error was thrown");                                                                                          \
        QCOMPARE(QString::fromStdString(std::string(name(failure->code))),                                                                 \
                 QString::fromStdString(std::string(name(MessageCode::wantedCode))));                                                      \
    } while (false)

inline std::string argument(const std::optional<Message>& message, const std::string& key)
{
    const auto found = message ? message->arguments.find(key) : MessageArguments::const_iterator();
    return message && found != message->arguments.end() ? found->second : std::string();
}

inline SshOptions optionsFor(const LocalSshServer& server)
{
    SshOptions options;
    options.address = DeviceAddress::parse(server.address());
    options.identity = server.identity();
    options.knownHosts = server.knownHosts();
    options.timeoutSeconds = 20;
    return options;
}

// A script on the device that goes before the system's program of that name.
inline void putProgram(const LocalSshServer& server, const std::string& name, const std::string& script)
{
    fs::create_directories(server.home() / "programs");
    writeFileAtomically(server.home() / "programs" / name, "#!/bin/sh\n" + script + "\n");
    fs::permissions(server.home() / "programs" / name, fs::perms(0755));
    writeFileAtomically(server.home() / ".profile", "PATH=\"$HOME/programs:$PATH\"\n");
}

constexpr int pictureSize = 12;

// Tells red, green and blue pictures apart: the mean of each channel, made three scores by a Gemm.
inline Graph colourModel(float gain = 4)
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(3), Dim::fixed(pictureSize), Dim::fixed(pictureSize)});
    const auto kernel = chain.constant("kernel", randomTensor({8, 3, 3, 3}, 5, 0, 0.2));
    chain.then("Conv", {kernel}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}}).then("Relu");
    Graph& graph = chain.graph();
    const auto features = chain.last();
    chain.setLast(graph.inputs.front());
    chain.then("GlobalAveragePool").then("Flatten");
    const auto colours = chain.last();
    chain.setLast(features);
    chain.then("GlobalAveragePool").then("Flatten");
    const auto weights = chain.constant("weights", randomTensor({8, 3}, 6, -0.01, 0.01));
    chain.then("Gemm", {weights});
    const auto small = chain.last();
    chain.setLast(colours);
    const auto matrix = chain.constant("matrix", Tensor::of<float>({3, 3}, std::vector<float>{gain, 0, 0, 0, gain, 0, 0, 0, gain}));
    chain.then("Gemm", {matrix}).then("Add", {small});
    Graph model = chain.finish();
    model.value(model.outputs.front()).type.shape = Shape{Dim::free("N"), Dim::fixed(3)};
    ModelCard card;
    card.classes = {{"blue", 2}, {"green", 1}, {"red", 0}};
    card.preprocess = PicturePreprocess{.width = pictureSize, .height = pictureSize, .mean = {0.4, 0.4, 0.4}, .std = {0.25, 0.25, 0.25}};
    writeModelCard(model, card);
    return model;
}

inline Picture colourPicture(int colour, std::uint64_t seed)
{
    Picture picture{.width = 17, .height = 14, .channels = 3};
    Random random(seed);
    for (int i = 0; i < picture.width * picture.height; ++i)
        for (int c = 0; c < 3; ++c)
            picture.pixels.push_back(static_cast<std::uint8_t>(random.below(150) + (c == colour ? 60 : 0)));
    return picture;
}

// A binary portable pixmap.
inline void writePicture(const fs::path& path, const Picture& picture)
{
    fs::create_directories(path.parent_path());
    auto text = "P6\n" + std::to_string(picture.width) + " " + std::to_string(picture.height) + "\n255\n";
    text.append(reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size());
    writeFileAtomically(path, text);
}

// Every fifth test picture lies in a wrong folder, so that the accuracy is known and isn't 1.
inline Dataset colourDataset(const fs::path& folder, int perClass)
{
    const std::vector<std::string> names = {"red", "green", "blue"};
    for (const auto* split : {"train", "validation", "test"})
        for (int label = 0; label < 3; ++label)
            for (int i = 0; i < perClass; ++i) {
                const int colour = std::string(split) == "test" && i % 5 == 0 ? (label + 1) % 3 : label;
                writePicture(folder / split / names[static_cast<std::size_t>(label)] / ("p" + std::to_string(i) + ".ppm"),
                             colourPicture(colour, static_cast<std::uint64_t>(1000 * label + i)));
            }
    return Dataset::open(folder);
}

} // namespace hone::testing
