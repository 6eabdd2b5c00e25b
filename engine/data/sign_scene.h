// SPDX-License-Identifier: GPL-3.0-or-later
// One picture of one sign: a street behind it, a pose, light, something in the way. Internal to this room.
#pragma once

#include "data/sign_canvas.h"

#include "core/random.h"

namespace hone
{

// Square, colours unclamped.
struct SceneImage
{
    int side = 0;
    std::vector<Colour> pixels;

    explicit SceneImage(int sideLength) : side(sideLength), pixels(std::size_t(sideLength) * sideLength) {}
    Colour& at(int x, int y) { return pixels[std::size_t(y) * side + x]; }
    const Colour& at(int x, int y) const { return pixels[std::size_t(y) * side + x]; }
};

// What the light brings to the lens, `side` pixels a side.
SceneImage drawScene(const SignCanvas& face, int side, Random& random);

} // namespace hone
