// SPDX-License-Identifier: GPL-3.0-or-later
// What each group loses alone, by the share of its channels that goes: one line a group, the whole model's value dashed.
#pragma once

#include "plots/training_curves.h"
#include "prune/sensitivity.h"

#include <QWidget>

#include <memory>
#include <vector>

namespace hone::studio
{

class SensitivityPlot : public QWidget
{
    Q_OBJECT
public:
    explicit SensitivityPlot(QWidget* parent = nullptr);
    ~SensitivityPlot() override;

    void setCurves(const Sensitivity& curves, const ValidationAxis& axis);
    void clear();
    // The group whose line stands out; -1: none.
    void setSelected(int group);
    // By group, marked on its line where that is the selected one; empty: none.
    void setPlanned(std::vector<double> ratios);
    // For "copy" on the page: what is drawn, at twice its size.
    QPixmap picture();
    // The group whose line is nearest to a place in the widget, near enough to be meant; -1: none.
    int groupAt(const QPoint& place) const;

signals:
    void groupClicked(int group);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace hone::studio
