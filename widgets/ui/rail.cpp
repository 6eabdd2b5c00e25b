// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/rail.h"

#include "theme/icons.h"
#include "theme/palette.h"
#include "theme/theme.h"
#include "ui/parts.h"

#include <QEvent>
#include <QToolButton>
#include <QVBoxLayout>

namespace hone::studio
{

Rail::Rail(QWidget* parent) : QFrame(parent)
{
    setObjectName(QStringLiteral("rail"));
    setFixedWidth(73);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 10, 8, 10);
    layout->setSpacing(4);
    const std::pair<PageId, QString> entries[] = {{PageId::Data, tr("Data")},       {PageId::Model, tr("Model")},
                                                  {PageId::Slim, tr("Slim")},       {PageId::Train, tr("Train")},
                                                  {PageId::Compare, tr("Compare")}, {PageId::Devices, tr("Devices")}};
    int number = 1;
    for (const auto& [id, name] : entries) {
        auto* entry = new QToolButton;
        entry->setText(name);
        entry->setCheckable(true);
        entry->setAutoExclusive(true);
        entry->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
        entry->setIconSize({space::icon, space::icon});
        entry->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        describe(entry, QStringLiteral("%1 (Ctrl+%2)").arg(name).arg(number));
        entry->setShortcut(QKeySequence(Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number)));
        connect(entry, &QToolButton::clicked, this, [this, id = id] { emit pageWanted(id); });
        layout->addWidget(entry);
        m_entries[id] = entry;
        ++number;
    }
    layout->addStretch(1);
    tint();
}

void Rail::mark(PageId page)
{
    for (const auto& [id, entry] : m_entries) {
        entry->setAutoExclusive(m_entries.contains(page)); // else the last one couldn't be let go
        entry->setChecked(id == page);
    }
}

void Rail::forbid(const QString& reason)
{
    for (const auto& [id, entry] : m_entries)
        allow(entry, reason);
}

void Rail::tint()
{
    const Palette& palette = Palette::of(this);
    for (const auto& [id, entry] : m_entries)
        entry->setIcon(icon(pageName(id), palette.muted, palette.accent));
}

void Rail::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationPaletteChange)
        tint();
    QFrame::changeEvent(event);
}

} // namespace hone::studio
