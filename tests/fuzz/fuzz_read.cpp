// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes are read or refused with an Error, never worse; what was read has shapes and costs, is written, and reads the same again.
// Bytes that begin as a model does are taken for a file, others for the recipe of a graph.
#include "core/error.h"
#include "graph/cost.h"
#include "graph/shape_inference.h"
#include "graph/weights_as_inputs.h"
#include "made_up_graph.h"
#include "onnx_io/onnx_io.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

using namespace hone;

namespace
{

constexpr std::uint8_t firstByteOfModel = 8;

template<class Work>
auto unlessRefused(Work work) -> std::optional<decltype(work())>
{
    try {
        return work();
    } catch (const Error& error) {
        // Refusing is fine; a fault of ours isn't.
        if (error.code() == MessageCode::InternalFault)
            std::abort();
        return std::nullopt;
    }
}

void requireSame(const std::string& a, const std::string& b)
{
    if (a != b)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto graph = unlessRefused([&] {
        if (size > 0 && data[0] == firstByteOfModel)
            return parseOnnx({reinterpret_cast<const char*>(data), size});
        return parseOnnx(serializeOnnx(fuzz::madeUpGraph({data, size})));
    });
    if (!graph)
        return 0;
    unlessRefused([&] { return inferShapes(*graph); });
    unlessRefused([&] { return cost(*graph); });
    const auto written = unlessRefused([&] { return serializeOnnx(*graph); });
    if (!written)
        return 0;
    if (const auto again = unlessRefused([&] { return parseOnnx(*written); })) {
        requireSame(serializeOnnx(*again), *written);
        unlessRefused([&] { return serializeOnnx(withWeightsAsInputs(*again)); });
    }
    return 0;
}
