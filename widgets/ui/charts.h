// SPDX-License-Identifier: GPL-3.0-or-later
// Two small drawings for the inspector.
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace hone::studio
{

// Importance by channel, sorted; those that go are grey.
class ImportanceBars : public QWidget
{
    Q_OBJECT
public:
    explicit ImportanceBars(QWidget* parent = nullptr);
    // Any order; `kept` channels, those of the highest importance, are coloured.
    void setImportance(std::vector<double> importance, std::size_t kept);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<double> m_sorted;
    std::size_t m_kept = 0;
};

// What each step did to the metric: the first bar is the start, each further one goes from the value before to its own.
class Waterfall : public QWidget
{
    Q_OBJECT
public:
    struct Step
    {
        QString name;
        double value = 0;
        QString figure;      // the first one's value, of a further one the change
        bool better = false; // than the step before
    };
    explicit Waterfall(QWidget* parent = nullptr);
    void setSteps(std::vector<Step> steps);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Step> m_steps;
};

} // namespace hone::studio
