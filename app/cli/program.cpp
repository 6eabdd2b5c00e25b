// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/program.h"

#include "cli/exit_codes.h"
#include "cli/verbs.h"
#include "core/version.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <new>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace hone::cli
{
namespace
{

constexpr auto footer = R"(Example:
  hone prune model.onnx --ratio 0.3 --data pictures --finetune-epochs 2 --out smaller.onnx

Every verb has --help with an example. Exit codes: 0 done, 2 usage, 3 bad input (model, data, recipe, project),
4 device or network, 130 stopped by the user, 1 anything else. A file named by --out is replaced if it is there, whole
and only at the end; it may not be the input itself, nor a part of the data or of a project.)";

// The deepest verb that was named: "hone project log".
std::string verbPath(const CLI::App& app)
{
    const CLI::App* at = &app;
    std::string path = at->get_name();
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().back();
        path += " " + at->get_name();
    }
    return path;
}

// In Hone's words where CLI11's are its own jargon: "--data: 1 required DIR missing".
std::string plainWords(const CLI::ParseError& error)
{
    std::string detail = error.what();
    if (detail == "A subcommand is required")
        return "Say what to do";
    static const std::regex valueMissing(R"(([^:]+): \d+ required (\S+) missing)");
    if (std::smatch match; std::regex_match(detail, match, valueMissing))
        return match[1].str() + " needs a value (" + match[2].str() + ")";
    while (!detail.empty() && (detail.back() == '.' || detail.back() == '\n'))
        detail.pop_back();
    return detail;
}

Message usageMessage(const CLI::ParseError& error, const CLI::App& app)
{
    const auto verb = verbPath(app);
    if (dynamic_cast<const CLI::ExtrasError*>(&error)) {
        const CLI::App* at = &app;
        while (!at->get_subcommands().empty())
            at = at->get_subcommands().back();
        auto extras = at->remaining();
        if (extras.empty())
            extras = app.remaining(true);
        return {MessageCode::OptionUnknown, {{"option", extras.empty() ? "that" : extras.front()}, {"verb", verb}}};
    }
    return {MessageCode::UsageInvalid, {{"detail", plainWords(error)}, {"verb", verb}}};
}

bool wantsJson(int argc, const char* const* argv)
{
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--json")
            return true;
    return false;
}

int runVerb(Verb& verb, Console& console)
{
    try {
        return verb.run(console);
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        console.error({MessageCode::InternalFault, {{"detail", "there is not enough memory"}}});
    } catch (const std::exception& exception) {
        console.error({MessageCode::InternalFault, {{"detail", exception.what()}}});
    }
    return exitOther;
}

int parseAndRun(CLI::App& app, int argc, const char* const* argv, Console& console)
{
    const auto verbs = allVerbs();
    std::vector<std::string> arguments(argv + 1, argv + argc);
    for (const auto& verb : verbs) {
        Command command(*app.add_subcommand(verb->name(), verb->summary()));
        verb->declare(command);
        if (!arguments.empty() && arguments.front() == verb->name())
            arguments = command.withValues(std::move(arguments));
        for (auto& reporting : verb->reporting(command))
            console.addOptions(reporting);
    }
    app.footer(footer);           // last, since verbs would inherit it
    app.require_subcommand(0, 1); // behind a verb another one's name is a word like any other
    try {
        std::ranges::reverse(arguments); // as CLI11 takes them
        app.parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        std::fputs(app.help().c_str(), stdout);
        return exitDone;
    } catch (const CLI::CallForVersion&) {
        std::printf("hone %s\n", std::string(version()).c_str());
        return exitDone;
    } catch (const CLI::ParseError& error) {
        console.failWithJson(wantsJson(argc, argv));
        console.error(usageMessage(error, app));
        return exitUsage;
    }
    for (const auto& verb : verbs)
        if (app.got_subcommand(verb->name()))
            return runVerb(*verb, console);
    std::fputs(app.help().c_str(), stderr);
    return exitUsage;
}

} // namespace

int runProgram(int argc, const char* const* argv, Console& console)
{
    CLI::App app("Makes neural networks small and fast for the devices you own.", "hone");
    app.set_version_flag("--version", std::string(version()), "The version of Hone");
    app.get_formatter()->column_width(38);
    app.get_formatter()->label("SUBCOMMAND", "VERB");
    app.get_formatter()->label("SUBCOMMANDS", "VERBS");
    app.get_formatter()->label("Subcommands", "Verbs");
    try {
        return parseAndRun(app, argc, argv, console);
    } catch (const Error& error) {
        console.failWithJson(wantsJson(argc, argv));
        console.error(error.message());
        return exitCode(category(error.code()));
    } catch (const Cancelled&) {
        console.cancelled();
        return exitCancelled;
    }
}

} // namespace hone::cli
