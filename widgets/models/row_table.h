// SPDX-License-Identifier: GPL-3.0-or-later
// A table over plain values: the index arithmetic written once, what a column shows given as functions.
#pragma once

#include <QAbstractTableModel>
#include <QString>
#include <QVariant>

#include <functional>
#include <utility>
#include <vector>

namespace hone::studio
{

enum class Alignment
{
    Text,
    Figure // right-aligned
};

// Beside Qt's own roles, every table answers these.
enum TableRole
{
    SortRole = Qt::UserRole + 1, // a number or text to order by
    IdRole,                      // the row's id, if its rows have one
    FadedRole,                   // bool: drawn in the muted colour
    BitsRole,                    // int: drawn as a chip of that bit width
    BarRole,                     // double 0 to 1: drawn as a bar before the text
    SecondaryRole                // QString: drawn muted behind the text
};

template<class Row>
struct Column
{
    QString title;
    QString hint; // tooltip of the head
    Alignment alignment = Alignment::Text;
    std::function<QString(const Row&)> text;
    std::function<QVariant(const Row&)> sortKey;
    std::function<QVariant(const Row&, int role)> more;
};

template<class Row>
class RowTable : public QAbstractTableModel
{
public:
    explicit RowTable(std::vector<Column<Row>> columns, QObject* parent = nullptr)
        : QAbstractTableModel(parent),
          m_columns(std::move(columns))
    {}

    void setRows(std::vector<Row> rows)
    {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    }
    void setColumns(std::vector<Column<Row>> columns)
    {
        beginResetModel();
        m_columns = std::move(columns);
        endResetModel();
    }
    // The same rows with other contents: selection and scrolling stay.
    void updateRows(std::vector<Row> rows)
    {
        if (rows.size() != m_rows.size()) {
            setRows(std::move(rows));
            return;
        }
        m_rows = std::move(rows);
        if (!m_rows.empty())
            emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }
    const std::vector<Row>& rows() const { return m_rows; }
    const Row& row(int index) const { return m_rows.at(static_cast<std::size_t>(index)); }

    int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : static_cast<int>(m_rows.size()); }
    int columnCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : static_cast<int>(m_columns.size()); }
    QVariant data(const QModelIndex& index, int role) const override
    {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid))
            return {};
        const Column<Row>& column = m_columns[static_cast<std::size_t>(index.column())];
        const Row& row = m_rows[static_cast<std::size_t>(index.row())];
        switch (role) {
        case Qt::DisplayRole: return column.text(row);
        case SortRole: return column.sortKey ? column.sortKey(row) : QVariant(column.text(row));
        case Qt::TextAlignmentRole:
            return QVariant::fromValue<Qt::Alignment>(Qt::AlignVCenter |
                                                      (column.alignment == Alignment::Figure ? Qt::AlignRight : Qt::AlignLeft));
        default: return column.more ? column.more(row, role) : QVariant();
        }
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
            return {};
        const Column<Row>& column = m_columns[static_cast<std::size_t>(section)];
        switch (role) {
        case Qt::DisplayRole: return column.title;
        case Qt::ToolTipRole: return column.hint.isEmpty() ? QVariant() : QVariant(column.hint);
        case Qt::TextAlignmentRole:
            return QVariant::fromValue<Qt::Alignment>(Qt::AlignVCenter |
                                                      (column.alignment == Alignment::Figure ? Qt::AlignRight : Qt::AlignLeft));
        default: return {};
        }
    }

private:
    std::vector<Column<Row>> m_columns;
    std::vector<Row> m_rows;
};

} // namespace hone::studio
