// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sensitivity_card.h"

#include "models/importance_text.h"
#include "models/metric_text.h"
#include "plots/sensitivity_plot.h"
#include "project/sensitivity_file.h"
#include "theme/theme.h"
#include "ui/parts.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>

namespace hone::studio
{

namespace
{

ValidationAxis axisOf(MetricKind kind)
{
    return {metricWords(kind).axis, [kind](double value) { return metricText({kind, value / inUnit(kind, 1), 0, 0}); }};
}

CurvesOfBuild readKept(const std::filesystem::path& model, const std::optional<std::filesystem::path>& data)
{
    CurvesOfBuild result;
    if (auto curves = latestSensitivityOf(model))
        result.curves = std::make_shared<const Sensitivity>(*std::move(curves));
    if (result.curves && data)
        result.data = factsOf(Dataset::open(*data), Split::Validation);
    return result;
}

} // namespace

SensitivityCard::SensitivityCard(Workspace& workspace, QWidget* parent)
    : QFrame(parent),
      m_workspace(workspace),
      m_facts(label({}, "muted")),
      m_measure(button(tr("Measure sensitivity"))),
      m_copy(button(tr("Copy plot"), "link")),
      m_plot(new SensitivityPlot)
{
    setRole(this, QStringLiteral("card"));
    describe(m_measure, tr("Prunes each group alone, at nine ratios, and measures the model each time"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::card, space::card, space::card, space::unit);
    column->setSpacing(space::unit);
    auto* head = new QHBoxLayout;
    head->setSpacing(space::unit);
    head->addWidget(label(tr("What each group costs alone"), "strong"));
    head->addStretch(1);
    head->addWidget(m_copy);
    head->addWidget(m_measure);
    column->addLayout(head);
    m_facts->setWordWrap(true);
    column->addWidget(m_facts);
    column->addWidget(m_plot);
    connect(m_measure, &QPushButton::clicked, this, &SensitivityCard::measure);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setPixmap(m_plot->picture()); });
    connect(m_plot, &SensitivityPlot::groupClicked, this,
            [this](int group) { emit groupChosen(text(m_curves->groups[static_cast<std::size_t>(group)].name)); });
    const auto ended = [this](quint64 job) {
        if (job != m_job)
            return;
        m_job = 0;
        refresh();
    };
    connect(&workspace.steps(), &JobRunner::finished, this, ended);
    connect(&workspace.steps(), &JobRunner::cancelled, this, ended);
    connect(&workspace.steps(), &JobRunner::failed, this, ended);
    refresh();
}

void SensitivityCard::showBuild(const Build* build)
{
    const QString id = build ? text(build->id) : QString();
    if (id == m_id)
        return read(); // pruning may have measured them meanwhile
    m_id = id;
    m_model = build ? build->model : std::filesystem::path();
    m_group.clear();
    take({});
    read();
}

void SensitivityCard::read()
{
    if (m_id.isEmpty())
        return;
    const SnapshotPtr& snapshot = m_workspace.snapshot();
    const auto data = snapshot ? snapshot->dataset : std::nullopt;
    m_workspace.reads().run(
        tr("Reading curves of sensitivity"), this, [model = m_model, data](const JobContext&) { return readKept(model, data); },
        [this, id = m_id](const CurvesOfBuild& read) {
            const bool same = read.curves && m_curves && *read.curves == *m_curves && read.data == m_data;
            if (id == m_id && !same && (read.curves || m_curves))
                take(read);
        });
}

void SensitivityCard::measure()
{
    const SnapshotPtr& snapshot = m_workspace.snapshot();
    if (m_id.isEmpty() || !snapshot || !snapshot->dataset)
        return;
    const Build* build = snapshot->find(m_id);
    const QString name = build ? text(build->label) : m_id;
    m_job = m_workspace.steps().run(
        tr("Measuring the sensitivity of %1").arg(name), this,
        [model = m_model, data = *snapshot->dataset, step = m_step](const JobContext& job) {
            const Dataset dataset = Dataset::open(data);
            const auto whole = std::get<PruneParameters>(decided(step, &dataset));
            auto kept = keptSensitivity(model, sensitivityFolderOf(model), dataset, sensitivityOptionsOf(whole), job);
            return CurvesOfBuild{std::make_shared<const Sensitivity>(std::move(kept.curves)), factsOf(dataset, Split::Validation)};
        },
        [this, id = m_id](const CurvesOfBuild& measured) {
            if (id == m_id)
                take(measured);
        });
    // Inline runs have ended by now.
    if (const JobInfo* job = m_workspace.steps().find(m_job); !job || (job->state != JobState::Queued && job->state != JobState::Running))
        m_job = 0;
    refresh();
}

void SensitivityCard::take(const CurvesOfBuild& curves)
{
    m_curves = curves.curves;
    m_data = curves.data;
    if (m_curves)
        m_plot->setCurves(*m_curves, axisOf(m_curves->metric));
    else
        m_plot->clear();
    select(m_group);
    refresh();
    emit curvesChanged();
}

void SensitivityCard::setStep(const PruneParameters& parameters)
{
    m_step = parameters;
}

bool SensitivityCard::isForStep() const
{
    if (!m_curves)
        return false;
    // As decided() has it where there are data, which curves can't be without.
    PruneParameters whole = m_step;
    if (whole.prune.importance == ImportanceKind::Auto)
        whole.prune.importance = whole.compensate == Compensate::Off ? ImportanceKind::L1 : ImportanceKind::Reconstruction;
    return m_data && wouldBeMeasuredAgain(*m_curves, *m_data, sensitivityOptionsOf(whole));
}

void SensitivityCard::setBlocked(const QString& reason)
{
    m_blocked = reason;
    refresh();
}

void SensitivityCard::select(const QString& group)
{
    m_group = group;
    int place = -1;
    for (std::size_t i = 0; m_curves && i < m_curves->groups.size(); ++i)
        if (text(m_curves->groups[i].name) == group)
            place = static_cast<int>(i);
    m_plot->setSelected(place);
}

void SensitivityCard::setPlanned(std::vector<double> ratios)
{
    m_plot->setPlanned(std::move(ratios));
}

void SensitivityCard::refresh()
{
    setVisible(!m_id.isEmpty());
    m_plot->setVisible(m_curves != nullptr);
    m_copy->setVisible(m_curves != nullptr);
    allow(m_measure, m_job != 0 ? tr("It is being measured.") : m_blocked);
    m_facts->setText(m_curves
                         ? (m_curves->split == Split::Train ? tr("%1 samples of training, channels chosen by %2")
                                                            : tr("%1 samples of validation, channels chosen by %2"))
                               .arg(QLocale().toString(static_cast<qulonglong>(m_curves->samples)), importanceName(m_curves->importance))
                         : tr("Shows which groups bear pruning and which don't, measured on validation samples."));
}

} // namespace hone::studio
