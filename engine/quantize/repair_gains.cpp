// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/repair_gains.h"

#include "core/error.h"
#include "evaluate/evaluation.h"
#include "onnx_io/onnx_io.h"

#include <algorithm>
#include <array>

namespace hone
{
namespace
{

constexpr std::size_t mostSamples = 512;

// Labels that don't belong to the model, or aren't there, leave its agreement with float.
bool saysNothingOfTheRepair(MessageCode code)
{
    constexpr std::array codes = {MessageCode::ClassCountMismatch,    MessageCode::ClassesUnmapped,       MessageCode::TargetCountMismatch,
                                  MessageCode::OutputUnlikeInput,     MessageCode::ModelInputUnsupported, MessageCode::ModelOutputUnsupported,
                                  MessageCode::LabelsMissing,         MessageCode::DataEmpty,             MessageCode::SplitMissing};
    return std::ranges::find(codes, code) != codes.end();
}

} // namespace

RepairGauge::RepairGauge(const Graph& floating, const Dataset& dataset, int threads) : m_dataset(dataset), m_threads(threads)
{
    writeOnnx(floating, m_scratch.path() / "float.onnx");
    m_gains.split = dataset.size(Split::Validation) > 0 ? Split::Validation : Split::Train;
}

void RepairGauge::add(const std::string& stage, const Graph& quantized, const JobContext& job)
{
    const auto floating = m_scratch.path() / "float.onnx";
    const auto file = m_scratch.path() / "stage.onnx";
    writeOnnx(quantized, file);
    if (m_gains.stages.empty())
        m_gains.floatMetric = metricOf(floating, job);
    const auto evaluation = evaluate(
        file, &m_dataset, {.split = m_gains.split, .limit = mostSamples, .threads = m_threads, .latency = false, .reference = floating}, job);
    if (!evaluation.agreement)
        return;
    m_gains.samples = evaluation.agreement->samples;
    const auto& least = evaluation.agreement->least();
    m_gains.stages.push_back({stage, m_gains.floatMetric ? metricOf(file, job) : std::nullopt, least.snrDb, least.sameTop1});
}

std::optional<double> RepairGauge::metricOf(const std::filesystem::path& model, const JobContext& job)
{
    if (m_dataset.task() == Task::Agreement)
        return std::nullopt;
    try {
        const auto metric = hone::metricOf(
            evaluate(model, &m_dataset, {.split = m_gains.split, .limit = mostSamples, .threads = m_threads, .latency = false}, job));
        if (!metric)
            return std::nullopt;
        m_gains.kind = metric->kind;
        return metric->value;
    } catch (const Error& error) {
        if (!saysNothingOfTheRepair(error.code()))
            throw;
        return std::nullopt;
    }
}

} // namespace hone
