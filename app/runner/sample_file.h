// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a file as one sample of the kind that the model takes.
#pragma once

#include "preprocess/preprocess.h"

#include <string>

namespace hone::runner
{

// Pictures (RGB) through stb_image, sounds from WAV, windows from CSV or NPY ([rows, channels]), tensors from NPY. Throws Failure.
RawSample readSample(const std::string& path, SampleKind kind);

} // namespace hone::runner
