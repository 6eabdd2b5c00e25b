// SPDX-License-Identifier: GPL-3.0-or-later
// Fine-tuning: the settings, and the curves of what trains now or of the selected build.
#pragma once

#include "pages/page.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QSpinBox;

namespace hone::studio
{

class TrainingCurves;
class TrainingExtras;

class TrainPage : public Page
{
    Q_OBJECT
public:
    explicit TrainPage(Workspace& workspace, QWidget* parent = nullptr);
    QPushButton* primaryAction() override { return m_train; }

private:
    QWidget* makeSettings();
    QWidget* makeCurves();
    FinetuneParameters parameters() const;
    void refresh();
    void refreshCurves();

    QPushButton* m_train;
    QPushButton* m_copyCommand;
    QSpinBox* m_epochs;
    QSpinBox* m_batch;
    QComboBox* m_optimizer;
    QDoubleSpinBox* m_rate;
    QComboBox* m_schedule;
    QComboBox* m_head;
    QCheckBox* m_flip;
    QSpinBox* m_crop;
    QPushButton* m_more;
    QWidget* m_moreSettings;
    TrainingExtras* m_extras;
    QDoubleSpinBox* m_decay;
    QDoubleSpinBox* m_smoothing;
    QSpinBox* m_patience;
    QSpinBox* m_seed;
    QLineEdit* m_freeze;

    QLabel* m_curvesTitle;
    QLabel* m_curvesNote;
    TrainingCurves* m_curves;
    QLabel* m_noCurves;
    FigureStrip* m_figures;
    JobId m_liveJob = 0;
    std::size_t m_liveEpochs = 0;
};

} // namespace hone::studio
