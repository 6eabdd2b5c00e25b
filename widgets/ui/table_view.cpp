// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/table_view.h"

#include "models/row_table.h"
#include "models/table_text.h"
#include "theme/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPainter>
#include <QScrollBar>
#include <QShortcut>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace hone::studio
{

namespace
{

constexpr int rowHeight = 35;
constexpr int barWidth = 120;
// What the column that takes the rest should be left with, and how narrow others become for it at most.
constexpr int leastStretched = 150;
constexpr int leastFixed = 64;

void drawBar(QPainter& painter, const QRect& place, double share, const Palette& palette)
{
    QRectF groove(place.left(), place.center().y() - 1.5, place.width(), 4);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette.groove);
    painter.drawRoundedRect(groove, 2, 2);
    groove.setWidth(std::clamp(share, 0.0, 1.0) * groove.width());
    painter.setBrush(palette.accent);
    painter.drawRoundedRect(groove, 2, 2);
}

void drawChip(QPainter& painter, const QRect& area, const QString& text, int bits, const QFont& base, const Palette& palette)
{
    const QFont font = sized(base, type::small, QFont::DemiBold);
    const int width = QFontMetrics(font).horizontalAdvance(text) + 16;
    const QRect chip(area.left(), area.center().y() - 8, width, 18);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette.bitsGround(bits));
    painter.drawRoundedRect(chip, 3, 3);
    painter.setFont(font);
    painter.setPen(palette.bitsText(bits));
    painter.drawText(chip, Qt::AlignCenter, text);
}

} // namespace

void TableDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Palette& palette = Palette::of(option.widget);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool selected = option.state & QStyle::State_Selected;
    painter->fillRect(option.rect, selected ? palette.rowSelected : palette.surface);
    painter->setPen(palette.line);
    if (index.row() + 1 < index.model()->rowCount())
        painter->drawLine(QPointF(option.rect.left(), option.rect.bottom() + 0.5),
                          QPointF(option.rect.right() + 1, option.rect.bottom() + 0.5));

    QRect area = option.rect.adjusted(space::card, 0, -space::card, 0);
    const QString text = index.data().toString();
    const bool right = index.data(Qt::TextAlignmentRole).value<Qt::Alignment>().testFlag(Qt::AlignRight);
    if (const QVariant bits = index.data(BitsRole); bits.isValid()) {
        drawChip(*painter, area, text, bits.toInt(), option.font, palette);
        painter->restore();
        return;
    }
    if (const QVariant share = index.data(BarRole); share.isValid()) {
        const QFontMetrics metrics(option.font);
        const int reserved = metrics.horizontalAdvance(QStringLiteral("100 %"));
        const int width = std::min(barWidth, std::max(0, area.width() - reserved - space::unit));
        drawBar(*painter, {area.left(), area.top(), width, area.height()}, share.toDouble(), palette);
        area.setLeft(area.left() + width + space::unit);
    }
    painter->setFont(option.font);
    const QFontMetrics metrics(option.font);
    QString secondary = index.data(SecondaryRole).toString();
    int secondaryWidth = secondary.isEmpty() ? 0 : metrics.horizontalAdvance(QStringLiteral(" ") + secondary);
    if (metrics.horizontalAdvance(text) + secondaryWidth > area.width()) { // what matters less gives way first
        secondary.clear();
        secondaryWidth = 0;
    }
    // Layers of a path's form begin alike.
    const auto mode = text.contains(u'/') ? Qt::ElideLeft : Qt::ElideMiddle;
    const QString shown = metrics.elidedText(text, mode, std::max(0, area.width() - secondaryWidth));
    const int width = metrics.horizontalAdvance(shown) + secondaryWidth;
    int x = right ? area.right() + 1 - width : area.left();
    const auto draw = [&](const QString& piece, const QColor& colour) {
        painter->setPen(colour);
        painter->drawText(QRect(x, area.top(), area.right() + 1 - x, area.height()), Qt::AlignVCenter | Qt::AlignLeft, piece);
        x += metrics.horizontalAdvance(piece);
    };
    draw(shown, index.data(FadedRole).toBool() ? palette.muted : palette.text);
    if (!secondary.isEmpty())
        draw(QStringLiteral(" ") + secondary, palette.muted);
    painter->restore();
}

QSize TableDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QFontMetrics metrics(option.font);
    const QString secondary = index.data(SecondaryRole).toString();
    int width = metrics.horizontalAdvance(index.data().toString()) + 2 * space::card + 2;
    if (!secondary.isEmpty())
        width += metrics.horizontalAdvance(QStringLiteral(" ") + secondary);
    if (index.data(BarRole).isValid())
        width += barWidth + space::unit;
    if (index.data(BitsRole).isValid())
        width += 16;
    return {width, rowHeight};
}

