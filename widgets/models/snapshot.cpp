// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/snapshot.h"

#include "evaluate/comparison.h"

#include <algorithm>

namespace hone::studio
{

namespace
{

// The engine's rule for what is worth deploying, on what the builds were measured at.
Comparison measured(const std::vector<Build>& builds, std::vector<std::size_t>& indices)
{
    Comparison comparison;
    for (std::size_t i = 0; i < builds.size(); ++i) {
        if (!metricOf(builds[i].evaluation))
            continue;
        ComparedModel model;
        model.name = builds[i].label;
        model.file = builds[i].model;
        model.validation = builds[i].evaluation;
        comparison.models.push_back(std::move(model));
        indices.push_back(i);
    }
    markPareto(comparison.models);
    return comparison;
}

} // namespace

int Snapshot::indexOf(const QString& id) const
{
    const std::string wanted = id.toStdString();
    const auto found = std::find_if(builds.begin(), builds.end(), [&](const Build& build) { return build.id == wanted; });
    return found == builds.end() ? -1 : static_cast<int>(found - builds.begin());
}

const Build* Snapshot::find(const QString& id) const
{
    const int index = indexOf(id);
    return index < 0 ? nullptr : &builds[static_cast<std::size_t>(index)];
}

std::vector<const Build*> Snapshot::pathTo(const QString& id) const
{
    std::vector<const Build*> path;
    for (const Build* build = find(id); build && path.size() <= builds.size();
         build = build->parent.empty() ? nullptr : find(text(build->parent)))
        path.insert(path.begin(), build);
    return path;
}

const Build* Snapshot::original(const QString& id) const
{
    const auto path = pathTo(id);
    return path.empty() ? nullptr : path.front();
}

std::vector<bool> Snapshot::pareto() const
{
    std::vector<std::size_t> indices;
    const Comparison comparison = measured(builds, indices);
    std::vector<bool> front(builds.size(), false);
    for (std::size_t i = 0; i < indices.size(); ++i)
        front[indices[i]] = comparison.models[i].pareto;
    return front;
}

const Build* Snapshot::best() const
{
    std::vector<std::size_t> indices;
    const Comparison comparison = measured(builds, indices);
    return indices.empty() ? nullptr : &builds[indices[comparison.best()]];
}

std::optional<MetricKind> Snapshot::metricKind() const
{
    std::vector<std::size_t> indices;
    return measured(builds, indices).metricKind();
}

SnapshotPtr readSnapshot(const std::filesystem::path& folder)
{
    const ProjectStore store = ProjectStore::open(folder);
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->folder = store.folder();
    snapshot->name = text(store.name());
    snapshot->dataset = store.dataset();
    snapshot->devices = store.devices();
    snapshot->builds = store.builds(&snapshot->damaged);
    return snapshot;
}

QString pathText(const std::filesystem::path& path)
{
    return QString::fromStdString(path.string());
}

std::filesystem::path toPath(const QString& text)
{
    return std::filesystem::path(text.toStdString());
}

} // namespace hone::studio
