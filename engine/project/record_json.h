// SPDX-License-Identifier: GPL-3.0-or-later
// The small records that builds and reports keep, as JSON and back. Reading throws what the JSON library throws.
#pragma once

#include "core/json.h"
#include "core/message_json.h"
#include "project/step_record.h"
#include "prune/pruner.h"
#include "train/train.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

Json epochToJson(const EpochResult& epoch);
EpochResult epochFromJson(const Json& json);
Json epochsToJson(const std::vector<EpochResult>& epochs);
Json groupsToJson(const std::vector<PrunedGroup>& groups);
std::vector<PrunedGroup> groupsFromJson(const Json& json);
Json roundsToJson(const std::vector<PruneRound>& rounds);
std::vector<PruneRound> roundsFromJson(const Json& json);
// "bn-scale", and back.
std::string nameOf(ImportanceKind kind);
std::optional<ImportanceKind> importanceOf(std::string_view name);
// "heads", and back.
std::string nameOf(AttentionChannels attention);
std::optional<AttentionChannels> attentionOf(std::string_view name);

} // namespace hone
