// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"

namespace hone::cli
{

constexpr int exitDone = 0;
constexpr int exitOther = 1;
constexpr int exitUsage = 2;
constexpr int exitInput = 3;
constexpr int exitDevice = 4;
constexpr int exitCancelled = 130;

constexpr int exitCode(MessageCategory category)
{
    switch (category) {
    case MessageCategory::Notice: return exitDone;
    case MessageCategory::Usage: return exitUsage;
    case MessageCategory::Input: return exitInput;
    case MessageCategory::Device: return exitDevice;
    case MessageCategory::System: return exitOther;
    }
    return exitOther;
}

} // namespace hone::cli
