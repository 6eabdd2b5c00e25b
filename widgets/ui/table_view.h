// SPDX-License-Identifier: GPL-3.0-or-later
// A table as every page shows it: sorted by its heads, copied with Ctrl+C, rows 35 px high, hairlines between them.
#pragma once

#include <QFrame>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <QTableView>

#include <vector>

namespace hone::studio
{

// Draws bars, chips and muted second texts as models/row_table.h's roles ask.
class TableDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

class TableView : public QFrame
{
    Q_OBJECT
public:
    // fitContents: as high as its rows, without scrolling of its own.
    enum class Height
    {
        Fill,
        FitRows
    };
    explicit TableView(QAbstractItemModel* model, Height height, QWidget* parent = nullptr);

    QTableView* view() const { return m_view; }
    // The column that takes what room is left, and the others' widths (0: as its contents want).
    void setWidths(const std::vector<int>& widths, int stretched);
    // Of the source model; -1: none.
    int currentRow() const;
    void setCurrentRow(int sourceRow);
    QString tsv() const; // as sorted

protected:
    void resizeEvent(QResizeEvent* event) override;

signals:
    void rowSelected(int sourceRow); // by the user
    void rowActivated(int sourceRow);

private:
    void fit();

    QTableView* m_view;
    QSortFilterProxyModel* m_sorted;
    Height m_height;
    std::vector<int> m_widths; // as wanted; they give way where there is little room
    int m_stretched = 0;
    bool m_setting = false;
};

} // namespace hone::studio
