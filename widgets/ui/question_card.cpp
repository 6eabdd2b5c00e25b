// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/question_card.h"

#include "theme/theme.h"
#include "ui/parts.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>

namespace hone::studio
{

QuestionCard::QuestionCard(QWidget* parent)
    : QFrame(parent),
      m_title(label({}, "strong")),
      m_text(label({}, "")),
      m_code(label({}, "code")),
      m_secret(new QLineEdit),
      m_keep(new QCheckBox(tr("Keep it in this computer's keyring"))),
      m_yes(button({}, "primary")),
      m_no(button(tr("Cancel")))
{
    setProperty("role", QStringLiteral("question"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 14);
    layout->setSpacing(space::unit);
    layout->addWidget(m_title);
    m_text->setWordWrap(true);
    layout->addWidget(m_text);
    m_code->setFont(fixedFont());
    m_code->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    layout->addWidget(m_code);
    m_secret->setEchoMode(QLineEdit::Password);
    m_secret->setAccessibleName(tr("Password or passphrase"));
    layout->addWidget(m_secret);
    layout->addWidget(m_keep);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_no);
    buttons->addWidget(m_yes);
    layout->addLayout(buttons);
    connect(m_yes, &QPushButton::clicked, this, [this] { end(true); });
    connect(m_no, &QPushButton::clicked, this, [this] { end(false); });
    connect(m_secret, &QLineEdit::returnPressed, this, [this] { end(true); });
    hide();
}

void QuestionCard::ask(const Question& question, std::function<void(const QString&, bool)> yes, std::function<void()> no)
{
    if (m_onNo)
        std::exchange(m_onNo, {})();
    m_title->setText(question.title);
    m_text->setText(question.text);
    m_code->setText(question.code);
    m_code->setVisible(!question.code.isEmpty());
    m_secret->setVisible(question.secret);
    m_keep->setVisible(question.secret);
    m_keep->setChecked(false);
    m_secret->clear();
    m_yes->setText(question.yes);
    m_onYes = std::move(yes);
    m_onNo = std::move(no);
    setAccessibleName(question.title);
    setAccessibleDescription(question.text);
    show();
    (question.secret ? static_cast<QWidget*>(m_secret) : m_no)->setFocus();
}

void QuestionCard::end(bool yes)
{
    hide();
    const QString secret = m_secret->text();
    m_secret->clear();
    const auto onYes = std::exchange(m_onYes, {});
    const auto onNo = std::exchange(m_onNo, {});
    if (yes && onYes)
        onYes(secret, m_keep->isChecked());
    else if (!yes && onNo)
        onNo();
}

} // namespace hone::studio
