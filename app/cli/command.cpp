// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/command.h"

#include <CLI/CLI.hpp>

namespace hone::cli
{

void Command::example(const std::string& line)
{
    const auto footer = m_app->get_footer();
    m_app->footer((footer.empty() ? "" : footer + "\n\n") + "Example:\n  " + line);
}

void Command::remark(const std::string& text)
{
    const auto footer = m_app->get_footer();
    m_app->footer((footer.empty() ? "" : footer + "\n") + text);
}

void Command::positional(const std::string& name, std::string& target, const std::string& help)
{
    m_app->add_option(name, target, help)->required()->option_text(" ");
}

void Command::positionals(const std::string& name, std::vector<std::string>& target, const std::string& help)
{
    m_app->add_option(name, target, help)->required()->option_text("...");
}

void Command::optionalPositional(const std::string& name, std::string& target, const std::string& help)
{
    m_app->add_option(name, target, help)->option_text(" ");
}

void Command::option(const OptionText& text, std::string& target)
{
    value(text, [&target](const std::string& given) { target = given; });
}

void Command::requiredOption(const OptionText& text, std::string& target)
{
    m_app->add_option(text.flag, target, text.help)->required()->type_name(text.placeholder);
}

void Command::flag(const std::string& flag, const std::string& help, bool& target)
{
    m_app->add_flag_function(
        flag, [&target](std::int64_t) { target = true; }, help);
}

void Command::negativeFlag(const std::string& flag, const std::string& help, bool& target)
{
    m_app->add_flag_function(
        flag, [&target](std::int64_t) { target = false; }, help);
}

void Command::value(const OptionText& text, std::function<void(const std::string&)> take)
{
    auto* option = m_app->add_option_function<std::string>(text.flag, std::move(take), text.help);
    option->type_name(text.placeholder);
    if (!text.fallback.empty())
        option->default_str(text.fallback);
}

void Command::value(const OptionText& text, const LoneOption& lone, std::function<void(const std::string&)> take)
{
    m_lone.push_back(lone);
    value({text.flag, "[" + text.placeholder + "]", text.help + "; alone: " + lone.value, text.fallback}, std::move(take));
}

std::vector<std::string> Command::withValues(std::vector<std::string> arguments) const
{
    for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i)
        for (const auto& lone : m_lone)
            if (arguments[i] == lone.flag && (i + 1 == arguments.size() || !lone.isValue(arguments[i + 1])))
                arguments[i] += "=" + lone.value;
    return arguments;
}

void Command::eachValue(const OptionText& text, std::function<void(const std::string&)> take)
{
    m_app
        ->add_option_function<std::vector<std::string>>(
            text.flag,
            [take = std::move(take)](const std::vector<std::string>& all) {
                for (const auto& given : all)
                    take(given);
            },
            text.help)
        ->type_name(text.placeholder)
        ->allow_extra_args(false);
}

void Command::values(const OptionText& text, std::vector<std::string>& target)
{
    m_app->add_option(text.flag, target, text.help)->type_name(text.placeholder)->allow_extra_args(false);
}

Command Command::subcommand(const std::string& name, const std::string& help)
{
    auto* app = m_app->add_subcommand(name, help);
    m_app->require_subcommand(1);
    return Command(*app);
}

bool Command::chosen() const
{
    return m_app->parsed();
}

bool Command::given(const std::string& flag) const
{
    const auto* option = m_app->get_option_no_throw(flag);
    return option && option->count() > 0;
}

bool Command::has(const std::string& flag) const
{
    return m_app->get_option_no_throw(flag) != nullptr;
}

} // namespace hone::cli
