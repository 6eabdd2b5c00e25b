// SPDX-License-Identifier: GPL-3.0-or-later
// RandAugment (Cubuk et al. 2020): changes of an 8-bit picture, drawn evenly from a fixed list. Internal to this room.
#pragma once

#include "core/random.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hone
{

struct PictureSize
{
    int width = 0;
    int height = 0;
    int channels = 0; // 1 or 3, interleaved
};

// At magnitude m of 0 to 10, a sign drawn where it says +-:
//   Identity
//   AutoContrast   each channel stretched to 0..255
//   Equalize       each channel's histogram made even
//   Rotate         +-3 m degrees around the middle
//   Solarize       values from 255 - 25.5 m on are inverted
//   Posterize      the upper 8 - round(0.4 m) bits are kept
//   Colour, Contrast, Brightness, Sharpness
//                  a blend with (grey, the mean grey, black, a 3x3 blur) by 1 +- 0.09 m
//   ShearX, ShearY         +-0.03 m
//   TranslateX, TranslateY +-0.045 m of the width or height
// What geometry brings in from outside is black; pixels are taken from the nearest one.
enum class PictureOperation
{
    Identity,
    AutoContrast,
    Equalize,
    Rotate,
    Solarize,
    Posterize,
    Colour,
    Contrast,
    Brightness,
    Sharpness,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY
};
constexpr int pictureOperations = 14;

// `strength` is the magnitude with its sign, where the operation has one.
void apply(PictureOperation operation, double strength, const PictureSize& size, std::span<std::uint8_t> pixels);
// So many operations, one after the other, each and its sign drawn anew.
void applyRandomOperations(int count, double magnitude, const PictureSize& size, Random& random, std::span<std::uint8_t> pixels);

} // namespace hone
