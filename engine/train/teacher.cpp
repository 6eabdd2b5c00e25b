// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/teacher.h"

#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "tidy/free_batch.h"
#include "train/scores.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

Session sessionOf(const Graph& graph, int threads)
{
    Graph cut = graph;
    makeBatchFree(cut);
    cut.outputs = {findScores(cut).value};
    cut.value(cut.outputs[0]).type.dtype = DType::Float32;
    cut.removeDeadNodes();
    return Session::fromBytes(serializeOnnx(cut), {.threads = threads, .optimization = Optimization::All, .profilePrefix = {}},
                              graph.name);
}

} // namespace

Teacher::Teacher(const Graph& graph, int threads)
    : m_probabilities(findScores(graph).kind == Scores::Probabilities), m_session(sessionOf(graph, threads))
{
}

Tensor Teacher::scores(const Tensor& inputs)
{
    Tensor scores = m_session.run({asTaken(inputs, m_session.inputs().at(0).dtype)}).at(0);
    const auto samples = inputs.shape().at(0);
    scores = scores.reshaped({samples, scores.size() / std::max<std::int64_t>(1, samples)});
    if (m_probabilities)
        for (float& value : scores.mutableData<float>())
            value = std::log(std::max(value, 1e-12F));
    return scores;
}

} // namespace hone
