// SPDX-License-Identifier: GPL-3.0-or-later
// Changes fitted samples at random, for training. Internal to this room.
#pragma once

#include "core/random.h"
#include "data/loader.h"

#include <cstddef>
#include <span>
#include <vector>

namespace hone
{

// Changes a sample, as FrontEnd::fit() of `preprocess` gives it, as the augmentation and `random` say; the result is in `scratch`,
// or is `fitted` itself.
std::span<const std::byte> augmented(std::span<const std::byte> fitted, const Preprocess& preprocess, const Augmentation& augmentation,
                                     Random& random, std::vector<std::byte>& scratch);

} // namespace hone
