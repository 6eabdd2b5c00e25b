// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/teacher.h"

#include "graph/shape_inference.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "tidy/free_batch.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hone
{
namespace
{

// Each value once, in the order of first mention.
std::vector<ValueId> distinct(const std::vector<TeacherValue>& wanted)
{
    std::vector<ValueId> values;
    for (const auto& [value, form] : wanted)
        if (std::ranges::find(values, value) == values.end())
            values.push_back(value);
    return values;
}

std::vector<std::size_t> placesOf(const std::vector<TeacherValue>& wanted)
{
    const auto values = distinct(wanted);
    std::vector<std::size_t> places;
    for (const auto& [value, form] : wanted)
        places.push_back(static_cast<std::size_t>(std::ranges::find(values, value) - values.begin()));
    return places;
}

Session sessionOf(const Graph& graph, const std::vector<TeacherValue>& wanted, int threads)
{
    Graph cut = graph;
    makeBatchFree(cut);
    cut.outputs = distinct(wanted);
    giveInferredTypes(cut, cut.outputs);
    cut.removeDeadNodes();
    return Session::fromBytes(serializeOnnx(cut), {.threads = threads, .optimization = Optimization::All, .profilePrefix = {}}, graph.name);
}

Tensor formed(Tensor value, TeacherValueForm form, std::int64_t samples)
{
    if (value.dtype() != DType::Float32)
        value = Tensor::of(value.shape(), toFloats(value));
    if (form == TeacherValueForm::AsIs)
        return value;
    value = value.reshaped({samples, value.size() / std::max<std::int64_t>(1, samples)});
    if (form == TeacherValueForm::LogProbabilities)
        for (float& number : value.mutableData<float>())
            number = std::log(std::max(number, 1e-12F));
    return value;
}

} // namespace

Teacher::Teacher(const Graph& graph, std::vector<TeacherValue> wanted, int threads)
    : m_wanted(std::move(wanted)),
      m_places(placesOf(m_wanted)),
      m_session(sessionOf(graph, m_wanted, threads))
{}

std::vector<Tensor> Teacher::values(const Tensor& inputs)
{
    const auto outputs = m_session.run({asTaken(inputs, m_session.inputs().at(0).dtype)});
    const auto samples = inputs.shape().at(0);
    std::vector<Tensor> result;
    for (std::size_t i = 0; i < m_wanted.size(); ++i)
        result.push_back(formed(outputs.at(m_places[i]), m_wanted[i].form, samples));
    return result;
}

} // namespace hone
