// SPDX-License-Identifier: GPL-3.0-or-later
// hone-runner: runs a model on the device that Hone put it on.
#include "core/error.h"
#include "failure.h"
#include "verbs.h"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string_view>

namespace hone::runner
{
namespace
{

constexpr auto help = R"(hone-runner runs the model that lies beside it.

  hone-runner info                        the model, its labels and what runs it, as JSON
  hone-runner classify [--json] PICTURE... what is on each picture (PNG, JPEG, BMP, GIF, PNM)
  hone-runner latency [--runs N] [--threads N] [--model FILE]
                                          time of one answer, as JSON
  hone-runner smoke                       the model's answer to a fixed input, as JSON
  hone-runner evaluate [--threads N] [FILE]
                                          an answer for each picture of a stream (standard input without FILE),
                                          one line of JSON each
  hone-runner switch LINK TARGET          makes the link name the target, in one step

Example: hone-runner classify stop-sign.png
Exit codes: 0 done, 2 usage, 3 bad input, 1 anything else.
)";

struct Verb
{
    std::string_view name;
    void (*run)(const Words&);
};

constexpr Verb verbs[] = {{"info", info},   {"classify", classify}, {"latency", latency},
                          {"smoke", smoke}, {"evaluate", evaluate}, {"switch", switchLink}};

void run(const Words& words)
{
    for (const auto& word : words)
        if (word == "--help" || word == "-h") {
            std::cout << help;
            return;
        }
    if (words.empty())
        throw Failure(Failure::Kind::Usage, std::string("A verb is missing.\n\n") + help);
    for (const auto& verb : verbs)
        if (verb.name == words.front())
            return verb.run({words.begin() + 1, words.end()});
    throw Failure(Failure::Kind::Usage, "There is no verb '" + words.front() + "'.\n\n" + help);
}

// The few of the engine's errors that can come up here, as sentences.
std::string sentence(const Error& error)
{
    const auto& arguments = error.message().arguments;
    switch (error.code()) {
    case MessageCode::FileNotFound: return fillSentence("There is no file {path}.", arguments);
    case MessageCode::FileUnreadable: return fillSentence("{path} can't be read: {reason}.", arguments);
    case MessageCode::DataConfigInvalid: return fillSentence("{path} can't be used: {detail}.", arguments);
    case MessageCode::ModelInputUnsupported: return fillSentence("The model wants what the runner can't give: {detail}.", arguments);
    default: return error.what();
    }
}

} // namespace

std::string besideProgram(const std::string& name)
{
    return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / name).string();
}

} // namespace hone::runner

int main(int argc, char** argv)
{
    using namespace hone::runner;
    std::ios::sync_with_stdio(false);
    try {
        run(Words(argv + 1, argv + argc));
        std::cout.flush();
        return std::cout ? 0 : 1;
    } catch (const Failure& failure) {
        std::cerr << failure.what() << "\n";
        return static_cast<int>(failure.kind());
    } catch (const hone::Error& error) {
        std::cerr << sentence(error) << "\n";
        return static_cast<int>(Failure::Kind::Input);
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
