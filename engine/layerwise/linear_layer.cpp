// SPDX-License-Identifier: GPL-3.0-or-later
#include "layerwise/linear_layer.h"

#include <algorithm>
#include <numeric>

namespace hone
{
namespace
{

bool isFloatConstant(const Graph& graph, ValueId value)
{
    return graph.isConstant(value) && graph.value(value).constant.dtype() == DType::Float32;
}

// The one node that reads a value; none where there are others, or where it is the model's output.
NodeId onlyReader(const GraphUses& uses, ValueId value)
{
    return uses.isGraphOutput(value) || uses.users(value).size() != 1 ? NodeId{} : uses.users(value).front().node;
}

bool holdsOneEach(const Graph& graph, ValueId value, std::size_t count)
{
    if (!isFloatConstant(graph, value))
        return false;
    const Tensor& tensor = graph.value(value).constant;
    const auto wanted = static_cast<std::int64_t>(count);
    return tensor.size() == wanted && (tensor.rank() == 0 || tensor.shape().back() == wanted);
}

// In place where nobody else reads the constant.
void replaceConstant(Graph& graph, NodeId node, std::size_t input, Tensor tensor)
{
    const GraphUses uses(graph);
    const ValueId value = graph.node(node).inputs.at(input);
    if (uses.users(value).size() == 1 && !uses.isGraphOutput(value))
        graph.value(value).constant = std::move(tensor);
    else
        graph.node(node).inputs[input] = graph.addConstant(graph.value(value).name, std::move(tensor));
}

} // namespace

InterceptPlace interceptPlaceOf(const Graph& graph, const GraphUses& uses, NodeId id, std::size_t outputs)
{
    using Kind = InterceptPlace::Kind;
    const Node& node = graph.node(id);
    const bool ofRows = node.opType == "Gemm" || node.opType == "MatMul"; // outputs are the last axis
    if (node.opType != "MatMul" && node.input(2).valid())
        return holdsOneEach(graph, node.input(2), outputs) ? InterceptPlace{Kind::Bias, id, 2} : InterceptPlace{};
    const NodeId reader = onlyReader(uses, node.outputs[0]);
    if (reader.valid()) {
        const Node& next = graph.node(reader);
        if (next.opType == "BatchNormalization" && next.inputs.size() == 5 && node.opType == "Conv" &&
            next.intAttribute("training_mode", 0) == 0 && holdsOneEach(graph, next.input(3), outputs))
            return {Kind::Mean, reader, 3};
        if (next.opType == "Add" && ofRows)
            for (const std::size_t input : {0u, 1u})
                if (holdsOneEach(graph, next.input(input), outputs))
                    return {Kind::Addend, reader, input};
    }
    const bool isHalf = graph.isConstant(node.input(1)) && !isFloatConstant(graph, node.input(1)); // and a bias would have to be
    return node.opType == "MatMul" || isHalf ? InterceptPlace{} : InterceptPlace{Kind::NewBias, id, 2};
}

void shiftIntercept(Graph& graph, NodeId layer, const InterceptPlace& place, std::span<const double> shift)
{
    using Kind = InterceptPlace::Kind;
    if (place.kind == Kind::Nowhere)
        return;
    Tensor constant(DType::Float32, {static_cast<std::int64_t>(shift.size())});
    if (place.kind != Kind::NewBias)
        constant = graph.value(graph.node(place.node).inputs.at(place.input)).constant;
    auto target = constant.mutableData<float>();
    const double sign = place.kind == Kind::Mean ? -1 : 1;
    for (std::size_t k = 0; k < shift.size(); ++k)
        target[k] = static_cast<float>(static_cast<double>(target[k]) + sign * shift[k]);
    if (place.kind == Kind::NewBias) {
        const ValueId bias = graph.addConstant(graph.node(layer).name + ".bias", std::move(constant));
        graph.node(layer).inputs.resize(3);
        graph.node(layer).inputs[2] = bias;
    } else
        replaceConstant(graph, place.node, place.input, std::move(constant));
}

bool LinearLayer::isOne(const Node& node)
{
    return node.domain.empty() && (node.opType == "Conv" || node.opType == "Gemm" || node.opType == "MatMul");
}

std::optional<LinearLayer> LinearLayer::find(const Graph& graph, const GraphUses& uses, NodeId id, std::string& reason,
                                             GroupedConvolutions grouped)
{
    const Node& node = graph.node(id);
    const auto refuse = [&reason](const char* why) {
        reason = why;
        return std::nullopt;
    };
    if (!isFloatConstant(graph, node.input(1)))
        return refuse("its weights aren't 32-bit constants");
    if (uses.users(node.input(1)).size() != 1)
        return refuse("others use its weights too");
    const auto& shape = graph.value(node.input(1)).constant.shape();
    LinearLayer layer;
    layer.m_node = id;
    layer.m_input = node.input(0);
    layer.m_output = node.outputs.at(0);
    if (node.opType == "Conv") {
        layer.m_groups = static_cast<std::size_t>(std::max<std::int64_t>(1, node.intAttribute("group", 1)));
        if (layer.m_groups != 1 && grouped == GroupedConvolutions::Refused)
            return refuse("it is a grouped convolution");
        if (shape.size() < 3)
            return refuse("its weights have an unusual shape");
        layer.m_kernel.assign(shape.begin() + 2, shape.end());
        if (!layer.readWindow(node))
            return refuse("its window has an unusual shape");
    } else if (shape.size() != 2)
        return refuse("its weights have an unusual shape");
    if (node.opType == "Gemm" &&
        (node.intAttribute("transA", 0) != 0 || node.floatAttribute("alpha", 1) != 1 || node.floatAttribute("beta", 1) != 1))
        return refuse("it scales or transposes what it reads");
    layer.m_outputsLast = node.opType == "MatMul" || (node.opType == "Gemm" && node.intAttribute("transB", 0) == 0);
    layer.m_outputs = static_cast<std::size_t>(shape[layer.m_outputsLast ? 1 : 0]);
    layer.m_unknowns = static_cast<std::size_t>(elementCount(shape)) / std::max<std::size_t>(1, layer.m_outputs);
    layer.m_place = interceptPlaceOf(graph, uses, id, layer.m_outputs);
    if (node.input(2).valid() && layer.m_place.kind != InterceptPlace::Kind::Bias)
        return refuse("its bias has an unusual shape");
    return layer;
}

bool LinearLayer::readWindow(const Node& node)
{
    const std::size_t rank = m_kernel.size();
    m_strides = node.intsAttribute("strides", std::vector<std::int64_t>(rank, 1));
    m_dilations = node.intsAttribute("dilations", std::vector<std::int64_t>(rank, 1));
    m_autoPad = node.stringAttribute("auto_pad", "NOTSET");
    m_pads =
        m_autoPad == "NOTSET" ? node.intsAttribute("pads", std::vector<std::int64_t>(2 * rank, 0)) : std::vector<std::int64_t>(2 * rank, 0);
    return m_strides.size() == rank && m_dilations.size() == rank && m_pads.size() == 2 * rank;
}

GroupedMap LinearLayer::map(const Graph& graph) const
{
    const Node& node = graph.node(m_node);
    const auto weights = toFloats(graph.value(node.input(1)).constant);
    const std::vector<float> bias =
        m_place.kind == InterceptPlace::Kind::Bias ? toFloats(graph.value(node.input(2)).constant) : std::vector<float>(m_outputs, 0);
    const std::size_t each = m_outputs / m_groups;
    GroupedMap map;
    for (std::size_t g = 0; g < m_groups; ++g) {
        LinearMap& part = map.emplace_back(LinearMap{std::vector<double>(m_unknowns * each), std::vector<double>(each, 0)});
        for (std::size_t k = 0; k < each; ++k) {
            part.intercept[k] = static_cast<double>(bias[g * each + k]);
            for (std::size_t i = 0; i < m_unknowns; ++i)
                part.weights[i * each + k] = static_cast<double>(weights[weightPlace(i, g * each + k)]);
        }
    }
    return map;
}

void LinearLayer::setMap(Graph& graph, const GroupedMap& map) const
{
    const auto before = LinearLayer::map(graph);
    const std::size_t each = m_outputs / m_groups;
    Tensor weights = graph.value(graph.node(m_node).input(1)).constant;
    auto values = weights.mutableData<float>();
    std::vector<double> shift(m_outputs);
    for (std::size_t g = 0; g < m_groups; ++g)
        for (std::size_t k = 0; k < each; ++k) {
            shift[g * each + k] = map[g].intercept[k] - before[g].intercept[k];
            for (std::size_t i = 0; i < m_unknowns; ++i)
                values[weightPlace(i, g * each + k)] = static_cast<float>(map[g].weights[i * each + k]);
        }
    replaceConstant(graph, m_node, 1, std::move(weights));
    shiftIntercept(graph, m_node, m_place, shift);
}

std::size_t LinearLayer::positions(const Dimensions& outputShape) const
{
    const auto samples = std::max<std::int64_t>(1, outputShape.at(0));
    const auto channels = static_cast<std::int64_t>(isConvolution() ? outputShape.at(1) : outputShape.back());
    return static_cast<std::size_t>(elementCount(outputShape) / (samples * std::max<std::int64_t>(1, channels)));
}

std::int64_t LinearLayer::padBefore(std::size_t axis, std::int64_t input, std::int64_t output) const
{
    if (m_autoPad != "SAME_UPPER" && m_autoPad != "SAME_LOWER")
        return m_pads[axis];
    const auto total = std::max<std::int64_t>(0, (output - 1) * m_strides[axis] + m_dilations[axis] * (m_kernel[axis] - 1) + 1 - input);
    return m_autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
}

void LinearLayer::appendInputs(const Tensor& input, const Dimensions& outputShape, std::size_t sample, std::size_t position,
                               std::vector<double>& row) const
{
    const auto values = input.data<float>();
    if (!isConvolution()) {
        const auto from = (sample * positions(outputShape) + position) * m_unknowns;
        row.insert(row.end(), values.begin() + static_cast<std::ptrdiff_t>(from),
                   values.begin() + static_cast<std::ptrdiff_t>(from + m_unknowns));
        return;
    }
    // Where each kernel element falls in a channel's plane; -1 in the padding.
    const std::size_t rank = m_kernel.size();
    const auto& shape = input.shape();
    std::vector<std::int64_t> places{0};
    auto rest = static_cast<std::int64_t>(position);
    std::vector<std::int64_t> output(rank);
    for (std::size_t axis = rank; axis-- > 0;) {
        output[axis] = rest % outputShape[axis + 2];
        rest /= outputShape[axis + 2];
    }
    for (std::size_t axis = 0; axis < rank; ++axis) {
        const auto extent = shape[axis + 2];
        const auto first = output[axis] * m_strides[axis] - padBefore(axis, extent, outputShape[axis + 2]);
        std::vector<std::int64_t> finer;
        for (const auto place : places)
            for (std::int64_t k = 0; k < m_kernel[axis]; ++k) {
                const auto at = first + k * m_dilations[axis];
                finer.push_back(place < 0 || at < 0 || at >= extent ? -1 : place * extent + at);
            }
        places = std::move(finer);
    }
    const auto channels = static_cast<std::size_t>(shape[1]);
    const std::size_t plane = values.size() / (static_cast<std::size_t>(shape[0]) * channels);
    for (std::size_t c = 0; c < channels; ++c)
        for (const auto place : places)
            row.push_back(place < 0 ? 0 : static_cast<double>(values[(sample * channels + c) * plane + static_cast<std::size_t>(place)]));
}

void LinearLayer::appendOutputs(const Tensor& output, const std::vector<std::int64_t>& channels, std::size_t sample, std::size_t position,
                                std::vector<double>& row) const
{
    const auto values = output.data<float>();
    const std::size_t each = positions(output.shape());
    const auto all = static_cast<std::size_t>(isConvolution() ? output.shape().at(1) : output.shape().back());
    for (const auto channel : channels) {
        const auto c = static_cast<std::size_t>(channel);
        row.push_back(
            static_cast<double>(values[isConvolution() ? (sample * all + c) * each + position : (sample * each + position) * all + c]));
    }
}

std::vector<std::size_t> spreadPositions(std::size_t positions, std::size_t count, Random& random)
{
    std::vector<std::size_t> chosen(std::min(positions, count));
    if (count >= positions) {
        std::iota(chosen.begin(), chosen.end(), std::size_t{0});
        return chosen;
    }
    const double part = static_cast<double>(positions) / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i)
        chosen[i] = std::min(positions - 1, static_cast<std::size_t>((static_cast<double>(i) + random.uniform()) * part));
    return chosen;
}

} // namespace hone
