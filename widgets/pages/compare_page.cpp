// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/compare_page.h"

#include "core/file.h"
#include "evaluate/comparison.h"
#include "models/build_text.h"
#include "models/metric_text.h"
#include "project/build_comparison.h"
#include "project/recipe.h"
#include "sentences.h"
#include "theme/figures.h"
#include "theme/theme.h"
#include "ui/charts.h"
#include "ui/quantized_layers.h"
#include "ui/table_view.h"

#include <QClipboard>
#include <QComboBox>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QScrollArea>
#include <QUrl>
#include <QVBoxLayout>

#include <cmath>

namespace hone::studio
{

namespace
{

enum CostAxis
{
    FileSize,
    Macs,
    PeakMemory,
    LatencyHere
};

struct Measured
{
    std::filesystem::path report;
    std::map<QString, TaskMetric> test;
};

Measured measureAndReport(const Snapshot& snapshot, const JobContext& job)
{
    const Dataset dataset = Dataset::open(snapshot.dataset.value());
    const auto models = toCompare(snapshot.builds, [&](const Build& build) { return nameText(snapshot, build).toStdString(); });
    const Comparison comparison = compare(models, &dataset, {}, job);
    Measured measured;
    measured.report = snapshot.folder / "report.html";
    const NoticeText inWords = [](const Message& message) { return sentence(message).toStdString(); };
    writeFileAtomically(measured.report, htmlReport(comparison, inWords, explanationSections(comparison, inWords)));
    for (std::size_t i = 0; i < comparison.models.size(); ++i)
        if (const auto& test = comparison.models[i].test)
            if (const auto metric = metricOf(*test))
                measured.test.emplace(text(snapshot.builds[i].id), *metric);
    return measured;
}

ScatterAxis metricAxis(MetricKind kind)
{
    ScatterAxis axis;
    axis.title = metricWords(kind).axis;
    axis.unit = text(std::string(unit(kind)));
    axis.lowerIsBetter = !higherIsBetter(kind);
    axis.lowest = lowest(kind);
    axis.highest = highest(kind);
    axis.leastMargin = kind == MetricKind::Top1 ? 0.5 : kind == MetricKind::Cosine ? 1e-4 : kind == MetricKind::AreaUnderCurve ? 0.005 : 0;
    axis.number = [kind](double shown) { return metricNumber(kind, shown / inUnit(kind, 1)); };
    return axis;
}

} // namespace

ComparePage::ComparePage(Workspace& workspace, QWidget* parent)
    : Page(tr("Compare"), workspace, parent),
      m_axis(new QComboBox),
      m_report(button(tr("Report"))),
      m_deploy(button(tr("Deploy best"), "primary")),
      m_scatter(new ScatterPlot),
      m_rows(new RowTable<CompareRow>(compareColumns(), this)),
      m_table(new TableView(m_rows, TableView::Height::FitRows)),
      m_inspector(new InspectorPanel)
{
    m_axis->addItems({tr("File size"), tr("MACs"), tr("Peak memory"), tr("Latency here")});
    m_axis->setAccessibleName(tr("Cost on the horizontal axis"));
    header()->insertWidget(2, m_axis);
    header()->addWidget(m_report);
    header()->addWidget(m_deploy);
    describe(m_report, tr("Measures every build, on the test split too, and writes report.html into the project"));
    describe(m_deploy, tr("Takes the smallest build that is nearly as good as the best to the Devices page (Ctrl+Return)"));

    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::card + 2);
    auto* plot = card();
    auto* plotLayout = new QVBoxLayout(plot);
    plotLayout->setContentsMargins(space::card, space::card, space::card, space::card);
    plotLayout->addWidget(m_scatter);
    m_scatter->setMinimumHeight(300);
    m_scatter->setAccessibleName(tr("Builds by what they are worth and cost, one point each"));
    column->addWidget(plot, 1);
    m_table->setWidths({0, 150, 90, 90, 140, 90}, 0);
    column->addWidget(m_table);
    auto* foot = new QHBoxLayout;
    auto* note = label(tr("Drag a limit from an axis to set a budget; what misses it turns grey."), "muted");
    note->setWordWrap(true);
    auto* copyPlot = button(tr("Copy picture"), "link");
    auto* copyTable = button(tr("Copy table"), "link");
    foot->addWidget(note, 1);
    foot->addWidget(copyPlot);
    foot->addWidget(copyTable);
    column->addLayout(foot);
    scroll->setWidget(content);
    body()->addWidget(scroll, 1);
    makeInspector();

