// SPDX-License-Identifier: GPL-3.0-or-later
// What the project tests work on: tiny drawn data, tiny networks, projects in folders that vanish.
#pragma once

#include "core/error.h"
#include "core/file.h"
#include "data/road_signs.h"
#include "project/project_store.h"

#include <QTemporaryDir>

#include <filesystem>
#include <optional>
#include <string>

namespace hone::testing
{

inline std::filesystem::path pathOf(const QTemporaryDir& folder)
{
    return folder.path().toStdString();
}

// A few dozen road signs of 12 classes.
inline std::filesystem::path drawTinyData(const std::filesystem::path& folder)
{
    drawRoadSigns(folder, {.train = 48, .validation = 24, .test = 24}, {});
    return folder;
}

inline NewParameters tinyNetwork(std::uint64_t seed = 0)
{
    NewParameters parameters;
    parameters.architecture = {.name = "resnet8", .width = 4, .classes = 12, .seed = seed};
    return parameters;
}

inline PruneParameters pruning(double ratio)
{
    PruneParameters parameters;
    parameters.prune.ratio = ratio;
    return parameters;
}

// The code of the Error that `action` throws, or none.
template<class Action>
std::optional<Message> errorOf(Action&& action)
{
    try {
        action();
    } catch (const Error& error) {
        return error.message();
    }
    return std::nullopt;
}

} // namespace hone::testing

// The action fails with this code; a message says with which instead.
#define COMPARE_ERROR(action, expected)                                                                                                    \
    do {                                                                                                                                   \
        const auto thrown = hone::testing::errorOf([&] { action; });                                                                       \
        QVERIFY2(thrown, "nothing was thrown");                                                                                            \
        QCOMPARE(std::string(hone::name(thrown->code)), std::string(hone::name(expected)));                                                \
    } while (false)
