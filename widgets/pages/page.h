// SPDX-License-Identifier: GPL-3.0-or-later
// What every page has: a title, one primary action, a body, perhaps something of its own in the inspector.
#pragma once

#include "models/workspace.h"
#include "pages/page_id.h"
#include "ui/parts.h"

#include <QStackedWidget>
#include <QWidget>

class QHBoxLayout;
class QVBoxLayout;

namespace hone::studio
{

class Page : public QWidget
{
    Q_OBJECT
public:
    Page(const QString& title, Workspace& workspace, QWidget* parent = nullptr);

    // Null: the inspector shows the selected build.
    virtual QWidget* inspector() { return nullptr; }
    // Pressed with Ctrl+Return.
    virtual QPushButton* primaryAction() { return nullptr; }
    // False while something that the page draws is still on its way.
    virtual bool isSettled() const { return true; }

signals:
    void pageWanted(hone::studio::PageId page);
    void importWanted();
    void note(const QString& text); // shown for a moment
    void undoOffered(const QString& text, const std::function<void()>& undo);

protected:
    Workspace& workspace() const { return m_workspace; }
    QHBoxLayout* header() const { return m_header; }
    QVBoxLayout* body() const { return m_body; }
    void setSubtitle(const QString& text);
    // In place of the body where there is nothing to show.
    void setEmptyState(EmptyState* state);
    void showEmpty(bool empty);

private:
    Workspace& m_workspace;
    QLabel* m_subtitle;
    QHBoxLayout* m_header;
    QVBoxLayout* m_body;
    QStackedWidget* m_stack;
    EmptyState* m_empty = nullptr;
};

// A scrolled column for the inspector.
class InspectorPanel : public QWidget
{
    Q_OBJECT
public:
    explicit InspectorPanel(QWidget* parent = nullptr);
    QLabel* addKicker(const QString& text); // "SELECTED"
    QLabel* addHeading(const QString& text);
    QLabel* addSection(const QString& text); // "WHAT EACH STEP DID"
    void add(QWidget* widget);
    void addLeft(QWidget* widget); // no wider than it wants to be
    void addStretch();

private:
    QVBoxLayout* m_layout;
};

// Capitals with spacing, as sections are headed.
QString sectionText(const QString& text);

} // namespace hone::studio
