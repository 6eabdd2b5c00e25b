// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/parts.h"

#include "theme/icons.h"
#include "theme/theme.h"

#include <QClipboard>
#include <QEvent>
#include <QFontMetrics>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QStyle>
#include <QVBoxLayout>

#include <algorithm>

namespace hone::studio
{

void setRole(QWidget* widget, const QString& role)
{
    if (widget->property("role").toString() == role)
        return;
    widget->setProperty("role", role);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

QLabel* label(const QString& text, const char* role, QWidget* parent)
{
    auto* result = new QLabel(text, parent);
    result->setProperty("role", QString::fromLatin1(role));
    result->setTextFormat(Qt::PlainText);
    return result;
}

QPushButton* button(const QString& text, const char* role, QWidget* parent)
{
    auto* result = new QPushButton(text, parent);
    result->setProperty("role", QString::fromLatin1(role));
    return result;
}

QFrame* card(QWidget* parent)
{
    auto* result = new QFrame(parent);
    result->setProperty("role", QStringLiteral("card"));
    return result;
}

void clearLayout(QLayout* layout)
{
    while (QLayoutItem* item = layout->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        if (item->layout())
            clearLayout(item->layout());
        delete item;
    }
}

void describe(QWidget* widget, const QString& tip)
{
    widget->setProperty("tip", tip);
    if (widget->isEnabled()) {
        widget->setToolTip(tip);
        widget->setAccessibleDescription(tip);
    }
}

void allow(QWidget* widget, const QString& reason)
{
    widget->setEnabled(reason.isEmpty());
    const QString tip = reason.isEmpty() ? widget->property("tip").toString() : reason;
    widget->setToolTip(tip);
    widget->setAccessibleDescription(tip);
}

namespace
{

// Room for a name and its value side by side in the inspector, beside its scroll bar.
constexpr int oneLine = 228;

const char* toneRole(Tone tone, const char* plain)
{
    return tone == Tone::Better ? "better" : tone == Tone::Worse ? "worse" : plain;
}

} // namespace

FigureStrip::FigureStrip(QWidget* parent) : QFrame(parent)
{
    setProperty("role", QStringLiteral("card"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
}

void FigureStrip::setFigures(const std::vector<Figure>& figures)
{
    clearLayout(layout());
    auto* row = static_cast<QHBoxLayout*>(layout());
    for (std::size_t i = 0; i < figures.size(); ++i) {
        const Figure& figure = figures[i];
        if (i > 0) {
            auto* line = new QFrame;
            line->setProperty("role", QStringLiteral("separator"));
            line->setFixedWidth(1);
            row->addWidget(line);
        }
        auto* tile = new QWidget;
        auto* column = new QVBoxLayout(tile);
        column->setContentsMargins(14, space::card, 14, space::card);
        column->setSpacing(2);
        auto* caption = label(figure.caption, "small");
        caption->setWordWrap(true);
        column->addWidget(caption);
        column->addWidget(label(figure.value, "figure"));
        column->addWidget(label(figure.change, toneRole(figure.tone, "small")));
        column->addStretch(1);
        tile->setAccessibleName(QStringLiteral("%1: %2 %3").arg(figure.caption, figure.value, figure.change));
        row->addWidget(tile, 1);
    }
}

FactList::FactList(QWidget* parent) : QWidget(parent), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(space::unit);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(1, 1);
}

void FactList::setFacts(const std::vector<Fact>& facts)
{
    clearLayout(m_grid);
    const QFontMetrics metrics(sized(font(), type::body));
    int longestName = 0;
    for (const Fact& fact : facts)
        longestName = std::max(longestName, metrics.horizontalAdvance(fact.name));
    int row = 0;
    for (const Fact& fact : facts) {
        auto* name = label(fact.name, "muted");
        name->setAlignment(Qt::AlignTop | Qt::AlignLeft);
        auto* value = label(fact.value, "");
        value->setAlignment(Qt::AlignTop | Qt::AlignRight);
        // A label that may wrap asks for less room than its line needs, so only one that has to may.
        value->setWordWrap(longestName + metrics.horizontalAdvance(fact.value) > oneLine);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        if (fact.tone != Tone::Plain)
            value->setStyleSheet(
                QStringLiteral("color: %1").arg((fact.tone == Tone::Better ? Palette::of(this).better : Palette::of(this).worse).name()));
        m_grid->addWidget(name, row, 0);
        m_grid->addWidget(value, row, 1);
        ++row;
    }
}

EmptyState::EmptyState(const QString& icon, const QString& line, const QString& action, QWidget* parent)
    : QWidget(parent),
      m_iconName(icon),
      m_icon(new QLabel),
      m_action(button(action, "primary"))
{
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(space::unit * 2);
    layout->addStretch(2);
    m_icon->setAlignment(Qt::AlignCenter);
    layout->addWidget(m_icon);
    auto* text = label(line, "muted");
    text->setAlignment(Qt::AlignCenter);
    text->setWordWrap(true);
    layout->addWidget(text);
    layout->addWidget(m_action, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    tint();
}

void EmptyState::tint()
{
    m_icon->setPixmap(iconPixmap(m_iconName, Palette::of(this).muted, 40, devicePixelRatioF()));
}

void EmptyState::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        tint();
    QWidget::changeEvent(event);
}

Banner::Banner(QWidget* parent)
    : QFrame(parent),
      m_icon(new QLabel),
      m_text(label({}, "")),
      m_action(button({}, "link")),
      m_copy(button(tr("Copy"), "link")),
      m_close(button(tr("Close"), "link"))
{
    setProperty("role", QStringLiteral("banner"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(space::card, space::half, space::half, space::half);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    layout->addWidget(m_icon);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action);
    layout->addWidget(m_copy);
    layout->addWidget(m_close);
    connect(m_close, &QPushButton::clicked, this, &QWidget::hide);
    connect(m_copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_text->text()); });
    connect(m_action, &QPushButton::clicked, this, [this] {
        hide();
        if (m_run)
            m_run();
    });
    hide();
}

void Banner::show(const QString& text, bool problem)
{
    m_problem = problem;
    m_text->setText(text);
    setAccessibleName(text);
    m_icon->setVisible(problem);
    m_copy->setVisible(problem);
    tint();
    setVisible(true);
}

void Banner::tint()
{
    m_icon->setPixmap(iconPixmap(QStringLiteral("warning"), Palette::of(this).worse, space::icon, devicePixelRatioF()));
}

void Banner::showProblem(const QString& text)
{
    m_action->hide();
    m_run = {};
    show(text, true);
}

void Banner::showNote(const QString& text, const QString& action, std::function<void()> run)
{
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    m_run = std::move(run);
    show(text, false);
}

void Banner::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        tint();
    QFrame::changeEvent(event);
}

} // namespace hone::studio
