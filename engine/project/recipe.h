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
// A step's other keys are its parameters, as parametersToJson() names them; those left out take the default. Two steps make no build:
//
//       - step: sensitivity        # measures what pruning each group of the build before costs, and keeps it with that build
//         name: curves             # for a prune step's `sensitivity`
//         samples: 500
//       - step: explain            # why the build before differs from a float one, kept with it as explanation.json
//         against: tuned           # a step, a build's id, or a file; left out: the nearest build behind it that isn't quantized
//         html: why.html           # the findings as a page, too
#pragma once

#include "project/explain_step.h"
#include "project/project_store.h"
#include "prune/sensitivity.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct RecipeExplanation
{
    std::string against;        // a step before, a build's id, or a file; empty: the nearest build behind it that isn't quantized
    std::filesystem::path html; // where the findings go as a page; empty: nowhere
    ExplainParameters parameters;
};

struct RecipeStep
{
    std::string name; // other steps name it in `from`; empty: none
    std::string from; // the step whose build this one takes; empty: the one before
    StepParameters parameters;
    std::optional<SensitivityOptions> sensitivity = {}; // in place of `parameters`: what measuring the curves of a build takes
    std::optional<RecipeExplanation> explanation = {};  // likewise: what explaining one takes
};

// As the recipe names it in `step`: "sensitivity", "explain", else stepName().
std::string kindOf(const RecipeStep& step);
// Whether it makes one.
bool makesBuild(const RecipeStep& step);
// Whether it takes no build.
bool isRoot(const RecipeStep& step);

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
// Files that its steps read besides data: models, teachers, curves, what is explained against. Those that name a step before aren't.
std::vector<std::filesystem::path> filesReadBy(const Recipe& recipe);
// The steps that lead from the root to a build, and to builds that it learnt from: what makes it again, in an empty project, too.
Recipe recipeOf(const ProjectStore& project, const std::string& build);

// What is told as soon as it is there.
struct RecipeEvents
{
    std::function<void(const Build&)> build = {};
    std::function<void(const Build&, const Sensitivity&)> sensitivity = {};                           // of that build
    std::function<void(const Build&, const Explanation&, const RecipeExplanation&)> explanation = {}; // likewise; writes the page
};

// Builds, one for each step that makes one. Steps that the project has run already are not run again.
// Throws what the steps throw, and Error(DataRequired) before any step where one needs data and neither recipe nor project names any.
std::vector<Build> runRecipe(const Recipe& recipe, ProjectStore& project, const JobContext& job, const RecipeEvents& events = {});

} // namespace hone
