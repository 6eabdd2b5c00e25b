// SPDX-License-Identifier: GPL-3.0-or-later
// One array of samples. Internal to this room.
#pragma once

#include "data/array_places.h"
#include "data/sample_container.h"

#include <mutex>

namespace hone
{

// The array is read at the first sample that is asked for; its errors come then.
class ArrayContainer : public SampleContainer
{
public:
    ArrayContainer(ArrayPlace place, Dimensions sampleShape, bool pictures);

    const std::filesystem::path& path() const override { return m_path; }
    std::uint64_t fileBytes() const override;
    // nullopt also where a value is not finite.
    std::optional<RawSample> sample(std::uint32_t record) const override;

private:
    ArrayPlace m_place;
    std::filesystem::path m_path; // "set.npz[x]"
    Dimensions m_shape;
    bool m_pictures;
    mutable std::once_flag m_readOnce;
    mutable Tensor m_array;
};

} // namespace hone
