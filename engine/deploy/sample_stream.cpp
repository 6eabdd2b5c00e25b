// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/sample_stream.h"

#include "core/error.h"

#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace hone
{
namespace
{

static_assert(std::endian::native == std::endian::little, "floats are sent as they lie in memory");

constexpr std::size_t letterCount = 8;
constexpr std::uint32_t largestExtent = 1 << 16, mostAxes = 16;
constexpr std::uint64_t largestSample = 1ull << 29; // bytes

std::string_view lettersOf(SampleKind kind)
{
    switch (kind) {
    case SampleKind::Picture: return "HONEPIX1";
    case SampleKind::Sound: return "HONESND1";
    case SampleKind::Window:
    case SampleKind::Tensor: break;
    }
    return "HONENUM1";
}

// Of the numbers before a sample; of numbers, the rank alone.
std::size_t headCount(SampleKind kind)
{
    return kind == SampleKind::Picture ? 3 : kind == SampleKind::Sound ? 2 : 1;
}

void put32(std::string& to, std::uint32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        to += static_cast<char>(value >> shift);
}

std::string withFloats(std::string head, std::span<const float> values)
{
    return head.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
}

std::string bytesOf(const Picture& picture)
{
    std::string bytes;
    for (const int number : {picture.width, picture.height, picture.channels})
        put32(bytes, static_cast<std::uint32_t>(number));
    return bytes.append(reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size());
}

std::string bytesOf(const Sound& sound)
{
    std::string bytes;
    put32(bytes, static_cast<std::uint32_t>(sound.rate));
    put32(bytes, static_cast<std::uint32_t>(sound.samples.size()));
    return withFloats(std::move(bytes), sound.samples);
}

std::string bytesOf(const Tensor& tensor)
{
    std::string bytes;
    put32(bytes, static_cast<std::uint32_t>(tensor.rank()));
    for (const auto extent : tensor.shape())
        put32(bytes, static_cast<std::uint32_t>(extent));
    return withFloats(std::move(bytes), tensor.data<float>());
}

std::string bytesOf(const SensorWindow& window)
{
    return bytesOf(window.values);
}

} // namespace

std::string sampleStreamBegin(SampleKind kind)
{
    return std::string(lettersOf(kind));
}

std::string sampleStreamEnd(SampleKind kind)
{
    return std::string(4 * headCount(kind), '\0');
}

std::string toSampleStream(const RawSample& sample)
{
    return std::visit([](const auto& kind) { return bytesOf(kind); }, sample);
}

SampleStreamReader::SampleStreamReader(std::istream& stream, std::string nameForErrors, SampleKind kind)
    : m_stream(stream),
      m_name(std::move(nameForErrors)),
      m_kind(kind)
{
    std::array<char, letterCount> bytes{};
    m_stream.read(bytes.data(), bytes.size());
    if (std::string_view(bytes.data(), bytes.size()) != lettersOf(kind))
        refuse("it isn't a stream of " + std::string(name(kind)) + "s");
}

std::optional<RawSample> SampleStreamReader::next()
{
    switch (m_kind) {
    case SampleKind::Picture: return nextPicture();
    case SampleKind::Sound: return nextSound();
    case SampleKind::Window:
    case SampleKind::Tensor: break;
    }
    return nextNumbers();
}

std::optional<RawSample> SampleStreamReader::nextPicture()
{
    const auto head = numbers(3);
    const auto width = head[0], height = head[1], channels = head[2];
    if (width == 0)
        return std::nullopt;
    if (width > largestExtent || height == 0 || height > largestExtent || (channels != 1 && channels != 3) ||
        std::uint64_t{width} * height * channels > largestSample)
        refuse("it holds what can't be a picture");
    Picture picture{.width = static_cast<int>(width), .height = static_cast<int>(height), .channels = static_cast<int>(channels)};
    picture.pixels.resize(std::size_t{width} * height * channels);
    fill(picture.pixels.data(), picture.pixels.size());
    return picture;
}

std::optional<RawSample> SampleStreamReader::nextSound()
{
    constexpr std::uint32_t highestRate = 1'000'000;
    const auto head = numbers(2);
    const auto rate = head[0], count = head[1];
    if (rate == 0)
        return std::nullopt;
    if (rate > highestRate || count == 0 || count * sizeof(float) > largestSample)
        refuse("it holds what can't be a sound");
    Sound sound{.rate = static_cast<int>(rate), .samples = std::vector<float>(count)};
    fill(sound.samples.data(), count * sizeof(float));
    return sound;
}

std::optional<RawSample> SampleStreamReader::nextNumbers()
{
    const auto rank = numbers(1).front();
    if (rank == 0)
        return std::nullopt;
    if (rank > mostAxes)
        refuse("it holds what can't be a tensor");
    std::uint64_t bytes = sizeof(float);
    Dimensions shape;
    for (const auto extent : numbers(rank)) {
        if (extent == 0 || bytes > largestSample / extent)
            refuse("it holds what can't be a tensor");
        bytes *= extent;
        shape.push_back(extent);
    }
    Tensor tensor(DType::Float32, shape);
    fill(tensor.mutableBytes().data(), bytes);
    if (m_kind == SampleKind::Window)
        return SensorWindow{std::move(tensor)};
    return tensor;
}

std::vector<std::uint32_t> SampleStreamReader::numbers(std::size_t count)
{
    std::vector<std::uint32_t> values(count);
    if (!m_stream.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(std::uint32_t))))
        refuse("it ends too early");
    return values;
}

void SampleStreamReader::fill(void* target, std::size_t bytes)
{
    if (!m_stream.read(static_cast<char*>(target), static_cast<std::streamsize>(bytes)))
        refuse("it ends within a " + std::string(name(m_kind)));
}

void SampleStreamReader::refuse(const std::string& reason) const
{
    throw Error(MessageCode::FileUnreadable, {{"path", m_name}, {"reason", reason}});
}

} // namespace hone
