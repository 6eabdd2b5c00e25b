// SPDX-License-Identifier: GPL-3.0-or-later
// What runs, how far it is, and how many wait; the list of all jobs opens above it.
#pragma once

#include "models/job_list_model.h"

#include <QFrame>
#include <QStyledItemDelegate>

class QLabel;
class QListView;
class QProgressBar;
class QPushButton;

namespace hone::studio
{

class JobsDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

// The list, shown above the bar.
class JobsPanel : public QFrame
{
    Q_OBJECT
public:
    explicit JobsPanel(JobRunner& runner, QWidget* parent = nullptr);

private:
    JobRunner& m_runner;
    JobListModel m_model;
    QListView* m_list;
};

class JobsBar : public QFrame
{
    Q_OBJECT
public:
    explicit JobsBar(JobRunner& runner, QWidget* parent = nullptr);
    void showNote(const QString& text); // for a moment, while nothing runs

signals:
    void listToggled(bool shown);

private:
    void refresh();

    JobRunner& m_runner;
    QLabel* m_title;
    QLabel* m_progressText;
    QProgressBar* m_progress;
    QPushButton* m_pause;
    QPushButton* m_stop;
    QPushButton* m_list;
    QString m_note;
};

} // namespace hone::studio
