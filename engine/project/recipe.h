// SPDX-License-Identifier: GPL-3.0-or-later
// A list of steps in YAML that the command line and the studio can both run:
//
//     name: Smaller for the camera
//     data: ../pictures            # a folder, relative to this file; left out: the project's
//     steps:
//       - step: import
//         file: model.onnx         # relative to this file
//       - step: finetune
//         name: tuned              # for `from` below
//         epochs: 3
//       - step: prune              # takes the build before, unless `from` says which
//         ratio: 0.4
//         finetune: {epochs: 2}
//       - step: quantize
//         from: tuned
//
// A step's other keys are its parameters, as parametersToJson() names them; those left out take the default.
#pragma once

#include "project/project_store.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hone
{

struct RecipeStep
{
    std::string name; // other steps name it in `from`; empty: none
    std::string from; // the step whose build this one takes; empty: the one before
    StepParameters parameters;
};

struct Recipe
{
    std::string name;
    std::string data; // folder; absolute once read from a file; empty: the project's
    std::vector<RecipeStep> steps;
};

// Every problem is named with its line. Throws Error(RecipeInvalid) with the first line, FileNotFound, FileUnreadable.
Recipe readRecipe(const std::filesystem::path& file);
Recipe parseRecipe(const std::string& yaml, const std::filesystem::path& folder, const std::string& nameForErrors);
// Parameters that have their default are left out.
std::string toYaml(const Recipe& recipe);
// The steps that lead from the root to a build: what makes it again.
Recipe recipeOf(const ProjectStore& project, const std::string& build);

// Builds, one for each step, each told as soon as it is there. Steps that the project has run already are not run again.
// Throws what the steps throw, and Error(DataRequired) before any step where one needs data and neither recipe nor project names any.
std::vector<Build> runRecipe(const Recipe& recipe, ProjectStore& project, const JobContext& job,
                             const std::function<void(const Build&)>& tell = {});

} // namespace hone
