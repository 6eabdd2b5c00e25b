// SPDX-License-Identifier: GPL-3.0-or-later
#include "arguments.h"
#include "deploy/bundle.h"
#include "deploy/smoke_input.h"
#include "failure.h"
#include "preprocess/raw_input.h"
#include "runner_model.h"
#include "sample_file.h"
#include "scores.h"
#include "verbs.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <numeric>

namespace hone::runner
{
namespace
{

constexpr std::size_t shownAnswers = 5;

struct Answer
{
    std::size_t output = 0;
    std::string label;
    double probability = 0;
};

std::vector<Answer> bestAnswers(const std::vector<double>& values, const std::vector<std::string>& labels)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto count = std::min(shownAnswers, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                      [&](auto a, auto b) { return values[a] != values[b] ? values[a] > values[b] : a < b; });
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < count; ++i) {
        const auto output = order[i];
        answers.push_back({output, output < labels.size() ? labels[output] : std::to_string(output), values[output]});
    }
    return answers;
}

Json toJson(const std::string& path, const std::vector<Answer>& answers)
{
    Json json{{"file", path}, {"label", answers.front().label}, {"probability", answers.front().probability}};
    json["top"] = Json::array();
    for (const auto& answer : answers)
        json["top"].push_back({{"output", answer.output}, {"label", answer.label}, {"probability", answer.probability}});
    return json;
}

void print(const std::string& path, const Answer& answer)
{
    char percent[32];
    std::snprintf(percent, sizeof percent, "%.1f %%", answer.probability * 100);
    std::cout << path << "\t" << answer.label << "\t" << percent << "\n";
}

} // namespace

void classify(const Words& words)
{
    const auto arguments = Arguments::parse(words, {"--threads"}, {"--json"});
    if (arguments.positional.empty())
        throw Failure(Failure::Kind::Usage, "Name at least one file.");
    const auto bundle = readBundle(besideProgram(bundlefile::bundle));
    if (!bundle.preprocess)
        throw Failure(Failure::Kind::Input, "Nothing says what this model takes.");
    Model model(besideProgram(bundlefile::model), arguments.number("--threads", 1, 1, 256));
    const FrontEnd frontEnd(*bundle.preprocess);
    auto all = Json::array();
    for (const auto& path : arguments.positional) {
        const auto input = asTaken(inputOf(frontEnd, readSample(path, frontEnd.preprocess().kind())), model.inputs().at(0).dtype);
        const auto answers = bestAnswers(probabilities(scoresOf(model.run({input}))), bundle.labels);
        if (arguments.has("--json"))
            all.push_back(toJson(path, answers));
        else
            print(path, answers.front());
    }
    if (arguments.has("--json"))
        std::cout << all.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

} // namespace hone::runner
