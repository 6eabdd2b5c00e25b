// SPDX-License-Identifier: GPL-3.0-or-later
// With which options a file was quantized, kept in its ONNX metadata ("hone.quantize"), so that whoever explains it can say how to make it
// again.
#pragma once

#include "project/step.h"

#include <string>

namespace hone
{

void noteOptions(Graph& graph, const QuantizeParameters& parameters);
// As `hone quantize` takes them: "--ranges entropy --adaround"; those that have their default are left out. Empty where the file says
// nothing, or nothing that this program knows.
std::string notedOptions(const Graph& graph);

} // namespace hone
