// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/read_operand.h"

#include <algorithm>

namespace hone
{
namespace
{

bool hasWeights(const Node& node)
{
    return node.domain.empty() && (node.opType == "Conv" || node.opType == "ConvTranspose" || node.opType == "Gemm" ||
                                   node.opType == "MatMul" || node.opType == "LSTM" || node.opType == "GRU" || node.opType == "RNN");
}

ReadOperand besideWeights(const Node& node, const Reading& reading)
{
    ReadOperand operand{.value = node.input(0), .input = 0, .axis = -1, .extent = reading.extent};
    if (node.opType == "Conv" || node.opType == "ConvTranspose") {
        operand.axis = 1;
        operand.axesBehind = static_cast<std::size_t>(std::max(2, reading.rank) - 2);
        if (const std::int64_t groups = node.intAttribute("group", 1); node.opType == "Conv" && groups > 1) {
            operand.stride = reading.extent;
            operand.extent = reading.extent * groups;
        }
    } else if (node.opType == "Gemm" && node.intAttribute("transA", 0) != 0) {
        operand.axis = 0;
        operand.axesBehind = 1;
    }
    return operand;
}

} // namespace

std::vector<const Reading*> allReadings(const PruningGroup& group)
{
    std::vector<const Reading*> all;
    for (const auto* readings : {&group.readings, &group.reductions})
        for (const Reading& reading : *readings)
            all.push_back(&reading);
    return all;
}

std::optional<ReadOperand> readOperand(const Graph& graph, const Reading& reading)
{
    const Node& node = graph.node(reading.node);
    const bool ofWeights = hasWeights(node) && reading.input == 1 && graph.isConstant(node.input(1));
    const ReadOperand operand = ofWeights ? besideWeights(node, reading)
                                          : ReadOperand{.value = node.input(reading.input),
                                                        .input = reading.input,
                                                        .axis = reading.axis,
                                                        .axesBehind = static_cast<std::size_t>(reading.rank - reading.axis - 1),
                                                        .extent = reading.extent};
    if (!operand.value.valid() || graph.isConstant(operand.value))
        return std::nullopt;
    return operand;
}

std::vector<std::int64_t> operandPositions(const ReadOperand& operand, const std::vector<std::int64_t>& readingPositions)
{
    if (operand.stride == 0)
        return readingPositions;
    std::vector<std::int64_t> all;
    for (std::int64_t block = 0; block < operand.extent; block += operand.stride)
        for (const std::int64_t position : readingPositions)
            all.push_back(block + position);
    return all;
}

} // namespace hone
