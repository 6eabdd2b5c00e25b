// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/numbers.h"

#include "core/error.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace hone
{
namespace
{

std::span<const float> floatsOf(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

[[noreturn]] void refuse(const std::string& detail)
{
    throw Error(MessageCode::DataConfigInvalid, {{"path", "preprocess"}, {"detail", detail}});
}

// `count` numbers of one or as many, or of none: `absent`.
std::vector<double> spread(const std::vector<double>& values, std::size_t count, double absent)
{
    if (values.size() <= 1)
        return std::vector<double>(count, values.empty() ? absent : values.front());
    if (values.size() != count)
        refuse("mean and std must be one number, or " + std::to_string(count) + ", not " + std::to_string(values.size()));
    return values;
}

std::vector<float> toFloats(const std::vector<double>& values)
{
    return {values.begin(), values.end()};
}

std::vector<float> factorsOf(const std::vector<double>& deviations)
{
    std::vector<float> factors;
    for (const double deviation : deviations)
        factors.push_back(float(1 / deviation));
    return factors;
}

std::size_t lastExtent(const TensorPreprocess& preprocess)
{
    return preprocess.shape.empty() ? 1 : std::size_t(preprocess.shape.back());
}

} // namespace

WindowFrontEnd::WindowFrontEnd(const WindowPreprocess& preprocess)
    : m_preprocess(preprocess),
      m_mean(toFloats(spread(preprocess.mean, std::size_t(preprocess.channels), 0))),
      m_factor(factorsOf(spread(preprocess.std, std::size_t(preprocess.channels), 1)))
{
    if (preprocess.length <= 0 || preprocess.channels <= 0)
        refuse("length and channels of the window are not stated");
    const auto elements = std::int64_t(preprocess.length) * preprocess.channels;
    if (!preprocess.shape.empty() && elementCount(preprocess.shape) != elements)
        refuse("a window of " + std::to_string(preprocess.length) + " rows and " + std::to_string(preprocess.channels) +
               " channels does not fill " + toText(preprocess.shape));
}

std::size_t WindowFrontEnd::fittedBytes() const
{
    return std::size_t(m_preprocess.length) * m_preprocess.channels * sizeof(float);
}

bool WindowFrontEnd::fit(const RawSample& sample, std::span<std::byte> fitted) const
{
    const auto* window = std::get_if<SensorWindow>(&sample);
    if (!window || window->values.dtype() != DType::Float32 || window->values.rank() != 2 || window->values.shape()[0] < 1 ||
        window->values.shape()[1] != m_preprocess.channels)
        return false;
    const auto rows = std::size_t(window->values.shape()[0]), length = std::size_t(m_preprocess.length);
    const std::size_t rowBytes = std::size_t(m_preprocess.channels) * sizeof(float);
    const auto source = window->values.bytes();
    for (std::size_t row = 0; row < length; ++row)
        std::memcpy(fitted.data() + row * rowBytes, source.data() + std::min(row, rows - 1) * rowBytes, rowBytes);
    return true;
}

void WindowFrontEnd::finish(std::span<const std::byte> fitted, std::span<float> out) const
{
    const auto values = floatsOf(fitted);
    const auto length = std::size_t(m_preprocess.length), channels = std::size_t(m_preprocess.channels);
    const bool timeFirst = m_preprocess.time == TimeAxis::First;
    for (std::size_t row = 0; row < length; ++row)
        for (std::size_t c = 0; c < channels; ++c)
            out[timeFirst ? row * channels + c : c * length + row] = (values[row * channels + c] - m_mean[c]) * m_factor[c];
}

TensorFrontEnd::TensorFrontEnd(const TensorPreprocess& preprocess)
    : m_count(std::size_t(elementCount(preprocess.shape))),
      m_mean(toFloats(spread(preprocess.mean, lastExtent(preprocess), 0))),
      m_factor(factorsOf(spread(preprocess.std, lastExtent(preprocess), 1)))
{}

bool TensorFrontEnd::fit(const RawSample& sample, std::span<std::byte> fitted) const
{
    const auto* tensor = std::get_if<Tensor>(&sample);
    if (!tensor || tensor->dtype() != DType::Float32 || std::size_t(tensor->size()) != m_count)
        return false;
    std::ranges::copy(tensor->bytes(), fitted.begin());
    return true;
}

void TensorFrontEnd::finish(std::span<const std::byte> fitted, std::span<float> out) const
{
    const auto values = floatsOf(fitted);
    const auto last = m_mean.size();
    for (std::size_t i = 0; i < values.size(); i += last)
        for (std::size_t k = 0; k < last; ++k)
            out[i + k] = (values[i + k] - m_mean[k]) * m_factor[k];
}

} // namespace hone
