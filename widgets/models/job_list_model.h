// SPDX-License-Identifier: GPL-3.0-or-later
// The jobs of a runner, newest first.
#pragma once

#include "jobs/job_runner.h"

#include <QAbstractListModel>

namespace hone::studio
{

class JobListModel : public QAbstractListModel
{
    Q_OBJECT
public:
    enum Role
    {
        JobIdRole = Qt::UserRole + 1,
        StateTextRole,
        FractionRole, // 0 to 1; -1 where it doesn't run
        FailedRole
    };

    explicit JobListModel(JobRunner& runner, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    void refresh();
    int rowOf(JobId id) const;

    JobRunner& m_runner;
    std::vector<JobInfo> m_jobs; // as shown, newest first
};

} // namespace hone::studio
