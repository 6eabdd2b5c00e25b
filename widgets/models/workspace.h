// SPDX-License-Identifier: GPL-3.0-or-later
// The opened project as the pages share it: the latest snapshot, the selected build, what is being made, and every change to the
// project, each run as a job. Lives on the window's thread and never blocks it.
#pragma once

#include "graphview/model_facts.h"
#include "jobs/job_runner.h"
#include "models/snapshot.h"

#include <QFileSystemWatcher>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <functional>
#include <map>

namespace hone::studio
{

// A build that a job will make.
struct PendingBuild
{
    JobId job = 0;
    QString parent; // build id; empty: a root
    QString label;
    std::filesystem::path project;
};

// A fine-tuning that runs now, by the epochs that have ended.
struct LiveTraining
{
    JobId job = 0;
    QString label;
    int plannedEpochs = 0;
    std::vector<EpochResult> epochs;
};

enum class AfterImport
{
    Nothing,
    Tidy // a second build, from the first
};

class Workspace : public QObject
{
    Q_OBJECT
public:
    // steps: one at a time, shown to the user. reads: short ones behind the scenes.
    Workspace(JobRunner& steps, JobRunner& reads, QObject* parent = nullptr);

    void open(const std::filesystem::path& folder);
    // model: imported as the first build; data: the project's. Either may be empty.
    struct NewProject
    {
        std::filesystem::path folder;
        QString name;
        std::filesystem::path model;
        std::filesystem::path data;
    };
    void create(const NewProject& project);
    void close();
    bool isOpen() const { return m_snapshot != nullptr; }
    const SnapshotPtr& snapshot() const { return m_snapshot; }
    // The folder that is open or being opened.
    const std::filesystem::path& folder() const { return m_folder; }

    const QString& selectedId() const { return m_selected; }
    const Build* selected() const;
    void select(const QString& buildId);

    // What measures on devices; outlives the jobs.
    void setLatencyMeters(LatencyMeters meters) { m_latencyMeters = std::move(meters); }

    // Changes, each a job.
    JobId runStep(const QString& parent, const StepParameters& parameters, const QString& label);
    // Builds that the new data can tell something about are measured on them.
    void setDataset(const std::filesystem::path& folder);
    void setDevices(const std::vector<DeviceReference>& devices);
    void remove(const QString& buildId);
    void undoRemove();
    // A file becomes a build; one job, whatever is done with it besides.
    JobId importModel(const std::filesystem::path& file, AfterImport after = AfterImport::Nothing);
    // A change that is neither: runs with the store opened anew, then the snapshot is read again.
    JobId change(const QString& title, std::function<void(ProjectStore&, const JobContext&)> work);

    // Reads a build's model (kept for the next caller) and hands it to done, unless receiver is gone by then.
    void readModel(const Build& build, QObject* receiver, std::function<void(ModelFactsPtr)> done);

    const std::vector<PendingBuild>& pending() const { return m_pending; }
    const std::optional<LiveTraining>& training() const { return m_training; }
    bool isNew(const QString& buildId) const { return m_new.contains(buildId); }

    JobRunner& steps() { return m_steps; }
    JobRunner& reads() { return m_reads; }

signals:
    void opened(); // another project
    void closed();
    void openFailed(const QString& folder);
    void snapshotChanged();  // also right after opened()
    void selectionChanged(); // also when the selected build's contents came anew
    void pendingChanged();
    void newChanged();
    void trainingChanged();             // began, ended, or gained epochs
    void removed(const QString& label); // undoRemove() brings it back

private:
    // Shown as a build to come below `parent`.
    JobId enqueue(JobRunner::Job job, const QString& parent);
    void reload();
    void measureBuilds();
    void take(SnapshotPtr snapshot);
    void watch();
    void forgetPending(JobId job);
    void follow(const QString& label, int plannedEpochs, const Progress& progress);

    JobRunner& m_steps;
    JobRunner& m_reads;
    std::filesystem::path m_folder;
    SnapshotPtr m_snapshot;
    LatencyMeters m_latencyMeters;
    QString m_selected;
    std::vector<PendingBuild> m_pending;
    std::optional<LiveTraining> m_training;
    QSet<QString> m_new;
    std::map<std::string, ModelFactsPtr> m_models; // by the file's hash
    QFileSystemWatcher m_watcher;
    QTimer m_reloadSoon;
};

} // namespace hone::studio
