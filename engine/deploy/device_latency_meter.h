// SPDX-License-Identifier: GPL-3.0-or-later
// A device's latency for whoever takes a LatencyMeter: each model is sent, timed there, and removed again. What the device runs stays.
#pragma once

#include "deploy/deployer.h"
#include "runtime/latency.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace hone
{

class DeviceLatencyMeter : public LatencyMeter
{
public:
    // Of the options those about the connection, the folders and the threads count. Connects with the first measurement.
    explicit DeviceLatencyMeter(DeployOptions options);
    ~DeviceLatencyMeter() override;

    // Throws what deploy() throws for connecting, sending and running.
    Latency measure(const std::filesystem::path& model, const JobContext& job) override;
    std::int64_t channelBlock() const override;

private:
    struct Connection;
    DeployOptions m_options;
    std::unique_ptr<Connection> m_connection;
    std::optional<std::int64_t> m_channelBlock; // of the device, once there was a connection
};

} // namespace hone
