// SPDX-License-Identifier: GPL-3.0-or-later
// The builds tree on the left.
#pragma once

#include "models/build_tree_model.h"

#include <QFrame>
#include <QStyledItemDelegate>

class QLabel;
class QToolButton;
class QTreeView;

namespace hone::studio
{

// Two lines a build: label and star; what made it, accuracy and size.
class BuildsDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

class BuildsPanel : public QFrame
{
    Q_OBJECT
public:
    explicit BuildsPanel(Workspace& workspace, QWidget* parent = nullptr);

signals:
    void importWanted();

protected:
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    void showSelection();
    void showMenu(const QPoint& place);
    void tint();

    Workspace& m_workspace;
    BuildTreeModel m_model;
    QTreeView* m_tree;
    QToolButton* m_add;
    QLabel* m_hint;
};

} // namespace hone::studio
