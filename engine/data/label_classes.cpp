// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/label_classes.h"

#include <algorithm>
#include <set>

namespace hone
{
namespace
{

bool statesOutputs(const DatasetConfig& config)
{
    return std::any_of(config.classes.begin(), config.classes.end(), [](const auto& info) { return info.output.has_value(); });
}

// Names by label number; a number that no sample has and nobody names has an empty one.
std::vector<std::string> namesByNumber(const std::set<int>& numbers, std::vector<std::string> names, const DatasetConfig& config)
{
    if (!config.classes.empty() && !statesOutputs(config)) {
        names.clear();
        for (const auto& info : config.classes)
            names.push_back(info.name);
    }
    if (names.empty()) {
        names.resize(numbers.empty() ? 0 : std::size_t(*numbers.rbegin()) + 1);
        for (const int number : numbers)
            names[std::size_t(number)] = std::to_string(number);
    }
    return names;
}

} // namespace

void fillClasses(Listing& listing, std::span<LabelledRecord> records, std::vector<std::string> names, const DatasetConfig& config)
{
    std::set<int> numbers;
    for (const auto& record : records)
        numbers.insert(record.number);
    names = namesByNumber(numbers, std::move(names), config);

    ConfigProblems problems(config.path);
    if (!numbers.empty() && std::size_t(*numbers.rbegin()) >= names.size())
        problems.add(config.classesLine, "label " + std::to_string(*numbers.rbegin()) + " occurs, but only " +
                                             std::to_string(names.size()) + " classes are named");
    std::vector<int> classOfNumber(names.size(), -1);
    for (std::size_t number = 0; number < names.size(); ++number) {
        if (names[number].empty())
            continue;
        classOfNumber[number] = int(listing.classes.size());
        listing.classes.push_back({names[number], std::nullopt});
    }
    if (statesOutputs(config)) {
        for (const auto& stated : config.classes) {
            const auto found =
                std::find_if(listing.classes.begin(), listing.classes.end(), [&](const auto& info) { return info.name == stated.name; });
            if (found == listing.classes.end())
                problems.add(config.classesLine, "class \"" + stated.name + "\" is not in the data");
            else
                found->output = stated.output;
        }
    }
    problems.throwIfAny();
    for (auto& record : records) {
        record.sample.label = classOfNumber[std::size_t(record.number)];
        listing.samples[std::size_t(record.split)].push_back(std::move(record.sample));
    }
}

} // namespace hone
