// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/latency.h"

#include "core/random.h"
#include "runtime/session.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hone
{
namespace
{

constexpr int fewestRuns = 5;

// Uniform in [0, 1) where the type has fractions. Whole numbers are 0, which is valid as an index, too.
Tensor madeUpInput(const Port& port, std::uint64_t stream)
{
    Tensor tensor(port.dtype, withFreeAs(port.shape, 1));
    if (port.dtype != DType::Float32)
        return tensor;
    Random random(0, stream);
    for (auto& value : tensor.mutableData<float>())
        value = static_cast<float>(random.uniform());
    return tensor;
}

// The smallest value that at least `share` of the sorted values don't exceed.
double nearestRank(const std::vector<double>& sorted, double share)
{
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

} // namespace

Latency summarizeLatency(std::vector<double> timesMs)
{
    if (timesMs.empty())
        return {};
    std::sort(timesMs.begin(), timesMs.end());
    return {nearestRank(timesMs, 0.5), nearestRank(timesMs, 0.95), static_cast<int>(timesMs.size())};
}

Latency LocalLatencyMeter::measure(const std::filesystem::path& model, const JobContext& job)
{
    using Clock = std::chrono::steady_clock;
    Session session(model, {.threads = m_options.threads, .optimization = Optimization::All, .profilePrefix = {}});
    std::vector<Tensor> inputs;
    for (const auto& port : session.inputs())
        inputs.push_back(madeUpInput(port, inputs.size()));

    const auto start = Clock::now();
    const auto secondsSinceStart = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    for (int i = 0; i < m_options.warmUpRuns && (i == 0 || secondsSinceStart() < m_options.atMostSeconds / 2); ++i) {
        job.checkStop();
        session.run(inputs);
    }
    std::vector<double> timesMs;
    for (int i = 0; i < m_options.runs && (i < fewestRuns || secondsSinceStart() < m_options.atMostSeconds); ++i) {
        job.checkStop();
        job.report({Activity::MeasuringLatency, static_cast<double>(i) / m_options.runs, model.filename().string(), 0, 0, {}});
        const auto before = Clock::now();
        session.run(inputs);
        timesMs.push_back(std::chrono::duration<double, std::milli>(Clock::now() - before).count());
    }
    return summarizeLatency(std::move(timesMs));
}

} // namespace hone
