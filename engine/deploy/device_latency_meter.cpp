// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/device_latency_meter.h"

#include "core/error.h"
#include "deploy/device_facts.h"
#include "deploy/device_runner.h"
#include "deploy/remote_folder.h"
#include "deploy/remote_lock.h"
#include "deploy/remote_store.h"
#include "deploy/shell_command.h"
#include "deploy/shipment.h"

#include <utility>

namespace hone
{

// The folder measure/ beside the releases: the runner stays there for the next time, a model only while it is timed.
struct DeviceLatencyMeter::Connection
{
    static constexpr auto modelFolder = "model";

    Connection(const DeployOptions& options, const JobContext& job)
        : session(options.ssh, job),
          facts(readDeviceFacts(session, job).facts),
          folder(remoteFolder(options.remoteFolder) + "/measure"),
          runner(runnerFor(facts, options.runnerFolder)),
          lock(session, {.folder = folder, .partial = modelFolder}, job),
          device(session, folder, facts)
    {
        const auto there = runScript(session, "cd \"$1\" && shift && { sha256sum -- \"$@\" 2>/dev/null || true; }",
                                     {folder, bundlefile::runner, bundlefile::runtime}, job);
        for (const auto& file : runner)
            if (there.find(file.sha256 + "  " + file.name) == there.npos)
                session.upload(file.local, folder + "/" + file.name, file.mode, job);
    }

    SshSession session;
    DeviceFacts facts;
    std::string folder;
    std::vector<ShippedFile> runner;
    RemoteLock lock; // removes what is in modelFolder, too
    DeviceRunner device;
};

DeviceLatencyMeter::DeviceLatencyMeter(DeployOptions options) : m_options(std::move(options)) {}

DeviceLatencyMeter::~DeviceLatencyMeter() = default;

Latency DeviceLatencyMeter::measure(const std::filesystem::path& model, const JobContext& job)
{
    try {
        if (!m_connection)
            m_connection = std::make_unique<Connection>(m_options, job);
        auto& connection = *m_connection;
        m_channelBlock = hone::channelBlock(connection.facts.hasAvx512);
        const Shipment shipment(model, nullptr, {});
        const auto remote = connection.folder + "/" + Connection::modelFolder;
        runScript(connection.session, "mkdir -p \"$1\"", {remote}, job);
        connection.session.upload(shipment.model(), remote + "/" + bundlefile::model, 0644, job);
        const auto latency = connection.device.latency(m_options.threads, remote + "/" + bundlefile::model, job);
        runScript(connection.session, "rm -rf \"$1\"", {remote}, job);
        return latency;
    } catch (...) {
        m_connection.reset(); // the next measurement begins with a connection that is in order
        throw;
    }
}

std::int64_t DeviceLatencyMeter::channelBlock() const
{
    return m_channelBlock.value_or(LatencyMeter::channelBlock());
}

} // namespace hone
