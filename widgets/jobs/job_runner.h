// SPDX-License-Identifier: GPL-3.0-or-later
// Engine work off the window's thread: a queue, one worker, progress and results signalled back.
#pragma once

#include "core/error.h"
#include "core/job_context.h"

#include <QObject>
#include <QPointer>
#include <QString>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace hone::studio
{

using JobId = quint64;

enum class JobState
{
    Queued,
    Running,
    Paused,
    Finished,
    Failed,
    Cancelled
};

// As it is now. Ended jobs stay listed until clearEnded().
struct JobInfo
{
    JobId id = 0;
    QString title; // "Fine-tuning pruned 30 %"
    JobState state = JobState::Queued;
    Progress progress;
    Message error{MessageCode::InternalFault, {}}; // where it failed
    double seconds = 0;                            // that it has run, pauses left out
};

class JobRunner : public QObject
{
    Q_OBJECT
public:
    enum class Mode
    {
        Threaded,
        Inline // enqueue() returns when the job has ended; for tests
    };
    // Runs on the window's thread after the work; what the work found is inside.
    using Delivery = std::function<void()>;
    struct Job
    {
        QString title;
        std::function<Delivery(const JobContext&)> work; // on the worker; throws hone::Error, Cancelled
        // On the window's thread where it failed; true: dealt with, failed() is not told as unhandled.
        std::function<bool(const Message&)> failed = {};
        std::function<void()> cancelled = {};
        std::function<void(const Progress&)> progressed = {}; // every progress that carries metrics, and some of the others
    };

    explicit JobRunner(Mode mode = Mode::Threaded, QObject* parent = nullptr);
    // shutDown().
    ~JobRunner() override;

    JobId enqueue(Job job);
    // The usual case: work gives a value, done takes it. Nothing is called once `receiver` is gone.
    template<class Work, class Done>
    JobId run(const QString& title, QObject* receiver, Work work, Done done, std::function<bool(const Message&)> failed = {})
    {
        QPointer<QObject> guard(receiver);
        Job job;
        job.title = title;
        job.work = [work = std::move(work), done = std::move(done), guard](const JobContext& context) -> Delivery {
            using Result = std::invoke_result_t<Work, const JobContext&>;
            if constexpr (std::is_void_v<Result>) {
                work(context);
                return [done, guard] {
                    if (guard)
                        done();
                };
            } else {
                auto result = std::make_shared<Result>(work(context));
                return [done, guard, result] {
                    if (guard)
                        done(std::move(*result));
                };
            }
        };
        if (failed)
            job.failed = [failed = std::move(failed), guard](const Message& message) { return guard && failed(message); };
        return enqueue(std::move(job));
    }

    // Waiting jobs go at once; a running one at its next check.
    void cancel(JobId id);
    void cancelAll();
    // Holds the running job at its next report of progress.
    void setPaused(bool paused);
    bool isPaused() const;

    const std::vector<JobInfo>& jobs() const { return m_jobs; }
    const JobInfo* find(JobId id) const;
    const JobInfo* running() const;
    int queued() const;
    bool idle() const { return !running() && queued() == 0; }
    void clearEnded();
    // Stops what runs and waits for its thread; nothing is delivered any more. For when what the work refers to goes.
    void shutDown();

signals:
    void changed(quint64 id); // state or progress
    void listChanged();       // one was added or went
    void finished(quint64 id);
    void failed(quint64 id, const hone::Message& error, bool handled);
    void cancelled(quint64 id);
    void becameIdle();

private:
    struct Worker;

    JobInfo* edit(JobId id);
    void startNext();
    void work(JobId id);
    void drainProgress(JobId id);
    struct Outcome;
    void end(JobId id, const Outcome& outcome);

    Mode m_mode;
    std::vector<JobInfo> m_jobs;
    std::vector<std::pair<JobId, Job>> m_waiting;
    std::unique_ptr<Worker> m_worker;
    JobId m_lastId = 0;
    JobId m_runningId = 0;
};

} // namespace hone::studio
