// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/build_tree_model.h"

#include "models/build_text.h"

#include <map>

namespace hone::studio
{

BuildTreeModel::BuildTreeModel(QObject* parent) : QAbstractItemModel(parent) {}

void BuildTreeModel::setRows(std::vector<Row> rows)
{
    beginResetModel();
    m_nodes.clear();
    m_roots.clear();
    std::map<QString, int> places;
    for (Row& row : rows) {
        const int self = static_cast<int>(m_nodes.size());
        const auto parent = row.parentId.isEmpty() ? places.end() : places.find(row.parentId);
        Node node;
        node.parent = parent == places.end() ? -1 : parent->second;
        auto& siblings = node.parent < 0 ? m_roots : m_nodes[static_cast<std::size_t>(node.parent)].children;
        node.place = static_cast<int>(siblings.size());
        siblings.push_back(self);
        if (!row.id.isEmpty())
            places[row.id] = self;
        node.row = std::move(row);
        m_nodes.push_back(std::move(node));
    }
    endResetModel();
}

QModelIndex BuildTreeModel::indexOf(const QString& id) const
{
    for (std::size_t i = 0; i < m_nodes.size(); ++i)
        if (!id.isEmpty() && m_nodes[i].row.id == id)
            return createIndex(m_nodes[i].place, 0, static_cast<quintptr>(i));
    return {};
}

const std::vector<int>& BuildTreeModel::childrenOf(const QModelIndex& parent) const
{
    return parent.isValid() ? m_nodes[parent.internalId()].children : m_roots;
}

QModelIndex BuildTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, static_cast<quintptr>(childrenOf(parent)[static_cast<std::size_t>(row)]));
}

QModelIndex BuildTreeModel::parent(const QModelIndex& index) const
{
    if (!index.isValid())
        return {};
    const int parent = m_nodes[index.internalId()].parent;
    if (parent < 0)
        return {};
    return createIndex(m_nodes[static_cast<std::size_t>(parent)].place, 0, static_cast<quintptr>(parent));
}

int BuildTreeModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(childrenOf(parent).size());
}

int BuildTreeModel::columnCount(const QModelIndex&) const
{
    return 1;
}

QVariant BuildTreeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = m_nodes[index.internalId()].row;
    switch (role) {
    case Qt::DisplayRole: return row.label;
    case Qt::AccessibleTextRole:
    case Qt::ToolTipRole: {
        QStringList parts = {row.label, row.detail, row.figures};
        if (row.isNew)
            parts << tr("new");
        if (row.best)
            parts << tr("worth deploying: the smallest that is nearly as good as the best");
        parts.removeAll(QString());
        return parts.join(QStringLiteral("\n"));
    }
    case IdRole: return row.id;
    case DetailRole: return row.detail;
    case FiguresRole: return row.figures;
    case IsNewRole: return row.isNew;
    case IsBestRole: return row.best;
    case IsPendingRole: return row.pending;
    default: return {};
    }
}

std::vector<BuildTreeModel::Row> treeRows(const Workspace& workspace)
{
    std::vector<BuildTreeModel::Row> rows;
    const SnapshotPtr& snapshot = workspace.snapshot();
    if (!snapshot)
        return rows;
    // A mark among fewer than two says nothing.
    const Build* best = snapshot->builds.size() > 1 ? snapshot->best() : nullptr;
    for (const Build& build : snapshot->builds) {
        BuildTreeModel::Row row;
        row.id = text(build.id);
        row.parentId = text(build.parent);
        row.label = labelText(build);
        row.detail = detailText(build);
        row.figures = figuresText(build);
        row.isNew = workspace.isNew(row.id);
        row.best = &build == best;
        rows.push_back(std::move(row));
    }
    for (const PendingBuild& pending : workspace.pending()) {
        if (pending.project != snapshot->folder)
            continue;
        BuildTreeModel::Row row;
        row.parentId = pending.parent;
        row.label = pending.label;
        row.detail = BuildTreeModel::tr("in the making");
        row.pending = true;
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace hone::studio