TableView::TableView(QAbstractItemModel* model, Height height, QWidget* parent)
    : QFrame(parent),
      m_view(new QTableView),
      m_sorted(new QSortFilterProxyModel(this)),
      m_height(height)
{
    setProperty("role", QStringLiteral("card"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->addWidget(m_view);

    m_sorted->setSourceModel(model);
    m_sorted->setSortRole(SortRole);
    m_view->setModel(m_sorted);
    m_view->setItemDelegate(new TableDelegate(m_view));
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setTabKeyNavigation(false);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setDefaultSectionSize(rowHeight);
    m_view->verticalHeader()->setMinimumSectionSize(rowHeight);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setFixedHeight(33);
    m_view->horizontalHeader()->setTextElideMode(Qt::ElideRight);
    m_view->horizontalHeader()->setSortIndicatorClearable(true);
    m_view->setSortingEnabled(true);
    m_view->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);

    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (!m_setting && current.isValid())
            emit rowSelected(m_sorted->mapToSource(current).row());
    });
    connect(m_view, &QTableView::activated, this,
            [this](const QModelIndex& index) { emit rowActivated(m_sorted->mapToSource(index).row()); });
    auto* copy = new QShortcut(QKeySequence::Copy, m_view);
    copy->setContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QShortcut::activated, this, [this] { QGuiApplication::clipboard()->setText(tsv()); });
    if (height == Height::FitRows) {
        m_view->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
        connect(m_sorted, &QAbstractItemModel::modelReset, this, &TableView::fit);
        fit();
    }
}

void TableView::fit()
{
    setFixedHeight(2 + m_view->horizontalHeader()->height() + std::max(1, m_sorted->rowCount()) * rowHeight + 2);
}

void TableView::setWidths(const std::vector<int>& widths, int stretched)
{
    m_widths = widths;
    m_stretched = stretched;
    QHeaderView* header = m_view->horizontalHeader();
    header->setStretchLastSection(false);
    for (int column = 0; column < static_cast<int>(widths.size()) && column < header->count(); ++column) {
        if (column == stretched)
            header->setSectionResizeMode(column, QHeaderView::Stretch);
        else if (widths[static_cast<std::size_t>(column)] == 0)
            header->setSectionResizeMode(column, QHeaderView::ResizeToContents);
        else
            header->resizeSection(column, widths[static_cast<std::size_t>(column)]);
    }
}

void TableView::resizeEvent(QResizeEvent* event)
{
    QFrame::resizeEvent(event);
    QHeaderView* header = m_view->horizontalHeader();
    std::vector<int> givable(m_widths.size(), 0);
    int lacking = leastStretched - m_view->viewport()->width();
    int all = 0;
    for (int column = 0; column < static_cast<int>(m_widths.size()) && column < header->count(); ++column) {
        const int wanted = m_widths[static_cast<std::size_t>(column)];
        if (column == m_stretched)
            continue;
        lacking += wanted > 0 ? wanted : header->sectionSize(column);
        givable[static_cast<std::size_t>(column)] = std::max(0, wanted - leastFixed);
        all += givable[static_cast<std::size_t>(column)];
    }
    const double share = all > 0 ? std::clamp(static_cast<double>(lacking) / all, 0.0, 1.0) : 0;
    for (int column = 0; column < static_cast<int>(m_widths.size()) && column < header->count(); ++column) {
        const auto index = static_cast<std::size_t>(column);
        if (column != m_stretched && m_widths[index] > 0)
            header->resizeSection(column, m_widths[index] - static_cast<int>(std::ceil(share * givable[index])));
    }
}

int TableView::currentRow() const
{
    const QModelIndex current = m_view->currentIndex();
    return current.isValid() ? m_sorted->mapToSource(current).row() : -1;
}

void TableView::setCurrentRow(int sourceRow)
{
    m_setting = true;
    if (sourceRow < 0 || sourceRow >= m_sorted->sourceModel()->rowCount()) {
        m_view->clearSelection();
        m_view->setCurrentIndex({});
    } else {
        const QModelIndex index = m_sorted->mapFromSource(m_sorted->sourceModel()->index(sourceRow, 0));
        m_view->setCurrentIndex(index);
        m_view->scrollTo(index);
    }
    m_setting = false;
}

QString TableView::tsv() const
{
    return toTsv(*m_sorted);
}

} // namespace hone::studio
