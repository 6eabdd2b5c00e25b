// SPDX-License-Identifier: GPL-3.0-or-later
// A graph out of arbitrary bytes: any operator on any values, with attributes and constants at the edges of what numbers can be.
// So the shape pass is reached by bytes that would hardly ever make a whole file.
#pragma once

#include "graph/graph.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace hone::fuzz
{

Graph madeUpGraph(std::span<const std::uint8_t> bytes);

} // namespace hone::fuzz
