// SPDX-License-Identifier: GPL-3.0-or-later
// With which options a file was quantized, kept in its ONNX metadata ("hone.quantize", "hone.qat"), so that whoever explains it can say how
// to make it again.
#pragma once

#include "project/step.h"
#include "quantize/explain.h"

#include <string>

namespace hone
{

// Of a quantize or a qat step.
void noteOptions(Graph& graph, const StepParameters& parameters);
// Options as the command line takes them: "--ranges entropy --adaround"; those that have their default are left out. Where the file says
// nothing, or nothing that this program knows, quantize without options.
MadeBy notedBy(const Graph& graph);

} // namespace hone
