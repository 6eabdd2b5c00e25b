// SPDX-License-Identifier: GPL-3.0-or-later
// Ways of quantizing in words.
#pragma once

#include "quantize/quantize.h"

#include <QString>

namespace hone::studio
{

// "int8", "int8 for TensorRT", "int8, 4-bit weights", "dynamic int8", "4-bit weights", "fp16".
QString quantizedLabel(const QuantizeOptions& options);
// "static, least error, AdaRound", "computed in float": what two builds of one label may differ in.
QString quantizedDetail(const QuantizeOptions& options);
// "mse samples 256 scheme tensorrt": what differs from the defaults, under the recipe's keys. Not translated.
QString quantizedRecipe(const QuantizeOptions& options);

QString rangesText(RangeMethod ranges);
// The runtime's name; with signed activations where it has both.
QString schemeText(Scheme scheme);

} // namespace hone::studio
