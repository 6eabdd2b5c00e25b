// SPDX-License-Identifier: GPL-3.0-or-later
// The builds of a project as a tree, with those that jobs are making now.
#pragma once

#include "models/workspace.h"

#include <QAbstractItemModel>

#include <vector>

namespace hone::studio
{

class BuildTreeModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Role
    {
        IdRole = Qt::UserRole + 1, // QString; empty for one that is being made
        DetailRole,
        FiguresRole,
        IsNewRole,
        IsBestRole,
        IsPendingRole
    };
    struct Row
    {
        QString id;
        QString parentId;
        QString label;
        QString detail;
        QString figures;
        bool isNew = false;
        bool best = false;
        bool pending = false;
    };

    explicit BuildTreeModel(QObject* parent = nullptr);

    // Parents before children; a row whose parent is missing becomes a root.
    void setRows(std::vector<Row> rows);
    QModelIndex indexOf(const QString& id) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Node
    {
        Row row;
        int parent = -1; // index into m_nodes
        int place = 0;   // among its siblings
        std::vector<int> children;
    };
    const std::vector<int>& childrenOf(const QModelIndex& parent) const;

    std::vector<Node> m_nodes;
    std::vector<int> m_roots;
};

std::vector<BuildTreeModel::Row> treeRows(const Workspace& workspace);

} // namespace hone::studio
