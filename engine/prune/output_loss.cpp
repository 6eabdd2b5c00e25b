// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/output_loss.h"

#include "core/error.h"
#include "graph/floats_behind.h"
#include "graph/shape_inference.h"
#include "train/scores.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <span>

namespace hone
{
namespace
{

constexpr double smallestProbability = 1e-12;

// One sample's answers, and where the gradient goes.
struct Row
{
    std::span<const float> answers;
    std::span<float> gradient;
};

double crossEntropyOfLogits(const Row& row, std::size_t label)
{
    const double largest = *std::ranges::max_element(row.answers);
    double sum = 0;
    for (const float answer : row.answers)
        sum += std::exp(answer - largest);
    for (std::size_t i = 0; i < row.answers.size(); ++i)
        row.gradient[i] = static_cast<float>(std::exp(row.answers[i] - largest) / sum - (i == label ? 1 : 0));
    return std::log(sum) + largest - static_cast<double>(row.answers[label]);
}

double crossEntropyOfProbabilities(const Row& row, std::size_t label)
{
    const double probability = std::max(smallestProbability, static_cast<double>(row.answers[label]));
    row.gradient[label] = static_cast<float>(-1 / probability);
    return -std::log(probability);
}

double meanSquaredError(const Row& row, std::span<const float> wanted)
{
    const auto count = static_cast<double>(wanted.size());
    double sum = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const double difference = static_cast<double>(row.answers[i]) - static_cast<double>(wanted[i]);
        row.gradient[i] = static_cast<float>(2 * difference / count);
        sum += difference * difference;
    }
    return sum / count;
}

double logarithmOfLength(const Row& row)
{
    double energy = 0;
    for (const float answer : row.answers)
        energy += static_cast<double>(answer) * static_cast<double>(answer);
    if (!(energy > 0) || !std::isfinite(energy))
        return 0;
    for (std::size_t i = 0; i < row.answers.size(); ++i)
        row.gradient[i] = static_cast<float>(static_cast<double>(row.answers[i]) / energy);
    return std::log(energy) / 2;
}

std::span<const float> sampleOf(const Tensor& tensor, std::size_t sample)
{
    const auto values = tensor.data<float>();
    const std::size_t width = values.size() / static_cast<std::size_t>(tensor.shape().at(0));
    return values.subspan(sample * width, width);
}

[[noreturn]] void throwUnfit(const std::string& detail)
{
    throw Error(MessageCode::ModelOutputUnsupported, {{"detail", detail}});
}

[[noreturn]] void throwTooShort(std::size_t width, std::size_t wanted)
{
    throwUnfit("it gives " + std::to_string(width) + " numbers a sample where " + std::to_string(wanted) + " are needed");
}

bool isByBatch(const ValueType& type, const Dim& batch)
{
    return type.shape && type.shape->size() > 1 && type.shape->front() == batch && isFloatingPoint(type.dtype);
}

// Numbers a sample; 0 where they can't be told.
std::size_t widthOf(const ValueType& type)
{
    std::int64_t width = 1;
    for (const Dim& dim : *type.shape | std::views::drop(1))
        width *= dim.isFixed() ? dim.extent : 0;
    return static_cast<std::size_t>(width);
}

std::vector<ValueId> answersBySample(const Graph& graph)
{
    const FloatsBehind behind(graph);
    const auto& fed = behind.type(graph.inputs.at(0)).shape;
    std::vector<ValueId> answers;
    for (const ValueId output : graph.outputs)
        for (const ValueId value : behind.of(output))
            if (fed && !fed->empty() && isByBatch(behind.type(value), fed->front()) && widthOf(behind.type(value)) > 0 &&
                std::ranges::count(answers, value) == 0)
                answers.push_back(value);
    return answers;
}

} // namespace

OutputLoss::OutputLoss(Graph& graph, const Dataset& dataset)
    : m_pairing(dataset.task() == Task::Agreement ? pairForInput(graph, dataset) : pairCompletely(graph, dataset)),
      m_answers(graph.outputs.at(0))
{
    if (m_pairing.task != Task::Agreement && !FloatsBehind(graph).standsForItself(m_answers))
        throwUnfit("its output " + graph.value(m_answers).name + " is labels or counts, which have no gradient");
    if (m_pairing.task == Task::Classification) {
        const ScoresValue scores = findScores(graph);
        m_answers = scores.value;
        m_scores = scores.kind;
    } else if (m_pairing.task == Task::Agreement)
        joinOutputs(graph);
}

// [N, all numbers] of what has one row a sample: the outputs, or what decides those that are labels and indices.
void OutputLoss::joinOutputs(Graph& graph)
{
    std::vector<ValueId> answers = answersBySample(graph);
    const InferredTypes types = inferShapes(graph);
    if (answers.empty()) {
        if (isFloatingPoint(types.type(m_answers).dtype)) // one that isn't by sample
            return;
        throwUnfit("none of its outputs has a gradient, or numbers of each sample that decide it");
    }
    m_answers = answers.front();
    if (answers.size() == 1)
        return;
    for (ValueId& answer : answers) {
        m_widths.push_back(widthOf(types.type(answer)));
        const ValueId flat = graph.addComputed("hone_flat");
        graph.addNode(
            {.name = "hone_flat", .opType = "Flatten", .inputs = {answer}, .outputs = {flat}, .attributes = {{"axis", std::int64_t{1}}}});
        answer = flat;
    }
    m_answers = graph.addComputed("hone_joined", {DType::Float32, {}});
    graph.addNode(
        {.name = "hone_joined", .opType = "Concat", .inputs = answers, .outputs = {m_answers}, .attributes = {{"axis", std::int64_t{1}}}});
}

LossAtOutputs OutputLoss::at(const Tensor& answers, const Batch& batch) const
{
    LossAtOutputs result;
    result.gradient = Tensor(DType::Float32, answers.shape());
    const auto given = answers.data<float>();
    const auto gradient = result.gradient.mutableData<float>();
    const bool byRow = !answers.shape().empty() && answers.shape()[0] >= static_cast<std::int64_t>(batch.indices.size());
    const std::size_t rows = byRow ? static_cast<std::size_t>(answers.shape()[0]) : 1;
    const std::size_t width = given.size() / std::max<std::size_t>(1, rows);
    for (std::size_t sample = 0; sample < std::min(rows, batch.indices.size()); ++sample) {
        const Row row{given.subspan(sample * width, width), gradient.subspan(sample * width, width)};
        if (m_pairing.task == Task::Classification) {
            const auto label = static_cast<std::size_t>(batch.labels.at(sample));
            if (label >= width)
                throwTooShort(width, label + 1);
            result.losses.push_back(m_scores == Scores::Logits ? crossEntropyOfLogits(row, label)
                                                               : crossEntropyOfProbabilities(row, label));
        } else if (m_pairing.task == Task::Agreement) {
            double loss = 0;
            std::size_t at = 0;
            for (const std::size_t part : m_widths.empty() ? std::vector<std::size_t>{width} : m_widths) {
                loss += logarithmOfLength({row.answers.subspan(at, part), row.gradient.subspan(at, part)});
                at += part;
            }
            result.losses.push_back(loss);
        } else {
            const auto wanted = sampleOf(m_pairing.task == Task::Regression ? batch.targets : batch.inputs, sample);
            if (wanted.size() > width)
                throwTooShort(width, wanted.size());
            result.losses.push_back(meanSquaredError(row, wanted));
        }
    }
    return result;
}

} // namespace hone
