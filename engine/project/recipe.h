// SPDX-License-Identifier: GPL-3.0-or-later
// A list of steps in YAML that the command line and the studio can both run.
#pragma once

#include "project/project_store.h"

#include <filesystem>
#include <string>
#include <vector>

namespace hone
{

struct RecipeStep
{
    std::string name;  // other steps name it in `from`; empty: none
    std::string from;  // the step whose build this one takes; empty: the one before
    StepParameters parameters;
};

struct Recipe
{
    std::string name;
    std::string data; // folder, relative to the recipe's file; empty: the project's
    std::vector<RecipeStep> steps;
};

// Throws Error(RecipeInvalid) with the line, FileNotFound, FileUnreadable.
Recipe readRecipe(const std::filesystem::path& file);
Recipe parseRecipe(const std::string& yaml, const std::filesystem::path& folder, const std::string& nameForErrors);
std::string toYaml(const Recipe& recipe);
// The steps that lead from the root to a build: what makes it again.
Recipe recipeOf(const ProjectStore& project, const std::string& build);

// Builds, one for each step. Steps that the project has run already are not run again.
std::vector<Build> runRecipe(const Recipe& recipe, ProjectStore& project, const JobContext& job);

} // namespace hone
