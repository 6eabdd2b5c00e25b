// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/job_list_model.h"

#include "jobs/job_text.h"

#include <algorithm>

namespace hone::studio
{

JobListModel::JobListModel(JobRunner& runner, QObject* parent) : QAbstractListModel(parent), m_runner(runner)
{
    refresh();
    connect(&runner, &JobRunner::listChanged, this, &JobListModel::refresh);
    connect(&runner, &JobRunner::changed, this, [this](quint64 id) {
        const int row = rowOf(id);
        const JobInfo* info = m_runner.find(id);
        if (row < 0 || !info)
            return;
        m_jobs[static_cast<std::size_t>(row)] = *info;
        emit dataChanged(index(row), index(row));
    });
}

void JobListModel::refresh()
{
    beginResetModel();
    m_jobs.assign(m_runner.jobs().rbegin(), m_runner.jobs().rend());
    endResetModel();
}

int JobListModel::rowOf(JobId id) const
{
    const auto found = std::find_if(m_jobs.begin(), m_jobs.end(), [id](const JobInfo& job) { return job.id == id; });
    return found == m_jobs.end() ? -1 : static_cast<int>(found - m_jobs.begin());
}

int JobListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_jobs.size());
}

QVariant JobListModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const JobInfo& job = m_jobs[static_cast<std::size_t>(index.row())];
    const bool runs = job.state == JobState::Running || job.state == JobState::Paused;
    switch (role) {
    case Qt::DisplayRole: return job.title;
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole: return QStringLiteral("%1: %2").arg(job.title, stateText(job));
    case JobIdRole: return QVariant::fromValue(job.id);
    case StateTextRole: return stateText(job);
    case FractionRole: return runs ? job.progress.fraction : -1.0;
    case FailedRole: return job.state == JobState::Failed;
    default: return {};
    }
}

} // namespace hone::studio
