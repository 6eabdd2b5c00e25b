// SPDX-License-Identifier: GPL-3.0-or-later
#include "layerwise/activations.h"

#include "evaluate/accuracy.h"
#include "evaluate/batch_run.h"
#include "graph/shape_inference.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"

#include <algorithm>

namespace hone
{

Activations::Activations(const Graph& graph, const std::vector<ValueId>& wanted, int threads)
{
    Graph cut = graph;
    cut.outputs.clear();
    for (const ValueId value : wanted) {
        const bool fed = std::ranges::find(graph.inputs, value) != graph.inputs.end();
        const auto at = std::ranges::find(cut.outputs, value) - cut.outputs.begin();
        if (!fed && at == static_cast<std::ptrdiff_t>(cut.outputs.size()))
            cut.outputs.push_back(value);
        m_places.push_back(fed ? -1 : at);
    }
    if (cut.outputs.empty())
        return;
    giveInferredTypes(cut, cut.outputs);
    cut.removeDeadNodes();
    m_session.emplace(
        Session::fromBytes(serializeOnnx(cut), {.threads = threads, .optimization = Optimization::All, .profilePrefix = {}}, graph.name));
}

std::vector<Tensor> Activations::run(const Tensor& inputs)
{
    const auto computed = m_session ? m_session->run({asTaken(inputs, m_session->inputs().at(0).dtype)}) : std::vector<Tensor>();
    std::vector<Tensor> values;
    for (const auto place : m_places) {
        const Tensor& value = place < 0 ? inputs : computed.at(static_cast<std::size_t>(place));
        values.push_back(withoutHalves(value));
    }
    return values;
}

Tensor withoutHalves(Tensor value)
{
    return value.dtype() == DType::Float16 ? Tensor::of(value.shape(), toFloats(value)) : value;
}

LoaderOptions activationLoading(const Graph& graph, int threads)
{
    LoaderOptions loading;
    loading.threads = threads;
    loading.batch = batchOf(graph);
    const auto& shape = graph.value(graph.inputs.at(0)).type.shape;
    if (shape && !shape->empty() && shape->front().isFixed())
        loading.dropLast = true;
    else
        loading.batch = std::min(64, loading.batch);
    return loading;
}

} // namespace hone
