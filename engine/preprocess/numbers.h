// SPDX-License-Identifier: GPL-3.0-or-later
// Samples that are numbers already: windows of sensors, and tensors.
#pragma once

#include "preprocess/sample.h"
#include "preprocess/sound.h"

#include <cstddef>
#include <span>
#include <vector>

namespace hone
{

// value = (x - mean[c]) / std[c]
struct WindowPreprocess
{
    int length = 0;           // rows; longer windows lose their end, shorter ones repeat their last row
    int channels = 0;         // columns
    std::vector<double> mean; // one a channel, or one for all; empty: what the train split has
    std::vector<double> std;
    TimeAxis time = TimeAxis::First; // [length, channels] or [channels, length]
    Dimensions shape;                // of the model's input without the batch, as many elements; empty: the two axes

    bool operator==(const WindowPreprocess&) const = default;
};

// value = (x - mean[k]) / std[k], k along the last axis
struct TensorPreprocess
{
    Dimensions shape; // of the model's input without the batch; samples of as many elements are reshaped. Empty: as the model's
    std::vector<double> mean = {0}; // one number, or one an element of the last axis
    std::vector<double> std = {1};

    bool operator==(const TensorPreprocess&) const = default;
};

class WindowFrontEnd
{
public:
    explicit WindowFrontEnd(const WindowPreprocess& preprocess);

    std::size_t fittedBytes() const;
    bool fit(const RawSample& sample, std::span<std::byte> fitted) const;
    void finish(std::span<const std::byte> fitted, std::span<float> out) const;

private:
    WindowPreprocess m_preprocess;
    std::vector<float> m_mean, m_factor; // by channel
};

class TensorFrontEnd
{
public:
    explicit TensorFrontEnd(const TensorPreprocess& preprocess);

    std::size_t fittedBytes() const { return m_count * sizeof(float); }
    bool fit(const RawSample& sample, std::span<std::byte> fitted) const;
    void finish(std::span<const std::byte> fitted, std::span<float> out) const;

private:
    std::size_t m_count;
    std::vector<float> m_mean, m_factor; // along the last axis, or one
};

} // namespace hone
