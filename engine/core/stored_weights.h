// SPDX-License-Identifier: GPL-3.0-or-later
// Whether an ONNX file's quantization is of its weights alone, told by the operators that it names. Reads the wire format itself: a
// device's runner has no protobuf.
#pragma once

#include <filesystem>
#include <string_view>

namespace hone
{

// The file has DequantizeLinear and nothing that puts values onto integers (QuantizeLinear, DynamicQuantizeLinear, QLinear...). ONNX
// Runtime of itself restores such weights anew in every run, in case something were to be fused with them; told that nothing is, it does so
// once, at load. What isn't a model, or can't be read, has none.
bool storesWeightsOnly(std::string_view model);
bool storesWeightsOnly(const std::filesystem::path& model);

} // namespace hone
