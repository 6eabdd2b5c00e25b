// SPDX-License-Identifier: GPL-3.0-or-later
// What every long call takes: a way to stop it, and a place for its progress.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace hone
{

// What is being done, in terms that a front end can translate.
enum class Activity
{
    Reading,
    DrawingSample,
    Training,
    Evaluating,
    MeasuringLatency,
    Pruning,
    Calibrating,
    Quantizing,
    Tidying,
    Checking,
    Writing,
    Connecting,
    Uploading,
    Verifying,
    RunningOnDevice
};

struct Metric
{
    std::string name; // "trainLoss", "validationTop1", "learningRate", "samplesPerSecond"
    double value = 0;
};

struct Progress
{
    Activity activity = Activity::Reading;
    double fraction = 0; // of the whole call, 0 to 1
    std::string detail;  // a file, layer or build name; not translated
    int step = 0;        // for example the epoch, from 1; 0 where there are no steps
    int steps = 0;
    std::vector<Metric> metrics; // numbers worth plotting; only in the progress that ends a step
};

// Thrown when a stop was asked for. Not an Error: stopping is what the user wanted.
struct Cancelled
{};

class JobContext
{
public:
    using ProgressSink = std::function<void(const Progress&)>; // called on the thread that does the work

    JobContext() = default;
    explicit JobContext(std::stop_token stop, ProgressSink sink = {}) : m_stop(std::move(stop)), m_sink(std::move(sink)) {}

    const std::stop_token& stopToken() const { return m_stop; }
    bool stopRequested() const { return m_stop.stop_requested(); }
    // Call once per batch, node or chunk.
    void checkStop() const
    {
        if (stopRequested())
            throw Cancelled{};
    }
    void report(const Progress& progress) const
    {
        if (m_sink)
            m_sink(progress);
    }
    // A context whose 0..1 is the part [from, to] of this one's.
    JobContext part(double from, double to) const;

private:
    std::stop_token m_stop;
    ProgressSink m_sink;
};

} // namespace hone
