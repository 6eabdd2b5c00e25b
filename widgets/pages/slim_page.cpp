// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/slim_page.h"

#include "models/build_text.h"
#include "models/importance_text.h"
#include "models/metric_text.h"
#include "project/step_kinds.h"
#include "prune/group_names.h"
#include "prune/sensitivity_ratios.h"
#include "sentences.h"
#include "theme/figures.h"
#include "theme/theme.h"
#include "ui/charts.h"
#include "ui/group_inspector.h"
#include "ui/quantize_card.h"
#include "ui/sensitivity_card.h"
#include "ui/table_view.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QScrollArea>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>

namespace hone::studio
{

namespace
{

constexpr int replanAfterMs = 60;

Tone toneOfLess(double before, double after)
{
    return after < before ? Tone::Better : after > before ? Tone::Worse : Tone::Plain;
}

} // namespace

SlimPage::SlimPage(Workspace& workspace, QWidget* parent)
    : Page(tr("Slim"), workspace, parent),
      m_build(button(tr("Build it"), "primary")),
      m_quantize(new QuantizeCard(workspace)),
      m_figures(new FigureStrip),
      m_groups(new RowTable<GroupRow>(groupColumns(), this)),
      m_table(new TableView(m_groups, TableView::Height::FitRows)),
      m_sensitivity(new SensitivityCard(workspace)),
      m_footnote(label({}, "muted")),
      m_copyCommand(button(tr("Copy as command"), "link")),
      m_copyTable(button(tr("Copy table"), "link")),
      m_inspector(new GroupInspector)
{
    header()->addWidget(m_build);
    describe(m_build, tr("Prunes the selected build, fine-tunes and measures it (Ctrl+Return)"));
    body()->addWidget(makeControls());
    body()->addWidget(m_quantize);

    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::card + 2);
    column->addWidget(m_figures);
    m_table->setWidths({0, 120, 230, 90, 90}, 0);
    column->addWidget(m_table);
    auto* foot = new QHBoxLayout;
    m_footnote->setWordWrap(true);
    foot->addWidget(m_footnote, 1);
    foot->addWidget(m_copyTable);
    foot->addWidget(m_copyCommand);
    column->addLayout(foot);
    column->addWidget(m_sensitivity);
    column->addStretch(1);
    scroll->setWidget(content);
    body()->addWidget(scroll, 1);

    auto* empty = new EmptyState(QStringLiteral("slim"), tr("Makes a model smaller and shows what that costs."), tr("Add a model…"));
    setEmptyState(empty);
    connect(empty->action(), &QPushButton::clicked, this, &Page::importWanted);

    m_replanSoon.setSingleShot(true);
    m_replanSoon.setInterval(replanAfterMs);
    connect(&m_replanSoon, &QTimer::timeout, this, &SlimPage::replan);
    connect(m_build, &QPushButton::clicked, this, &SlimPage::start);
    connect(m_copyTable, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_table->tsv()); });
    connect(m_copyCommand, &QPushButton::clicked, this, [this] {
        if (const Build* build = this->workspace().selected())
            QGuiApplication::clipboard()->setText(commandText(*this->workspace().snapshot(), *build, parameters()));
    });
    connect(m_table, &TableView::rowSelected, this, &SlimPage::showGroup);
    connect(m_sensitivity, &SensitivityCard::groupChosen, this, &SlimPage::selectGroup);
    connect(m_sensitivity, &SensitivityCard::curvesChanged, this, [this] { m_replanSoon.start(); });
    connect(&workspace, &Workspace::selectionChanged, this, &SlimPage::refresh);
    connect(&workspace, &Workspace::snapshotChanged, this, &SlimPage::fillGoals);
    fillGoals();
    refresh();
}

QWidget* SlimPage::inspector()
{
    return m_inspector;
}

