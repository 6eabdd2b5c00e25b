// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/keyring.h"

#include <QMetaObject>
#include <QThread>

#include <qt6keychain/keychain.h>

#include <chrono>
#include <future>

namespace hone::studio
{

namespace
{

constexpr auto patience = std::chrono::seconds(10); // unlocking a keyring may ask its user
const QString service = QStringLiteral("Hone");

using Found = std::optional<std::string>;

} // namespace

Keyring::Keyring(QObject* parent) : QObject(parent), m_gone(std::make_shared<std::atomic<bool>>(false)) {}

Keyring::~Keyring()
{
    *m_gone = true;
}

Found Keyring::find(const std::string& key)
{
    // On the window's own thread waiting would wait for itself.
    if (QThread::currentThread() == thread())
        return std::nullopt;
    auto promise = std::make_shared<std::promise<Found>>();
    auto found = promise->get_future();
    QMetaObject::invokeMethod(
        this,
        [this, promise, name = QString::fromStdString(key)] {
            auto* job = new QKeychain::ReadPasswordJob(service, this);
            job->setInsecureFallback(false);
            job->setKey(name);
            connect(job, &QKeychain::Job::finished, this, [promise](QKeychain::Job* ended) {
                const auto* read = static_cast<QKeychain::ReadPasswordJob*>(ended);
                const bool ok = ended->error() == QKeychain::NoError;
                promise->set_value(ok ? Found(read->textData().toStdString()) : Found());
            });
            job->start();
        },
        Qt::QueuedConnection);
    // In short waits, so that a window that closes meanwhile doesn't hold its worker for long.
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!*m_gone && std::chrono::steady_clock::now() < until)
        if (found.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready)
            return found.get();
    return std::nullopt;
}

void Keyring::keep(const std::string& key, const std::string& secret)
{
    QMetaObject::invokeMethod(
        this,
        [this, name = QString::fromStdString(key), text = QString::fromStdString(secret)] {
            auto* job = new QKeychain::WritePasswordJob(service, this);
            job->setInsecureFallback(false);
            job->setKey(name);
            job->setTextData(text);
            job->start();
        },
        Qt::QueuedConnection);
}

} // namespace hone::studio
