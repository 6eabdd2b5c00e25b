// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/workspace.h"

#include "models/build_text.h"
#include "onnx_io/onnx_io.h"

#include <QFileInfo>

#include <algorithm>

namespace hone::studio
{

namespace
{

constexpr int reloadAfterMs = 150;
constexpr std::size_t modelsKept = 8;

std::optional<Dataset> datasetFor(const ProjectStore& store, const StepParameters& parameters)
{
    if (!store.dataset())
        return std::nullopt;
    if (!needsData(parameters) && !std::filesystem::exists(*store.dataset()))
        return std::nullopt;
    return Dataset::open(*store.dataset());
}

int plannedEpochs(const StepParameters& parameters)
{
    if (const auto* finetune = std::get_if<FinetuneParameters>(&parameters))
        return finetune->train.epochs;
    if (const auto* prune = std::get_if<PruneParameters>(&parameters))
        return prune->finetune.epochs;
    if (const auto* distill = std::get_if<DistillParameters>(&parameters))
        return distill->train.epochs;
    if (const auto* sparsify = std::get_if<SparsifyParameters>(&parameters))
        return sparsify->recovery.finetune.epochs;
    if (const auto* factorize = std::get_if<FactorizeParameters>(&parameters))
        return factorize->recovery.finetune.epochs;
    if (const auto* qat = std::get_if<QatParameters>(&parameters))
        return qat->qat.train.epochs;
    return 0;
}

} // namespace

Workspace::Workspace(JobRunner& steps, JobRunner& reads, QObject* parent) : QObject(parent), m_steps(steps), m_reads(reads)
{
    m_reloadSoon.setSingleShot(true);
    m_reloadSoon.setInterval(reloadAfterMs);
    connect(&m_reloadSoon, &QTimer::timeout, this, &Workspace::reload);
    const auto soon = [this] { m_reloadSoon.start(); };
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, soon);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, soon);
    for (const auto ended : {&JobRunner::finished, &JobRunner::cancelled})
        connect(&m_steps, ended, this, &Workspace::forgetPending);
    connect(&m_steps, &JobRunner::failed, this, [this](quint64 id) { forgetPending(id); });
}

void Workspace::open(const std::filesystem::path& folder)
{
    m_folder = folder;
    m_reads.run(
        tr("Opening %1").arg(pathText(folder)), this, [folder](const JobContext&) { return readSnapshot(folder); },
        [this, folder](SnapshotPtr snapshot) {
            if (folder != m_folder)
                return;
            m_snapshot.reset();
            m_selected.clear();
            m_new.clear();
            m_models.clear();
            take(std::move(snapshot));
        },
        [this, folder](const Message&) {
            m_folder = m_snapshot ? m_snapshot->folder : std::filesystem::path();
            emit openFailed(pathText(folder));
            return false;
        });
}

void Workspace::create(const NewProject& project)
{
    m_reads.run(
        tr("Making the project %1").arg(project.name), this,
        [project](const JobContext&) {
            ProjectStore store = ProjectStore::create(project.folder, project.name.toStdString());
            if (!project.data.empty())
                store.setDataset(project.data);
        },
        [this, project] {
            open(project.folder);
            if (!project.model.empty())
                importModel(project.model);
        });
}

void Workspace::close()
{
    m_folder.clear();
    m_snapshot.reset();
    m_selected.clear();
    if (!m_watcher.files().isEmpty())
        m_watcher.removePaths(m_watcher.files());
    if (!m_watcher.directories().isEmpty())
        m_watcher.removePaths(m_watcher.directories());
    emit closed();
    emit selectionChanged();
}

void Workspace::reload()
{
    if (m_folder.empty())
        return;
    m_reads.run(
        tr("Reading the project"), this, [folder = m_folder](const JobContext&) { return readSnapshot(folder); },
        [this](SnapshotPtr snapshot) {
            if (m_snapshot && snapshot->folder == m_snapshot->folder)
                take(std::move(snapshot));
        });
}

