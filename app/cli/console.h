// SPDX-License-Identifier: GPL-3.0-or-later
// Where a verb reports: results on stdout (text, or one JSON document), progress and notices on stderr.
#pragma once

#include "cli/command.h"
#include "cli/progress_view.h"
#include "core/error.h"
#include "core/job_context.h"
#include "core/json.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace hone::cli
{

class Console
{
public:
    explicit Console(std::stop_token stop) : m_stop(std::move(stop)) {}

    // --json and --quiet.
    void addOptions(Command& command);
    bool json() const { return m_json; }
    // For failures before the options were read to the end.
    void failWithJson(bool json) { m_json = json; }

    // For long work; its progress shows until the next thing is printed.
    JobContext job();

    void print(const std::string& text); // a result, as text; nothing with --json
    void print(const Json& json);        // a result, with --json
    void say(const std::string& line);   // on stderr, what goes on; nothing with --quiet
    void notice(const Message& message);
    void notices(const std::vector<Message>& messages);
    // On stderr; with --json also {"error": {code, message, arguments{}}} on stdout.
    void error(const Message& message);
    void cancelled();

private:
    void clearProgress();

    std::stop_token m_stop;
    bool m_json = false;
    bool m_quiet = false;
    std::unique_ptr<ProgressView> m_progress;
};

} // namespace hone::cli
