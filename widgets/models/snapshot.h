// SPDX-License-Identifier: GPL-3.0-or-later
// A project as it was read once: immutable, shared by every page.
#pragma once

#include "project/project_store.h"

#include <QString>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hone::studio
{

struct Snapshot
{
    std::filesystem::path folder;
    QString name;
    std::optional<std::filesystem::path> dataset;
    std::vector<DeviceReference> devices;
    std::vector<Build> builds; // parents before children
    std::vector<Message> damaged;

    const Build* find(const QString& id) const;
    int indexOf(const QString& id) const; // -1: none
    // From the root to the build; empty where there is no such build.
    std::vector<const Build*> pathTo(const QString& id) const;
    const Build* original(const QString& id) const; // its root
    // What the builds are ranked by; none where none was measured.
    std::optional<MetricKind> metricKind() const;
    // Pareto front and the build worth deploying, by that and by file size.
    std::vector<bool> pareto() const; // by index into builds
    const Build* best() const;        // null where nothing was measured
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// Reads everything. Not for the window's thread. Throws what ProjectStore::open throws.
SnapshotPtr readSnapshot(const std::filesystem::path& folder);

inline QString text(const std::string& utf8)
{
    return QString::fromStdString(utf8);
}
QString pathText(const std::filesystem::path& path);
std::filesystem::path toPath(const QString& text);

} // namespace hone::studio