QLayout* SlimPage::makeCutRow()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(space::unit);
    m_goal = new QComboBox;
    m_goal->addItems({tr("channels"), tr("MACs"), tr("parameters"), tr("file size"), tr("peak memory"), tr("latency here")});
    m_ownGoals = m_goal->count();
    m_goal->setMinimumContentsLength(10);
    m_goal->setAccessibleName(tr("What is cut"));
    describe(m_goal, tr("Channels by their share, or as many as it takes until the model costs so much less"));
    m_ratio = new QSlider(Qt::Horizontal);
    m_ratio->setRange(0, 90);
    m_ratio->setValue(30);
    m_ratio->setPageStep(10);
    m_ratio->setMinimumWidth(90);
    m_ratio->setAccessibleName(tr("Share that goes"));
    m_ratioText = label(QStringLiteral("30 %"), "strong");
    m_ratioText->setMinimumWidth(46);
    m_ratioText->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_scope = new QComboBox;
    m_scope->addItems({tr("in every group"), tr("over all groups"), tr("over like groups"), tr("where it costs least")});
    m_scope->setMinimumContentsLength(14);
    m_scope->setAccessibleName(tr("Where the share is taken"));
    describe(m_scope,
             tr("The same share in every group, or the least important channels wherever they are, or wherever they are among groups "
                "of the same structure, or by the curves below"));
    row->addWidget(label(tr("Cut"), "muted"));
    row->addWidget(m_goal);
    row->addWidget(m_ratio, 1);
    row->addWidget(m_ratioText);
    row->addWidget(m_scope);
    return row;
}

QLayout* SlimPage::makeTrainRow(QPushButton* more)
{
    auto* row = new QHBoxLayout;
    row->setSpacing(space::unit);
    m_epochs = new QSpinBox;
    m_epochs->setRange(0, 100);
    m_epochs->setValue(2);
    m_epochs->setFixedWidth(56);
    m_epochs->setAccessibleName(tr("Epochs of fine-tuning afterwards"));
    m_rounds = new QSpinBox;
    m_rounds->setRange(1, 20);
    m_rounds->setFixedWidth(56);
    m_rounds->setAccessibleName(tr("Rounds"));
    describe(m_rounds, tr("Cut in so many steps, each with its epochs of training"));
    row->addWidget(label(tr("then train, epochs"), "muted"));
    row->addWidget(m_epochs);
    row->addSpacing(space::unit);
    row->addWidget(label(tr("rounds"), "muted"));
    row->addWidget(m_rounds);
    row->addStretch(1);
    row->addWidget(more);
    return row;
}

QLayout* SlimPage::makeImportanceRow()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(space::unit);
    m_importance = new QComboBox;
    for (const auto& [kind, name] : importanceNames())
        m_importance->addItem(name, static_cast<int>(kind));
    m_importance->setMinimumContentsLength(14);
    m_importance->setAccessibleName(tr("What tells which channels matter"));
    describe(m_importance, tr("Automatic takes reconstruction where there are data, else L1; those below random need data"));
    m_roundTo = new QComboBox;
    m_roundTo->addItems({QStringLiteral("1"), QStringLiteral("4"), QStringLiteral("8"), QStringLiteral("16")});
    m_roundTo->setAccessibleName(tr("Channels that stay are a multiple of"));
    describe(m_roundTo, tr("Processors compute 8 or 16 channels at once; what doesn't fill the last block costs the same"));
    row->addWidget(label(tr("Importance"), "muted"));
    row->addWidget(m_importance);
    row->addWidget(label(tr("channels in multiples of"), "muted"));
    row->addWidget(m_roundTo);
    row->addStretch(1);
    return row;
}

