// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/page.h"

#include "theme/theme.h"

#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>

namespace hone::studio
{

Page::Page(const QString& title, Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      m_workspace(workspace),
      m_subtitle(label({}, "muted")),
      m_header(new QHBoxLayout),
      m_body(nullptr),
      m_stack(new QStackedWidget)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(space::page, 18, space::page, 18);
    layout->setSpacing(space::card + 2);
    m_header->setSpacing(space::card);
    m_header->addWidget(label(title, "title"));
    m_header->addWidget(m_subtitle);
    m_header->addStretch(1);
    layout->addLayout(m_header);
    auto* full = new QWidget;
    m_body = new QVBoxLayout(full);
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(space::card + 2);
    m_stack->addWidget(full);
    layout->addWidget(m_stack, 1);
}

void Page::setSubtitle(const QString& text)
{
    m_subtitle->setText(text);
}

void Page::setEmptyState(EmptyState* state)
{
    m_empty = state;
    m_stack->addWidget(state);
}

void Page::showEmpty(bool empty)
{
    m_stack->setCurrentIndex(empty && m_empty ? 1 : 0);
}

InspectorPanel::InspectorPanel(QWidget* parent) : QWidget(parent), m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("inspectorContent"));
    m_layout->setContentsMargins(16, 16, 16, 16);
    m_layout->setSpacing(space::unit);
}

QString sectionText(const QString& text)
{
    return QLocale().toUpper(text);
}

QLabel* InspectorPanel::addKicker(const QString& text)
{
    auto* result = label(sectionText(text), "section");
    m_layout->addWidget(result);
    return result;
}

QLabel* InspectorPanel::addHeading(const QString& text)
{
    auto* result = label(text, "heading");
    result->setWordWrap(true);
    m_layout->addWidget(result);
    return result;
}

QLabel* InspectorPanel::addSection(const QString& text)
{
    m_layout->addSpacing(space::card);
    return addKicker(text);
}

void InspectorPanel::add(QWidget* widget)
{
    m_layout->addWidget(widget);
}

void InspectorPanel::addLeft(QWidget* widget)
{
    m_layout->addWidget(widget, 0, Qt::AlignLeft);
}

void InspectorPanel::addStretch()
{
    m_layout->addStretch(1);
}

} // namespace hone::studio
