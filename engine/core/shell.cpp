// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/shell.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace hone
{

std::string shellQuoted(const std::string& argument)
{
    std::string quoted = "'";
    for (const char c : argument) {
        if (c == '\'')
            quoted += "'\\''";
        else
            quoted += c;
    }
    return quoted + "'";
}

std::string shellWord(const std::string& argument)
{
    const auto isPlain = [](unsigned char c) {
        return (c < 128 && std::isalnum(c)) || std::string_view("-_./:=,@%+").find(static_cast<char>(c)) != std::string_view::npos;
    };
    return !argument.empty() && std::ranges::all_of(argument, isPlain) ? argument : shellQuoted(argument);
}

} // namespace hone
