// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the user from a worker: the worker waits, the window stays free.
#pragma once

#include <QObject>
#include <QString>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace hone::studio
{

class Prompter : public QObject
{
    Q_OBJECT
public:
    explicit Prompter(QObject* parent = nullptr);
    ~Prompter() override;

    // On a worker. nullopt where the user declines, the job is stopped, or the window goes.
    std::optional<std::string> ask(const std::string& prompt, const std::stop_token& stop);

public slots:
    // On the window's thread.
    void answer(const QString& text);
    void decline();

signals:
    void asked(const QString& prompt); // on the window's thread

private:
    std::mutex m_mutex;
    std::condition_variable_any m_answered;
    std::optional<std::optional<std::string>> m_answer;
};

} // namespace hone::studio
