// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/architecture.h"

#include "core/error.h"
#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace hone
{

namespace
{

// He et al. 2016, section 4.2: 6n + 2 layers.
const std::map<std::string, int>& blocksOfStage()
{
    static const std::map<std::string, int> blocks = {{"resnet8", 1}, {"resnet20", 3}, {"resnet32", 5}, {"resnet56", 9}};
    return blocks;
}

class Builder
{
public:
    explicit Builder(const ArchitectureOptions& options) : m_random(options.seed)
    {
        m_graph.name = options.name;
        m_graph.producerName = "Hone";
        m_graph.opsets[""] = 17;
        const Shape shape = {Dim::free("N"), Dim::fixed(options.inputChannels), Dim::fixed(options.inputSize),
                             Dim::fixed(options.inputSize)};
        m_last = m_graph.addValue({"input", {DType::Float32, shape}, {}});
        m_graph.inputs = {m_last};
        m_channels = options.inputChannels;
    }

    ValueId last() const { return m_last; }
    int channels() const { return m_channels; }
    void goBackTo(ValueId value, int channels)
    {
        m_last = value;
        m_channels = channels;
    }

    void convolution(const std::string& name, int outputs, int kernel, int stride)
    {
        // He et al. 2015, equation 10: variance 2 / fan-in.
        const double deviation = std::sqrt(2.0 / (m_channels * kernel * kernel));
        Tensor weight(DType::Float32, {outputs, m_channels, kernel, kernel});
        for (float& value : weight.mutableData<float>())
            value = static_cast<float>(deviation * m_random.normal());
        const std::int64_t pad = kernel / 2;
        node("Conv", name, {m_last, m_graph.addConstant(name + ".weight", weight)},
             {{"kernel_shape", std::vector<std::int64_t>{kernel, kernel}},
              {"strides", std::vector<std::int64_t>{stride, stride}},
              {"pads", std::vector<std::int64_t>{pad, pad, pad, pad}}});
        m_channels = outputs;
    }

    void normalization(const std::string& name)
    {
        const auto filled = [this](float value) {
            return Tensor::of({m_channels}, std::vector<float>(static_cast<std::size_t>(m_channels), value));
        };
        node("BatchNormalization", name,
             {m_last, m_graph.addConstant(name + ".weight", filled(1)), m_graph.addConstant(name + ".bias", filled(0)),
              m_graph.addConstant(name + ".running_mean", filled(0)), m_graph.addConstant(name + ".running_var", filled(1))},
             {{"epsilon", 1e-5f}, {"momentum", 0.9f}});
    }

    void relu(const std::string& name) { node("Relu", name, {m_last}); }
    void sum(const std::string& name, ValueId other) { node("Add", name, {m_last, other}); }

    Graph head(int classes)
    {
        node("GlobalAveragePool", "pool", {m_last});
        node("Flatten", "flatten", {m_last}, {{"axis", std::int64_t{1}}});
        const double bound = 1 / std::sqrt(m_channels); // LeCun 1998
        Tensor weight(DType::Float32, {classes, m_channels});
        for (float& value : weight.mutableData<float>())
            value = static_cast<float>(m_random.uniform(-bound, bound));
        node("Gemm", "fc",
             {m_last, m_graph.addConstant("fc.weight", weight),
              m_graph.addConstant("fc.bias", Tensor(DType::Float32, {classes}))},
             {{"transB", std::int64_t{1}}});
        m_graph.renameValue(m_last, "logits");
        m_graph.value(m_last).type = {DType::Float32, Shape{Dim::free("N"), Dim::fixed(classes)}};
        m_graph.outputs = {m_last};
        return std::move(m_graph);
    }

private:
    void node(const std::string& opType, const std::string& name, std::vector<ValueId> inputs,
              std::map<std::string, Attribute> attributes = {})
    {
        m_last = m_graph.addComputed(name + ".output");
        m_graph.addNode({name, opType, "", std::move(inputs), {m_last}, std::move(attributes)});
    }

    Graph m_graph;
    Random m_random;
    ValueId m_last;
    int m_channels = 0;
};

// Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the shape changes (option B).
void addBlock(Builder& builder, const std::string& name, int channels, int stride)
{
    const ValueId input = builder.last();
    const int inputChannels = builder.channels();
    builder.convolution(name + ".conv1", channels, 3, stride);
    builder.normalization(name + ".bn1");
    builder.relu(name + ".relu1");
    builder.convolution(name + ".conv2", channels, 3, 1);
    builder.normalization(name + ".bn2");
    const ValueId residual = builder.last();
    builder.goBackTo(input, inputChannels);
    if (stride != 1 || inputChannels != channels) {
        builder.convolution(name + ".shortcut.conv", channels, 1, stride);
        builder.normalization(name + ".shortcut.bn");
    }
    const ValueId shortcut = builder.last();
    builder.goBackTo(residual, channels);
    builder.sum(name + ".add", shortcut);
    builder.relu(name + ".relu2");
}

void requireAtLeast(const char* option, int value, int lowest)
{
    if (value < lowest)
        throw Error(MessageCode::BadOption, {{"option", option},
                                             {"value", std::to_string(value)},
                                             {"expected", std::to_string(lowest) + " or more"}});
}

} // namespace

std::vector<std::string> knownArchitectures()
{
    std::vector<std::string> names;
    for (const auto& [name, blocks] : blocksOfStage())
        names.push_back(name);
    std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
        return blocksOfStage().at(a) < blocksOfStage().at(b);
    });
    return names;
}

Graph makeArchitecture(const ArchitectureOptions& options)
{
    const auto blocks = blocksOfStage().find(options.name);
    if (blocks == blocksOfStage().end()) {
        std::string known;
        for (const auto& name : knownArchitectures())
            known += (known.empty() ? "" : ", ") + name;
        throw Error(MessageCode::ArchitectureUnknown, {{"name", options.name}, {"known", known}});
    }
    requireAtLeast("width", options.width, 1);
    requireAtLeast("classes", options.classes, 2);
    requireAtLeast("channels", options.inputChannels, 1);
    requireAtLeast("size", options.inputSize, 4);

    Builder builder(options);
    builder.convolution("conv1", options.width, 3, 1);
    builder.normalization("bn1");
    builder.relu("relu1");
    for (int stage = 1; stage <= 3; ++stage)
        for (int block = 1; block <= blocks->second; ++block)
            addBlock(builder, "stage" + std::to_string(stage) + ".block" + std::to_string(block),
                     options.width << (stage - 1), stage > 1 && block == 1 ? 2 : 1);
    return builder.head(options.classes);
}

} // namespace hone
