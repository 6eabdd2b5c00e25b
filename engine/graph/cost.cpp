// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/cost.h"

#include "graph/shape_inference.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>

namespace hone
{
namespace
{

// Inputs that hold settings rather than weights, from which index on.
struct Settings
{
    std::string_view opType;
    std::size_t from;
};
constexpr Settings settings[] = {{"Clip", 1},  {"DequantizeLinear", 1}, {"Dropout", 1}, {"OneHot", 0}, {"Pad", 1}, {"QuantizeLinear", 1},
                                 {"Range", 0}, {"Resize", 1},           {"Upsample", 1}};

bool isWeight(const Node& node, std::size_t input, DType dtype)
{
    for (const auto& entry : settings)
        if (node.opType == entry.opType && input >= entry.from)
            return false;
    // data, scale, zero point; weights, scale, zero point; output's scale and zero point; bias
    if (node.opType == "QLinearConv" || node.opType == "QLinearMatMul")
        return input == 0 || input == 3 || input == 8;
    if (node.opType == "ConvInteger" || node.opType == "MatMulInteger" || node.opType == "MatMulNBits")
        return input < 2;
    constexpr std::size_t firstGrid = 8; // scales and zero points of its weights
    if (node.opType == "DynamicQuantizeLSTM" && input >= firstGrid)
        return false;
    // Other integers are shapes and indices.
    const bool narrow = dtype == DType::Int8 || dtype == DType::UInt8 || dtype == DType::Int4 || dtype == DType::UInt4;
    return isFloatingPoint(dtype) || narrow || node.opType == "DequantizeLinear";
}

// Stay at the largest number where a hostile model asks for more.
std::int64_t product(std::int64_t a, std::int64_t b)
{
    std::int64_t result = 0;
    return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<std::int64_t>::max() : result;
}

void add(std::int64_t& sum, std::int64_t term)
{
    if (__builtin_add_overflow(sum, term, &sum))
        sum = std::numeric_limits<std::int64_t>::max();
}

std::int64_t elements(const Shape& shape)
{
    return elementCount(withFreeAs(shape, 1));
}

// Of the matrix that its bytes stand for.
std::int64_t matrixElements(const Node& matMulNBits)
{
    return product(std::max<std::int64_t>(0, matMulNBits.intAttribute("K", 0)),
                   std::max<std::int64_t>(0, matMulNBits.intAttribute("N", 0)));
}

bool isFixed(const std::optional<Shape>& shape)
{
    return shape && std::ranges::all_of(*shape, &Dim::isFixed);
}

// Free first extents of the inputs are the batch: 1, wherever their names stand. Other free extents stay.
std::map<std::string, Dimensions> atBatchOne(const Graph& graph, std::set<std::string>& batchNames)
{
    std::map<std::string, Dimensions> shapes;
    const auto shapeOf = [&](ValueId id) -> const std::optional<Shape>& { return graph.value(id).type.shape; };
    for (const auto id : graph.inputs)
        if (shapeOf(id) && !shapeOf(id)->empty() && !shapeOf(id)->front().isFixed())
            batchNames.insert(shapeOf(id)->front().symbol);
    for (const auto id : graph.inputs) {
        if (!shapeOf(id))
            continue;
        Dimensions dimensions;
        for (const auto& dim : *shapeOf(id)) {
            const bool isNamedBatch = !dim.isFixed() && !dim.symbol.empty() && batchNames.contains(dim.symbol);
            const bool isBatch = !dim.isFixed() && (dimensions.empty() || isNamedBatch);
            dimensions.push_back(isBatch ? 1 : dim.extent);
        }
        shapes[graph.value(id).name] = dimensions;
    }
    return shapes;
}

class Counting
{
public:
    explicit Counting(const Graph& graph) : m_graph(graph), m_counted(graph.valueCount()), m_isStatic(graph.valueCount())
    {
        std::set<std::string> batchNames;
        m_types = inferShapes(graph, {.inputShapes = atBatchOne(graph, batchNames)});
        useDeclaredTypes(batchNames);
        for (std::uint32_t i = 0; i < graph.valueCount(); ++i)
            m_isStatic[i] = graph.isConstant(ValueId{i});
    }

    GraphCost run()
    {
        for (const auto id : m_graph.order())
            count(id);
        m_cost.peakActivationBytes = peakActivationBytes();
        return std::move(m_cost);
    }

private:
    // Where inference knows nothing, the file may; its batch is 1 here too.
    void useDeclaredTypes(const std::set<std::string>& batchNames)
    {
        for (std::uint32_t i = 0; i < m_graph.valueCount(); ++i) {
            auto& shape = m_types.types[i].shape;
            if (shape || !m_graph.value(ValueId{i}).type.shape)
                continue;
            shape = m_graph.value(ValueId{i}).type.shape;
            for (auto& dim : *shape)
                if (!dim.isFixed() && !dim.symbol.empty() && batchNames.contains(dim.symbol))
                    dim = Dim::fixed(1);
        }
    }

    void count(NodeId id)
    {
        const auto& node = m_graph.node(id);
        NodeCost cost{.node = id, .outputShape = {}};
        countWeights(node, cost);
        cost.macs = macs(node);

        // What follows from constants alone (a dequantized weight) is computed once, when the model is loaded.
        const bool isStatic = !node.opType.starts_with("Random") &&
                              std::ranges::all_of(node.inputs, [&](ValueId input) { return !input.valid() || m_isStatic[input.index]; }) &&
                              capturedNames(node).empty();
        for (std::size_t i = 0; i < node.outputs.size(); ++i) {
            const auto output = node.outputs[i];
            if (!output.valid())
                continue;
            m_isStatic[output.index] = isStatic;
            if (i == 0 && m_types.type(output).shape)
                cost.outputShape = *m_types.type(output).shape;
            add(cost.activationBytes, activationBytes(output));
            m_cost.complete = m_cost.complete && (isStatic || isFixed(m_types.type(output).shape));
        }
        m_cost.parameters += cost.parameters;
        m_cost.parameterBytes += cost.parameterBytes;
        add(m_cost.macs, cost.macs);
        m_cost.nodes.push_back(std::move(cost));
    }

