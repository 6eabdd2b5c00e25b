// SPDX-License-Identifier: GPL-3.0-or-later
// A verb's arguments: what it takes, its help and its example. CLI11 is behind it, in one file, since it takes long to compile.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI
{
class App;
}

namespace hone::cli
{

// How one option is called and explained.
struct OptionText
{
    std::string flag;        // "--ratio"; without dashes: a positional argument of that name
    std::string placeholder; // "N", "DIR"
    std::string help;
    std::string fallback; // shown as the default; empty: none shown
};

// An option whose value may be left out.
struct LoneOption
{
    std::string flag;
    std::string value;                               // that it then has
    std::function<bool(const std::string&)> isValue; // whether what follows is its value
};

class Command
{
public:
    explicit Command(CLI::App& app) : m_app(&app) {}

    void example(const std::string& line);
    // Goes below the help, before the example.
    void remark(const std::string& text);
    // Must be given.
    void positional(const std::string& name, std::string& target, const std::string& help);
    void positionals(const std::string& name, std::vector<std::string>& target, const std::string& help);
    void optionalPositional(const std::string& name, std::string& target, const std::string& help);
    void option(const OptionText& text, std::string& target);
    void requiredOption(const OptionText& text, std::string& target);
    void flag(const std::string& flag, const std::string& help, bool& target);
    // Sets the target to false.
    void negativeFlag(const std::string& flag, const std::string& help, bool& target);
    // `take` throws Error(BadOption) where the text isn't what it wants.
    void value(const OptionText& text, std::function<void(const std::string&)> take);
    // As value(); CLI11 would take whatever follows, so withValues() has to be called before.
    void value(const OptionText& text, const LoneOption& lone, std::function<void(const std::string&)> take);
    // The arguments with their values put behind such options where they stand alone.
    std::vector<std::string> withValues(std::vector<std::string> arguments) const;
    // May be given several times.
    void eachValue(const OptionText& text, std::function<void(const std::string&)> take);
    void values(const OptionText& text, std::vector<std::string>& target);

    Command subcommand(const std::string& name, const std::string& help);
    bool chosen() const;                       // of a subcommand
    bool given(const std::string& flag) const; // once the command line was read
    bool has(const std::string& flag) const;

private:
    CLI::App* m_app;
    std::vector<LoneOption> m_lone;
};

} // namespace hone::cli
