// SPDX-License-Identifier: GPL-3.0-or-later
// Channels out, bits down: what a share of channels would give, and the steps that make it so.
#pragma once

#include "models/slim_plan.h"
#include "models/tables.h"
#include "pages/page.h"

#include <QTimer>

class QComboBox;
class QLayout;
class QSlider;
class QSpinBox;

namespace hone::studio
{

class GroupInspector;
class QuantizeCard;
class SensitivityCard;
class TableView;

class SlimPage : public Page
{
    Q_OBJECT
public:
    explicit SlimPage(Workspace& workspace, QWidget* parent = nullptr);
    QWidget* inspector() override;
    QPushButton* primaryAction() override { return m_build; }
    bool isSettled() const override { return !m_planning; }

private:
    QWidget* makeControls();
    QLayout* makeCutRow();
    QLayout* makeTrainRow(QPushButton* more);
    QLayout* makeImportanceRow();
    PruneParameters parameters() const;
    void fillGoals();
    void refresh();
    void replan();
    void showPlan();
    void showGroup(int row);
    void showPlannedOnCurves();
    void selectGroup(const QString& name);
    GroupRatios plannedRatios() const;
    void allowActions();
    void start();

    QString m_shownId;
    SlimBasisPtr m_basis;
    SlimPlan m_plan;
    Message m_problem{MessageCode::InternalFault, {}};
    bool m_hasProblem = false;
    bool m_planning = false;
    int m_shownRow = 0;
    QTimer m_replanSoon;

    QPushButton* m_build;
    QComboBox* m_goal;
    int m_ownGoals = 0; // before the project's devices
    QSlider* m_ratio;
    QLabel* m_ratioText;
    QComboBox* m_scope;
    QSpinBox* m_epochs;
    QComboBox* m_importance;
    QComboBox* m_roundTo;
    QSpinBox* m_rounds;
    QuantizeCard* m_quantize;
    FigureStrip* m_figures;
    RowTable<GroupRow>* m_groups;
    TableView* m_table;
    SensitivityCard* m_sensitivity;
    QLabel* m_footnote;
    QPushButton* m_copyCommand;
    QPushButton* m_copyTable;

    GroupInspector* m_inspector;
};

} // namespace hone::studio
