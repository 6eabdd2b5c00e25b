// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/picture_stream.h"

#include "core/error.h"

#include <array>
#include <cstdint>
#include <utility>

namespace hone
{
namespace
{

constexpr std::string_view letters = "HONEPIX1";
constexpr std::uint32_t largestExtent = 1 << 16;
constexpr std::uint64_t largestPicture = 1ull << 29; // bytes

void put32(std::string& to, std::uint32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        to += static_cast<char>(value >> shift);
}

std::uint32_t number(const char* bytes)
{
    std::uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

std::string head(std::uint32_t width, std::uint32_t height, std::uint32_t channels)
{
    std::string bytes;
    put32(bytes, width);
    put32(bytes, height);
    put32(bytes, channels);
    return bytes;
}

} // namespace

std::string pictureStreamBegin()
{
    return std::string(letters);
}

std::string pictureStreamEnd()
{
    return head(0, 0, 0);
}

std::string toPictureStream(const Picture& picture)
{
    auto bytes = head(static_cast<std::uint32_t>(picture.width), static_cast<std::uint32_t>(picture.height),
                      static_cast<std::uint32_t>(picture.channels));
    bytes.append(reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size());
    return bytes;
}

PictureStreamReader::PictureStreamReader(std::istream& stream, std::string nameForErrors)
    : m_stream(stream), m_name(std::move(nameForErrors))
{
    std::array<char, letters.size()> bytes{};
    m_stream.read(bytes.data(), bytes.size());
    if (std::string_view(bytes.data(), bytes.size()) != letters)
        refuse("it isn't a stream of pictures");
}

std::optional<Picture> PictureStreamReader::next()
{
    std::array<char, 12> bytes{};
    if (!m_stream.read(bytes.data(), bytes.size()))
        refuse("it ends too early");
    const auto width = number(&bytes[0]), height = number(&bytes[4]), channels = number(&bytes[8]);
    if (width == 0)
        return std::nullopt;
    if (width > largestExtent || height == 0 || height > largestExtent || (channels != 1 && channels != 3)
        || std::uint64_t{width} * height * channels > largestPicture)
        refuse("it holds what can't be a picture");
    Picture picture{.width = static_cast<int>(width), .height = static_cast<int>(height), .channels = static_cast<int>(channels)};
    picture.pixels.resize(std::size_t{width} * height * channels);
    if (!m_stream.read(reinterpret_cast<char*>(picture.pixels.data()), static_cast<std::streamsize>(picture.pixels.size())))
        refuse("it ends within a picture");
    return picture;
}

void PictureStreamReader::refuse(const std::string& reason) const
{
    throw Error(MessageCode::FileUnreadable, {{"path", m_name}, {"reason", reason}});
}

} // namespace hone
