// SPDX-License-Identifier: GPL-3.0-or-later
// Step parameters from JSON, with every problem found at once.
#pragma once

#include "project/explain_step.h"
#include "project/step.h"
#include "prune/sensitivity.h"

#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct ParameterProblem
{
    std::string key;  // "epochs", "finetune.epochs"; empty: the step itself
    std::string text; // what is wrong, as a clause
};

// nullopt for a step of that name; other problems are added and leave the default.
std::optional<StepParameters> readParameters(const std::string& step, const Json& json, std::vector<ParameterProblem>& problems);

// As parametersToJson(), but without parameters that were added later and have their default: what a build's id is made of.
Json identityOf(const StepParameters& parameters);

// Of a recipe's steps that measure and make no build. `json` is an object; problems are added and leave the default.
SensitivityOptions readSensitivityOptions(const Json& json, std::vector<ParameterProblem>& problems);
Json toJson(const SensitivityOptions& options);
ExplainParameters readExplainParameters(const Json& json, std::vector<ParameterProblem>& problems);
Json toJson(const ExplainParameters& parameters);

std::vector<std::string> knownSteps();
// "; " between them.
std::string joined(const std::vector<ParameterProblem>& problems);
// The known word nearest to a mistyped one, or empty where none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& known);

} // namespace hone