QWidget* SlimPage::makeControls()
{
    auto* frame = card();
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(space::card, space::unit, space::card, space::unit);
    column->setSpacing(space::unit);
    auto* more = button(tr("More"), "link");
    more->setCheckable(true);
    column->addLayout(makeCutRow());
    column->addLayout(makeTrainRow(more));

    auto* rest = new QWidget;
    auto* rows = new QVBoxLayout(rest);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(space::unit);
    rows->addLayout(makeImportanceRow());
    rest->hide();
    column->addWidget(rest);
    connect(more, &QPushButton::toggled, rest, [rest, more](bool on) {
        rest->setVisible(on);
        more->setText(on ? tr("Less") : tr("More"));
    });

    connect(m_ratio, &QSlider::valueChanged, this, [this](int value) {
        m_ratioText->setText(QStringLiteral("%1 %").arg(value));
        m_replanSoon.start();
    });
    for (const QComboBox* choice : {m_goal, m_scope, m_importance, m_roundTo})
        connect(choice, &QComboBox::currentIndexChanged, this, [this] { m_replanSoon.start(); });
    connect(m_epochs, &QSpinBox::valueChanged, this, &SlimPage::allowActions);
    return frame;
}

PruneParameters SlimPage::parameters() const
{
    PruneParameters parameters;
    auto& options = parameters.prune;
    const double share = m_ratio->value() / 100.0;
    const TargetValue rest{1 - share, TargetValue::Unit::OfBefore};
    TargetValue* const targets[] = {nullptr,
                                    &options.targets.macs,
                                    &options.targets.parameters,
                                    &options.targets.bytes,
                                    &options.targets.memory,
                                    &options.targets.latencyMs};
    // Behind the page's own goals come the devices, whose latency it is.
    if (TargetValue* target = targets[std::min(m_goal->currentIndex(), m_ownGoals - 1)])
        *target = rest;
    else
        options.ratio = share;
    parameters.latencyDevice = m_goal->currentData().toString().toStdString();
    constexpr PruningScope scopes[] = {PruningScope::Uniform, PruningScope::Global, PruningScope::Isomorphic, PruningScope::Sensitivity};
    options.scope = scopes[m_scope->currentIndex()];
    options.importance = static_cast<ImportanceKind>(m_importance->currentData().toInt());
    options.roundTo = m_roundTo->currentText().toInt();
    parameters.rounds = m_rounds->value();
    parameters.finetune.epochs = m_epochs->value();
    return parameters;
}

void SlimPage::start()
{
    const Build* build = workspace().selected();
    if (!build)
        return;
    const PruneParameters step = parameters();
    workspace().runStep(text(build->id), step, stepTitle(step, labelText(*build)));
}

void SlimPage::fillGoals()
{
    const QSignalBlocker quiet(m_goal);
    const QVariant chosen = m_goal->currentData();
    while (m_goal->count() > m_ownGoals)
        m_goal->removeItem(m_ownGoals);
    const SnapshotPtr& snapshot = workspace().snapshot();
    if (snapshot)
        for (const DeviceReference& device : snapshot->devices)
            m_goal->addItem(tr("latency on %1").arg(text(device.name)), text(device.name));
    if (chosen.isValid()) // of a device that is gone: here
        m_goal->setCurrentIndex(std::max(m_goal->findData(chosen), m_ownGoals - 1));
    if (m_goal->currentData() != chosen)
        m_replanSoon.start();
}

void SlimPage::refresh()
{
    const Build* build = workspace().selected();
    showEmpty(!build);
    m_build->setVisible(build);
    if (!build) {
        m_shownId.clear();
        m_basis.reset();
        m_sensitivity->showBuild(nullptr);
        setSubtitle({});
        showGroup(-1);
        return;
    }
    m_sensitivity->showBuild(build);
    setSubtitle(tr("from %1").arg(labelText(*build)));
    if (text(build->id) == m_shownId) {
        showPlan();
        return;
    }
    m_shownId = text(build->id);
    m_basis.reset();
    m_hasProblem = false;
    m_planning = true;
    m_groups->setRows({});
    showGroup(-1);
    allowActions();
    workspace().readModel(*build, this, [this, id = m_shownId](const ModelFactsPtr& model) {
        if (id != m_shownId)
            return;
        workspace().reads().run(
            tr("Finding what belongs together"), this, [model](const JobContext&) { return slimBasis(model); },
            [this, id](const SlimBasisPtr& basis) {
                if (id != m_shownId)
                    return;
                m_basis = basis;
                replan();
            },
            [this](const Message& message) {
                m_planning = false;
                m_hasProblem = true;
                m_problem = message;
                allowActions();
                return true;
            });
    });
}

