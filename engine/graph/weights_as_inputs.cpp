// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/weights_as_inputs.h"

namespace hone
{
namespace
{

constexpr std::size_t mostBytesKept = 8192;

} // namespace

Graph withWeightsAsInputs(const Graph& graph)
{
    auto result = graph;
    for (std::uint32_t i = 0; i < result.valueCount(); ++i) {
        auto& value = result.value(ValueId{i});
        if (value.constant.byteCount() <= mostBytesKept)
            continue;
        value.type = {value.constant.dtype(), fixedShape(value.constant.shape())};
        value.constant = {};
        result.inputs.push_back(ValueId{i});
    }
    return result;
}

} // namespace hone
