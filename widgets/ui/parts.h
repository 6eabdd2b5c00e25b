// SPDX-License-Identifier: GPL-3.0-or-later
// The small pieces that pages are put together from. A widget's "role" decides its look (resources/themes/studio.qss).
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QString>
#include <QWidget>

#include <functional>
#include <utility>
#include <vector>

class QBoxLayout;
class QGridLayout;
class QVBoxLayout;

namespace hone::studio
{

void setRole(QWidget* widget, const QString& role);
QLabel* label(const QString& text, const char* role, QWidget* parent = nullptr);
QPushButton* button(const QString& text, const char* role = "", QWidget* parent = nullptr);
QFrame* card(QWidget* parent = nullptr);
// Removes what a layout holds.
void clearLayout(QLayout* layout);

// Enabled where `reason` is empty; else disabled, and says why on hover and to a screen reader.
void allow(QWidget* widget, const QString& reason);
// The tooltip that an enabled widget has.
void describe(QWidget* widget, const QString& tip);

enum class Tone
{
    Plain,
    Better,
    Worse
};

// Figures side by side in one card.
class FigureStrip : public QFrame
{
    Q_OBJECT
public:
    struct Figure
    {
        QString caption;
        QString value;
        QString change;
        Tone tone = Tone::Plain;
    };
    explicit FigureStrip(QWidget* parent = nullptr);
    void setFigures(const std::vector<Figure>& figures);
};

// Names on the left, values on the right.
class FactList : public QWidget
{
    Q_OBJECT
public:
    struct Fact
    {
        QString name;
        QString value;
        Tone tone = Tone::Plain;
    };
    explicit FactList(QWidget* parent = nullptr);
    void setFacts(const std::vector<Fact>& facts);

private:
    QGridLayout* m_grid;
};

// What an empty page is for, in one line, and the one button that fills it.
class EmptyState : public QWidget
{
    Q_OBJECT
public:
    EmptyState(const QString& icon, const QString& line, const QString& action, QWidget* parent = nullptr);
    QPushButton* action() const { return m_action; }

protected:
    void changeEvent(QEvent* event) override;

private:
    void tint();
    QString m_iconName;
    QLabel* m_icon;
    QPushButton* m_action;
};

// One line across the page's top that goes again: an error with its way out, or something to undo.
class Banner : public QFrame
{
    Q_OBJECT
public:
    explicit Banner(QWidget* parent = nullptr);
    void showProblem(const QString& text);
    void showNote(const QString& text, const QString& action = {}, std::function<void()> run = {});

protected:
    void changeEvent(QEvent* event) override;

private:
    void show(const QString& text, bool problem);
    void tint();
    QLabel* m_icon;
    QLabel* m_text;
    QPushButton* m_action;
    QPushButton* m_copy;
    QPushButton* m_close;
    std::function<void()> m_run;
    bool m_problem = false;
};

} // namespace hone::studio
