// SPDX-License-Identifier: GPL-3.0-or-later
#include "made_up_graph.h"

#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace hone::fuzz
{
namespace
{

// clang-format off
constexpr std::array operators = {
    "Shape", "Size", "Constant", "ConstantOfShape", "Range", "EyeLike", "RandomNormal", "RandomUniformLike", "Conv", "ConvInteger",
    "QLinearConv", "ConvTranspose", "Relu", "Clip", "Identity", "Add", "Mul", "Div", "Mod", "Sum", "Equal", "Where", "Cast",
    "CastLike", "PRelu", "Dropout", "BatchNormalization", "InstanceNormalization", "LayerNormalization", "GroupNormalization",
    "Softmax", "Gather", "GatherElements", "GatherND", "ScatterElements", "ScatterND", "Concat", "Split", "TopK", "OneHot", "NonZero",
    "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "DepthToSpace", "SpaceToDepth", "Gemm", "MatMul", "MatMulInteger",
    "QLinearMatMul", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "QuantizeLinear", "DequantizeLinear",
    "DynamicQuantizeLinear", "RNN", "GRU", "LSTM", "ReduceMean", "ReduceSum", "ArgMax", "Pad", "Slice", "Expand", "Tile", "Resize",
    "Upsample", "Einsum", "CumSum", "Trilu", "NonMaxSuppression", "RoiAlign", "GridSample", "Compress", "Unique", "ReverseSequence",
    "Det", "DFT", "STFT", "Col2Im", "MaxUnpool", "MaxRoiPool", "Loop", "If", "Scan", "Attention"};

constexpr std::array intAttributes = {"axis", "keepdims", "group", "to", "dtype", "k", "blocksize", "allowzero", "start", "end",
                                      "batch_dims", "num_outputs", "transA", "transB", "ceil_mode", "count_include_pad", "hidden_size",
                                      "noop_with_empty_axes", "select_last_index", "layout", "stash_type", "largest", "block_size"};
constexpr std::array listAttributes = {"axes", "pads", "strides", "dilations", "kernel_shape", "output_padding", "output_shape",
                                       "perm", "split", "shape", "starts", "ends", "value_ints", "repeats"};
constexpr std::array textAttributes = {"auto_pad", "mode", "direction", "keep_aspect_ratio_policy", "equation", "reduction",
                                       "coordinate_transformation_mode"};
constexpr std::array texts = {"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", "DCR", "CRD", "bidirectional", "reverse", "not_larger",
                              "not_smaller", "ij,jk->ik", "...ij->...ji", "ii->i", "bij,bjk->bik", "", "->", "a,,b->", "linear"};

constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
constexpr std::array<std::int64_t, 32> edges = {0, 1, 2, 3, 4, 5, 7, 8, 16, 32, 64, 224, 1024, -1, -2, -3, -4, 65536, 1 << 20,
                                                std::int64_t{1} << 31, (std::int64_t{1} << 31) - 1, std::int64_t{1} << 32,
                                                std::int64_t{1} << 39, std::int64_t{1} << 40, std::int64_t{1} << 62, highest, -highest,
                                                -highest - 1, highest - 1, -(std::int64_t{1} << 31), 10, 12};
// clang-format on

class Builder
{
public:
    explicit Builder(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}

    Graph build()
    {
        m_graph.name = "made-up";
        m_graph.opsets[""] = 7 + byte() % 17;
        m_graph.opsets["com.microsoft"] = 1;
        for (int count = 1 + byte() % 3; count > 0; --count)
            addInput();
        for (int count = 0; !m_bytes.empty() && count < 64; ++count)
            addNode();
        m_graph.outputs = {m_values.back()};
        return std::move(m_graph);
    }

private:
    std::uint8_t byte()
    {
        if (m_bytes.empty())
            return 0;
        const auto first = m_bytes.front();
        m_bytes = m_bytes.subspan(1);
        return first;
    }
    template<class Choices>
    auto choice(const Choices& choices)
    {
        return choices[byte() % choices.size()];
    }
    std::int64_t number()
    {
        const auto kind = byte();
        return kind < 200 ? edges[kind % edges.size()] : static_cast<std::int8_t>(byte());
    }
    std::vector<std::int64_t> numbers(std::size_t most)
    {
        std::vector<std::int64_t> list(byte() % (most + 1));
        for (auto& entry : list)
            entry = number();
        return list;
    }

    void addInput()
    {
        Value value{.name = "input" + std::to_string(m_values.size())};
        value.type.dtype = static_cast<DType>(byte() % 17);
        if (byte() % 8 != 0) {
            value.type.shape.emplace();
            for (int rank = byte() % 6; rank > 0; --rank) {
                const auto extent = number();
                value.type.shape->push_back(extent < 0 ? Dim::free(extent == -1 ? "N" : "") : Dim::fixed(extent));
            }
        }
        m_values.push_back(m_graph.addValue(std::move(value)));
        m_graph.inputs.push_back(m_values.back());
    }

    Tensor constant()
    {
        const auto values = numbers(8);
        const auto count = static_cast<std::int64_t>(values.size());
        switch (byte() % 4) {
        case 0: return Tensor::of<std::int64_t>({count}, values);
        case 1: return Tensor::scalar(values.empty() ? std::int64_t{1} : values.front());
        case 2: return Tensor::of<float>({count}, std::vector<float>(values.begin(), values.end()));
        // Weights: a few extents, one of them large.
        default: return Tensor(DType::Float32, {1 + byte() % 8, 1 + byte() % 4, 1 + byte() % 4, 1 + byte() % 4});
        }
    }

    ValueId input()
    {
        const auto kind = byte();
        if (kind < 16)
            return {};
        if (kind < 120)
            return m_graph.addConstant("constant", constant());
        return m_values[kind % m_values.size()];
    }

    void addNode()
    {
        Node node{.name = "", .opType = choice(operators)};
        for (int count = byte() % 6; count > 0; --count)
            node.inputs.push_back(input());
        for (int count = byte() % 4; count > 0; --count)
            addAttribute(node);
        for (int count = 1 + byte() % 3; count > 0; --count)
            node.outputs.push_back(m_graph.addComputed("value"));
        m_values.insert(m_values.end(), node.outputs.begin(), node.outputs.end());
        m_graph.addNode(std::move(node));
    }

    void addAttribute(Node& node)
    {
        switch (byte() % 5) {
        case 0: node.attributes[choice(intAttributes)] = number(); break;
        case 1: node.attributes[choice(listAttributes)] = numbers(8); break;
        case 2: node.attributes[choice(textAttributes)] = std::string(choice(texts)); break;
        case 3: node.attributes["value"] = constant(); break;
        default: {
            const auto values = numbers(5);
            node.attributes["scales"] = std::vector<float>(values.begin(), values.end());
        }
        }
    }

    std::span<const std::uint8_t> m_bytes;
    Graph m_graph;
    std::vector<ValueId> m_values;
};

} // namespace

Graph madeUpGraph(std::span<const std::uint8_t> bytes)
{
    return Builder(bytes).build();
}

} // namespace hone::fuzz