void Workspace::take(SnapshotPtr snapshot)
{
    const SnapshotPtr before = std::exchange(m_snapshot, std::move(snapshot));
    m_folder = m_snapshot->folder;
    if (before)
        for (const Build& build : m_snapshot->builds)
            if (!before->find(text(build.id)))
                m_new.insert(text(build.id));
    if (!m_snapshot->find(m_selected))
        m_selected = m_snapshot->builds.empty() ? QString() : text(m_snapshot->builds.front().id);
    watch();
    if (!before)
        emit opened();
    emit snapshotChanged();
    emit selectionChanged();
}

void Workspace::watch()
{
    const QString folder = pathText(m_folder);
    QStringList paths = {folder, folder + QStringLiteral("/builds"), folder + QStringLiteral("/project.json")};
    paths.removeIf([this](const QString& path) {
        return !QFileInfo::exists(path) || m_watcher.files().contains(path) || m_watcher.directories().contains(path);
    });
    if (!paths.isEmpty())
        m_watcher.addPaths(paths);
}

const Build* Workspace::selected() const
{
    return m_snapshot ? m_snapshot->find(m_selected) : nullptr;
}

void Workspace::select(const QString& buildId)
{
    if (m_new.remove(buildId))
        emit newChanged();
    if (buildId == m_selected || !m_snapshot || !m_snapshot->find(buildId))
        return;
    m_selected = buildId;
    emit selectionChanged();
}

JobId Workspace::change(const QString& title, std::function<void(ProjectStore&, const JobContext&)> work)
{
    return m_reads.run(
        title, this,
        [folder = m_folder, work = std::move(work)](const JobContext& job) {
            ProjectStore store = ProjectStore::open(folder);
            work(store, job);
        },
        [this] { reload(); });
}

JobId Workspace::runStep(const QString& parent, const StepParameters& parameters, const QString& label)
{
    JobRunner::Job job;
    job.title = label;
    job.work = [this, folder = m_folder, parent = parent.toStdString(), parameters, meters = m_latencyMeters](const JobContext& context) {
        ProjectStore store = ProjectStore::open(folder);
        store.setLatencyMeters(meters);
        const std::optional<Dataset> dataset = datasetFor(store, parameters);
        store.run(parent, parameters, dataset ? &*dataset : nullptr, context);
        return [this] { reload(); };
    };
    job.progressed = [this, label, planned = plannedEpochs(parameters)](const Progress& progress) {
        if (planned > 0)
            follow(label, planned, progress);
    };
    return enqueue(std::move(job), parent);
}

JobId Workspace::enqueue(JobRunner::Job job, const QString& parent)
{
    const QString label = job.title;
    const JobId id = m_steps.enqueue(std::move(job));
    // Inline runs have ended by now.
    if (const JobInfo* info = m_steps.find(id); info && (info->state == JobState::Queued || info->state == JobState::Running)) {
        m_pending.push_back({id, parent, label, m_folder});
        emit pendingChanged();
    }
    return id;
}

JobId Workspace::importModel(const std::filesystem::path& file, AfterImport after)
{
    const ImportParameters import{file};
    if (after == AfterImport::Nothing)
        return runStep({}, import, stepTitle(import, {}));
    JobRunner::Job job;
    job.title = stepTitle(import, {});
    job.work = [this, folder = m_folder, import](const JobContext& context) {
        ProjectStore store = ProjectStore::open(folder);
        const std::optional<Dataset> dataset = datasetFor(store, import);
        const Build imported = store.run({}, import, dataset ? &*dataset : nullptr, context.part(0, 0.5));
        store.run(imported.id, TidyParameters{}, dataset ? &*dataset : nullptr, context.part(0.5, 1));
        return [this] { reload(); };
    };
    return enqueue(std::move(job), {});
}

