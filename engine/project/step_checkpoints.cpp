// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/step_checkpoints.h"

#include "core/hash.h"
#include "project/build_record.h"
#include "project/perform_step.h"
#include "project/step_kinds.h"
#include "train/checkpoint.h"

#include <nlohmann/json.hpp>

#include <system_error>

namespace hone
{
namespace fs = std::filesystem;

StepPart sparsityPart()
{
    return "sparsity";
}

StepPart roundPart(int round)
{
    return "round" + std::to_string(round);
}

std::string checkpointKey(const StepParameters& parameters, const StepInput& input)
{
    Json key;
    key["step"] = stepName(parameters);
    key["parameters"] = parametersToJson(parameters);
    key["model"] = sha256OfFile(input.model);
    if (const auto* teacher = teacherPathOf(parameters))
        key["teacher"] = sha256OfFile(input.teacher.empty() ? *teacher : input.teacher);
    key["data"] = input.dataset->fingerprint();
    for (const auto& [name, value] : versionsFor(parameters))
        key["versions"][name] = value;
    return sha256(key.dump(-1, ' ', false, Json::error_handler_t::replace));
}

CheckpointPlace checkpointPlace(const fs::path& checkpoint, const std::string& key, const StepPart& part)
{
    // A training that keeps no checkpoint has no parts that do.
    return {part.empty() || checkpoint.empty() ? checkpoint : fs::path(checkpoint.string() + "." + part), key + part};
}

fs::path checkpointBeside(const fs::path& output)
{
    return output.parent_path() / ("." + output.filename().string() + ".checkpoint");
}

void removeCheckpoints(const fs::path& checkpoint)
{
    if (checkpoint.empty())
        return;
    removeCheckpoint(checkpoint);
    removeCheckpoint(checkpoint.string() + "." + sparsityPart());
    std::error_code ignored;
    for (int round = 1; fs::exists(checkpoint.string() + "." + roundPart(round), ignored); ++round)
        removeCheckpoint(checkpoint.string() + "." + roundPart(round));
}

} // namespace hone