    auto* empty = new EmptyState(QStringLiteral("compare"), tr("Shows what every build costs and earns."), tr("Add a model…"));
    setEmptyState(empty);
    connect(empty->action(), &QPushButton::clicked, this, &Page::importWanted);
    connect(copyPlot, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setPixmap(m_scatter->picture()); });
    connect(copyTable, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_table->tsv()); });
    connect(m_axis, &QComboBox::currentIndexChanged, this, [this] {
        m_budget.atMostX.reset();
        refresh();
    });
    connect(m_scatter, &ScatterPlot::pointClicked, &workspace, &Workspace::select);
    connect(m_scatter, &ScatterPlot::budgetChanged, this, [this](const Budget& budget) {
        m_budget = budget;
        refreshPoints();
    });
    connect(m_table, &TableView::rowSelected, this, [this](int row) { this->workspace().select(m_rows->row(row).id); });
    connect(m_report, &QPushButton::clicked, this, &ComparePage::writeReport);
    connect(m_deploy, &QPushButton::clicked, this, &ComparePage::deployBest);
    connect(&workspace, &Workspace::opened, this, [this] {
        m_budget = {};
        m_test.clear();
    });
    connect(&workspace, &Workspace::snapshotChanged, this, &ComparePage::refresh);
    connect(&workspace, &Workspace::closed, this, &ComparePage::refresh);
    connect(&workspace, &Workspace::selectionChanged, this, &ComparePage::refreshInspector);
    refresh();
}

void ComparePage::makeInspector()
{
    m_inspector->addKicker(tr("Selected"));
    m_name = m_inspector->addHeading({});
    m_facts = new FactList;
    m_inspector->add(m_facts);
    m_waterfallTitle = m_inspector->addSection(tr("What each step did"));
    m_waterfall = new Waterfall;
    m_inspector->add(m_waterfall);
    m_inspector->addSection(tr("Made by"));
    m_recipe = label({}, "code");
    m_recipe->setFont(fixedFont());
    m_recipe->setWordWrap(true);
    m_recipe->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_inspector->add(m_recipe);
    auto* copy = button(tr("Copy recipe"), "link");
    describe(copy, tr("As YAML, for “hone run”"));
    m_inspector->addLeft(copy);
    m_layers = new QuantizedLayers;
    m_inspector->add(m_layers);
    m_inspector->addStretch();
    connect(copy, &QPushButton::clicked, this, [this] {
        const QString id = workspace().selectedId();
        workspace().reads().run(
            tr("Writing the recipe"), this,
            [folder = workspace().folder(), id = id.toStdString()](const JobContext&) {
                return toYaml(recipeOf(ProjectStore::open(folder), id));
            },
            [this](const std::string& yaml) {
                QGuiApplication::clipboard()->setText(text(yaml));
                emit note(tr("The recipe is on the clipboard."));
            });
    });
}

double ComparePage::cost(const Build& build) const
{
    const StaticFacts& facts = build.evaluation.facts;
    switch (m_axis->currentIndex()) {
    case Macs: return static_cast<double>(facts.macs) / 1e6;
    case PeakMemory: return static_cast<double>(facts.peakActivationBytes) / 1e3;
    case LatencyHere: return build.evaluation.latency ? build.evaluation.latency->p50Ms : 0;
    default: return static_cast<double>(facts.sizeBytes) / 1e3;
    }
}

bool ComparePage::withinBudget(const Build& build) const
{
    if (m_budget.atMostX && cost(build) > *m_budget.atMostX)
        return false;
    if (!m_budget.worstY)
        return true;
    const auto metric = metricOf(build.evaluation);
    if (!metric)
        return false;
    const double value = inUnit(metric->kind, metric->value);
    return higherIsBetter(metric->kind) ? value >= *m_budget.worstY : value <= *m_budget.worstY;
}

void ComparePage::refresh()
{
    const SnapshotPtr& snapshot = workspace().snapshot();
    const bool has = snapshot && !snapshot->builds.empty();
    showEmpty(!has);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_axis, m_report, m_deploy})
        widget->setVisible(has);
    if (!has) {
        m_rows->setRows({});
        m_scatter->setPoints({});
        refreshInspector();
        return;
    }
    static const char* units[] = {"kB", "MMACs", "kB", "ms"};
    const QString unit = QString::fromLatin1(units[m_axis->currentIndex()]);
    const MetricKind ranked = snapshot->metricKind().value_or(MetricKind::Top1);
    setSubtitle(tr("%1 on validation against").arg(metricWords(ranked).title));
    if (ranked != m_ranked) {
        m_ranked = ranked;
        m_budget.worstY.reset();
        m_rows->setColumns(compareColumns(ranked));
    }
    m_scatter->setAxes({QStringLiteral("%1, %2 (log)").arg(m_axis->currentText(), unit), unit, true}, metricAxis(ranked));
    refreshPoints();
    allow(m_report, snapshot->dataset ? QString() : tr("A report needs data: choose some on the Data page."));
    allow(m_deploy, snapshot->best() ? QString() : tr("No build was measured yet: choose data on the Data page."));
    refreshInspector();
}

