// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/array_container.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

Picture pictureOf(const Tensor& row)
{
    const auto& shape = row.shape();
    const bool plain = shape.size() == 2, last = plain || shape[2] == 1 || shape[2] == 3;
    const auto at = [&](std::size_t axis) { return int(shape[axis]); };
    Picture picture{last ? at(1) : at(2), last ? at(0) : at(1), plain ? 1 : last ? at(2) : at(0), {}};
    const auto bytes = row.data<std::uint8_t>();
    picture.pixels.assign(bytes.begin(), bytes.end());
    if (!last) { // plane after plane
        const std::size_t plane = std::size_t(picture.width) * picture.height;
        for (std::size_t i = 0; i < plane; ++i)
            for (std::size_t c = 0; c < std::size_t(picture.channels); ++c)
                picture.pixels[i * std::size_t(picture.channels) + c] = bytes[c * plane + i];
    }
    return picture;
}

} // namespace

ArrayContainer::ArrayContainer(ArrayPlace place, Dimensions sampleShape, bool pictures)
    : m_place(std::move(place)),
      m_path(m_place.file),
      m_shape(std::move(sampleShape)),
      m_pictures(pictures)
{
    if (!m_place.name.empty())
        m_path += "[" + m_place.name + "]";
}

std::uint64_t ArrayContainer::fileBytes() const
{
    return std::filesystem::file_size(m_place.file);
}

std::optional<RawSample> ArrayContainer::sample(std::uint32_t record) const
{
    std::call_once(m_readOnce, [this] { m_array = readArray(m_place); });
    const auto rows = m_array.shape().empty() ? 0 : m_array.shape()[0];
    if (record >= rows)
        return std::nullopt;
    const auto rowBytes = m_array.byteCount() / std::size_t(rows);
    Tensor row(m_array.dtype(), m_shape);
    std::ranges::copy(m_array.bytes().subspan(record * rowBytes, rowBytes), row.mutableBytes().begin());
    if (m_pictures)
        return pictureOf(row);
    const auto values = toFloats(row);
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
        return std::nullopt;
    return Tensor::of<float>(m_shape, values);
}

} // namespace hone
