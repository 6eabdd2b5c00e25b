// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/latency.h"

#include "core/error.h"
#include "core/random.h"
#include "runtime/made_up_inputs.h"
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
Tensor madeUpInput(const Port& port, const Dimensions& shape, std::uint64_t stream)
{
    Tensor tensor(port.dtype, shape);
    if (port.dtype != DType::Float32)
        return tensor;
    Random random(0, stream);
    for (auto& value : tensor.mutableData<float>())
        value = static_cast<float>(random.uniform());
    return tensor;
}

std::vector<Tensor> madeUpInputs(const std::vector<Port>& ports, const std::vector<Dimensions>& shapes)
{
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < ports.size(); ++i)
        inputs.push_back(madeUpInput(ports[i], shapes[i], i));
    return inputs;
}

bool hasFreeExtent(const std::vector<Port>& ports)
{
    return std::ranges::any_of(
        ports, [](const Port& port) { return std::ranges::any_of(port.shape, [](const Dim& dim) { return !dim.isFixed(); }); });
}

// The smallest value that at least `share` of the sorted values don't exceed.
double nearestRank(const std::vector<double>& sorted, double share)
{
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

} // namespace

std::int64_t LatencyMeter::channelBlock() const
{
#if defined(__x86_64__)
    return hone::channelBlock(__builtin_cpu_supports("avx512f") != 0);
#else
    return hone::channelBlock(false);
#endif
}

std::vector<Tensor> latencyInputs(Session& session, const JobContext& job)
{
    const auto& ports = session.inputs();
    std::vector<Dimensions> ones;
    for (const auto& port : ports)
        ones.push_back(withFreeAs(port.shape, 1));
    auto inputs = madeUpInputs(ports, ones);
    try {
        session.run(inputs);
        return inputs;
    } catch (const Error&) {
        if (!hasFreeExtent(ports))
            throw;
        auto tries = shapesToTry(ports);
        std::ranges::stable_partition(tries, [](const auto& shapes) { return !shapes[0].empty() && shapes[0][0] == 1; });
        for (const auto& shapes : tries) {
            job.checkStop();
            try {
                auto larger = madeUpInputs(ports, shapes);
                session.run(larger);
                return larger;
            } catch (const Error&) { // the first one says why
            }
        }
        throw;
    }
}

Latency summarizeLatency(std::vector<double> timesMs)
{
    if (timesMs.empty())
        return {};
    std::sort(timesMs.begin(), timesMs.end());
    return {nearestRank(timesMs, 0.5), nearestRank(timesMs, 0.95), static_cast<int>(timesMs.size())};
}

Latency settledLatency(LatencyMeter& meter, const std::filesystem::path& model, double boundMs, const JobContext& job)
{
    constexpr std::ptrdiff_t most = 3; // of five
    std::vector<Latency> all;
    const auto below = [&] { return std::ranges::count_if(all, [&](const Latency& latency) { return latency.p50Ms <= boundMs; }); };
    while (below() < most && std::ssize(all) - below() < most) {
        job.checkStop();
        all.push_back(meter.measure(model, job));
    }
    const auto median = all.begin() + std::ssize(all) / 2;
    std::ranges::nth_element(all, median, {}, &Latency::p50Ms);
    return *median;
}

Latency LocalLatencyMeter::measure(const std::filesystem::path& model, const JobContext& job)
{
    using Clock = std::chrono::steady_clock;
    Session session(model, {.threads = m_options.threads, .optimization = Optimization::All, .profilePrefix = {}});
    const auto inputs = latencyInputs(session, job);

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
