// SPDX-License-Identifier: GPL-3.0-or-later
// What a step reports to machines.
#include "project/step.h"

#include "project/record_json.h"
#include "tidy/tidy_json.h"

#include <nlohmann/json.hpp>

namespace hone
{

Json toJson(const StepResult& result)
{
    Json json;
    json["before"] = toJson(result.before);
    json["after"] = toJson(result.after);
    json["seconds"] = result.seconds;
    json["output"] = result.output.string();
    json["sha256"] = result.sha256;
    if (!result.epochs.empty())
        json["epochs"] = epochsToJson(result.epochs);
    if (!result.groups.empty())
        json["groups"] = groupsToJson(result.groups);
    if (result.proofMaxAbsDifference)
        json["proof"] = {{"maxAbsDifference", *result.proofMaxAbsDifference}};
    if (result.tidied) {
        json["changes"] = changesToJson(result.tidied->changes);
        json["graph"] = {{"before", toJson(result.tidied->before)}, {"after", toJson(result.tidied->after)}};
        if (result.tidied->maxRelativeDifference)
            json["maxRelativeDifference"] = *result.tidied->maxRelativeDifference;
    }
    if (result.compensation) {
        auto& compensation = json["compensation"];
        if (result.compensation->before)
            compensation["before"] = *result.compensation->before;
        if (result.compensation->after)
            compensation["after"] = *result.compensation->after;
        compensation["layers"] = Json::array();
        for (const auto& layer : result.compensation->solved)
            compensation["layers"].push_back({{"name", layer.name},
                                              {"errorBefore", layer.relativeErrorBefore},
                                              {"errorAfter", layer.relativeErrorAfter}});
        compensation["left"] = Json::array();
        for (const auto& layer : result.compensation->left)
            compensation["left"].push_back({{"name", layer.name}, {"reason", layer.reason}});
    }
    if (!result.notices.empty())
        json["notices"] = messagesToJson(result.notices);
    return json;
}

} // namespace hone
