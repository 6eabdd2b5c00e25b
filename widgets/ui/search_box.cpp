// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/search_box.h"

#include "ui/parts.h"

#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QStandardItemModel>
#include <QTimer>

#include <algorithm>
#include <utility>

namespace hone::studio
{

SearchBox::SearchBox(std::function<std::vector<SearchEntry>()> collect, QWidget* parent)
    : QLineEdit(parent),
      m_collect(std::move(collect)),
      m_model(new QStandardItemModel(this))
{
    setObjectName(QStringLiteral("search"));
    setFixedWidth(320);
    setPlaceholderText(tr("Search builds, layers, actions"));
    setAccessibleName(tr("Search builds, layers, actions"));
    auto* hint = label(tr("Ctrl K"), "small", this);
    hint->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto* inside = new QHBoxLayout(this);
    inside->setContentsMargins(0, 0, 10, 0);
    inside->addStretch(1);
    inside->addWidget(hint);
    auto* completer = new QCompleter(m_model, this);
    completer->setFilterMode(Qt::MatchContains);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setMaxVisibleItems(12);
    setCompleter(completer);
    connect(completer, qOverload<const QString&>(&QCompleter::activated), this, &SearchBox::run);
    connect(this, &QLineEdit::textChanged, hint, [hint](const QString& text) { hint->setVisible(text.isEmpty()); });
    connect(this, &QLineEdit::textEdited, this, [this] {
        if (m_entries.empty())
            fill();
    });
}

void SearchBox::begin()
{
    fill();
    setFocus();
    selectAll();
}

void SearchBox::forget()
{
    m_entries.clear();
    m_model->clear();
}

void SearchBox::fill()
{
    forget();
    m_entries = m_collect();
    for (const SearchEntry& entry : m_entries)
        m_model->appendRow(new QStandardItem(entry.text));
}

void SearchBox::run(const QString& text)
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const SearchEntry& entry) { return entry.text == text; });
    // After the completer has put its text in.
    QTimer::singleShot(0, this, &QLineEdit::clear);
    if (found == m_entries.end())
        return;
    const auto go = found->go; // it may make the box forget
    go();
}

} // namespace hone::studio
