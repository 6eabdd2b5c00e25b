// SPDX-License-Identifier: GPL-3.0-or-later
// Several models on the same samples: the Pareto front by validation, test figures beside it, and the report.
#pragma once

#include "evaluate/evaluation.h"

#include <filesystem>
#include <string>
#include <vector>

namespace hone
{

struct ComparedModel
{
    std::string name; // shown; a file's or a build's
    std::filesystem::path file;
    int parent = -1; // index of the model it was made from; -1: none
    Evaluation validation;
    std::optional<Evaluation> test;
    bool pareto = false;
    double agreement = 1; // share of validation samples with the first model's answer
};

struct Comparison
{
    std::string dataName;
    std::vector<ComparedModel> models; // as given

    // Highest validation top1 within `tolerance` of the best on the front, smallest file: what is worth deploying. Index into models.
    std::size_t best(double tolerance = 0.01) const;
};

// Sets `pareto`: no other model is at least as accurate (validation top1) and at most as large, and better in one.
void markPareto(std::vector<ComparedModel>& models);
struct ModelToCompare
{
    std::string name;
    std::filesystem::path file;
    int parent = -1;
};
Comparison compare(const std::vector<ModelToCompare>& models, const Dataset& dataset, const EvaluateOptions& options,
                   const JobContext& job);
Json toJson(const Comparison& comparison); // models[] (file, name, validation{}, test{}, pareto, agreement)

// Self-contained: styles inside, the accuracy-versus-size plot as SVG, no script, nothing fetched. Names are escaped.
std::string htmlReport(const Comparison& comparison);

} // namespace hone
