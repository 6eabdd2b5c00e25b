// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/smoke_input.h"

#include "core/error.h"
#include "core/random.h"

#include <algorithm>

namespace hone
{
namespace
{

constexpr std::uint64_t seed = 20;
constexpr int noise = 24; // of 255

} // namespace

Picture smokePicture(const Preprocess& preprocess)
{
    Picture picture;
    picture.width = preprocess.width + preprocess.width / 2 + 1;
    picture.height = preprocess.height + preprocess.height / 2 + 1;
    picture.channels = preprocess.channelCount();
    picture.pixels.reserve(static_cast<std::size_t>(picture.width) * picture.height * picture.channels);
    Random random(seed);
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x)
            for (int c = 0; c < picture.channels; ++c) {
                const int across = 255 * x / picture.width;
                const int down = 255 * y / picture.height;
                const int ramp = c == 0 ? across : c == 1 ? down : 255 - (across + down) / 2;
                const int value = ramp + static_cast<int>(random.below(2 * noise + 1)) - noise;
                picture.pixels.push_back(static_cast<std::uint8_t>(std::clamp(value, 0, 255)));
            }
    return picture;
}

Tensor pictureInput(const Preprocess& preprocess, const Picture& picture)
{
    const std::int64_t channels = preprocess.channelCount();
    const Dimensions shape = preprocess.layout == Layout::Nchw
                                 ? Dimensions{1, channels, preprocess.height, preprocess.width}
                                 : Dimensions{1, preprocess.height, preprocess.width, channels};
    Tensor input(DType::Float32, shape);
    apply(preprocess, picture, input.mutableData<float>());
    return input;
}

Tensor smokeInput(std::size_t index, DType dtype, const Dimensions& shape, const std::optional<Preprocess>& preprocess)
{
    if (index == 0 && preprocess)
        return pictureInput(*preprocess, smokePicture(*preprocess));
    if (elementBits(dtype) == 0)
        throw Error(MessageCode::ModelInputUnsupported, {{"detail", "an input of " + std::string(name(dtype))}});
    Tensor input(dtype, shape);
    Random random(seed, index + 1);
    if (dtype == DType::Float32)
        for (auto& value : input.mutableData<float>())
            value = static_cast<float>(random.uniform(-1, 1));
    if (dtype == DType::Float64)
        for (auto& value : input.mutableData<double>())
            value = random.uniform(-1, 1);
    return input;
}

} // namespace hone
