// SPDX-License-Identifier: GPL-3.0-or-later
#include "check/memory_estimate.h"

#include "graph/shape_inference.h"

#include <fstream>
#include <limits>
#include <string>

namespace hone
{
namespace
{

constexpr std::int64_t atMost = std::numeric_limits<std::int64_t>::max() / 4;

std::int64_t saturatingProduct(std::int64_t a, std::int64_t b)
{
    return b > 0 && a > atMost / b ? atMost : a * b;
}

std::int64_t bytesOf(const ValueType& type)
{
    if (!type.shape)
        return 0;
    std::int64_t bytes = 1;
    for (const auto& dim : *type.shape)
        bytes = saturatingProduct(bytes, dim.isFixed() ? dim.extent : 1);
    return saturatingProduct(bytes, static_cast<std::int64_t>(elementBits(type.dtype) + 7) / 8);
}

// "VmHWM:    5320 kB" of one of the system's tables.
std::int64_t kilobyteLine(const char* file, const std::string& key)
{
    std::ifstream table(file);
    for (std::string word; table >> word;)
        if (word == key + ":") {
            std::int64_t kilobytes = 0;
            table >> kilobytes;
            return kilobytes * 1024;
        }
    return 0;
}

} // namespace

std::int64_t bytesOfARun(const Graph& graph, const std::vector<Dimensions>& inputs)
{
    ShapeOptions options;
    for (std::size_t i = 0; i < inputs.size() && i < graph.inputs.size(); ++i)
        options.inputShapes[graph.value(graph.inputs[i]).name] = inputs[i];
    const auto types = inferShapes(graph, options);
    std::int64_t bytes = 0;
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
        if (!graph.isConstant(ValueId{i}))
            bytes = std::min(atMost, bytes + bytesOf(types.type(ValueId{i})));
    return bytes;
}

std::int64_t availableBytes()
{
    return kilobyteLine("/proc/meminfo", "MemAvailable");
}

std::int64_t peakBytes()
{
    return kilobyteLine("/proc/self/status", "VmHWM");
}

} // namespace hone
