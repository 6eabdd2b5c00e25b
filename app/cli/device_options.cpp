// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/device_options.h"

#include "cli/secret_prompt.h"
#include "deploy/device_latency_meter.h"
#include "project/build_comparison.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

// As the project that the model is a build of knows it.
DeviceReference deviceFor(const std::filesystem::path& model, const std::string& nameOrAddress)
{
    if (!buildOf(model))
        return {{}, nameOrAddress, {}, {}};
    const auto build = std::filesystem::absolute(model).lexically_normal().parent_path();
    return ProjectStore::open(build.parent_path().parent_path()).device(nameOrAddress);
}

} // namespace

void DeviceOptions::declare(Command& command)
{
    command.option({"--identity", "KEY", "Private key; without it the SSH agent, then ~/.ssh", ""}, m_identity);
    command.option({"--known-hosts", "FILE", "Known hosts' keys; without it ~/.ssh/known_hosts", ""}, m_knownHosts);
    command.option({"--accept-host-key", "SHA256:...", "The key by which a host that is not known yet is accepted", ""}, m_acceptHostKey);
    command.option({"--runner", "DIR", "Holds ARCHITECTURE/hone-runner; without it beside this program", ""}, m_runner);
}

void DeviceOptions::applyTo(DeployOptions& options) const
{
    if (!m_identity.empty())
        options.ssh.identity = m_identity;
    if (!m_knownHosts.empty())
        options.ssh.knownHosts = m_knownHosts;
    options.ssh.acceptHostKey = m_acceptHostKey;
    options.ssh.ask = askSecret;
    options.runnerFolder = m_runner;
}

std::unique_ptr<LatencyMeter> deviceMeter(const DeviceReference& device, const DeviceOptions& given)
{
    DeployOptions options;
    options.ssh.address = DeviceAddress::parse(device.address);
    options.ssh.identity = device.identityFile;
    options.ssh.knownHosts = device.knownHostsFile;
    given.applyTo(options);
    return std::make_unique<DeviceLatencyMeter>(std::move(options));
}

void LatencyDevice::declare(Command& command)
{
    command.option({"--latency-device", "[USER@]HOST[:PORT]",
                    "Measures latency there, over SSH, not here; of a project's build also the name of one of the project's devices", ""},
                   m_device);
    m_options.declare(command);
}

std::unique_ptr<LatencyMeter> LatencyDevice::meter(const std::filesystem::path& model) const
{
    if (!given())
        return nullptr;
    return deviceMeter(deviceFor(model, m_device), m_options);
}

void LatencyDevice::tell(Console& console, Json& json) const
{
    if (!given())
        return;
    console.print(fmt::format("Latency was measured on {}.\n", m_device));
    json["latencyDevice"] = m_device;
}

} // namespace hone::cli
