// SPDX-License-Identifier: GPL-3.0-or-later
// Latency at batch 1, here or, through the same interface, on a device.
#pragma once

#include "core/job_context.h"
#include "core/tensor.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace hone
{

class Session;

struct Latency
{
    double p50Ms = 0;
    double p95Ms = 0;
    int runs = 0;
};

// ONNX Runtime's convolutions work on channels in blocks of as many floats as a vector register holds (NCHWc on x64), and so do the
// columns of its matrix products: what doesn't fill the last block is computed on zeros. 16 with AVX-512, else 8.
constexpr std::int64_t channelBlock(bool hasAvx512)
{
    return hasAvx512 ? 16 : 8;
}

class LatencyMeter
{
public:
    virtual ~LatencyMeter() = default;
    virtual Latency measure(const std::filesystem::path& model, const JobContext& job) = 0;
    // Of the machine that measured last; before the first measurement, this one's.
    virtual std::int64_t channelBlock() const;
};

struct LatencyOptions
{
    int threads = 1;
    int warmUpRuns = 10;
    int runs = 100;
    double atMostSeconds = 5; // fewer runs where a model is slow, never under 5
};

// On this machine in ONNX Runtime, inputs of a fixed seed, free extents 1.
class LocalLatencyMeter : public LatencyMeter
{
public:
    explicit LocalLatencyMeter(LatencyOptions options = {}) : m_options(options) {}
    Latency measure(const std::filesystem::path& model, const JobContext& job) override;

private:
    LatencyOptions m_options;
};

// The inputs of a fixed seed that latencies are measured with: one sample, free extents 1; where the model doesn't run on pictures or
// sounds that small, the first size that it takes. Throws Error(RuntimeRefused).
std::vector<Tensor> latencyInputs(Session& session, const JobContext& job);

// Measured as often as it takes to know on which side of `boundMs` most of five p50s are: three times where they agree. Gives their
// median, which is on that side; at the bound counts as below.
Latency settledLatency(LatencyMeter& meter, const std::filesystem::path& model, double boundMs, const JobContext& job);

// Nearest-rank percentiles of times in ms; the input need not be sorted.
Latency summarizeLatency(std::vector<double> timesMs);

} // namespace hone
