// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/profile.h"

#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "runtime/latency.h"
#include "runtime/session.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>

namespace hone
{
namespace
{

using Clock = std::chrono::steady_clock;

constexpr int fewestRuns = 7;
constexpr double droppedFraction = 0.5; // ONNX Runtime cuts times to whole microseconds, which takes half of one away in the mean

struct Running
{
    Session session;
    std::vector<Tensor> inputs;
    std::vector<double> timesMs;
};

// Runs all of them in turn until there are enough runs, or time is up; how many there were besides those to warm up.
void runInTurns(std::vector<Running>& models, const ProfileOptions& options, double seconds, const JobContext& job)
{
    const auto start = Clock::now();
    const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
    for (int i = -options.warmUpRuns; i < options.runs; ++i) {
        if (i >= fewestRuns && elapsed() > seconds)
            break;
        job.checkStop();
        job.report({Activity::MeasuringLatency, std::max(0.0, static_cast<double>(i) / options.runs), {}, 0, 0, {}});
        for (auto& model : models) {
            const auto before = Clock::now();
            model.session.run(model.inputs);
            if (i >= 0)
                model.timesMs.push_back(std::chrono::duration<double, std::milli>(Clock::now() - before).count());
        }
    }
}

std::vector<Running> opened(const std::vector<ModelToProfile>& models, const SessionOptions& options, const JobContext& job)
{
    std::vector<Running> running;
    for (std::size_t i = 0; i < models.size(); ++i) {
        SessionOptions own = options;
        if (!own.profilePrefix.empty())
            own.profilePrefix += "_" + std::to_string(i);
        auto session = Session::fromBytes(models[i].bytes, own, models[i].name);
        auto inputs = latencyInputs(session, job);
        running.push_back({std::move(session), std::move(inputs), {}});
    }
    return running;
}

// The mean of the middle half: as robust as the median here, and finer than the whole microseconds that the profile has.
double middleMean(std::vector<double>& values)
{
    std::ranges::sort(values);
    const auto quarter = static_cast<std::ptrdiff_t>(values.size() / 4);
    const auto begin = values.begin() + quarter;
    const auto end = values.end() - quarter;
    return std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
}

} // namespace

std::vector<NodeTime> readProfile(const std::string& json, std::size_t skippedRuns)
{
    const auto events = Json::parse(json, nullptr, false);
    if (!events.is_array())
        throw Error(MessageCode::RuntimeRefused, {{"path", "its profile"}, {"detail", "it is no list of events"}});
    constexpr std::string_view ending = "_kernel_time";
    std::vector<NodeTime> nodes;
    std::vector<std::vector<double>> times;
    std::map<std::string, std::size_t> places;
    for (const auto& event : events) {
        const auto name = event.value("name", std::string());
        if (event.value("cat", std::string()) != "Node" || !name.ends_with(ending) || !event.contains("args"))
            continue;
        const auto node = name.substr(0, name.size() - ending.size());
        const auto [place, isNew] = places.emplace(node, nodes.size());
        if (isNew) {
            nodes.push_back({node, event["args"].value("op_name", std::string()), 0});
            times.emplace_back();
        }
        times[place->second].push_back(event.value("dur", 0.0));
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        auto& own = times[i];
        own.erase(own.begin(), own.begin() + static_cast<std::ptrdiff_t>(std::min(skippedRuns, own.size() - 1)));
        nodes[i].microseconds = middleMean(own) + droppedFraction;
    }
    return nodes;
}

std::vector<TurnLatency> latenciesInTurns(const std::vector<ModelToProfile>& models, const ProfileOptions& options, const JobContext& job)
{
    auto running = opened(models, {.threads = options.threads}, job);
    runInTurns(running, options, options.atMostSeconds, job);
    std::vector<TurnLatency> latencies;
    for (auto& model : running) {
        constexpr std::size_t tenths = 10;
        std::ranges::sort(model.timesMs);
        latencies.push_back({model.timesMs[(model.timesMs.size() - 1) / tenths], summarizeLatency(model.timesMs).p50Ms});
    }
    return latencies;
}

std::vector<ModelProfile> profileInTurns(const std::vector<ModelToProfile>& models, const ProfileOptions& options, const JobContext& job)
{
    auto half = options;
    half.atMostSeconds = options.atMostSeconds / 2;
    const auto latencies = latenciesInTurns(models, half, job.part(0, 0.5));
    const TemporaryFolder folder;
    auto running = opened(models, {.threads = options.threads, .profilePrefix = folder.path() / "profile"}, job);
    runInTurns(running, options, half.atMostSeconds, job.part(0.5, 1));
    std::vector<ModelProfile> profiles;
    for (std::size_t i = 0; i < running.size(); ++i)
        profiles.push_back({readProfile(readFile(running[i].session.endProfiling()),
                                        static_cast<std::size_t>(options.warmUpRuns) + 1), // and the inputs' first
                            latencies[i]});
    return profiles;
}

} // namespace hone
