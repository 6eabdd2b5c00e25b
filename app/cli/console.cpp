// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/console.h"

#include "cli/sentences.h"
#include "core/message_json.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cstdio>

namespace hone::cli
{
namespace
{

void write(std::FILE* stream, const std::string& text)
{
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

// Each notice and problem gets its sentence beside its code, wherever in the document it stands.
Json withSentences(Json json)
{
    if (json.is_object())
        for (auto& [key, value] : json.items())
            if (key == "notices" || key == "problems" || key == "tidying") {
                for (auto& notice : value)
                    for (const auto& message : messagesFromJson(Json::array({notice})))
                        notice["message"] = sentence(message);
            } else
                value = withSentences(std::move(value));
    else if (json.is_array())
        for (auto& item : json)
            item = withSentences(std::move(item));
    return json;
}

std::string document(const Json& json)
{
    // File names need not be UTF-8.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace

void Console::addOptions(Command& command)
{
    command.flag("--json", "Report as JSON on standard output; failures as {\"error\": {code, message}}", m_json);
    command.flag("--quiet", "No progress", m_quiet);
}

JobContext Console::job()
{
    if (!m_progress)
        m_progress = std::make_unique<ProgressView>(m_quiet                   ? ProgressStyle::Silent
                                                    : ::isatty(STDERR_FILENO) ? ProgressStyle::Bar
                                                                              : ProgressStyle::Lines);
    return JobContext(m_stop, [this](const Progress& progress) { m_progress->show(progress); });
}

void Console::clearProgress()
{
    if (m_progress)
        m_progress->clear();
}

void Console::print(const std::string& text)
{
    clearProgress();
    if (!m_json)
        write(stdout, text);
}

void Console::print(const Json& json)
{
    clearProgress();
    if (m_json)
        write(stdout, document(withSentences(json)));
}

void Console::say(const std::string& line)
{
    clearProgress();
    if (!m_quiet)
        write(stderr, line + "\n");
}

void Console::notice(const Message& message)
{
    clearProgress();
    write(stderr, "hone: note: " + sentence(message) + "\n");
}

void Console::notices(const std::vector<Message>& messages)
{
    for (const auto& message : messages)
        notice(message);
}

void Console::error(const Message& message)
{
    clearProgress();
    write(stderr, "hone: " + sentence(message) + "\n");
    Json json;
    json["error"]["code"] = name(message.code);
    json["error"]["message"] = sentence(message);
    json["error"]["arguments"] = Json::object();
    for (const auto& [key, value] : message.arguments)
        json["error"]["arguments"][key] = value;
    print(json);
}

void Console::cancelled()
{
    clearProgress();
    write(stderr, "hone: stopped; nothing is left half-done.\n");
    Json json;
    json["error"]["code"] = "Cancelled";
    json["error"]["message"] = "stopped; nothing is left half-done";
    print(json);
}

} // namespace hone::cli
