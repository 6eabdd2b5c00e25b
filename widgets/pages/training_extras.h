// SPDX-License-Identifier: GPL-3.0-or-later
// Settings of a training that most leave as they are.
#pragma once

#include "train/train.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace hone::studio
{

class TrainingExtras : public QWidget
{
    Q_OBJECT
public:
    explicit TrainingExtras(QWidget* parent = nullptr);
    void applyTo(TrainOptions& options) const;

private:
    QCheckBox* m_freezeBody;
    QDoubleSpinBox* m_bodyFactor;
    QSpinBox* m_randomOperations;
    QDoubleSpinBox* m_magnitude;
    QDoubleSpinBox* m_mixUp;
    QDoubleSpinBox* m_cutMix;
    QDoubleSpinBox* m_average;
    QDoubleSpinBox* m_clip;
    QSpinBox* m_accumulate;
    QComboBox* m_precision;
    QComboBox* m_device;
};

} // namespace hone::studio