void Workspace::follow(const QString& label, int plannedEpochs, const Progress& progress)
{
    const JobInfo* running = m_steps.running();
    if (!running || progress.activity != Activity::Training)
        return;
    if (!m_training || m_training->job != running->id) {
        m_training = LiveTraining{running->id, label, plannedEpochs, {}};
        emit trainingChanged();
    }
    if (progress.metrics.empty())
        return;
    EpochResult epoch;
    epoch.epoch = progress.step;
    for (const Metric& metric : progress.metrics) {
        if (metric.name == "trainLoss")
            epoch.trainLoss = metric.value;
        else if (metric.name == "validationTop1")
            epoch.validationTop1 = metric.value;
        else if (metric.name == "validationMae")
            epoch.validation = TaskMetric{MetricKind::MeanAbsoluteError, metric.value, metric.value, metric.value};
        else if (metric.name == "validationAuc")
            epoch.validation = TaskMetric{MetricKind::AreaUnderCurve, metric.value, metric.value, metric.value};
        else if (metric.name == "validationMse")
            epoch.validation = TaskMetric{MetricKind::ReconstructionError, metric.value, metric.value, metric.value};
        else if (metric.name == "validationCosine")
            epoch.validation = TaskMetric{MetricKind::Cosine, metric.value, metric.value, metric.value};
        else if (metric.name == "samplesPerSecond")
            epoch.samplesPerSecond = metric.value;
        else if (metric.name == "learningRate")
            epoch.learningRate = metric.value;
    }
    m_training->epochs.push_back(epoch);
    emit trainingChanged();
}

void Workspace::forgetPending(JobId job)
{
    if (m_training && m_training->job == job) {
        m_training.reset();
        emit trainingChanged();
    }
    if (std::erase_if(m_pending, [job](const PendingBuild& build) { return build.job == job; }) > 0)
        emit pendingChanged();
}

void Workspace::setDataset(const std::filesystem::path& folder)
{
    m_reads.run(
        tr("Setting the data"), this,
        [project = m_folder, folder](const JobContext&) {
            Dataset::open(folder); // refuses what can't be used before it is kept
            ProjectStore::open(project).setDataset(folder);
        },
        [this] {
            measureBuilds();
            reload();
        });
}

void Workspace::measureBuilds()
{
    if (!m_snapshot || m_snapshot->builds.empty())
        return;
    m_steps.run(
        tr("Measuring all builds"), this,
        [snapshot = m_snapshot](const JobContext& job) {
            ProjectStore store = ProjectStore::open(snapshot->folder);
            const Dataset dataset = Dataset::open(store.dataset().value());
            const double count = static_cast<double>(snapshot->builds.size());
            for (std::size_t i = 0; i < snapshot->builds.size(); ++i) {
                const Build& build = snapshot->builds[i];
                // What was made from data was measured with them; with others it would be made anew.
                if (needsData(build.parameters))
                    continue;
                StepParameters parameters = build.parameters;
                if (auto* import = std::get_if<ImportParameters>(&parameters))
                    import->file = build.model;
                const auto place = static_cast<double>(i);
                store.run(build.parent, parameters, &dataset, job.part(place / count, (place + 1) / count));
            }
        },
        [this] { reload(); });
}

void Workspace::setDevices(const std::vector<DeviceReference>& devices)
{
    change(tr("Setting the devices"), [devices](ProjectStore& store, const JobContext&) { store.setDevices(devices); });
}

void Workspace::remove(const QString& buildId)
{
    const Build* build = m_snapshot ? m_snapshot->find(buildId) : nullptr;
    if (!build)
        return;
    const QString label = labelText(*build);
    m_reads.run(
        tr("Deleting %1").arg(label), this,
        [folder = m_folder, id = buildId.toStdString()](const JobContext&) { ProjectStore::open(folder).remove(id); },
        [this, label] {
            reload();
            emit removed(label);
        });
}

void Workspace::undoRemove()
{
    change(tr("Bringing back"), [](ProjectStore& store, const JobContext&) { store.undoRemove(); });
}

void Workspace::readModel(const Build& build, QObject* receiver, std::function<void(ModelFactsPtr)> done)
{
    const std::string key = build.modelSha256.empty() ? build.model.string() : build.modelSha256;
    if (const auto known = m_models.find(key); known != m_models.end()) {
        done(known->second);
        return;
    }
    m_reads.run(
        tr("Reading %1").arg(labelText(build)), receiver,
        [path = build.model](const JobContext&) -> ModelFactsPtr {
            auto facts = std::make_shared<ModelFacts>();
            facts->graph = readOnnx(path);
            facts->cost = cost(facts->graph);
            return facts;
        },
        [this, key, done = std::move(done)](ModelFactsPtr facts) {
            if (m_models.size() >= modelsKept)
                m_models.clear();
            m_models[key] = facts;
            done(facts);
        });
}

} // namespace hone::studio
