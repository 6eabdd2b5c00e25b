// SPDX-License-Identifier: GPL-3.0-or-later
// Loss and accuracy by epoch, live: training loss on the left axis, validation top-1 (percent) on the right one.
#pragma once

#include "train/train.h"

#include <QWidget>

#include <memory>
#include <vector>

namespace hone::studio
{

class TrainingCurves : public QWidget
{
    Q_OBJECT
public:
    explicit TrainingCurves(QWidget* parent = nullptr);
    ~TrainingCurves() override;

    // Everything anew: a finished build's epochs. plannedEpochs sets the x axis (0: as many as there are).
    void setEpochs(const std::vector<EpochResult>& epochs, int plannedEpochs = 0);
    // One more while training runs.
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
