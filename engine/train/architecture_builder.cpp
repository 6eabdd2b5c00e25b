// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/architecture_builder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hone
{

ArchitectureBuilder::ArchitectureBuilder(const ArchitectureOptions& options, const Shape& input) : m_random(options.seed)
{
    m_graph.name = options.name;
    m_graph.producerName = "Hone";
    m_graph.opsets[""] = 17;
    m_last = m_graph.addValue({"input", {DType::Float32, input}, {}});
    m_graph.inputs = {m_last};
    m_channels = input.at(1).extent;
    if (input.size() == 4)
        m_extents = {input[2].extent, input[3].extent};
}

void ArchitectureBuilder::goBackTo(ValueId value, std::int64_t channels)
{
    m_last = value;
    m_channels = channels;
}

void ArchitectureBuilder::goBackTo(ValueId value, std::int64_t channels, std::array<std::int64_t, 2> extents)
{
    goBackTo(value, channels);
    m_extents = extents;
}

void ArchitectureBuilder::convolution(const std::string& name, const ConvolutionShape& shape)
{
    const auto inputs = m_channels / shape.groups;
    const auto [height, width] = shape.kernel;
    const double deviation = std::sqrt(2.0 / static_cast<double>(inputs * height * width)); // He et al. 2015
    std::vector<ValueId> read = {m_last, constant(name + ".weight", normal({shape.outputs, inputs, height, width}, deviation))};
    if (shape.bias)
        read.push_back(filled(name + ".bias", shape.outputs, 0));
    std::vector<std::int64_t> pads(4);
    for (std::size_t axis = 0; axis < 2; ++axis) {
        const std::int64_t kernel = shape.kernel[axis];
        const std::int64_t outputs = (m_extents[axis] + shape.stride - 1) / shape.stride;
        const std::int64_t all = std::max<std::int64_t>(0, (outputs - 1) * shape.stride + kernel - m_extents[axis]);
        // An odd kernel is padded alike on both sides, as PyTorch's models are.
        pads[axis] = kernel % 2 == 1 ? kernel / 2 : all / 2;
        pads[axis + 2] = kernel % 2 == 1 ? kernel / 2 : all - all / 2;
        m_extents[axis] = outputs;
    }
    std::map<std::string, Attribute> attributes = {{"kernel_shape", std::vector<std::int64_t>{height, width}},
                                                   {"strides", std::vector<std::int64_t>{shape.stride, shape.stride}},
                                                   {"pads", pads}};
    if (shape.groups > 1)
        attributes["group"] = std::int64_t{shape.groups};
    node("Conv", name, read, attributes);
    m_channels = shape.outputs;
}

void ArchitectureBuilder::normalization(const std::string& name)
{
    node("BatchNormalization", name,
         {m_last, filled(name + ".weight", m_channels, 1), filled(name + ".bias", m_channels, 0),
          filled(name + ".running_mean", m_channels, 0), filled(name + ".running_var", m_channels, 1)},
         {{"epsilon", 1e-5f}, {"momentum", 0.9f}});
}

void ArchitectureBuilder::relu6(const std::string& name)
{
    node("Clip", name, {m_last, constant(name + ".min", Tensor::scalar(0.0F)), constant(name + ".max", Tensor::scalar(6.0F))});
}

void ArchitectureBuilder::dense(const std::string& name, std::int64_t outputs, Initialization initialization)
{
    const auto inputs = static_cast<double>(m_channels);
    const Dimensions shape = {outputs, m_channels};
    Tensor weight = initialization == Initialization::He       ? normal(shape, std::sqrt(2 / inputs))
                    : initialization == Initialization::Xavier ? uniform(shape, std::sqrt(6 / (inputs + static_cast<double>(outputs))))
                                                               : uniform(shape, 1 / std::sqrt(inputs));
    node("Gemm", name, {m_last, constant(name + ".weight", std::move(weight)), filled(name + ".bias", outputs, 0)},
         {{"transB", std::int64_t{1}}});
    m_channels = outputs;
}

void ArchitectureBuilder::pool()
{
    node("GlobalAveragePool", "pool", {m_last});
    node("Flatten", "flatten", {m_last}, {{"axis", std::int64_t{1}}});
    m_extents = {1, 1};
}

Graph ArchitectureBuilder::head(int classes)
{
    dense("fc", classes, Initialization::LeCun);
    return finish("logits", {classes});
}

Graph ArchitectureBuilder::finish(const std::string& outputName, const std::vector<std::int64_t>& shape)
{
    Shape whole = {Dim::free("N")};
    for (const std::int64_t extent : shape)
        whole.push_back(Dim::fixed(extent));
    m_graph.renameValue(m_last, outputName);
    m_graph.value(m_last).type = {DType::Float32, whole};
    m_graph.outputs = {m_last};
    return std::move(m_graph);
}

void ArchitectureBuilder::node(const std::string& opType, const std::string& name, std::vector<ValueId> inputs,
                               std::map<std::string, Attribute> attributes)
{
    m_last = m_graph.addComputed(name + ".output");
    m_graph.addNode({name, opType, "", std::move(inputs), {m_last}, std::move(attributes)});
}

ValueId ArchitectureBuilder::filled(const std::string& name, std::int64_t count, float value)
{
    return constant(name, Tensor::of({count}, std::vector<float>(static_cast<std::size_t>(count), value)));
}

Tensor ArchitectureBuilder::normal(const Dimensions& shape, double deviation)
{
    Tensor tensor(DType::Float32, shape);
    for (float& value : tensor.mutableData<float>())
        value = static_cast<float>(deviation * m_random.normal());
    return tensor;
}

Tensor ArchitectureBuilder::uniform(const Dimensions& shape, double bound)
{
    Tensor tensor(DType::Float32, shape);
    for (float& value : tensor.mutableData<float>())
        value = static_cast<float>(m_random.uniform(-bound, bound));
    return tensor;
}

Shape pictureShape(const ArchitectureOptions& options)
{
    return {Dim::free("N"), Dim::fixed(options.inputChannels), Dim::fixed(options.height()), Dim::fixed(options.columns())};
}

int scaledWidth(const ArchitectureOptions& options)
{
    return std::max(1, static_cast<int>(std::lround(options.width * options.widthMultiplier)));
}

} // namespace hone
