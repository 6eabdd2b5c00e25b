// SPDX-License-Identifier: GPL-3.0-or-later
// All builds against each other: their task's metric over cost, the same rows as a table, and what each step did.
#pragma once

#include "models/tables.h"
#include "pages/page.h"
#include "plots/scatter_plot.h"

#include <map>

class QComboBox;

namespace hone::studio
{

class QuantizedLayers;
class TableView;
class Waterfall;

class ComparePage : public Page
{
    Q_OBJECT
public:
    explicit ComparePage(Workspace& workspace, QWidget* parent = nullptr);
    QWidget* inspector() override { return m_inspector; }
    QPushButton* primaryAction() override { return m_deploy; }

private:
    void makeInspector();
    void refresh();
    void refreshPoints();
    void refreshInspector();
    bool withinBudget(const Build& build) const;
    double cost(const Build& build) const; // on the x axis
    void writeReport();
    void deployBest();

    QComboBox* m_axis;
    QPushButton* m_report;
    QPushButton* m_deploy;
    ScatterPlot* m_scatter;
    RowTable<CompareRow>* m_rows;
    TableView* m_table;
    MetricKind m_ranked = MetricKind::Top1; // what the builds are ranked by
    Budget m_budget;
    std::map<QString, TaskMetric> m_test; // by build id, of the last report

    InspectorPanel* m_inspector;
    QLabel* m_name;
    FactList* m_facts;
    QLabel* m_waterfallTitle;
    Waterfall* m_waterfall;
    QLabel* m_recipe;
    QuantizedLayers* m_layers;
};

} // namespace hone::studio
