// SPDX-License-Identifier: GPL-3.0-or-later
// A question asked inside the page, with what it is about spelled out; the rest of the window stays free.
#pragma once

#include <QFrame>
#include <QString>

#include <functional>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace hone::studio
{

class QuestionCard : public QFrame
{
    Q_OBJECT
public:
    struct Question
    {
        QString title;
        QString text;
        QString code; // shown in fixed pitch: a fingerprint
        QString yes;
        bool secret = false; // asks for a text that is not shown, and whether to keep it
    };
    explicit QuestionCard(QWidget* parent = nullptr);

    void ask(const Question& question, std::function<void(const QString& secret, bool keep)> yes, std::function<void()> no);
    bool isAsking() const { return isVisibleTo(parentWidget()); }

private:
    void end(bool yes);

    QLabel* m_title;
    QLabel* m_text;
    QLabel* m_code;
    QLineEdit* m_secret;
    QCheckBox* m_keep;
    QPushButton* m_yes;
    QPushButton* m_no;
    std::function<void(const QString&, bool)> m_onYes;
    std::function<void()> m_onNo;
};

} // namespace hone::studio
