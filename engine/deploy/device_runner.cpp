// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/device_runner.h"

#include "core/error.h"
#include "core/shell.h"
#include "deploy/bundle.h"
#include "deploy/sample_stream.h"
#include "deploy/shell_command.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace hone
{
namespace
{

// A shell's exit codes for a program that it found but couldn't start, and for one that (or whose loader) isn't there.
constexpr int notStarted = 126, notFound = 127;

} // namespace

DeviceRunner::DeviceRunner(SshSession& session, std::string folder, const DeviceFacts& facts)
    : m_session(session),
      m_folder(std::move(folder)),
      m_facts(facts)
{}

std::string DeviceRunner::command(const std::string& arguments) const
{
    const bool bare = m_folder.find('/') == m_folder.npos;
    return shellQuoted((bare ? "./" : "") + m_folder + "/" + bundlefile::runner) + " " + arguments;
}

void DeviceRunner::failed(const std::string& verb, const CommandResult& result) const
{
    throw Error(MessageCode::DeviceCommandFailed,
                {{"host", m_session.host()}, {"command", "hone-runner " + verb}, {"detail", complaint(result)}});
}

Json DeviceRunner::parsed(const std::string& verb, const std::string& text) const
{
    auto json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        failed(verb, {.exitCode = 0, .output = text});
    return json;
}

std::vector<Tensor> DeviceRunner::smoke(const JobContext& job)
{
    const auto result = m_session.run(command("smoke"), job);
    if (result.exitCode == notStarted || result.exitCode == notFound)
        throw Error(MessageCode::DeviceUnsupported,
                    {{"host", m_session.host()}, {"architecture", m_facts.architecture}, {"os", m_facts.os}});
    const auto refuse = [&](const std::string& detail) {
        return Error(MessageCode::DeviceSmokeRunFailed, {{"host", m_session.host()}, {"detail", detail}});
    };
    if (result.exitCode != 0)
        throw refuse(complaint(result));
    try {
        std::vector<Tensor> outputs;
        const auto json = Json::parse(result.output);
        for (const auto& output : json.at("outputs")) {
            const auto values = output.at("values").get<std::vector<float>>();
            outputs.push_back(Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values));
        }
        return outputs;
    } catch (const nlohmann::json::exception&) { // not-a-number is written as null and comes here, too
        throw refuse("its answer can't be read: " + result.output.substr(0, 200));
    }
}

Latency DeviceRunner::latency(int threads, const std::string& model, const JobContext& job)
{
    auto arguments = "latency --threads " + std::to_string(threads);
    if (!model.empty())
        arguments += " --model " + shellQuoted(model);
    const auto result = m_session.run(command(arguments), job);
    if (result.exitCode != 0)
        failed("latency", result);
    const auto json = parsed("latency", result.output);
    return {.p50Ms = json.value("p50Ms", 0.0), .p95Ms = json.value("p95Ms", 0.0), .runs = json.value("runs", 0)};
}

void DeviceRunner::evaluate(int threads, const std::function<std::optional<RawSample>()>& next,
                            const std::function<void(int output)>& answer, SampleKind kind, const JobContext& job)
{
    enum class Stage
    {
        Begin,
        Samples,
        Over
    };
    auto stage = Stage::Begin;
    std::string unread;
    CommandStreams streams;
    streams.nextInput = [&]() -> std::optional<std::string> {
        if (stage == Stage::Over)
            return std::nullopt;
        if (stage == Stage::Begin) {
            stage = Stage::Samples;
            return sampleStreamBegin(kind);
        }
        if (const auto sample = next())
            return toSampleStream(*sample);
        stage = Stage::Over;
        return sampleStreamEnd(kind);
    };
    streams.output = [&](std::string_view text) {
        unread += text;
        std::size_t begin = 0;
        for (auto end = unread.find('\n'); end != unread.npos; end = unread.find('\n', begin)) {
            answer(parsed("evaluate", unread.substr(begin, end - begin)).value("output", -1));
            begin = end + 1;
        }
        unread.erase(0, begin);
    };
    const auto result = m_session.run(command("evaluate --threads " + std::to_string(threads)), streams, job);
    if (result.exitCode != 0)
        failed("evaluate", result);
}

} // namespace hone
