// SPDX-License-Identifier: GPL-3.0-or-later
// How a device is reached, as options of the verbs that need one.
#pragma once

#include "cli/command.h"
#include "cli/console.h"
#include "core/json.h"
#include "deploy/deployer.h"
#include "project/project_store.h"
#include "runtime/latency.h"

#include <filesystem>
#include <memory>
#include <string>

namespace hone::cli
{

// --identity, --known-hosts, --accept-host-key, --runner
class DeviceOptions
{
public:
    void declare(Command& command);
    // What is not given is left as it is.
    void applyTo(DeployOptions& options) const;

private:
    std::string m_identity;
    std::string m_knownHosts;
    std::string m_acceptHostKey;
    std::string m_runner;
};

// Measures the latency of a device; it connects with the first measurement. Throws Error(DeviceAddressInvalid).
std::unique_ptr<LatencyMeter> deviceMeter(const DeviceReference& device, const DeviceOptions& options);

// --latency-device beside these: latency is measured there, not here.
class LatencyDevice
{
public:
    void declare(Command& command);
    void declareReach(Command& command) { m_options.declare(command); } // where another option names the device: measureOn()
    void measureOn(std::string device) { m_device = std::move(device); }
    bool given() const { return !m_device.empty(); }
    // The device may be named as the project that `model` is a build of knows it. None where none was asked for. Throws
    // Error(DeviceAddressInvalid); it connects with the first measurement.
    std::unique_ptr<LatencyMeter> meter(const std::filesystem::path& model) const;
    // Where latency was measured, behind a report.
    void tell(Console& console, Json& json) const;

private:
    std::string m_device;
    DeviceOptions m_options;
};

} // namespace hone::cli
