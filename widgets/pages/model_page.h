// SPDX-License-Identifier: GPL-3.0-or-later
// The selected build's layers with their costs, and its graph.
#pragma once

#include "models/tables.h"
#include "pages/page.h"

class QSplitter;

namespace hone::studio
{

class GraphView;
class TableView;

class ModelPage : public Page
{
    Q_OBJECT
public:
    explicit ModelPage(Workspace& workspace, QWidget* parent = nullptr);
    QWidget* inspector() override { return m_inspector; }
    QPushButton* primaryAction() override { return m_slim; }
    bool isSettled() const override;

    // For the search field.
    const std::vector<LayerRow>& layers() const { return m_layers->rows(); }
    void selectLayer(int row);

private:
    void refresh();
    void show(const ModelFactsPtr& model);
    void showLayer(int row);

    ModelFactsPtr m_model;
    QString m_shownId;
    QPushButton* m_slim;
    QPushButton* m_copy;
    FigureStrip* m_figures;
    RowTable<LayerRow>* m_layers;
    TableView* m_table;
    GraphView* m_graph;
    InspectorPanel* m_inspector;
    QLabel* m_layerName;
    FactList* m_layerFacts;
    QLabel* m_attributesTitle;
    FactList* m_attributes;
};

} // namespace hone::studio
