// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/device_facts.h"

#include "core/error.h"
#include "deploy/shell_command.h"

#include <charconv>
#include <map>
#include <sstream>

namespace hone
{
namespace
{

// Arm's cpuinfo has no model name; what the board calls itself stands in.
constexpr auto script = R"sh(
echo "architecture=$(uname -m)"
cpu=$(sed -n 's/^model name[[:space:]]*:[[:space:]]*//p' /proc/cpuinfo 2>/dev/null | head -n 1)
[ -n "$cpu" ] || cpu=$(tr -d '\000' </proc/device-tree/model 2>/dev/null)
[ -n "$cpu" ] || cpu=$(sed -n 's/^Hardware[[:space:]]*:[[:space:]]*//p' /proc/cpuinfo 2>/dev/null | head -n 1)
echo "cpu=$cpu"
echo "cores=$(nproc 2>/dev/null || grep -c '^processor' /proc/cpuinfo 2>/dev/null)"
echo "memoryKb=$(sed -n 's/^MemTotal:[[:space:]]*\([0-9]*\).*/\1/p' /proc/meminfo 2>/dev/null)"
echo "os=$( (. /etc/os-release && echo "$PRETTY_NAME") 2>/dev/null)"
echo "system=$(uname -s) $(uname -r)"
echo "avx512=$(grep -c -m 1 -w avx512f /proc/cpuinfo 2>/dev/null)"
echo "time=$(date -u +%Y%m%d-%H%M%S)"
)sh";

std::int64_t numberFrom(const std::string& text)
{
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace

DeviceReport parseDeviceReport(const std::string& text, const std::string& host)
{
    std::map<std::string, std::string> values;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        if (const auto equals = line.find('='); equals != line.npos)
            values[line.substr(0, equals)] = line.substr(equals + 1);
    DeviceReport report;
    report.facts.host = host;
    report.facts.architecture = values["architecture"] == "arm64" ? "aarch64" : values["architecture"];
    report.facts.cpu = values["cpu"];
    report.facts.cores = static_cast<int>(numberFrom(values["cores"]));
    report.facts.memoryBytes = numberFrom(values["memoryKb"]) * 1024;
    report.facts.os = values["os"].empty() ? values["system"] : values["os"];
    report.facts.hasAvx512 = numberFrom(values["avx512"]) > 0;
    report.time = values["time"];
    return report;
}

DeviceReport readDeviceFacts(SshSession& session, const JobContext& job)
{
    const auto text = runScript(session, script, {}, job);
    auto report = parseDeviceReport(text, session.host());
    if (report.facts.architecture.empty() || report.time.empty())
        throw Error(MessageCode::DeviceCommandFailed,
                    {{"host", session.host()}, {"command", "uname -m; date -u"}, {"detail", text.substr(0, 200)}});
    return report;
}

} // namespace hone
