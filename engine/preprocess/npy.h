// SPDX-License-Identifier: GPL-3.0-or-later
// NPY files (NumPy enhancement proposal 1, "A simple file format for NumPy arrays"; versions 1 to 3).
#pragma once

#include "core/tensor.h"

#include <optional>
#include <string>
#include <string_view>

namespace hone
{

// What stands before the elements.
struct NpyHeader
{
    DType dtype = DType::Undefined; // String for text of a fixed width
    std::size_t elementBytes = 0;
    bool bigEndian = false;
    bool wideText = false; // four bytes a character (descr "U"), else one ("S")
    bool fortranOrder = false;
    Dimensions shape;
    std::size_t dataOffset = 0;
};

// `bytes`: the file's beginning, 64 kB are enough. nullopt where it is no such file or holds what Hone doesn't read (complex numbers,
// dates, records, objects), and for shapes of more than 32 axes or 2^40 elements; `problem`, if given, then says why.
std::optional<NpyHeader> readNpyHeader(std::string_view bytes, std::string* problem = nullptr);

// All of it, rows first whatever the file's order, in this machine's byte order. nullopt also where elements are missing.
std::optional<Tensor> decodeNpy(std::string_view bytes, std::string* problem = nullptr);

} // namespace hone
