// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/model_page.h"

#include "graphview/graph_drawing.h"
#include "graphview/graph_view.h"
#include "models/build_text.h"
#include "theme/figures.h"
#include "theme/theme.h"
#include "ui/table_view.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLocale>
#include <QSplitter>
#include <QVBoxLayout>

namespace hone::studio
{

namespace
{

QString attributeText(const Attribute& attribute)
{
    const auto list = [](const auto& values) {
        QStringList parts;
        for (const auto& value : values)
            parts << QString::number(value);
        return QStringLiteral("[%1]").arg(parts.join(QStringLiteral(", ")));
    };
    if (const auto* number = std::get_if<std::int64_t>(&attribute))
        return QString::number(*number);
    if (const auto* number = std::get_if<float>(&attribute))
        return QString::number(static_cast<double>(*number));
    if (const auto* string = std::get_if<std::string>(&attribute))
        return text(*string);
    if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute))
        return list(*numbers);
    if (const auto* numbers = std::get_if<std::vector<float>>(&attribute))
        return list(*numbers);
    if (const auto* tensor = std::get_if<Tensor>(&attribute))
        return text(toText(tensor->shape()));
    return QStringLiteral("…");
}

} // namespace

ModelPage::ModelPage(Workspace& workspace, QWidget* parent)
    : Page(tr("Model"), workspace, parent),
      m_slim(button(tr("Slim it"), "primary")),
      m_copy(button(tr("Copy table"))),
      m_figures(new FigureStrip),
      m_layers(new RowTable<LayerRow>(layerColumns(), this)),
      m_table(new TableView(m_layers, TableView::Height::Fill)),
      m_graph(new GraphView),
      m_inspector(new InspectorPanel)
{
    header()->addWidget(m_copy);
    header()->addWidget(m_slim);
    body()->addWidget(m_figures);
    m_table->setWidths({0, 116, 118, 72, 94, 72, 112}, 0);

    auto* graphCard = card();
    auto* graphLayout = new QVBoxLayout(graphCard);
    graphLayout->setContentsMargins(1, 1, 1, 1);
    graphLayout->addWidget(m_graph);
    m_graph->setAccessibleName(tr("The model's graph"));

    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setHandleWidth(space::card + 2);
    splitter->addWidget(graphCard);
    splitter->addWidget(m_table);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    graphCard->setMinimumHeight(200);
    m_table->setMinimumHeight(160);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({1000, 1000});
    body()->addWidget(splitter, 1);

    m_inspector->addKicker(tr("Layer"));
    m_layerName = m_inspector->addHeading({});
    m_layerFacts = new FactList;
    m_inspector->add(m_layerFacts);
    m_attributesTitle = m_inspector->addSection(tr("Attributes"));
    m_attributes = new FactList;
    m_inspector->add(m_attributes);
    m_inspector->addStretch();

    auto* empty = new EmptyState(QStringLiteral("model"), tr("The layers of a build and what each of them costs."), tr("Add a model…"));
    setEmptyState(empty);
    connect(empty->action(), &QPushButton::clicked, this, &Page::importWanted);
    connect(m_slim, &QPushButton::clicked, this, [this] { emit pageWanted(PageId::Slim); });
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_table->tsv()); });
    connect(m_table, &TableView::rowSelected, this, [this](int row) {
        showLayer(row);
        m_graph->selectNode(m_layers->row(row).node);
    });
    connect(m_graph, &GraphView::nodeSelected, this, [this](hone::NodeId node) {
        const auto& rows = m_layers->rows();
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows[i].node == node) {
                m_table->setCurrentRow(static_cast<int>(i));
                showLayer(static_cast<int>(i));
            }
    });
    connect(&workspace, &Workspace::selectionChanged, this, &ModelPage::refresh);
    refresh();
}

bool ModelPage::isSettled() const
{
    return !m_model || m_graph->isLaidOut();
}

void ModelPage::refresh()
{
    const Build* build = workspace().selected();
    showEmpty(!build);
    m_slim->setVisible(build);
    m_copy->setVisible(build);
    if (!build) {
        m_shownId.clear();
        m_model.reset();
        m_layers->setRows({});
        m_graph->clear();
        showLayer(-1);
        setSubtitle({});
        return;
    }
    setSubtitle(labelText(*build));
    if (text(build->id) == m_shownId)
        return;
    m_shownId = text(build->id);
    workspace().readModel(*build, this, [this, id = m_shownId](const ModelFactsPtr& model) {
        if (id == m_shownId)
            show(model);
    });
}

void ModelPage::show(const ModelFactsPtr& model)
{
    m_model = model;
    const GraphCost& cost = model->cost;
    const Build* build = workspace().selected();
    m_figures->setFigures({{tr("File"), kilobytes(build ? build->evaluation.facts.sizeBytes : 0), {}},
                           {tr("Parameters"), QLocale().toString(static_cast<qlonglong>(cost.parameters)), {}},
                           {tr("MMACs"), megaMacsNumber(cost.macs), cost.complete ? QString() : tr("at least")},
                           {tr("Peak memory"), kilobytes(cost.peakActivationBytes), cost.complete ? QString() : tr("at least")},
                           {tr("Opset"), QString::number(model->graph.opset()), {}}});
    m_layers->setRows(layerRows(*model));
    showLayer(m_layers->rowCount() > 0 ? 0 : -1);
    m_table->setCurrentRow(0);
    workspace().reads().run(
        tr("Drawing the graph"), this, [model](const JobContext&) { return drawingOf(model->graph); },
        [this, model](GraphDrawing drawing) {
            if (model == m_model)
                m_graph->setDrawing(std::move(drawing));
        });
}

void ModelPage::selectLayer(int row)
{
    m_table->setCurrentRow(row);
    showLayer(row);
    m_graph->selectNode(m_layers->row(row).node);
}

void ModelPage::showLayer(int row)
{
    if (row < 0 || !m_model) {
        m_layerName->setText(tr("No layer"));
        m_layerFacts->setFacts({});
        m_attributes->setFacts({});
        m_attributesTitle->hide();
        return;
    }
    const LayerRow& layer = m_layers->row(row);
    const Node& node = m_model->graph.node(layer.node);
    m_layerName->setText(layer.name);
    std::vector<FactList::Fact> facts = {{tr("Operator"), layer.op}, {tr("Output"), layer.shape}};
    if (layer.parameters > 0)
        facts.push_back({tr("Parameters"), QLocale().toString(static_cast<qlonglong>(layer.parameters))});
    if (layer.bits > 0)
        facts.push_back({tr("Weights"), tr("%1 bit").arg(layer.bits)});
    if (layer.macs > 0)
        facts.push_back({tr("MMACs"), QStringLiteral("%1 (%2)").arg(megaMacsNumber(layer.macs), percent(layer.macsShare))});
    facts.push_back({tr("Output memory"), kilobytes(layer.activationBytes)});
    m_layerFacts->setFacts(facts);

    std::vector<FactList::Fact> attributes;
    for (const auto& [name, attribute] : node.attributes)
        attributes.push_back({text(name), attributeText(attribute)});
    m_attributes->setFacts(attributes);
    m_attributesTitle->setVisible(!attributes.empty());
}

} // namespace hone::studio
