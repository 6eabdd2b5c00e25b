// SPDX-License-Identifier: GPL-3.0-or-later
// Puts a model on a device in small steps: connect, read facts, upload, verify, switch, smoke run, measure. Whatever fails, the
// device still runs what it ran.
#pragma once

#include "core/json.h"
#include "data/dataset.h"
#include "deploy/ssh_session.h"
#include "runtime/latency.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace hone
{

struct DeviceFacts
{
    std::string host;
    std::string architecture; // uname -m
    std::string cpu;
    int cores = 0;
    std::int64_t memoryBytes = 0;
    std::string os; // PRETTY_NAME of os-release
    bool hasAvx512 = false;
};

struct DeployOptions
{
    SshOptions ssh;
    const Dataset* dataset = nullptr; // given: accuracy measured there on its test split
    std::size_t samples = 0;          // of the test split; 0: all
    std::filesystem::path
        runnerFolder; // holds <architecture>/hone-runner and <architecture>/libonnxruntime.so.1; empty: beside this program
    std::string remoteFolder = ".local/share/hone"; // relative to the device user's home
    int threads = 1;
};

struct DeployResult
{
    DeviceFacts device;
    std::string release;            // folder below releases/ that `current` now names
    std::string previous;           // the one before, or empty
    std::int64_t uploadedBytes = 0; // what was sent; files that the device has already are not sent again
    bool verified = false;          // every file's sha256 as computed on the device
    Latency latency;
    std::optional<double> top1;
    std::optional<double> agreement; // share of samples with the laptop's answer
};

// On the device: <remoteFolder>/releases/<release>/{model.onnx, bundle.json, labels.txt, hone-runner, libonnxruntime.so.1} and
// <remoteFolder>/current -> releases/<release>. Throws what SshSession throws and Error(DeviceUnsupported, DeviceNoSpace,
// DeviceVerificationFailed, DeviceSmokeRunFailed, DeviceCommandFailed, RunnerMissing).
DeployResult deploy(const std::filesystem::path& model, const DeployOptions& options, const JobContext& job);
Json toJson(const DeployResult& result);

} // namespace hone
