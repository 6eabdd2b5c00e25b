// SPDX-License-Identifier: GPL-3.0-or-later
// The faces of the sample's road signs, after the Vienna Convention on Road Signs and Signals. Internal to this room.
#pragma once

#include "data/sign_canvas.h"

#include <string>
#include <vector>

namespace hone
{

struct SignFace
{
    std::string name; // the class
    SignCanvas canvas;
};

// The twelve classes in order of name.
std::vector<SignFace> drawSignFaces();

} // namespace hone
