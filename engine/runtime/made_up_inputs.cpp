// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/made_up_inputs.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

double randomNumber(InputKind kind, Random& random)
{
    if (kind == InputKind::Uniform)
        return random.uniform();
    return kind == InputKind::Normal ? random.normal() : 32 * random.normal();
}

template<class T>
void fillBelow(Tensor& tensor, std::int64_t bound, Random& random)
{
    for (T& value : tensor.mutableData<T>())
        value = static_cast<T>(random.below(static_cast<std::uint64_t>(bound)));
}

// Those that toFloats() reads; the others (4 bits, 8-bit floats, complex) are the same or not.
bool hasPlainNumbers(DType dtype)
{
    switch (dtype) {
    case DType::Float32:
    case DType::Float64:
    case DType::Float16:
    case DType::BFloat16:
    case DType::Bool:
    case DType::UInt8:
    case DType::Int8:
    case DType::UInt16:
    case DType::Int16:
    case DType::UInt32:
    case DType::Int32:
    case DType::UInt64:
    case DType::Int64: return true;
    default: return false;
    }
}

bool handsOnIndices(const Node& node)
{
    static const std::set<std::string_view> operators = {"Cast",      "Identity",  "Reshape", "Flatten", "Squeeze",
                                                         "Unsqueeze", "Transpose", "Expand",  "Slice"};
    return operators.contains(node.opType);
}

// Of one input: through what only moves it, to the tables that it picks from.
std::optional<std::int64_t> indexBound(const Graph& graph, const GraphUses& uses, ValueId input)
{
    std::optional<std::int64_t> bound;
    std::vector<ValueId> reached{input};
    std::set<ValueId> seen{input};
    while (!reached.empty()) {
        const auto value = reached.back();
        reached.pop_back();
        for (const auto& use : uses.users(value)) {
            const auto& node = graph.node(use.node);
            const bool picks = node.opType == "Gather" && use.input == 1 && graph.isConstant(node.input(0));
            if (picks && graph.value(node.inputs[0]).constant.rank() > 0) {
                const auto& table = graph.value(node.inputs[0]).constant.shape();
                const auto axis = node.intAttribute("axis", 0);
                const auto at = static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(table.size()) : axis);
                if (at < table.size())
                    bound = std::min(bound.value_or(table[at]), table[at]);
            } else if (handsOnIndices(node) && use.input == 0 && !node.outputs.empty() && node.outputs[0].valid() &&
                       seen.insert(node.outputs[0]).second) {
                reached.push_back(node.outputs[0]);
            }
        }
    }
    return bound;
}

} // namespace

std::vector<std::int64_t> indexBounds(const Graph& graph)
{
    const GraphUses uses(graph);
    std::vector<std::int64_t> bounds;
    for (const auto input : graph.inputs)
        bounds.push_back(std::max<std::int64_t>(1, indexBound(graph, uses, input).value_or(2)));
    return bounds;
}

Tensor madeUpInput(DType dtype, const Dimensions& shape, InputKind kind, Random& random, std::int64_t bound)
{
    Tensor tensor(dtype, shape);
    switch (dtype) {
    case DType::Float32:
        for (float& value : tensor.mutableData<float>())
            value = static_cast<float>(randomNumber(kind, random));
        break;
    case DType::Float64:
        for (double& value : tensor.mutableData<double>())
            value = randomNumber(kind, random);
        break;
    case DType::Float16: // from an eighth to a half
        for (std::byte& value : tensor.mutableBytes())
            value = static_cast<std::byte>(0x30 + random.below(8));
        break;
    case DType::BFloat16: // about one
        for (std::size_t i = 0; i + 1 < tensor.byteCount(); i += 2) {
            tensor.mutableBytes()[i] = static_cast<std::byte>(random.below(256));
            tensor.mutableBytes()[i + 1] = std::byte{0x3F};
        }
        break;
    case DType::UInt8: fillBelow<std::uint8_t>(tensor, 256, random); break;
    case DType::Int8: fillBelow<std::int8_t>(tensor, 128, random); break;
    case DType::Bool:
        for (bool& value : tensor.mutableData<bool>())
            value = random.chance(0.5);
        break;
    case DType::Int64: fillBelow<std::int64_t>(tensor, bound, random); break;
    case DType::Int32: fillBelow<std::int32_t>(tensor, bound, random); break;
    default: // zeros
        break;
    }
    return tensor;
}

std::vector<std::vector<Dimensions>> shapesToTry(const std::vector<Port>& inputs)
{
    std::vector<std::vector<Dimensions>> tries;
    for (const std::int64_t freeExtent : {32, 64, 224, 8, 1, 3, 16, 128, 299})
        for (const std::int64_t batch : {2, 1}) {
            std::vector<Dimensions> shapes;
            for (const Port& port : inputs) {
                shapes.push_back(withFreeAs(port.shape, freeExtent));
                if (!port.shape.empty() && !port.shape[0].isFixed())
                    shapes.back()[0] = batch;
            }
            if (std::ranges::find(tries, shapes) == tries.end())
                tries.push_back(std::move(shapes));
        }
    return tries;
}

MadeUpRun runOnMadeUpInputs(Session& session, const MadeUpOptions& options, const JobContext& job)
{
    for (const auto& port : session.inputs())
        if (elementBits(port.dtype) == 0) // text, sequences, maps
            throw Error(MessageCode::ModelInputUnsupported, {{"detail", "'" + port.name + "' doesn't take a tensor of numbers"}});
    std::optional<Error> first;
    for (const auto& shapes : shapesToTry(session.inputs())) {
        job.checkStop();
        if (options.accepts && !options.accepts(shapes))
            continue;
        Random random(options.seed, static_cast<std::uint64_t>(options.kind));
        MadeUpRun run;
        for (std::size_t i = 0; i < shapes.size(); ++i)
            run.inputs.push_back(
                madeUpInput(session.inputs()[i].dtype, shapes[i], options.kind, random, i < options.bounds.size() ? options.bounds[i] : 2));
        try {
            run.outputs = session.run(run.inputs);
            return run;
        } catch (const Error& error) {
            if (!first)
                first = error;
        }
    }
    if (!first)
        throw Error(MessageCode::ModelInputUnsupported, {{"detail", "there is not enough memory to try it"}});
    throw *first;
}

Difference differenceOf(const Tensor& expected, const Tensor& actual)
{
    constexpr double never = std::numeric_limits<double>::infinity();
    if (expected.shape() != actual.shape())
        return {never, false};
    if (!hasPlainNumbers(expected.dtype()) || !hasPlainNumbers(actual.dtype()))
        return {expected == actual ? 0 : never, true};
    const std::vector<float> a = toFloats(expected);
    const std::vector<float> b = toFloats(actual);
    Difference result;
    double largest = 0;
    double difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isfinite(a[i]) != std::isfinite(b[i]))
            difference = never;
        if (!std::isfinite(a[i]) || !std::isfinite(b[i]))
            continue;
        result.anyNumber = true;
        largest = std::max(largest, std::abs(static_cast<double>(a[i])));
        difference = std::max(difference, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    }
    if (difference > 0)
        result.relative = difference / std::max(largest, 1e-30);
    return result;
}

} // namespace hone