void SlimPage::replan()
{
    if (!m_basis)
        return;
    m_planning = true;
    workspace().reads().run(
        tr("Working out what it would give"), this,
        [basis = m_basis, options = parameters().prune, ratios = plannedRatios()](const JobContext& job) {
            return slimPlan(*basis, options, job, ratios);
        },
        [this, basis = m_basis](SlimPlan plan) {
            if (basis != m_basis)
                return;
            m_plan = std::move(plan);
            m_planning = false;
            m_hasProblem = false;
            showPlan();
        },
        [this](const Message& message) {
            m_planning = false;
            m_hasProblem = true;
            m_problem = message;
            allowActions();
            return true;
        });
}

void SlimPage::showPlan()
{
    const Build* build = workspace().selected();
    if (!build || !m_basis)
        return;
    const Evaluation& now = build->evaluation;
    const GraphCost& before = m_basis->model->cost;
    const GraphCost& after = m_plan.cost;
    const std::int64_t file = estimatedFileBytes(now.facts.sizeBytes, before, after);
    const auto change = [](double was, double is) { return relativeChange(was, is); };
    const auto metric = metricOf(now);
    const QString title = metricWords(metric ? metric->kind : MetricKind::Top1).title;
    m_figures->setFigures({
        {tr("%1 now, validation").arg(title), metric ? metricText(*metric) : QStringLiteral("–"),
         metric ? metricInterval(*metric) : QString()},
        {tr("File"), kilobytes(file, Certainty::Estimated), change(now.facts.sizeBytes, file), toneOfLess(now.facts.sizeBytes, file)},
        {tr("MMACs"), megaMacsNumber(after.macs), change(before.macs, after.macs), toneOfLess(before.macs, after.macs)},
        {tr("Parameters"), QLocale().toString(static_cast<qlonglong>(after.parameters)), change(before.parameters, after.parameters),
         toneOfLess(before.parameters, after.parameters)},
        {tr("Peak memory"), kilobytes(after.peakActivationBytes), change(before.peakActivationBytes, after.peakActivationBytes),
         toneOfLess(before.peakActivationBytes, after.peakActivationBytes)},
        {tr("Latency here, now"), now.latency ? milliseconds(now.latency->p50Ms) : QStringLiteral("–"), {}},
    });
    const int row = std::max(0, m_shownRow);
    m_groups->updateRows(groupRows(*m_basis->model, m_basis->dependencies, m_plan.kept));
    m_table->setCurrentRow(row < m_groups->rowCount() ? row : 0);
    showGroup(m_groups->rowCount() == 0 ? -1 : row < m_groups->rowCount() ? row : 0);
    showPlannedOnCurves();
    allowActions();
}

// None where the plan goes by none, or where they are another model's.
GroupRatios SlimPage::plannedRatios() const
{
    const PruneParameters step = parameters();
    const SensitivityPtr& curves = m_sensitivity->curves();
    if (step.prune.scope != PruningScope::Sensitivity || !curves || !m_basis)
        return {};
    const auto& targets = step.prune.targets;
    const bool byWork = targets.macs.given() || targets.latencyMs.given();
    try {
        return sensitivityRatios(*curves, m_basis->dependencies, byWork ? LossPer::Mac : LossPer::Channel);
    } catch (const Error&) {
        return {};
    }
}

