// SPDX-License-Identifier: GPL-3.0-or-later
// WAV files (RIFF WAVE: IBM and Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", 1991).
#pragma once

#include "preprocess/sample.h"

#include <optional>
#include <string>
#include <string_view>

namespace hone
{

// PCM of 8 bits (unsigned), 16, 24 and 32, and floats of 32 and 64, also as WAVE_FORMAT_EXTENSIBLE; channels are averaged into one.
// Full scale is 1. A file that ends early, or states no length as those that were streamed, gives what is there.
// nullopt where it is none of these or holds no sample; `problem`, if given, then says why.
std::optional<Sound> decodeWav(std::string_view bytes, std::string* problem = nullptr);

} // namespace hone
