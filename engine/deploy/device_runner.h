// SPDX-License-Identifier: GPL-3.0-or-later
// hone-runner on the device, called over the connection.
#pragma once

#include "core/tensor.h"
#include "deploy/deployer.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

class DeviceRunner
{
public:
    // `folder` holds hone-runner and its runtime.
    DeviceRunner(SshSession& session, std::string folder, const DeviceFacts& facts);

    const std::string& host() const { return m_session.host(); }
    // The model's outputs for the smoke input, each value as float. Throws Error(DeviceUnsupported) where the program can't even
    // start there, Error(DeviceSmokeRunFailed).
    std::vector<Tensor> smoke(const JobContext& job);
    // `model` is a path on the device; empty: the one beside the runner. Throws Error(DeviceCommandFailed).
    Latency latency(int threads, const std::string& model, const JobContext& job);
    // Sends samples of one kind as `next` gives them (none: the end) and hears the answer to each, in order, while sending goes on.
    // Throws Error(DeviceCommandFailed).
    void evaluate(int threads, const std::function<std::optional<RawSample>()>& next, const std::function<void(int output)>& answer,
                  SampleKind kind, const JobContext& job);

private:
    std::string command(const std::string& arguments) const;
    [[noreturn]] void failed(const std::string& verb, const CommandResult& result) const;
    Json parsed(const std::string& verb, const std::string& text) const;

    SshSession& m_session;
    std::string m_folder;
    DeviceFacts m_facts;
};

} // namespace hone
