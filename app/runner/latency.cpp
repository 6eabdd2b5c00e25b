// SPDX-License-Identifier: GPL-3.0-or-later
#include "arguments.h"
#include "deploy/bundle.h"
#include "deploy/smoke_input.h"
#include "runner_model.h"
#include "verbs.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>

namespace hone::runner
{
namespace
{

constexpr int fewestRuns = 5;
constexpr int warmUpRuns = 10;

// Nearest rank: the smallest value that at least this share is no larger than.
double percentile(const std::vector<double>& sorted, double share)
{
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
    return sorted[std::max<std::size_t>(rank, 1) - 1];
}

class Stopwatch
{
public:
    double ms() const { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - m_begin).count(); }

private:
    std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

} // namespace

void latency(const Words& words)
{
    const auto arguments = Arguments::parse(words, {"--runs", "--threads", "--model", "--seconds"}, {});
    const int runs = arguments.number("--runs", 100, fewestRuns, 1'000'000);
    const int threads = arguments.number("--threads", 1, 1, 256);
    const double mostMs = arguments.number("--seconds", 5, 1, 3600) * 1000.0;
    Model model(arguments.text("--model", besideProgram(bundlefile::model)), threads);
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < model.inputs().size(); ++i)
        inputs.push_back(smokeInput(i, model.inputs()[i].dtype, model.inputs()[i].shape, std::nullopt));
    const Stopwatch all;
    for (int run = 0; run < warmUpRuns && (run == 0 || all.ms() < mostMs / 5); ++run)
        model.run(inputs);
    std::vector<double> times;
    for (int run = 0; run < runs && (run < fewestRuns || all.ms() < mostMs); ++run) {
        const Stopwatch one;
        model.run(inputs);
        times.push_back(one.ms());
    }
    std::sort(times.begin(), times.end());
    const Json json{{"p50Ms", percentile(times, 0.50)},
                    {"p95Ms", percentile(times, 0.95)},
                    {"runs", times.size()},
                    {"threads", threads},
                    {"runtime", Model::runtimeVersion()}};
    std::cout << json.dump() << "\n";
}

} // namespace hone::runner
