// SPDX-License-Identifier: GPL-3.0-or-later
// What quantizing did to a build, as figures with titles, and layer by layer.
#pragma once

#include "models/metric_text.h"
#include "models/snapshot.h"

#include <vector>

namespace hone::studio
{

// Nodes on integers and in float, calibration, what each repair gained over the one before, the layers that harm most alone, and the
// models that were tried on the way to mixed precision.
std::vector<MetricFact> quantizationFacts(const QuantizationRecord& record);

// Furthest from float first.
std::vector<QuantizedLayer> worstFirst(std::vector<QuantizedLayer> layers);
// "23.4 dB"
QString decibels(double db);
// The end of a name that is long.
QString shortName(const std::string& name);
// Name, bits, signal to noise in dB, saturated share in percent; a head and one line a layer.
QString layersTsv(const std::vector<QuantizedLayer>& layers);

bool isQuantizing(const StepParameters& parameters);
// `hone explain` of a quantized build against the one that it was made from, for copying; empty where that one is gone, or there are no
// data.
QString explainText(const Snapshot& snapshot, const Build& quantized);

} // namespace hone::studio