void SlimPage::showPlannedOnCurves()
{
    const SensitivityPtr& curves = m_sensitivity->curves();
    if (!curves || !m_basis || m_plan.kept.size() != m_basis->dependencies.groups.size())
        return m_sensitivity->setPlanned({});
    std::vector<double> ratios(curves->groups.size(), 0);
    for (std::size_t i = 0; i < ratios.size(); ++i)
        for (std::size_t g = 0; g < m_plan.kept.size(); ++g)
            if (const PruningGroup& group = m_basis->dependencies.groups[g]; group.name == curves->groups[i].name)
                ratios[i] = 1 - static_cast<double>(m_plan.kept[g]) / static_cast<double>(group.channels);
    m_sensitivity->setPlanned(std::move(ratios));
}

void SlimPage::selectGroup(const QString& name)
{
    for (int row = 0; row < m_groups->rowCount(); ++row)
        if (m_groups->row(row).group >= 0 && m_groups->row(row).name == name) {
            m_table->setCurrentRow(row);
            showGroup(row);
        }
}

void SlimPage::allowActions()
{
    const SnapshotPtr& snapshot = workspace().snapshot();
    const Build* build = workspace().selected();
    const bool hasData = snapshot && snapshot->dataset;
    const bool quantized = build && isOnIntegers(build->parameters);
    const PruneParameters step = parameters();
    const bool bySensitivity = step.prune.scope == PruningScope::Sensitivity;
    m_sensitivity->setStep(step);
    QString why;
    if (m_hasProblem)
        why = sentence(m_problem);
    else if (quantized)
        why = tr("A quantized build can't be pruned; select the build that it was made from.");
    else if (m_basis && m_basis->dependencies.groups.empty())
        why = tr("Nothing in this model can be pruned; the table says why.");
    else if (bySensitivity && !hasData)
        why = tr("What costs least is measured on data: choose some on the Data page.");
    else if (needsSamples(step.prune.importance) && !hasData)
        why = tr("This importance is measured on data: choose some on the Data page, or another importance.");
    else if (m_ratio->value() == 0)
        why = tr("Nothing is cut: move the slider.");
    else if (!hasData && m_epochs->value() > 0)
        why = tr("Fine-tuning needs data: choose some on the Data page, or set the epochs to 0.");
    allow(m_build, why);
    const bool noGroups = m_basis && m_basis->dependencies.groups.empty();
    m_sensitivity->setBlocked(quantized  ? tr("A quantized build can't be pruned; select the build that it was made from.")
                              : noGroups ? tr("Nothing in this model can be pruned; the table says why.")
                              : !hasData ? tr("Sensitivity is measured on data: choose some on the Data page.")
                                         : QString());
    m_copyCommand->setVisible(build != nullptr);
    m_footnote->setText(m_hasProblem                    ? sentence(m_problem)
                        : !why.isEmpty() && !m_planning ? why
                        : bySensitivity && !m_sensitivity->isForStep()
                            ? tr("Build it measures the sensitivity for this importance first; until then the plan is rougher.")
                        : step.prune.targets.latencyMs.given()
                            ? tr("The latency is measured when it is built; until then its share is taken of the MACs.")
                            : tr("~ marks an estimate. MACs, parameters and memory are exact; Build it measures the rest."));
}

void SlimPage::showGroup(int row)
{
    m_shownRow = row;
    if (!m_basis || row < 0 || row >= m_groups->rowCount()) {
        m_inspector->showNothing();
        return;
    }
    const GroupRow& group = m_groups->row(row);
    const auto index = static_cast<std::size_t>(group.group);
    if (group.group < 0 || index >= m_plan.kinds.size()) {
        m_sensitivity->select({});
        m_inspector->showLocked(group);
        return;
    }
    m_sensitivity->select(group.name);
    const PruningGroup& coupled = m_basis->dependencies.groups[index];
    m_inspector->showGroup(
        group, {m_plan.kinds[index], m_plan.importance[index], coupled.reasons, namesOf(m_basis->model->graph, coupled.readers)});
}

} // namespace hone::studio
