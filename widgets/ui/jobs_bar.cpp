// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs_bar.h"

#include "jobs/job_text.h"
#include "sentences.h"
#include "theme/theme.h"
#include "ui/parts.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QListView>
#include <QMenu>
#include <QPainter>
#include <QProgressBar>
#include <QTimer>
#include <QVBoxLayout>

namespace hone::studio
{

namespace
{
constexpr int jobHeight = 44;
constexpr int noteMs = 8000;
} // namespace

void JobsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Palette& palette = Palette::of(option.widget);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect row = option.rect.adjusted(12, 0, -12, 0);
    const QFont name = sized(option.font, type::body, QFont::Medium);
    painter->setFont(name);
    painter->setPen(palette.text);
    const QRect upper(row.left(), row.top() + 5, row.width(), 17), lower(row.left(), row.top() + 23, row.width(), 15);
    painter->drawText(upper, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(name).elidedText(index.data().toString(), Qt::ElideRight, upper.width()));
    const QFont small = sized(option.font, type::small);
    painter->setFont(small);
    painter->setPen(index.data(JobListModel::FailedRole).toBool() ? palette.worse : palette.muted);
    painter->drawText(lower, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(small).elidedText(index.data(JobListModel::StateTextRole).toString(), Qt::ElideRight, lower.width()));
    if (const double fraction = index.data(JobListModel::FractionRole).toDouble(); fraction >= 0) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(palette.accent);
        painter->drawRect(QRectF(option.rect.left(), option.rect.bottom() - 1, option.rect.width() * fraction, 2));
    }
    painter->restore();
}

QSize JobsDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const
{
    return {200, jobHeight};
}

JobsPanel::JobsPanel(JobRunner& runner, QWidget* parent) : QFrame(parent), m_runner(runner), m_model(runner), m_list(new QListView)
{
    setProperty("role", QStringLiteral("card"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 10, 1, 1);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(12, 0, 6, 0);
    head->addWidget(label(tr("JOBS"), "section"));
    head->addStretch(1);
    auto* stopAll = button(tr("Stop all"), "link");
    auto* clear = button(tr("Clear ended"), "link");
    head->addWidget(stopAll);
    head->addWidget(clear);
    layout->addLayout(head);
    m_list->setModel(&m_model);
    m_list->setItemDelegate(new JobsDelegate(m_list));
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    m_list->setAccessibleName(tr("Jobs"));
    layout->addWidget(m_list, 1);
    connect(stopAll, &QPushButton::clicked, &runner, &JobRunner::cancelAll);
    connect(clear, &QPushButton::clicked, &runner, &JobRunner::clearEnded);
    connect(m_list, &QListView::customContextMenuRequested, this, [this](const QPoint& place) {
        const QModelIndex index = m_list->indexAt(place);
        if (!index.isValid())
            return;
        const auto id = index.data(JobListModel::JobIdRole).value<JobId>();
        QMenu menu;
        menu.addAction(tr("Copy text"), this,
                       [told = index.data(Qt::ToolTipRole).toString()] { QGuiApplication::clipboard()->setText(told); });
        auto* stop = menu.addAction(tr("Stop"), this, [this, id] { m_runner.cancel(id); });
        const JobInfo* info = m_runner.find(id);
        stop->setEnabled(info && (info->state == JobState::Queued || info->state == JobState::Running || info->state == JobState::Paused));
        menu.exec(m_list->viewport()->mapToGlobal(place));
    });
}

JobsBar::JobsBar(JobRunner& runner, QWidget* parent)
    : QFrame(parent),
      m_runner(runner),
      m_title(label({}, "strong")),
      m_progressText(label({}, "muted")),
      m_progress(new QProgressBar),
      m_pause(button(tr("Pause"))),
      m_stop(button(tr("Stop"))),
      m_list(button({}, "link"))
{
    setObjectName(QStringLiteral("statusBar"));
    setFixedHeight(41);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 0, 16, 0);
    layout->setSpacing(space::card);
    m_progress->setFixedWidth(180);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("Progress"));
    describe(m_pause, tr("Holds the job where it is"));
    describe(m_stop, tr("Ends the job; the project stays as it was (Ctrl+.)"));
    m_stop->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Period));
    m_list->setCheckable(true);
    describe(m_list, tr("All jobs (Ctrl+J)"));
    m_list->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_J));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_title, m_progressText, m_progress, m_pause, m_stop})
        layout->addWidget(widget);
    layout->addStretch(1);
    layout->addWidget(m_list);
    connect(m_pause, &QPushButton::clicked, this, [this] { m_runner.setPaused(!m_runner.isPaused()); });
    connect(m_stop, &QPushButton::clicked, this, [this] {
        if (const JobInfo* job = m_runner.running())
            m_runner.cancel(job->id);
    });
    connect(m_list, &QPushButton::toggled, this, &JobsBar::listToggled);
    for (const auto happened : {&JobRunner::listChanged, &JobRunner::becameIdle})
        connect(&runner, happened, this, &JobsBar::refresh);
    connect(&runner, &JobRunner::changed, this, &JobsBar::refresh);
    refresh();
}

void JobsBar::showNote(const QString& text)
{
    m_note = text;
    QTimer::singleShot(noteMs, this, [this, text] {
        if (m_note == text)
            m_note.clear();
        refresh();
    });
    refresh();
}

void JobsBar::refresh()
{
    const JobInfo* job = m_runner.running();
    for (QWidget* widget : std::initializer_list<QWidget*>{m_progress, m_pause, m_stop})
        widget->setVisible(job);
    m_list->setText(m_runner.queued() > 0 ? tr("%n queued", nullptr, m_runner.queued()) : tr("Jobs"));
    if (!job) {
        m_title->hide();
        m_progressText->setText(m_note.isEmpty() ? tr("Nothing is running.") : m_note);
        return;
    }
    m_title->show();
    m_title->setText(job->title);
    m_progressText->setText(progressText(*job));
    m_progress->setValue(static_cast<int>(job->progress.fraction * 1000));
    m_pause->setText(job->state == JobState::Paused ? tr("Go on") : tr("Pause"));
}

} // namespace hone::studio
