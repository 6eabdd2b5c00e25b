// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/raw_input.h"

#include <algorithm>
#include <cmath>

namespace hone
{

Tensor asTaken(const Tensor& values, DType dtype)
{
    if (dtype != DType::UInt8 || values.dtype() != DType::Float32)
        return values;
    Tensor bytes(DType::UInt8, values.shape());
    std::ranges::transform(values.data<float>(), bytes.mutableData<std::uint8_t>().begin(),
                           [](float value) { return static_cast<std::uint8_t>(std::clamp(std::nearbyint(value), 0.0f, 255.0f)); });
    return bytes;
}

} // namespace hone
