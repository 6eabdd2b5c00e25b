// SPDX-License-Identifier: GPL-3.0-or-later
// Sounds for tests.
#pragma once

#include "preprocess/sample.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

namespace hone
{

struct WavHead
{
    int tag = 1;
    int bits = 16;
    int channels = 1;
    int rate = 8000;
};

inline std::string wavFile(const WavHead& head, const std::string& data)
{
    const auto number = [](std::uint32_t value, int width) {
        std::string bytes;
        for (int i = 0; i < width; ++i)
            bytes += char(value >> (8 * i));
        return bytes;
    };
    const auto frame = std::uint32_t(head.channels * head.bits / 8);
    const std::string format = number(std::uint32_t(head.tag), 2) + number(std::uint32_t(head.channels), 2) +
                               number(std::uint32_t(head.rate), 4) + number(std::uint32_t(head.rate) * frame, 4) + number(frame, 2) +
                               number(std::uint32_t(head.bits), 2);
    return "RIFF" + number(std::uint32_t(36 + data.size()), 4) + "WAVEfmt " + number(16, 4) + format + "data" +
           number(std::uint32_t(data.size()), 4) + data;
}

// 32-bit floats.
inline std::string wavOf(const Sound& sound)
{
    return wavFile({.tag = 3, .bits = 32, .channels = 1, .rate = sound.rate},
                   std::string(reinterpret_cast<const char*>(sound.samples.data()), sound.samples.size() * sizeof(float)));
}

inline std::vector<float> toneOf(double hertz, int rate, std::size_t count)
{
    std::vector<float> wave;
    for (std::size_t i = 0; i < count; ++i)
        wave.push_back(float(0.5 * std::sin(2 * std::numbers::pi * hertz * double(i) / rate)));
    return wave;
}

} // namespace hone
