// SPDX-License-Identifier: GPL-3.0-or-later
// A look at a file's outermost protobuf fields, to tell what is wrong with one that doesn't parse.
#pragma once

#include <string_view>

namespace hone
{

enum class WireFinding
{
    NotOnnx,  // doesn't begin as a model does
    CutShort, // begins as a model and then promises more bytes than there are
    Whole     // begins as a model, and its outermost fields are all there
};

// Reads tags and lengths only, so a file's size doesn't matter. A model begins with its IR version: every
// protobuf library writes fields in order of number.
WireFinding lookAtWire(std::string_view bytes);

} // namespace hone
