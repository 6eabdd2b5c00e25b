// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/preprocess.h"

#include "core/error.h"

#include <algorithm>
#include <cstring>

namespace hone
{
namespace
{

Dimensions ordered(TimeAxis time, std::size_t frames, std::size_t bands)
{
    const auto f = std::int64_t(frames), b = std::int64_t(bands);
    return time == TimeAxis::First ? Dimensions{f, b} : Dimensions{b, f};
}

Dimensions shapeOf(const PicturePreprocess& preprocess)
{
    const std::int64_t c = preprocess.channelCount(), h = preprocess.height, w = preprocess.width;
    return preprocess.layout == Layout::Nchw ? Dimensions{c, h, w} : Dimensions{h, w, c};
}

Dimensions shapeOf(const SoundPreprocess& preprocess)
{
    if (!preprocess.shape.empty())
        return preprocess.shape;
    if (preprocess.features == SoundFeatures::Waveform)
        return {std::int64_t(samplesOf(preprocess))};
    return ordered(preprocess.time, framesOf(preprocess), bandsOf(preprocess));
}

Dimensions shapeOf(const WindowPreprocess& preprocess)
{
    return preprocess.shape.empty() ? ordered(preprocess.time, std::size_t(preprocess.length), std::size_t(preprocess.channels))
                                    : preprocess.shape;
}

Dimensions shapeOf(const TensorPreprocess& preprocess)
{
    return preprocess.shape;
}

} // namespace

Dimensions inputShape(const Preprocess& preprocess)
{
    return std::visit([](const auto& kind) { return shapeOf(kind); }, preprocess.of);
}

bool FrontEnd::PictureFrontEnd::fit(const RawSample& sample, std::span<std::byte> fittedPixels) const
{
    const auto* picture = std::get_if<Picture>(&sample);
    if (!picture || picture->width <= 0 || picture->height <= 0)
        return false;
    const auto pixels = fitted(m_preprocess, *picture).pixels;
    std::memcpy(fittedPixels.data(), pixels.data(), pixels.size());
    return true;
}

void FrontEnd::PictureFrontEnd::finish(std::span<const std::byte> fittedPixels, std::span<float> out) const
{
    m_normalize({reinterpret_cast<const std::uint8_t*>(fittedPixels.data()), fittedPixels.size()}, out);
}

FrontEnd::Stages FrontEnd::stagesOf(const Preprocess& preprocess)
{
    switch (preprocess.kind()) {
    case SampleKind::Sound: return SoundFrontEnd(preprocess.sound());
    case SampleKind::Window: return WindowFrontEnd(preprocess.window());
    case SampleKind::Tensor: return TensorFrontEnd(preprocess.tensor());
    case SampleKind::Picture: break;
    }
    return PictureFrontEnd(preprocess.picture());
}

FrontEnd::FrontEnd(const Preprocess& preprocess)
    : m_preprocess(preprocess),
      m_shape(inputShape(preprocess)),
      m_elements(std::size_t(hone::elementCount(m_shape))),
      m_stages(stagesOf(preprocess))
{}

std::size_t FrontEnd::fittedBytes() const
{
    return std::visit([](const auto& stages) { return stages.fittedBytes(); }, m_stages);
}

bool FrontEnd::fit(const RawSample& sample, std::span<std::byte> fitted) const
{
    return std::visit([&](const auto& stages) { return stages.fit(sample, fitted); }, m_stages);
}

void FrontEnd::finish(std::span<const std::byte> fitted, std::span<float> out) const
{
    std::visit([&](const auto& stages) { stages.finish(fitted, out); }, m_stages);
}

bool FrontEnd::finishIsDear() const
{
    return m_preprocess.kind() == SampleKind::Sound && m_preprocess.sound().features != SoundFeatures::Waveform;
}

Tensor inputOf(const FrontEnd& frontEnd, const RawSample& sample)
{
    std::vector<std::byte> fitted(frontEnd.fittedBytes());
    if (!frontEnd.fit(sample, fitted))
        throw Error(MessageCode::ModelInputUnsupported,
                    {{"detail", "a " + std::string(name(kindOf(sample))) + " that does not become " + toText(frontEnd.shape())}});
    auto shape = frontEnd.shape();
    shape.insert(shape.begin(), 1);
    Tensor input(DType::Float32, shape);
    frontEnd.finish(fitted, input.mutableData<float>());
    return input;
}

} // namespace hone
