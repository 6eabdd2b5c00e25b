// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/deployer.h"

#include "core/error.h"
#include "deploy/device_accuracy.h"
#include "deploy/device_facts.h"
#include "deploy/device_runner.h"
#include "deploy/laptop_answers.h"
#include "deploy/remote_folder.h"
#include "deploy/remote_lock.h"
#include "deploy/remote_store.h"
#include "deploy/shipment.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hone
{
namespace
{

constexpr int keptReleases = 3;

// The share of the whole that each step's end stands for.
constexpr double connected = 0.04, uploaded = 0.5, verified = 0.56, smoked = 0.6, timed = 0.7, evaluated = 0.97;

// The steps, in order. All but the last work on the partial folder: what the device runs changes in activate(), once everything
// has been seen to work there.
class Deployment
{
public:
    Deployment(const std::filesystem::path& model, const DeployOptions& options, const JobContext& job)
        : m_options(options),
          m_job(job),
          m_session(options.ssh, job.part(0, connected)),
          m_report(readDeviceFacts(m_session, job)),
          m_folder(remoteFolder(options.remoteFolder)),
          m_shipment(model, options.dataset, runnerFor(m_report.facts, options.runnerFolder)),
          m_lock(m_session, {.folder = m_folder, .partial = RemoteRelease::partial}, job),
          m_release(m_session, m_folder),
          m_device(m_session, m_release.path(), m_report.facts),
          m_laptop(m_shipment.model(), m_shipment.bundle(), options.threads)
    {
        m_result.device = m_report.facts;
    }

    DeployResult run()
    {
        m_result.previous = m_release.current(m_job);
        m_release.begin(m_job);
        upload();
        step(Activity::Verifying, uploaded);
        m_release.verify(m_shipment.files(), m_job);
        m_result.verified = true;
        smoke();
        step(Activity::MeasuringLatency, smoked);
        m_result.latency = m_device.latency(m_options.threads, {}, m_job);
        // The runner answers with a class; everything else the smoke run has held against this machine.
        if (m_options.dataset && m_options.dataset->task() == Task::Classification)
            accuracy();
        step(Activity::RunningOnDevice, evaluated);
        m_result.release = m_release.activate(m_report.time + "-" + m_shipment.modelHash().substr(0, 8), m_job);
        m_release.removeOld(keptReleases, m_job);
        step(Activity::RunningOnDevice, 1);
        return m_result;
    }

private:
    void step(Activity activity, double fraction)
    {
        m_job.checkStop();
        m_job.report({.activity = activity, .fraction = fraction, .detail = m_session.host()});
    }

    void upload()
    {
        step(Activity::Uploading, connected);
        const auto there = m_release.takeOver(m_shipment.files(), m_job);
        std::int64_t needed = 0;
        for (const auto& file : m_shipment.files())
            needed += there.contains(file.name) ? 0 : file.sizeBytes;
        m_release.requireSpace(needed, m_job);
        for (const auto& file : m_shipment.files()) {
            if (there.contains(file.name))
                continue;
            m_session.upload(file.local, m_release.path() + "/" + file.name, file.mode, m_job, [&](std::int64_t bytes) {
                m_result.uploadedBytes += bytes;
                const auto share = static_cast<double>(m_result.uploadedBytes) / static_cast<double>(std::max<std::int64_t>(1, needed));
                m_job.report({.activity = Activity::Uploading,
                              .fraction = connected + (uploaded - connected) * std::min(1.0, share),
                              .detail = file.name});
            });
        }
    }

    void smoke()
    {
        step(Activity::RunningOnDevice, verified);
        const auto there = m_device.smoke(m_job);
        if (const auto detail = difference(there, m_laptop.smoke()))
            throw Error(MessageCode::DeviceSmokeRunFailed, {{"host", m_session.host()}, {"detail", *detail}});
    }

    void accuracy()
    {
        const AccuracyRequest request{
            .dataset = *m_options.dataset, .pairing = *m_shipment.pairing(), .samples = m_options.samples, .threads = m_options.threads};
        const auto measured = measureAccuracy(m_device, m_laptop, request, m_job.part(timed, evaluated));
        m_result.top1 = measured.top1;
        m_result.agreement = measured.agreement;
    }

    const DeployOptions& m_options;
    const JobContext& m_job;
    SshSession m_session;
    DeviceReport m_report;
    std::string m_folder;
    Shipment m_shipment;
    RemoteLock m_lock;
    RemoteRelease m_release;
    DeviceRunner m_device;
    LaptopAnswers m_laptop;
    DeployResult m_result;
};

} // namespace

DeployResult deploy(const std::filesystem::path& model, const DeployOptions& options, const JobContext& job)
{
    if (options.dataset)
        options.dataset->require(Split::Test);
    openForReading(model); // before a device is asked for anything
    return Deployment(model, options, job).run();
}

Json toJson(const DeployResult& result)
{
    Json json;
    json["device"] = {{"host", result.device.host},   {"architecture", result.device.architecture}, {"cpu", result.device.cpu},
                      {"cores", result.device.cores}, {"memoryBytes", result.device.memoryBytes},   {"os", result.device.os}};
    json["release"] = result.release;
    json["previous"] = result.previous;
    json["uploadedBytes"] = result.uploadedBytes;
    json["verified"] = result.verified;
    json["latencyMs"] = {{"p50", result.latency.p50Ms}, {"p95", result.latency.p95Ms}};
    if (result.top1)
        json["top1"] = *result.top1;
    if (result.agreement)
        json["agreement"] = *result.agreement;
    return json;
}

} // namespace hone
