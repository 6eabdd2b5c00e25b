// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/noted_options.h"

#include "core/error.h"
#include "project/step_kinds.h"
#include "quantize/scheme.h"

#include <nlohmann/json.hpp>

namespace hone
{
namespace
{

std::string keyOf(const std::string& step)
{
    return "hone." + step;
}

} // namespace

void noteOptions(Graph& graph, const StepParameters& parameters)
{
    // Those that differ from the default alone: the file stays small.
    Json all = parametersToJson(parameters);
    all.erase("teacher"); // a place on whoever's disk
    const Json defaults = parametersToJson(std::visit([]<class P>(const P&) { return StepParameters(P{}); }, parameters));
    Json changed = Json::object();
    for (const auto& [name, value] : all.items())
        if (!defaults.contains(name) || defaults.at(name) != value)
            changed[name] = value;
    graph.metadata[keyOf(stepName(parameters))] = changed.dump(-1, ' ', false, Json::error_handler_t::replace);
}

MadeBy notedBy(const Graph& graph)
{
    for (const std::string step : {"quantize", "qat"}) {
        const auto found = graph.metadata.find(keyOf(step));
        if (found == graph.metadata.end())
            continue;
        try {
            const auto parameters = parametersFromJson(step, Json::parse(found->second));
            MadeBy madeBy{.verb = step, .options = optionsText(parameters)};
            if (const auto* quantize = std::get_if<QuantizeParameters>(&parameters))
                if (const auto& rules = rulesOf(quantize->quantize.scheme); !rules.runsHere)
                    madeBy.elsewhere = rules.runtime;
            return madeBy;
        } catch (const Error&) {
        } catch (const Json::exception&) {
        }
    }
    return {};
}

} // namespace hone
