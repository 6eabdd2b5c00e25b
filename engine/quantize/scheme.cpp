// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/scheme.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace hone
{
namespace
{

constexpr GridType unsigned8{};
constexpr GridType signed8{.isSigned = true};
constexpr GridType symmetric8{.isSigned = true, .isSymmetric = true};

const std::vector<SchemeRules>& table()
{
    static const std::vector<SchemeRules> rows = {
        // ONNX Runtime, "Quantize ONNX models": U8S8 with VNNI, S8S8 elsewhere; 16-bit Q/DQ is computed in float by its CPU provider.
        {.scheme = Scheme::OnnxRuntime,
         .name = "ort",
         .runtime = "ONNX Runtime",
         .activations = unsigned8,
         .takes16Bits = true,
         .runsHere = true},
        {.scheme = Scheme::OnnxRuntimeSigned,
         .name = "ort-signed",
         .runtime = "ONNX Runtime",
         .activations = signed8,
         .takes16Bits = true,
         .runsHere = true},
        // OpenVINO, "Low precision transformations": u8 activations, i8 weights symmetric, one scale a channel.
        {.scheme = Scheme::OpenVino, .name = "openvino", .runtime = "OpenVINO", .activations = unsigned8},
        // TensorRT developer guide, "Working with quantized types": explicit quantization is INT8 with zero points of 0; biases stay float.
        {.scheme = Scheme::TensorRt, .name = "tensorrt", .runtime = "TensorRT", .activations = symmetric8, .bias = BiasForm::Float},
        // ONNX Runtime's QNN provider: uint8 or uint16 activations, int8 weights.
        {.scheme = Scheme::Qnn, .name = "qnn", .runtime = "Qualcomm's QNN", .activations = unsigned8, .takes16Bits = true},
        // ST Edge AI Core, "Quantized models support": signed activations, symmetric weights with one scale a channel.
        {.scheme = Scheme::Stm32, .name = "stm32", .runtime = "ST Edge AI", .activations = signed8},
        // TensorFlow Lite's 8-bit quantization specification: int8 activations, int8 weights in -127..127, symmetric, one scale a channel
        // for
        // convolutions and one for fully connected layers, int32 biases with scale input times weight.
        {.scheme = Scheme::TfLite, .name = "tflite", .runtime = "TensorFlow Lite", .activations = signed8, .perChannelMatrices = false},
    };
    return rows;
}

class SchemeCheck
{
public:
    SchemeCheck(const Graph& graph, const SchemeRules& rules) : m_graph(graph), m_rules(rules), m_uses(graph) {}

    std::vector<SchemeProblem> run()
    {
        for (const auto id : m_graph.order()) {
            const auto& node = m_graph.node(id);
            if (node.opType == "QuantizeLinear")
                checkActivation(node);
            else if (node.opType == "Conv" || node.opType == "ConvTranspose" || node.opType == "Gemm" || node.opType == "MatMul")
                checkLayer(node);
        }
        return std::move(m_problems);
    }

private:
    void add(const Node& node, std::string reason) { m_problems.push_back({node.name, std::move(reason)}); }

    void checkActivation(const Node& node)
    {
        if (!m_graph.isConstant(node.input(2)))
            return add(node, "its zero point is not a constant");
        const auto& zero = m_graph.value(node.inputs[2]).constant;
        const int bits = static_cast<int>(elementBits(zero.dtype()));
        GridType wanted = m_rules.activations;
        if (bits == 16 && m_rules.takes16Bits)
            wanted.bits = 16;
        if (zero.dtype() != wanted.dtype())
            add(node, "its integers are " + std::string(name(zero.dtype())) + ", not " + std::string(name(wanted.dtype())));
        const auto zeros = toInt64s(zero);
        if (wanted.isSymmetric && std::ranges::any_of(zeros, [](std::int64_t value) { return value != 0; }))
            add(node, "its zero point is " + std::to_string(zeros.front()) + ", not 0");
    }

    // The DequantizeLinear of a constant behind an input.
    const Node* storedBehind(ValueId value) const
    {
        const auto producer = value.valid() ? m_uses.producer(value) : NodeId{};
        if (!producer.valid() || m_graph.node(producer).opType != "DequantizeLinear" ||
            !m_graph.isConstant(m_graph.node(producer).input(0)))
            return nullptr;
        return &m_graph.node(producer);
    }

    void checkLayer(const Node& node)
    {
        const auto* weights = storedBehind(node.input(1));
        if (!weights)
            return;
        const auto scales = toFloats(m_graph.value(weights->inputs.at(1)).constant);
        const auto dtype = m_graph.value(weights->inputs[0]).constant.dtype();
        if (dtype != DType::Int8)
            add(node, "its weights are " + std::string(name(dtype)) + ", not int8");
        const bool isMatrix = node.opType == "Gemm" || node.opType == "MatMul";
        if (isMatrix && scales.size() > 1 && !m_rules.perChannelMatrices)
            add(node, "its weights have one scale a column, not one for all");
        if (m_graph.isConstant(weights->input(2)) &&
            std::ranges::any_of(toInt64s(m_graph.value(weights->inputs[2]).constant), [](std::int64_t value) { return value != 0; }))
            add(node, "its weights' zero point is not 0");
        if (!node.input(2).valid())
            return;
        const auto* bias = storedBehind(node.inputs[2]);
        if (m_rules.bias == BiasForm::Float && bias)
            add(node, "its bias is stored as integers");
        if (m_rules.bias == BiasForm::Integers && bias)
            checkBias(node, *bias, scales);
    }

    void checkBias(const Node& node, const Node& bias, const std::vector<float>& weightScales)
    {
        constexpr float tolerance = 1e-5f;
        const auto input = m_uses.producer(node.inputs.at(0));
        if (!input.valid() || m_graph.node(input).opType != "DequantizeLinear" || !m_graph.isConstant(m_graph.node(input).input(1)))
            return;
        const float inputScale = toFloats(m_graph.value(m_graph.node(input).inputs[1]).constant).front();
        const auto scales = toFloats(m_graph.value(bias.inputs.at(1)).constant);
        for (std::size_t i = 0; i < scales.size(); ++i) {
            const float wanted = inputScale * weightScales[weightScales.size() == 1 ? 0 : std::min(i, weightScales.size() - 1)];
            if (std::abs(scales[i] - wanted) > tolerance * wanted)
                return add(node, "its bias' scale is not the input's times the weights'");
        }
    }

    const Graph& m_graph;
    const SchemeRules& m_rules;
    GraphUses m_uses;
    std::vector<SchemeProblem> m_problems;
};

} // namespace

DType GridType::dtype() const
{
    if (bits == 16)
        return isSigned ? DType::Int16 : DType::UInt16;
    return isSigned ? DType::Int8 : DType::UInt8;
}

const std::vector<SchemeRules>& allSchemes()
{
    return table();
}

const SchemeRules& rulesOf(Scheme scheme)
{
    const auto row = std::ranges::find(table(), scheme, &SchemeRules::scheme);
    if (row == table().end())
        throw Error(MessageCode::InternalFault, {{"detail", "a scheme without rules"}});
    return *row;
}

std::vector<SchemeProblem> checkScheme(const Graph& quantized, Scheme scheme)
{
    return SchemeCheck(quantized, rulesOf(scheme)).run();
}

} // namespace hone
