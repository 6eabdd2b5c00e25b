// SPDX-License-Identifier: GPL-3.0-or-later
#include "check/check.h"
#include "core/message_json.h"
#include "tidy/tidy_json.h"

#include <nlohmann/json.hpp>

namespace hone
{

Json toJson(const ModelCheck& check)
{
    Json json;
    json["ok"] = check.ok;
    json["unsupported"] = check.unsupported;
    json["maxRelativeDifference"] = check.maxRelativeDifference ? Json(*check.maxRelativeDifference) : Json(nullptr);
    json["limit"] = check.limit;
    json["gradientsFinite"] = check.gradientsFinite;
    json["trainable"] = check.trainable;
    json["prunableGroups"] = check.prunableGroups;
    json["groups"] = Json::array();
    for (const auto& group : check.groups)
        json["groups"].push_back({{"name", group.name},
                                  {"layers", group.layers},
                                  {"followers", group.followers},
                                  {"readers", group.readers},
                                  {"channels", group.channels},
                                  {"reasons", group.reasons}});
    json["unprunable"] = Json::array();
    for (const auto& layer : check.unprunable)
        json["unprunable"].push_back({{"name", layer.name}, {"reason", layer.reason}});
    json["quantizable"] = check.quantizable;
    json["seconds"] = check.seconds;
    json["peakBytes"] = check.peakBytes;
    json["steps"] = Json::array();
    for (const auto& step : check.steps) {
        Json item = {{"step", step.step}, {"open", step.open()}};
        if (!step.open())
            item["reason"] = reasonText(step);
        json["steps"].push_back(std::move(item));
    }
    json["changes"] = changesToJson(check.changes);
    json["tidying"] = messagesToJson(check.tidying);
    json["inputs"] = Json::array();
    for (const auto& input : check.inputs)
        json["inputs"].push_back({{"name", input.name}, {"shape", input.shape}});
    json["problems"] = messagesToJson(check.problems);
    return json;
}

} // namespace hone
