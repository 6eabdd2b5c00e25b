// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/wav.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace hone
{
namespace
{

constexpr std::uint32_t pcm = 1, ieeeFloat = 3, extensible = 0xFFFE;
constexpr std::uint32_t lowestRate = 100, highestRate = 1'000'000, mostChannels = 1024;

std::uint32_t littleEndian(std::string_view bytes, std::size_t at, int count)
{
    std::uint32_t value = 0;
    for (int i = count - 1; i >= 0; --i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + std::size_t(i)]);
    return value;
}

struct WaveFormat
{
    std::uint32_t coding = 0;
    std::uint32_t channels = 0;
    std::uint32_t rate = 0;
    std::uint32_t bits = 0;
};

std::optional<WaveFormat> readFormat(std::string_view chunk)
{
    constexpr std::size_t shortest = 16, withSubformat = 26;
    if (chunk.size() < shortest)
        return std::nullopt;
    WaveFormat format{littleEndian(chunk, 0, 2), littleEndian(chunk, 2, 2), littleEndian(chunk, 4, 4), littleEndian(chunk, 14, 2)};
    if (format.coding == extensible && chunk.size() >= withSubformat)
        format.coding = littleEndian(chunk, 24, 2); // the subformat's GUID begins with the plain tag
    return format;
}

std::string problemOf(const WaveFormat& format)
{
    if (format.coding != pcm && format.coding != ieeeFloat)
        return "its coding (tag " + std::to_string(format.coding) + ") is neither PCM nor floating point";
    const auto bits = format.bits;
    const bool known = format.coding == pcm ? bits == 8 || bits == 16 || bits == 24 || bits == 32 : bits == 32 || bits == 64;
    if (!known)
        return "its samples have " + std::to_string(bits) + " bits";
    if (format.channels == 0 || format.channels > mostChannels)
        return "it states " + std::to_string(format.channels) + " channels";
    if (format.rate < lowestRate || format.rate > highestRate)
        return "it states a rate of " + std::to_string(format.rate) + " Hz";
    return {};
}

double valueAt(std::string_view data, std::size_t at, const WaveFormat& format)
{
    if (format.coding == ieeeFloat) {
        const auto low = littleEndian(data, at, 4);
        if (format.bits == 32)
            return std::bit_cast<float>(low);
        return std::bit_cast<double>(std::uint64_t(littleEndian(data, at + 4, 4)) << 32 | low);
    }
    if (format.bits == 8)
        return (int(static_cast<unsigned char>(data[at])) - 128) / 128.0;
    // Moved to the top of 32 bits, so that the sign is where it belongs.
    const auto value = littleEndian(data, at, int(format.bits / 8)) << (32 - format.bits);
    return std::bit_cast<std::int32_t>(value) / 2147483648.0;
}

std::optional<Sound> mixedDown(std::string_view data, const WaveFormat& format)
{
    const std::size_t width = format.bits / 8, frame = width * format.channels, frames = data.size() / frame;
    Sound sound{.rate = int(format.rate), .samples = std::vector<float>(frames)};
    for (std::size_t i = 0; i < frames; ++i) {
        double sum = 0;
        for (std::size_t c = 0; c < format.channels; ++c)
            sum += valueAt(data, i * frame + c * width, format);
        sound.samples[i] = float(sum / format.channels);
        if (!std::isfinite(sound.samples[i]))
            return std::nullopt;
    }
    return sound;
}

struct Chunks
{
    std::optional<std::string_view> format, data;
};

Chunks chunksOf(std::string_view bytes)
{
    constexpr std::size_t head = 8;
    Chunks chunks;
    for (std::size_t at = 12; at + head <= bytes.size() && !chunks.data;) {
        const auto name = bytes.substr(at, 4);
        const std::size_t stated = littleEndian(bytes, at + 4, 4), there = bytes.size() - at - head;
        const bool streamed = name == "data" && (stated == 0 || stated == 0xFFFFFFFF);
        const auto size = streamed ? there : std::min(stated, there);
        if (name == "fmt ")
            chunks.format = bytes.substr(at + head, size);
        if (name == "data")
            chunks.data = bytes.substr(at + head, size);
        at += head + size + size % 2;
    }
    return chunks;
}

} // namespace

std::optional<Sound> decodeWav(std::string_view bytes, std::string* problem)
{
    const auto refuse = [problem](const std::string& why) {
        if (problem)
            *problem = why;
        return std::nullopt;
    };
    if (bytes.size() < 12 || bytes.substr(0, 4) != "RIFF" || bytes.substr(8, 4) != "WAVE")
        return refuse("it does not begin as a WAV file does");
    const auto chunks = chunksOf(bytes);
    const auto format = chunks.format ? readFormat(*chunks.format) : std::nullopt;
    if (!format)
        return refuse("it does not say how its samples are coded");
    if (const auto why = problemOf(*format); !why.empty())
        return refuse(why);
    if (!chunks.data)
        return refuse("it has no samples");
    auto sound = mixedDown(*chunks.data, *format);
    if (!sound)
        return refuse("a sample is not a finite number");
    if (sound->samples.empty())
        return refuse("it has no samples");
    return sound;
}

} // namespace hone
