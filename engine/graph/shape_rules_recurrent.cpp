// SPDX-License-Identifier: GPL-3.0-or-later
// RNN, GRU and LSTM: X [seq, batch, in], W [directions, gates * hidden, in]; layout 1 puts the batch first. ONNX Runtime's
// DynamicQuantizeLSTM: W [directions, in, gates * hidden].
#include "graph/shape_rules.h"

namespace hone
{
namespace
{

template<std::int64_t gates, std::size_t inputAxis = 2>
void recurrent(RuleContext& node)
{
    const auto dtype = node.dtype(0);
    const auto &data = node.shape(0), &weights = node.shape(1);
    if (!data || !weights) {
        for (std::size_t i = 0; i < node.outputCount(); ++i)
            node.output(i, dtype, std::nullopt);
        return;
    }
    const auto &input = (*data).size() == 3 ? (*data)[2] : Dim(), &weightInput = weights->size() == 3 ? (*weights)[inputAxis] : Dim();
    if (data->size() != 3 || weights->size() != 3 || (input.isFixed() && weightInput.isFixed() && input != weightInput))
        node.mismatch("weights of shape " + toText(*weights) + " for an input of shape " + toText(*data));

    const auto directions = Dim::fixed(node.node().stringAttribute("direction", "forward") == "bidirectional" ? 2 : 1);
    auto hidden = Dim::free("");
    if (node.node().hasAttribute("hidden_size"))
        hidden = Dim::fixed(std::max<std::int64_t>(0, node.node().intAttribute("hidden_size", 0)));
    else if ((*weights)[3 - inputAxis].isFixed())
        hidden = Dim::fixed((*weights)[3 - inputAxis].extent / gates);

    const bool batchFirst = node.node().intAttribute("layout", 0) == 1;
    const auto &sequence = (*data)[batchFirst ? 1 : 0], &batch = (*data)[batchFirst ? 0 : 1];
    node.output(0, dtype, batchFirst ? Shape{batch, sequence, directions, hidden} : Shape{sequence, directions, batch, hidden});
    const auto last = batchFirst ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
    node.output(1, dtype, last);
    node.output(2, dtype, last); // LSTM's cell state
}

} // namespace

void addRecurrentRules(ShapeRules& rules)
{
    rules.add("", {"RNN"}, recurrent<1>);
    rules.add("", {"GRU"}, recurrent<3>);
    rules.add("", {"LSTM"}, recurrent<4>);
    rules.add("com.microsoft", {"DynamicQuantizeLSTM"}, recurrent<4, 1>);
}

} // namespace hone
