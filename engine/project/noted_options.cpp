// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/noted_options.h"

#include "core/error.h"

#include <nlohmann/json.hpp>

namespace hone
{
namespace
{

constexpr auto key = "hone.quantize";

} // namespace

void noteOptions(Graph& graph, const QuantizeParameters& parameters)
{
    // Those that differ from the default alone: the file stays small.
    const Json all = parametersToJson(parameters);
    const Json defaults = parametersToJson(QuantizeParameters{});
    Json changed = Json::object();
    for (const auto& [name, value] : all.items())
        if (!defaults.contains(name) || defaults.at(name) != value)
            changed[name] = value;
    graph.metadata[key] = changed.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string notedOptions(const Graph& graph)
{
    const auto found = graph.metadata.find(key);
    if (found == graph.metadata.end())
        return {};
    try {
        return optionsText(parametersFromJson("quantize", Json::parse(found->second)));
    } catch (const Error&) {
        return {};
    } catch (const Json::exception&) {
        return {};
    }
}

} // namespace hone
