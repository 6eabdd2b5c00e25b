// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/memory_estimate.h"

#include "core/error.h"
#include "graph/shape_inference.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace hone
{
namespace
{

// Of what is free: inputs, both engines' values and gradients need their part.
constexpr double memoryShare = 0.3;
// Where the system doesn't say what is free.
constexpr std::int64_t modestBytes = std::int64_t{2} << 30;

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

MemoryLimit::MemoryLimit(const Graph& graph) : m_graph(graph)
{
    const auto available = availableBytes();
    m_most = available > 0 ? static_cast<std::int64_t>(static_cast<double>(available) * memoryShare) : modestBytes;
}

bool MemoryLimit::allows(const std::vector<Dimensions>& inputs) const
{
    try {
        const auto bytes = bytesOfARun(m_graph, inputs);
        if (bytes > m_most)
            m_refused = m_refused == 0 ? bytes : std::min(bytes, m_refused);
        return bytes <= m_most;
    } catch (const Error&) {
        return true;
    }
}

std::int64_t availableBytes()
{
    return kilobyteLine("/proc/meminfo", "MemAvailable");
}

std::int64_t peakBytes()
{
    return kilobyteLine("/proc/self/status", "VmHWM");
}

void releaseFreedMemory()
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

} // namespace hone
