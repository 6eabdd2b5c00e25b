// SPDX-License-Identifier: GPL-3.0-or-later
// A build's curves of sensitivity: measured by a job, kept beside its model, drawn.
#pragma once

#include "models/workspace.h"
#include "project/sensitivity_file.h"

#include <QFrame>

#include <memory>
#include <optional>

class QLabel;
class QPushButton;

namespace hone::studio
{

class SensitivityPlot;

using SensitivityPtr = std::shared_ptr<const Sensitivity>;

struct CurvesOfBuild
{
    SensitivityPtr curves;         // null: none
    std::optional<DataFacts> data; // of the project now; none where there are no curves or no data
};

class SensitivityCard : public QFrame
{
    Q_OBJECT
public:
    explicit SensitivityCard(Workspace& workspace, QWidget* parent = nullptr);

    // Reads what is kept. Null: nothing is shown.
    void showBuild(const Build* build);
    // What a measurement is asked for goes by the step that it is for.
    void setStep(const PruneParameters& parameters);
    // Why the button can't be used besides what the card knows itself; empty: it can.
    void setBlocked(const QString& reason);
    // Of the build shown; null: none were measured.
    const SensitivityPtr& curves() const { return m_curves; }
    // Whether pruning by the step's parameters would take these curves, not others.
    bool isForStep() const;

    // The group whose line stands out, by its name.
    void select(const QString& group);
    // By group of the curves.
    void setPlanned(std::vector<double> ratios);
    QPushButton* measureButton() const { return m_measure; }

signals:
    void curvesChanged();
    void groupChosen(const QString& name);

private:
    void read();
    void measure();
    void take(const CurvesOfBuild& curves);
    void refresh();

    Workspace& m_workspace;
    QString m_id; // of the build shown; empty: none
    std::filesystem::path m_model;
    PruneParameters m_step;
    QString m_blocked;
    QString m_group;
    SensitivityPtr m_curves;
    std::optional<DataFacts> m_data;
    JobId m_job = 0; // that measures; 0: none

    QLabel* m_facts;
    QPushButton* m_measure;
    QPushButton* m_copy;
    SensitivityPlot* m_plot;
};

} // namespace hone::studio
