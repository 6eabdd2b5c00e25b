// SPDX-License-Identifier: GPL-3.0-or-later
// A file with many samples. Internal to this room.
#pragma once

#include "preprocess/sample.h"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace hone
{

// Thread-safe.
class SampleContainer
{
public:
    SampleContainer() = default;
    virtual ~SampleContainer() = default;
    SampleContainer(const SampleContainer&) = delete;
    SampleContainer& operator=(const SampleContainer&) = delete;

    virtual const std::filesystem::path& path() const = 0;
    virtual std::uint64_t fileBytes() const = 0;
    // nullopt where it is damaged or not there.
    virtual std::optional<RawSample> sample(std::uint32_t record) const = 0;
};

} // namespace hone
