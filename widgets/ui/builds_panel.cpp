// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/builds_panel.h"

#include "models/build_text.h"
#include "theme/icons.h"
#include "theme/theme.h"
#include "ui/parts.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenu>
#include <QPainter>
#include <QShortcut>
#include <QToolButton>
#include <QTreeView>
#include <QUrl>
#include <QVBoxLayout>

namespace hone::studio
{

namespace
{
constexpr int rowHeight = 46;
constexpr int indent = 14;
} // namespace

void BuildsDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Palette& palette = Palette::of(option.widget);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect row = option.rect.adjusted(0, 0, -8, 0);
    const bool selected = option.state & QStyle::State_Selected;
    const bool pending = index.data(BuildTreeModel::IsPendingRole).toBool();
    if (selected || (option.state & QStyle::State_MouseOver && !pending)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(selected ? palette.accentSoft : palette.rowSelected);
        painter->drawRoundedRect(row, space::corner, space::corner);
    }
    const QRect text = row.adjusted(8, 0, -8, 0);
    const QRect upper(text.left(), row.top() + 6, text.width(), 17);
    const QRect lower(text.left(), row.top() + 24, text.width(), 15);

    int marks = 0;
    const auto mark = [&](const QString& name, const QColor& colour) {
        const QPixmap pixmap = iconPixmap(name, colour, 14, painter->device()->devicePixelRatioF());
        painter->drawPixmap(upper.right() - 13 - marks, upper.top() + 1, pixmap);
        marks += 18;
    };
    if (index.data(BuildTreeModel::IsBestRole).toBool())
        mark(QStringLiteral("star"), palette.accent);
    if (index.data(BuildTreeModel::IsNewRole).toBool()) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(palette.better);
        painter->drawEllipse(QPointF(upper.right() - 6 - marks, upper.center().y() + 0.5), 3, 3);
        marks += 14;
    }
    const QFont name = sized(option.font, type::body, QFont::Medium);
    painter->setFont(name);
    painter->setPen(pending ? palette.muted : palette.text);
    painter->drawText(upper, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(name).elidedText(index.data().toString(), Qt::ElideRight, upper.width() - marks));

    const QFont small = sized(option.font, type::small);
    const QFontMetrics metrics(small);
    const QString figures = index.data(BuildTreeModel::FiguresRole).toString();
    painter->setFont(small);
    painter->setPen(palette.muted);
    painter->drawText(lower, Qt::AlignRight | Qt::AlignVCenter, figures);
    const int room = lower.width() - metrics.horizontalAdvance(figures) - 6;
    painter->drawText(lower, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(index.data(BuildTreeModel::DetailRole).toString(), Qt::ElideRight, room));
    painter->restore();
}

QSize BuildsDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const
{
    return {100, rowHeight};
}

BuildsPanel::BuildsPanel(Workspace& workspace, QWidget* parent)
    : QFrame(parent),
      m_workspace(workspace),
      m_tree(new QTreeView),
      m_add(new QToolButton),
      m_hint(label(tr("Builds appear here: a model, and everything made from it."), "muted"))
{
    setObjectName(QStringLiteral("builds"));
    setFixedWidth(256);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 10, 1, 10);
    layout->setSpacing(6);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(8, 0, 8, 0);
    head->addWidget(label(tr("BUILDS"), "section"));
    head->addStretch(1);
    m_add->setToolTip(tr("Add a model (Ctrl+I)"));
    m_add->setAccessibleName(tr("Add a model"));
    head->addWidget(m_add);
    layout->addLayout(head);
    m_hint->setWordWrap(true);
    m_hint->setContentsMargins(8, 0, 16, 0);
    layout->addWidget(m_hint);

    m_tree->setModel(&m_model);
    m_tree->setItemDelegate(new BuildsDelegate(m_tree));
    m_tree->setHeaderHidden(true);
    m_tree->setRootIsDecorated(false);
    m_tree->setItemsExpandable(false);
    m_tree->setExpandsOnDoubleClick(false);
    m_tree->setIndentation(indent);
    m_tree->setMouseTracking(true);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    m_tree->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_tree->setAccessibleName(tr("Builds"));
    layout->addWidget(m_tree, 1);

    connect(m_add, &QToolButton::clicked, this, &BuildsPanel::importWanted);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& current) {
        const QString id = current.data(BuildTreeModel::IdRole).toString();
        if (!id.isEmpty())
            m_workspace.select(id);
    });
    connect(m_tree, &QTreeView::customContextMenuRequested, this, &BuildsPanel::showMenu);
    auto* remove = new QShortcut(QKeySequence::Delete, m_tree);
    remove->setContext(Qt::WidgetShortcut);
    connect(remove, &QShortcut::activated, this, [this] { m_workspace.remove(m_workspace.selectedId()); });
    for (const auto changed : {&Workspace::snapshotChanged, &Workspace::pendingChanged, &Workspace::newChanged, &Workspace::closed})
        connect(&workspace, changed, this, &BuildsPanel::refresh);
    connect(&workspace, &Workspace::selectionChanged, this, &BuildsPanel::showSelection);
    tint();
    refresh();
}

void BuildsPanel::refresh()
{
    const QSignalBlocker blocker(m_tree->selectionModel());
    m_model.setRows(treeRows(m_workspace));
    m_tree->expandAll();
    m_hint->setVisible(m_model.rowCount() == 0);
    m_add->setVisible(m_workspace.isOpen());
    showSelection();
}

void BuildsPanel::showSelection()
{
    const QSignalBlocker blocker(m_tree->selectionModel());
    m_tree->setCurrentIndex(m_model.indexOf(m_workspace.selectedId()));
    m_tree->viewport()->update();
}

void BuildsPanel::showMenu(const QPoint& place)
{
    const QString id = m_tree->indexAt(place).data(BuildTreeModel::IdRole).toString();
    const Build* build = m_workspace.snapshot() ? m_workspace.snapshot()->find(id) : nullptr;
    if (!build)
        return;
    QMenu menu;
    menu.addAction(tr("Copy name"), this, [label = labelText(*build)] { QGuiApplication::clipboard()->setText(label); });
    menu.addAction(tr("Copy path of the model"), this, [path = pathText(build->model)] { QGuiApplication::clipboard()->setText(path); });
    menu.addAction(tr("Open its folder"), this,
                   [folder = pathText(build->model.parent_path())] { QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); });
    menu.addSeparator();
    menu.addAction(tr("Delete with what was made from it"), this, [this, id] { m_workspace.remove(id); });
    menu.exec(m_tree->viewport()->mapToGlobal(place));
}

void BuildsPanel::tint()
{
    m_add->setIcon(icon(QStringLiteral("plus"), Palette::of(this).muted));
}

void BuildsPanel::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        tint();
    QFrame::changeEvent(event);
}

} // namespace hone::studio
