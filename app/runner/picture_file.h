// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a picture file, through stb_image.
#pragma once

#include "preprocess/preprocess.h"

#include <string>

namespace hone::runner
{

// RGB. Throws Failure.
Picture readPicture(const std::string& path);

} // namespace hone::runner
