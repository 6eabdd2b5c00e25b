// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/scheme.h"

#include "core/error.h"

#include <algorithm>
#include <initializer_list>

namespace hone
{
namespace
{

constexpr GridType unsigned8{};
constexpr GridType signed8{.isSigned = true};
constexpr GridType symmetric8{.isSigned = true, .isSymmetric = true};

using Names = std::initializer_list<std::string_view>;

std::vector<OperatorRule> rules(Names integer, Names sameGrid = {}, Names fused = {}, std::initializer_list<OperatorRule> fixed = {})
{
    std::vector<OperatorRule> result(fixed);
    for (const auto name : integer)
        result.push_back({name});
    for (const auto name : sameGrid)
        result.push_back({name, OperatorForm::SameGrid});
    for (const auto name : fused)
        result.push_back({name, OperatorForm::Fused});
    return result;
}

OperatorRule withOutput(std::string_view opType, OutputGrids output)
{
    return {.opType = opType, .output = output};
}

// ONNX Runtime, "Quantize ONNX models", https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html (1.30): U8S8 where
// the processor has VNNI, S8S8 elsewhere; 16-bit Q/DQ is computed in float by its CPU provider. Operators: those for which that provider
// has QLinear kernels or hands integers on, as its profile shows.
std::vector<OperatorRule> onnxRuntimeOperators()
{
    return rules({"Conv", "Gemm", "MatMul", "Add", "Mul", "Concat", "AveragePool", "GlobalAveragePool", "Sigmoid", "LeakyRelu", "Relu",
                  "Clip", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "MaxPool"});
}

// OpenVINO 2025, "OpenVINO Low Precision Transformations", section "Input model requirements",
// https://docs.openvino.ai/2025/documentation/openvino-extensibility/openvino-plugin-library/advanced-guides/low-precision-transformations.html:
// through which operations integers pass, all others being "executed in original precision". There Clip is Clamp, LeakyRelu PRelu,
// GlobalAveragePool ReduceMean, Gemm MatMul with Add, and Slice StridedSlice. Activations u8, weights i8 and one scale for what a
// convolution reads: its CPU plugin's restrictions, src/plugins/intel_cpu/src/transformations/transformation_pipeline.cpp.
std::vector<OperatorRule> openVinoOperators()
{
    return rules({"Conv",        "ConvTranspose",     "Gemm",      "MatMul",   "Add",   "Mul",     "Concat",
                  "AveragePool", "GlobalAveragePool", "LeakyRelu", "Relu",     "Clip",  "Reshape", "Flatten",
                  "Transpose",   "Squeeze",           "Unsqueeze", "MaxPool",  "Slice", "Pad",     "DepthToSpace",
                  "ReduceMean",  "ReduceMax",         "ReduceMin", "ReduceSum"});
}

// NVIDIA TensorRT 10, "Explicit Quantization", sections "TensorRT Processing of Q/DQ Networks" and "Q/DQ Layer-Placement Recommendations",
// https://docs.nvidia.com/deeplearning/tensorrt/latest/inference-library/quantized-types-explicit-quantization.html, and "Working with
// Quantized Types" beside it (symmetric INT8, zero point 0): quantize all inputs of weighted operations; by default not their outputs, so
// that activations behind them are computed in higher precision; quantize the residual input of an addition that follows a layer; layers
// without weights that read INT8 give INT8; one scale a tensor for activations and one a channel for weights. Biases stay float there.
// Pooling, Concat and what moves values: https://github.com/NVIDIA/Model-Optimizer, commit 23cc5c97, modelopt/onnx/quantization/int8.py
// (the types that quantize() names) and is_copy_op().
std::vector<OperatorRule> tensorRtOperators()
{
    return rules({"Conv", "ConvTranspose", "Gemm", "MatMul", "Concat", "AveragePool", "GlobalAveragePool", "MaxPool", "Reshape", "Flatten",
                  "Transpose", "Squeeze", "Unsqueeze", "Slice"},
                 {}, {"Add", "Sub", "Mul", "Relu", "Clip", "LeakyRelu", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "Elu"});
}

// ONNX Runtime's QNN provider, "Supported ONNX operators" and "Generating a quantized model",
// https://github.com/onnxruntime/onnxruntime-qnn/blob/main/docs/execution_providers/QNN-ExecutionProvider.md, commit 0131740f: uint8 or
// uint16 activations, the whole model quantized. The grids of 16-bit Sigmoid and Tanh, and one scale for the weights of MatMul:
// https://github.com/microsoft/onnxruntime, commit cf5d7dc3 and later,
// onnxruntime/python/tools/quantization/execution_providers/qnn/quant_config.py.
std::vector<OperatorRule> qnnOperators()
{
    return rules({"Conv",        "ConvTranspose", "Gemm",       "MatMul",       "Add",
                  "Sub",         "Mul",           "Max",        "Min",          "Concat",
                  "Relu",        "Clip",          "LeakyRelu",  "Elu",          "HardSwish",
                  "HardSigmoid", "Softmax",       "LogSoftmax", "AveragePool",  "GlobalAveragePool",
                  "MaxPool",     "Reshape",       "Flatten",    "Transpose",    "Squeeze",
                  "Unsqueeze",   "Slice",         "Pad",        "DepthToSpace", "SpaceToDepth",
                  "ReduceMean",  "ReduceMax",     "ReduceMin",  "ReduceSum"},
                 {}, {},
                 {withOutput("Sigmoid", {.in16Bits = FixedGrid{1.0f / 65536, 0}}),
                  withOutput("Tanh", {.in16Bits = FixedGrid{1.0f / 32768, 32768}})});
}

// ST Edge AI Core 2.2, "Quantized model support", https://stedgeai-dc.st.com/assets/embedded-docs/quantization.html, and "ST Neural-ART
// NPU: supported operators and limitations", stneuralart_operator_support.html beside it: 8-bit Q/DQ, "ss/sa per-channel" (weights signed
// and symmetric, activations signed and asymmetric), one or two dimensions, operators as mapped there to its hardware or (Softmax) to
// integer software. Operator sets to 20: "ONNX toolbox support" of version 3.0, supported_ops_onnx.html beside it.
std::vector<OperatorRule> stm32Operators()
{
    return rules({"Conv",
                  "Gemm",
                  "MatMul",
                  "Add",
                  "Sub",
                  "Mul",
                  "Max",
                  "Min",
                  "Concat",
                  "Relu",
                  "Clip",
                  "LeakyRelu",
                  "HardSwish",
                  "Sigmoid",
                  "Tanh",
                  "Softmax",
                  "Pad",
                  "AveragePool",
                  "GlobalAveragePool",
                  "MaxPool",
                  "Reshape",
                  "Flatten",
                  "Transpose",
                  "Squeeze",
                  "Unsqueeze"});
}

// TensorFlow Lite, "TensorFlow Lite 8-bit quantization specification", section "Int8 quantized operator specifications",
// https://www.tensorflow.org/lite/performance/quantization_spec (tensorflow/lite/g3doc/performance/quantization_spec.md, commit 1b32f3ff):
// int8 activations and weights; weights in -127..127, symmetric, one scale a channel for convolutions and one for FULLY_CONNECTED; biases
// int32 with scale input times weight and zero point 0. GlobalAveragePool becomes AVERAGE_POOL_2D or MEAN, as converters have it: one grid
// suits both. Flatten and Unsqueeze become RESHAPE. Relu and Clip are the fused activation of what they follow, and kernels of their own.
std::vector<OperatorRule> tfLiteOperators()
{
    return rules({"Conv", "Gemm", "MatMul", "Add", "Sub", "Mul", "Relu", "Clip", "ReduceMean"},
                 {"AveragePool", "GlobalAveragePool", "MaxPool", "Concat", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze",
                  "Slice", "Pad", "SpaceToDepth", "Max", "Min"},
                 {},
                 {withOutput("Sigmoid", {.in8Bits = FixedGrid{1.0f / 256, -128}}),
                  withOutput("Tanh", {.in8Bits = FixedGrid{1.0f / 128, 0}}),
                  withOutput("Softmax", {.in8Bits = FixedGrid{1.0f / 256, -128}}),
                  withOutput("LogSoftmax", {.in8Bits = FixedGrid{16.0f / 256, 127}})});
}

const std::vector<SchemeRules>& table()
{
    static const std::vector<SchemeRules> rows = {
        {.scheme = Scheme::OnnxRuntime,
         .name = "ort",
         .runtime = "ONNX Runtime",
         .activations = unsigned8,
         .takes16Bits = true,
         .runsHere = true,
         .operators = onnxRuntimeOperators()},
        {.scheme = Scheme::OnnxRuntimeSigned,
         .name = "ort-signed",
         .runtime = "ONNX Runtime",
         .activations = signed8,
         .takes16Bits = true,
         .runsHere = true,
         .operators = onnxRuntimeOperators()},
        {.scheme = Scheme::OpenVino, .name = "openvino", .runtime = "OpenVINO", .activations = unsigned8, .operators = openVinoOperators()},
        {.scheme = Scheme::TensorRt,
         .name = "tensorrt",
         .runtime = "TensorRT",
         .activations = symmetric8,
         .bias = BiasForm::Float,
         .placement = Placement::InputsOfLayers,
         .operators = tensorRtOperators()},
        {.scheme = Scheme::Qnn,
         .name = "qnn",
         .runtime = "Qualcomm's QNN",
         .activations = unsigned8,
         .takes16Bits = true,
         .perChannelMatMul = false,
         .placement = Placement::Everywhere,
         .operators = qnnOperators()},
        {.scheme = Scheme::Stm32,
         .name = "stm32",
         .runtime = "ST Edge AI",
         .activations = signed8,
         .placement = Placement::Everywhere,
         .convolvedDimensions = 2,
         .newestOpset = 20,
         .operators = stm32Operators()},
        {.scheme = Scheme::TfLite,
         .name = "tflite",
         .runtime = "TensorFlow Lite",
         .activations = signed8,
         .perChannelGemm = false,
         .perChannelMatMul = false,
         .placement = Placement::Everywhere,
         .convolvedDimensions = 2,
         .operators = tfLiteOperators()},
    };
    return rows;
}

} // namespace

DType GridType::dtype() const
{
    if (bits == 16)
        return isSigned ? DType::Int16 : DType::UInt16;
    return isSigned ? DType::Int8 : DType::UInt8;
}

const OperatorRule* SchemeRules::find(const Node& node) const
{
    const auto found = std::ranges::find(operators, std::string_view(node.opType), &OperatorRule::opType);
    return node.domain.empty() && found != operators.end() ? &*found : nullptr;
}

bool SchemeRules::takesScaleAChannel(std::string_view opType) const
{
    return opType == "Gemm" ? perChannelGemm : opType != "MatMul" || perChannelMatMul;
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

std::optional<std::string> whyFloat(const Graph& graph, const Node& layer, const SchemeRules& rules)
{
    if (!rules.find(layer))
        return "Hone knows no integer form of " + layer.opType + " there";
    if (layer.opType != "Conv" || !graph.isConstant(layer.input(1)))
        return std::nullopt;
    const auto dimensions = graph.value(layer.inputs[1]).constant.shape().size() - 2;
    if (dimensions > static_cast<std::size_t>(rules.convolvedDimensions))
        return "Hone knows no integer convolution over " + std::to_string(dimensions) + " dimensions there";
    return std::nullopt;
}

} // namespace hone
