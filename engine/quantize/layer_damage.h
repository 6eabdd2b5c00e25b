// SPDX-License-Identifier: GPL-3.0-or-later
// What computing one layer on integers does, all others being float, the layer repaired as the options say: without that the mean that its
// rounding moves, which a bias puts right, would count for more than what stays.
#pragma once

#include "core/job_context.h"
#include "quantize/encodings.h"
#include "quantize/layerwise_repair.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct LayerDamage
{
    std::string name;
    std::int64_t macs = 0;
    double layerSnrDb = 0;          // of its own output, behind what saturation replaces: 10 log10(sum y^2 / sum (y - quantized y)^2)
    double snrDb = 0;               // of the model's output that agrees least
    std::optional<double> sameTop1; // share of samples whose largest output stays where it is; of outputs [N, C]

    double noise() const; // of the model's output, as a share of its power; that of several layers adds up, nearly
};

// Every layer with weights that the plan computes on integers, in the graph's order; on at most `samples` of the samples that calibration
// takes. Throws what pairing, loading and ONNX Runtime throw.
std::vector<LayerDamage> measureDamage(const RepairInput& input, std::size_t samples, const JobContext& job);

} // namespace hone
