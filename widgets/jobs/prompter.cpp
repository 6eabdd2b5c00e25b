// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/prompter.h"

#include <QMetaObject>

namespace hone::studio
{

Prompter::Prompter(QObject* parent) : QObject(parent) {}

Prompter::~Prompter()
{
    decline();
}

std::optional<std::string> Prompter::ask(const std::string& prompt, const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    m_answer.reset();
    QMetaObject::invokeMethod(
        this, [this, text = QString::fromStdString(prompt)] { emit asked(text); }, Qt::QueuedConnection);
    if (!m_answered.wait(lock, stop, [this] { return m_answer.has_value(); }))
        return std::nullopt;
    return *m_answer;
}

void Prompter::answer(const QString& text)
{
    {
        std::lock_guard lock(m_mutex);
        m_answer = std::optional<std::string>(text.toStdString());
    }
    m_answered.notify_all();
}

void Prompter::decline()
{
    {
        std::lock_guard lock(m_mutex);
        m_answer = std::optional<std::string>();
    }
    m_answered.notify_all();
}

} // namespace hone::studio
