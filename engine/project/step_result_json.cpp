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
    json.update(recordToJson(result));
    if (result.tidied) {
        json["changes"] = changesToJson(result.tidied->changes);
        json["graph"] = {{"before", toJson(result.tidied->before)}, {"after", toJson(result.tidied->after)}};
        if (result.tidied->maxRelativeDifference)
            json["maxRelativeDifference"] = *result.tidied->maxRelativeDifference;
    }
    if (!result.notices.empty())
        json["notices"] = messagesToJson(result.notices);
    return json;
}

} // namespace hone
