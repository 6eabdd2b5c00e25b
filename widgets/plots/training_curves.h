// SPDX-License-Identifier: GPL-3.0-or-later
// Loss and the task's metric by epoch, live: training loss on the left axis, the metric on the validation split on the right one.
#pragma once

#include "train/train.h"

#include <QWidget>

#include <functional>
#include <memory>
#include <vector>

namespace hone::studio
{

// What the right axis shows, in the metric's own unit.
struct ValidationAxis
{
    QString title;                         // "accuracy, %"
    std::function<QString(double)> number; // a value with its unit; none: percent
};

class TrainingCurves : public QWidget
{
    Q_OBJECT
public:
    explicit TrainingCurves(QWidget* parent = nullptr);
    ~TrainingCurves() override;

    // Everything anew: a finished build's epochs. plannedEpochs sets the x axis (0: as many as there are).
    void setEpochs(const std::vector<EpochResult>& epochs, int plannedEpochs = 0);
    // One more while training runs.
    void setValidationAxis(const ValidationAxis& axis);
    void addEpoch(const EpochResult& epoch);
    void clear();
    // For "copy" on the page: what is drawn, at twice its size.
    QPixmap picture();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace hone::studio
