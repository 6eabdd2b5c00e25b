// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop's keyring as the engine's SecretStore. Where there is none, nothing is found or kept, and the user is asked each time.
#pragma once

#include "deploy/ssh_session.h"

#include <QObject>

#include <atomic>

namespace hone::studio
{

// Lives on the window's thread. find() and keep() are for workers: they wait for the keyring, which the window's event loop serves.
class Keyring : public QObject, public SecretStore
{
    Q_OBJECT
public:
    explicit Keyring(QObject* parent = nullptr);
    ~Keyring() override;

    std::optional<std::string> find(const std::string& key) override;
    void keep(const std::string& key, const std::string& secret) override;

private:
    std::shared_ptr<std::atomic<bool>> m_gone;
};

} // namespace hone::studio