    void countWeights(const Node& node, NodeCost& cost)
    {
        if (node.opType == "Constant" && node.domain.empty()) {
            for (const auto output : node.outputs)
                if (output.valid())
                    m_madeByConstant.insert(output);
            return;
        }
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const auto input = node.inputs[i];
            if (!input.valid() || m_counted[input.index] || !(m_graph.isConstant(input) || m_madeByConstant.contains(input)))
                continue;
            const auto& tensor = m_types.constant(input);
            if (tensor.isNull() || !isWeight(node, i, tensor.dtype()))
                continue;
            m_counted[input.index] = true;
            cost.parameters += node.opType == "MatMulNBits" && i == 1 ? matrixElements(node) : tensor.size();
            cost.parameterBytes += static_cast<std::int64_t>(tensor.byteCount());
        }
    }

    const Shape* shapeOf(ValueId id) const { return id.valid() && m_types.type(id).shape ? &*m_types.type(id).shape : nullptr; }

    std::int64_t macs(const Node& node) const
    {
        const auto& op = node.opType;
        const auto* output = node.outputs.empty() ? nullptr : shapeOf(node.outputs.front());
        const auto *data = shapeOf(node.input(0)), *second = shapeOf(node.input(1));
        if (op == "Conv" || op == "FusedConv" || op == "ConvInteger")
            return perWeightColumn(output, second);
        if (op == "QLinearConv")
            return perWeightColumn(output, shapeOf(node.input(3)));
        if (op == "ConvTranspose") // every input element meets the weights of its channel
            return perWeightColumn(data, second);
        if (op == "Gemm" && output && data && data->size() == 2)
            return product(elements(*output), elements({(*data)[node.intAttribute("transA", 0) != 0 ? 0 : 1]}));
        if ((op == "MatMul" || op == "MatMulInteger" || op == "MatMulNBits" || op == "QLinearMatMul") && output && data && !data->empty())
            return product(elements(*output), elements({data->back()}));
        if (op == "LSTM" || op == "GRU" || op == "RNN" || op == "DynamicQuantizeLSTM")
            return everyStep(data, second, shapeOf(node.input(2)));
        return 0;
    }

    // Weights [first, ...]: as many products for each element as there are weights behind the first extent.
    static std::int64_t perWeightColumn(const Shape* tensor, const Shape* weights)
    {
        if (!tensor || !weights || weights->empty())
            return 0;
        return product(elements(*tensor), elements(Shape(weights->begin() + 1, weights->end())));
    }

    // Recurrent layers: X [steps, batch, in] meets all weights of W and R at each step of each sequence.
    static std::int64_t everyStep(const Shape* data, const Shape* w, const Shape* r)
    {
        if (!data || data->size() != 3 || !w || !r)
            return 0;
        auto weights = elements(*w);
        add(weights, elements(*r));
        return product(elements({(*data)[0], (*data)[1]}), weights);
    }

    std::int64_t activationBytes(ValueId id) const
    {
        const auto* shape = shapeOf(id);
        if (m_isStatic[id.index] || !shape)
            return 0;
        const auto bits = product(elements(*shape), static_cast<std::int64_t>(elementBits(m_types.type(id).dtype)));
        return bits / 8 + (bits % 8 != 0);
    }

    // Index of the last node that reads each value; outputs are read at the end.
    std::vector<std::size_t> lastReads() const
    {
        std::vector<std::size_t> last(m_graph.valueCount());
        for (std::size_t at = 0; at < m_graph.order().size(); ++at) {
            const auto& node = m_graph.node(m_graph.order()[at]);
            for (const auto input : node.inputs)
                if (input.valid())
                    last[input.index] = at;
            for (const auto& name : capturedNames(node))
                if (const auto captured = m_graph.findValue(name))
                    last[captured->index] = at;
            for (const auto output : node.outputs) // one that nobody reads goes with its node
                if (output.valid())
                    last[output.index] = at;
        }
        for (const auto output : m_graph.outputs)
            last[output.index] = m_graph.order().size();
        return last;
    }

    std::int64_t peakActivationBytes() const
    {
        const auto last = lastReads();
        std::vector<std::vector<ValueId>> dying(m_graph.order().size() + 1);
        std::int64_t living = 0;
        for (const auto input : m_graph.inputs) {
            add(living, activationBytes(input));
            dying[last[input.index]].push_back(input);
        }
        auto peak = living;
        for (std::size_t at = 0; at < m_graph.order().size(); ++at) {
            for (const auto output : m_graph.node(m_graph.order()[at]).outputs) {
                if (!output.valid())
                    continue;
                add(living, activationBytes(output));
                dying[last[output.index]].push_back(output);
            }
            peak = std::max(peak, living);
            for (const auto gone : dying[at])
                living -= activationBytes(gone);
        }
        return peak;
    }

    const Graph& m_graph;
    InferredTypes m_types;
    std::vector<bool> m_counted;
    std::vector<bool> m_isStatic;
    std::set<ValueId> m_madeByConstant;
    GraphCost m_cost;
};

} // namespace

GraphCost cost(const Graph& graph)
{
    return Counting(graph).run();
}

} // namespace hone
