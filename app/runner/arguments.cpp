// SPDX-License-Identifier: GPL-3.0-or-later
#include "arguments.h"

#include "failure.h"

#include <algorithm>
#include <charconv>

namespace hone::runner
{

Arguments Arguments::parse(const std::vector<std::string>& words, const std::vector<std::string>& valued,
                           const std::vector<std::string>& switches)
{
    const auto contains = [](const auto& list, const auto& word) { return std::find(list.begin(), list.end(), word) != list.end(); };
    Arguments arguments;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& word = words[i];
        if (word.size() < 3 || word.compare(0, 2, "--") != 0) {
            arguments.positional.push_back(word);
            continue;
        }
        const auto equals = word.find('=');
        const auto name = word.substr(0, equals);
        if (contains(switches, word)) {
            arguments.options[word] = "";
        } else if (contains(valued, name) && equals != word.npos) {
            arguments.options[name] = word.substr(equals + 1);
        } else if (contains(valued, name) && i + 1 < words.size()) {
            arguments.options[name] = words[++i];
        } else {
            throw Failure(Failure::Kind::Usage, contains(valued, name) ? name + " wants a value." : "There is no option " + name + ".");
        }
    }
    return arguments;
}

std::string Arguments::text(const std::string& option, const std::string& fallback) const
{
    const auto found = options.find(option);
    return found == options.end() ? fallback : found->second;
}

int Arguments::number(const std::string& option, int fallback, int lowest, int highest) const
{
    const auto found = options.find(option);
    if (found == options.end())
        return fallback;
    const auto& text = found->second;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < lowest || value > highest)
        throw Failure(Failure::Kind::Usage,
                      option + " is a number from " + std::to_string(lowest) + " to " + std::to_string(highest) + ", not '" + text + "'.");
    return value;
}

} // namespace hone::runner
