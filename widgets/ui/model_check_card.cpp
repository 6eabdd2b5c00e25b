// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/model_check_card.h"

#include "jobs/job_text.h"
#include "models/build_text.h"
#include "models/check_text.h"
#include "sentences.h"
#include "theme/icons.h"
#include "theme/theme.h"
#include "ui/parts.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace hone::studio
{

ModelCheckCard::ModelCheckCard(QWidget* parent)
    : QFrame(parent),
      m_headline(label({}, "strong")),
      m_progress(new QProgressBar),
      m_stop(button(tr("Stop"))),
      m_again(button(tr("Check again"))),
      m_lines(new QGridLayout),
      m_problems(label({}, "problem")),
      m_detail(label({}, "small"))
{
    setProperty("role", QStringLiteral("card"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, space::card, 16, space::card);
    column->setSpacing(space::unit);
    auto* top = new QHBoxLayout;
    top->setSpacing(space::card);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(140);
    m_progress->setAccessibleName(tr("Progress"));
    m_headline->setWordWrap(true);
    describe(m_stop, tr("Ends the check; the model can be added without it"));
    top->addWidget(m_headline, 1);
    top->addWidget(m_progress);
    top->addWidget(m_stop);
    top->addWidget(m_again);
    column->addLayout(top);
    m_lines->setHorizontalSpacing(space::card);
    m_lines->setColumnMinimumWidth(0, space::icon);
    m_lines->setVerticalSpacing(space::unit);
    m_lines->setColumnStretch(2, 1);
    column->addLayout(m_lines);
    for (QLabel* text : {m_problems, m_detail}) {
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        column->addWidget(text);
    }
    connect(m_stop, &QPushButton::clicked, this, [this] { m_runner.cancel(m_job); });
    connect(m_again, &QPushButton::clicked, this, [this] { check(std::filesystem::path(m_model)); });
    hide();
}

ModelCheckCard::~ModelCheckCard()
{
    m_runner.shutDown();
}

bool ModelCheckCard::isChecking() const
{
    return !m_runner.idle();
}

void ModelCheckCard::clear()
{
    clearLayout(m_lines);
    m_problems->hide();
    m_detail->hide();
    m_again->hide();
}

void ModelCheckCard::check(const std::filesystem::path& model)
{
    m_runner.cancelAll();
    m_model = model;
    m_outcome.reset();
    clear();
    setVisible(!model.empty());
    m_job = 0;
    if (!model.empty()) {
        m_headline->setText(tr("Checking %1…").arg(pathText(model.filename())));
        m_progress->setValue(0);
        m_progress->show();
        m_stop->show();
        JobRunner::Job job;
        job.title = m_headline->text();
        job.work = [this, model](const JobContext& context) -> JobRunner::Delivery {
            auto outcome = checkModel(model, context);
            return [this, model, outcome = std::move(outcome)] {
                if (model != m_model)
                    return; // another file was chosen meanwhile
                m_outcome = outcome;
                showOutcome();
            };
        };
        job.progressed = [this, model](const Progress& progress) {
            if (model == m_model)
                showProgress(progress);
        };
        job.cancelled = [this, model] {
            if (model == m_model && !m_outcome && m_runner.queued() == 0)
                showStopped();
        };
        m_job = m_runner.enqueue(std::move(job));
    }
    emit changed();
}

void ModelCheckCard::showProgress(const Progress& progress)
{
    m_progress->setValue(static_cast<int>(progress.fraction * 1000));
}

void ModelCheckCard::showStopped()
{
    m_headline->setText(tr("The check was stopped."));
    m_progress->hide();
    m_stop->hide();
    m_again->show();
    emit changed();
}

void ModelCheckCard::showOutcome()
{
    clear();
    m_progress->hide();
    m_stop->hide();
    m_headline->setText(headlineText(*m_outcome));
    setAccessibleName(m_headline->text());
    const Palette& palette = Palette::of(this);
    int row = 0;
    for (const CheckLine& line : checkLines(*m_outcome)) {
        auto* mark = new QLabel;
        mark->setPixmap(iconPixmap(line.works ? QStringLiteral("check") : QStringLiteral("close"),
                                   line.works ? palette.better : palette.worse, 16, devicePixelRatioF()));
        mark->setAccessibleName(line.works ? tr("works") : tr("doesn't work"));
        mark->setAlignment(Qt::AlignTop);
        auto* name = label(line.name, "");
        name->setAlignment(Qt::AlignTop | Qt::AlignLeft);
        auto* told = label(line.text, "muted");
        told->setWordWrap(true);
        told->setAlignment(Qt::AlignTop | Qt::AlignLeft);
        mark->setFixedWidth(space::icon);
        m_lines->addWidget(mark, row, 0);
        m_lines->addWidget(name, row, 1);
        m_lines->addWidget(told, row, 2);
        ++row;
    }
    QStringList problems;
    for (const Message& problem : m_outcome->problems)
        problems << sentence(problem);
    m_problems->setText(problems.join(QLatin1Char('\n')));
    m_problems->setVisible(!problems.isEmpty());
    m_detail->setText(checkDetailText(*m_outcome));
    m_detail->setVisible(!m_detail->text().isEmpty());
    emit changed();
}

void ModelCheckCard::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange && m_outcome)
        showOutcome();
    QFrame::changeEvent(event);
}

} // namespace hone::studio
