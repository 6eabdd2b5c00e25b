// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/model_card.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hone
{
namespace
{

constexpr auto classesKey = "hone.classes";
constexpr auto preprocessKey = "hone.preprocess";

[[noreturn]] void throwBadCard(const std::string& key, const std::string& detail)
{
    throw Error(MessageCode::ModelInvalid, {{"path", "metadata " + key}, {"detail", detail}});
}

Json parsed(const std::string& key, const std::string& text)
{
    auto json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        throwBadCard(key, "not a JSON object");
    return json;
}

} // namespace

ModelCard readModelCard(const Graph& graph)
{
    ModelCard card;
    if (const auto found = graph.metadata.find(classesKey); found != graph.metadata.end()) {
        const auto json = parsed(classesKey, found->second);
        for (const auto& [name, output] : json.items()) {
            if (!output.is_number_integer() || output.get<std::int64_t>() < 0 || output.get<std::int64_t>() > 1'000'000)
                throwBadCard(classesKey, "class \"" + name + "\" has no output index");
            card.classes[name] = output.get<int>();
        }
    }
    if (const auto found = graph.metadata.find(preprocessKey); found != graph.metadata.end()) {
        std::vector<KeyProblem> problems;
        card.preprocess = readPreprocess(parsed(preprocessKey, found->second), problems);
        if (!problems.empty())
            throwBadCard(preprocessKey, problems.front().key + " " + problems.front().text);
    }
    return card;
}

void writeModelCard(Graph& graph, const ModelCard& card)
{
    graph.metadata.erase(classesKey);
    graph.metadata.erase(preprocessKey);
    if (!card.classes.empty()) {
        // By output index, as people would list them.
        std::vector<std::pair<int, std::string>> byOutput;
        for (const auto& [name, output] : card.classes)
            byOutput.emplace_back(output, name);
        std::sort(byOutput.begin(), byOutput.end());
        Json json = Json::object();
        for (const auto& [output, name] : byOutput)
            json[name] = output;
        graph.metadata[classesKey] = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    if (card.preprocess)
        graph.metadata[preprocessKey] = toJson(*card.preprocess).dump();
}

} // namespace hone