void ComparePage::refreshPoints()
{
    const SnapshotPtr& snapshot = workspace().snapshot();
    if (!snapshot)
        return;
    const std::vector<bool> front = snapshot->pareto();
    const Build* best = snapshot->builds.size() > 1 ? snapshot->best() : nullptr;
    std::vector<ScatterPoint> points;
    std::vector<CompareRow> rows;
    std::map<std::string, int> places; // of a build among the points
    for (std::size_t i = 0; i < snapshot->builds.size(); ++i) {
        const Build& build = snapshot->builds[i];
        const QString name = nameText(*snapshot, build);
        rows.push_back({text(build.id), name, build.evaluation, front[i], &build == best, withinBudget(build)});
        const auto metric = metricOf(build.evaluation);
        if (!metric || metric->kind != m_ranked || !std::isfinite(metric->high) || cost(build) <= 0)
            continue;
        ScatterPoint point;
        point.id = text(build.id);
        point.name = name;
        point.x = cost(build);
        point.y = inUnit(m_ranked, metric->value);
        point.yLow = inUnit(m_ranked, metric->low);
        point.yHigh = inUnit(m_ranked, metric->high);
        const auto parent = places.find(build.parent);
        point.parent = parent == places.end() ? -1 : parent->second;
        point.original = build.parent.empty();
        point.pareto = front[i];
        places[build.id] = static_cast<int>(points.size());
        points.push_back(point);
    }
    m_scatter->setPoints(points);
    m_scatter->setBudget(m_budget);
    m_scatter->setSelected(workspace().selectedId());
    m_rows->updateRows(rows);
    m_table->setCurrentRow(snapshot->indexOf(workspace().selectedId()));
}

void ComparePage::refreshInspector()
{
    const SnapshotPtr& snapshot = workspace().snapshot();
    const Build* build = workspace().selected();
    m_layers->showBuild(snapshot.get(), build);
    if (!build) {
        m_name->setText(tr("Nothing selected"));
        m_facts->setFacts({});
        m_waterfall->setSteps({});
        m_recipe->clear();
        return;
    }
    m_scatter->setSelected(workspace().selectedId());
    m_table->setCurrentRow(snapshot->indexOf(workspace().selectedId()));
    m_name->setText(nameText(*snapshot, *build));

    const Build* original = snapshot->original(text(build->id));
    std::vector<FactList::Fact> facts;
    const auto metric = metricOf(build->evaluation);
    if (metric)
        facts.push_back({tr("%1, validation").arg(metricWords(metric->kind).title), metricWithInterval(*metric)});
    if (const auto test = m_test.find(text(build->id)); test != m_test.end())
        facts.push_back({tr("%1, test").arg(metricWords(test->second.kind).title), metricWithInterval(test->second)});
    facts.push_back({tr("File"), kilobytes(build->evaluation.facts.sizeBytes)});
    facts.push_back({tr("MMACs"), megaMacsNumber(build->evaluation.facts.macs)});
    facts.push_back({tr("Peak memory"), kilobytes(build->evaluation.facts.peakActivationBytes)});
    if (build->evaluation.latency)
        facts.push_back({tr("Latency here"), milliseconds(build->evaluation.latency->p50Ms)});
    if (original && original != build) {
        const double smaller = static_cast<double>(original->evaluation.facts.sizeBytes) /
                               static_cast<double>(std::max<std::int64_t>(1, build->evaluation.facts.sizeBytes));
        const auto times = [](double factor) { return QLocale().toString(factor, 'f', 1); };
        QString against = (smaller >= 1.05      ? tr("%1× smaller").arg(times(smaller))
                           : smaller > 1 / 1.05 ? tr("same size")
                                                : tr("%1× larger").arg(times(1 / smaller)))
                              .replace(QLatin1Char(' '), QChar::Nbsp);
        Tone tone = Tone::Better;
        if (const auto before = metricOf(original->evaluation); metric && before && before->kind == metric->kind) {
            against = QStringLiteral("%1, %2").arg(metricChange(*before, *metric), against);
            if (higherIsBetter(metric->kind) ? metric->value < before->low : metric->value > before->high)
                tone = Tone::Worse;
        }
        facts.push_back({tr("Against original"), against, tone});
    }
    m_facts->setFacts(facts);

    std::vector<Waterfall::Step> steps;
    std::optional<TaskMetric> before;
    QStringList recipe;
    for (const Build* step : snapshot->pathTo(text(build->id))) {
        if (const auto value = metricOf(step->evaluation); value && (!before || before->kind == value->kind)) {
            steps.push_back({labelText(*step), inUnit(value->kind, value->value),
                             before ? metricChange(*before, *value) : metricText(*value), before && !isBetter(*before, *value)});
            before = value;
        }
        recipe << recipeLine(step->parameters);
    }
    m_waterfallTitle->setVisible(!steps.empty());
    m_waterfall->setVisible(!steps.empty());
    m_waterfall->setSteps(steps);
    m_recipe->setText(recipe.join(QLatin1Char('\n')));
}

void ComparePage::writeReport()
{
    workspace().steps().run(
        tr("Measuring all builds for the report"), this,
        [snapshot = workspace().snapshot()](const JobContext& job) { return measureAndReport(*snapshot, job); },
        [this](const Measured& measured) {
            m_test = measured.test;
            refreshInspector();
            emit note(tr("The report is in %1.").arg(pathText(measured.report)));
            QDesktopServices::openUrl(QUrl::fromLocalFile(pathText(measured.report)));
        });
}

void ComparePage::deployBest()
{
    if (const Build* best = workspace().snapshot() ? workspace().snapshot()->best() : nullptr) {
        workspace().select(text(best->id));
        emit pageWanted(PageId::Devices);
    }
}

} // namespace hone::studio
