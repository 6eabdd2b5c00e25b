// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/job_runner.h"

#include <QElapsedTimer>
#include <QMetaObject>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace hone::studio
{

namespace
{

constexpr int progressEveryMs = 50;

bool hasEnded(JobState state)
{
    return state == JobState::Finished || state == JobState::Failed || state == JobState::Cancelled;
}

} // namespace

struct JobRunner::Outcome
{
    JobState state = JobState::Finished;
    Delivery delivery;
    Message error{MessageCode::InternalFault, {}};
};

// What the worker thread and the window's thread share of the running job.
struct JobRunner::Worker
{
    Job job;
    std::stop_source stop;
    std::thread thread;

    std::mutex mutex;
    std::condition_variable_any resumed;
    bool paused = false;
    bool posted = false; // a drain is on its way to the window
    std::vector<Progress> pending;

    QElapsedTimer clock;
    double pausedMs = 0;
    QElapsedTimer pauseClock;

    double seconds() const
    {
        double ms = static_cast<double>(clock.elapsed()) - pausedMs;
        if (pauseClock.isValid())
            ms -= static_cast<double>(pauseClock.elapsed());
        return ms / 1e3;
    }
};

JobRunner::JobRunner(Mode mode, QObject* parent) : QObject(parent), m_mode(mode) {}

JobRunner::~JobRunner()
{
    shutDown();
}

void JobRunner::shutDown()
{
    m_waiting.clear();
    if (!m_worker)
        return;
    m_worker->stop.request_stop();
    if (m_worker->thread.joinable())
        m_worker->thread.join();
    m_worker.reset();
    m_runningId = 0;
}

JobId JobRunner::enqueue(Job job)
{
    JobInfo info;
    info.id = ++m_lastId;
    info.title = job.title;
    m_jobs.push_back(info);
    m_waiting.emplace_back(info.id, std::move(job));
    emit listChanged();
    startNext();
    return info.id;
}

void JobRunner::startNext()
{
    if (m_runningId != 0 || m_waiting.empty())
        return;
    auto [id, job] = std::move(m_waiting.front());
    m_waiting.erase(m_waiting.begin());
    m_runningId = id;
    m_worker = std::make_unique<Worker>();
    m_worker->job = std::move(job);
    m_worker->clock.start();
    edit(id)->state = JobState::Running;
    emit changed(id);
    if (m_mode == Mode::Inline)
        work(id);
    else
        m_worker->thread = std::thread([this, id = id] { work(id); });
}

// On the worker's thread.
void JobRunner::work(JobId id)
{
    Worker& worker = *m_worker;
    QElapsedTimer sincePost;
    const auto sink = [this, id, &worker, &sincePost](const Progress& progress) {
        std::unique_lock lock(worker.mutex);
        worker.resumed.wait(lock, worker.stop.get_token(), [&worker] { return !worker.paused; });
        // Only the latest of those without numbers to plot is worth telling.
        if (!worker.pending.empty() && worker.pending.back().metrics.empty())
            worker.pending.pop_back();
        worker.pending.push_back(progress);
        const bool due = !sincePost.isValid() || sincePost.elapsed() >= progressEveryMs || !progress.metrics.empty();
        if (worker.posted || !due)
            return;
        sincePost.start();
        worker.posted = true;
        lock.unlock();
        QMetaObject::invokeMethod(
            this, [this, id] { drainProgress(id); }, Qt::AutoConnection);
    };

    Outcome outcome;
    try {
        const JobContext context(worker.stop.get_token(), sink);
        outcome.delivery = worker.job.work(context);
    } catch (const Cancelled&) {
        outcome.state = JobState::Cancelled;
    } catch (const Error& error) {
        outcome.state = JobState::Failed;
        outcome.error = error.message();
    } catch (const std::exception& error) {
        outcome.state = JobState::Failed;
        outcome.error = {MessageCode::InternalFault, {{"detail", error.what()}}};
    }
    QMetaObject::invokeMethod(
        this, [this, id, outcome] { end(id, outcome); }, Qt::AutoConnection);
}

void JobRunner::drainProgress(JobId id)
{
    if (!m_worker || id != m_runningId)
        return;
    std::vector<Progress> pending;
    {
        std::lock_guard lock(m_worker->mutex);
        pending.swap(m_worker->pending);
        m_worker->posted = false;
    }
    if (pending.empty())
        return;
    const auto progressed = m_worker->job.progressed;
    JobInfo* info = edit(id);
    info->progress = pending.back();
    info->seconds = m_worker->seconds();
    if (progressed)
        for (const Progress& progress : pending)
            progressed(progress);
    emit changed(id);
}

void JobRunner::end(JobId id, const Outcome& outcome)
{
    if (!m_worker || id != m_runningId)
        return; // shut down meanwhile
    drainProgress(id);
    if (m_worker->thread.joinable())
        m_worker->thread.join();
    const std::unique_ptr<Worker> worker = std::move(m_worker);
    m_runningId = 0;
    JobInfo* info = edit(id);
    info->state = outcome.state;
    info->seconds = worker->seconds();
    info->error = outcome.error;
    switch (outcome.state) {
    case JobState::Failed: {
        const bool handled = worker->job.failed && worker->job.failed(outcome.error);
        emit failed(id, outcome.error, handled);
        break;
    }
    case JobState::Cancelled:
        if (worker->job.cancelled)
            worker->job.cancelled();
        emit cancelled(id);
        break;
    default:
        if (outcome.delivery)
            outcome.delivery();
        emit finished(id);
        break;
    }
    emit changed(id);
    startNext();
    if (idle())
        emit becameIdle();
}

void JobRunner::cancel(JobId id)
{
    if (id == m_runningId && m_worker) {
        m_worker->stop.request_stop();
        return;
    }
    const auto waiting = std::find_if(m_waiting.begin(), m_waiting.end(), [id](const auto& job) { return job.first == id; });
    if (waiting == m_waiting.end())
        return;
    const auto told = waiting->second.cancelled;
    m_waiting.erase(waiting);
    edit(id)->state = JobState::Cancelled;
    if (told)
        told();
    emit cancelled(id);
    emit changed(id);
}

void JobRunner::cancelAll()
{
    while (!m_waiting.empty())
        cancel(m_waiting.back().first);
    if (m_runningId != 0)
        cancel(m_runningId);
}

void JobRunner::setPaused(bool paused)
{
    if (!m_worker || paused == isPaused())
        return;
    {
        std::lock_guard lock(m_worker->mutex);
        m_worker->paused = paused;
    }
    m_worker->resumed.notify_all();
    if (paused) {
        m_worker->pauseClock.start();
    } else {
        m_worker->pausedMs += static_cast<double>(m_worker->pauseClock.elapsed());
        m_worker->pauseClock.invalidate();
    }
    edit(m_runningId)->state = paused ? JobState::Paused : JobState::Running;
    emit changed(m_runningId);
}

bool JobRunner::isPaused() const
{
    const JobInfo* info = running();
    return info && info->state == JobState::Paused;
}

const JobInfo* JobRunner::find(JobId id) const
{
    const auto found = std::find_if(m_jobs.begin(), m_jobs.end(), [id](const JobInfo& job) { return job.id == id; });
    return found == m_jobs.end() ? nullptr : &*found;
}

JobInfo* JobRunner::edit(JobId id)
{
    return const_cast<JobInfo*>(std::as_const(*this).find(id));
}

const JobInfo* JobRunner::running() const
{
    return m_runningId == 0 ? nullptr : find(m_runningId);
}

int JobRunner::queued() const
{
    return static_cast<int>(m_waiting.size());
}

void JobRunner::clearEnded()
{
    std::erase_if(m_jobs, [](const JobInfo& job) { return hasEnded(job.state); });
    emit listChanged();
}

} // namespace hone::studio
