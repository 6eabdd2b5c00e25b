// SPDX-License-Identifier: GPL-3.0-or-later
// A verb's options and what else was given to it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace hone::runner
{

struct Arguments
{
    std::vector<std::string> positional;
    std::map<std::string, std::string> options; // "--threads" -> "2"; a switch's value is empty

    // `valued` options take a value ("--threads 2" or "--threads=2"), `switches` don't. Throws Failure(Usage).
    static Arguments parse(const std::vector<std::string>& words, const std::vector<std::string>& valued,
                           const std::vector<std::string>& switches);
    bool has(const std::string& option) const { return options.contains(option); }
    std::string text(const std::string& option, const std::string& fallback) const;
    // Throws Failure(Usage) where it is no number from lowest to highest.
    int number(const std::string& option, int fallback, int lowest, int highest) const;
};

} // namespace hone::runner
