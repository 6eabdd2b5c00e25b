// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/deploy_view.h"

#include "cli/text.h"

#include <fmt/format.h>

namespace hone::cli
{

std::string deployText(const DeployResult& result)
{
    const auto& device = result.device;
    std::string text = fmt::format("device    {}: {}, {}, {} cores, {}, {}\n", device.host, device.architecture, device.cpu, device.cores,
                                   bytesText(device.memoryBytes), device.os);
    text += fmt::format("release   {}{}\n", result.release, result.previous.empty() ? "" : " (before: " + result.previous + ")");
    text += fmt::format("sent      {}, {}\n", bytesText(result.uploadedBytes),
                        result.verified ? "every file's sha256 checked on the device" : "not verified");
    text += fmt::format("latency   {:.2f} ms p50, {:.2f} ms p95, there\n", result.latency.p50Ms, result.latency.p95Ms);
    if (result.top1)
        text += fmt::format("top-1     {}, there, on the test split\n", percentText(*result.top1));
    if (result.agreement)
        text += fmt::format("agreement {} of the samples have the answer that they have here\n", percentText(*result.agreement));
    return text;
}

} // namespace hone::cli
