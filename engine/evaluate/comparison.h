// SPDX-License-Identifier: GPL-3.0-or-later
// Several models on the same samples: the Pareto front by validation, test figures beside it, and the report.
#pragma once

#include "evaluate/evaluation.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hone
{

// What a model came about by.
struct Making
{
    std::string command;          // the step as a command line; empty: not known
    std::vector<Message> notices; // what the step had to say
};

struct ComparedModel
{
    std::string name; // shown; a file's or a build's
    std::filesystem::path file;
    int parent = -1; // index of the model it was made from; -1: none
    Making making;
    Evaluation validation;
    std::optional<Evaluation> test;
    bool pareto = false;
    std::optional<double> agreement; // classification: share of validation samples with the first model's answer
};

struct Comparison
{
    std::string dataName;
    std::vector<ComparedModel> models; // as given

    // What is worth deploying, as an index into `models`: of the models on the front whose validation metric is within `tolerance`
    // of the best one (isWithin(): 0.01 is one point of an accuracy, 5 % of an error), the smallest file; of equally small ones the
    // better, then the one given first. Without any measured metric: the smallest file. Throws Error(InternalFault) without models.
    std::size_t best(double tolerance = 0.01) const;
    // What the models are ranked by: the first measured one's. None where none was measured.
    std::optional<MetricKind> metricKind() const;
};

// Sets `pareto`: no other model is at least as good by its task's metric (validation) and at most as large, and better in one. Two that
// are equal in both are both on the front; one without a measured metric never is.
void markPareto(std::vector<ComparedModel>& models);

struct ModelToCompare
{
    std::string name;
    std::filesystem::path file;
    int parent = -1;
    Making making = {};
};
// Each on validation and, where there is one, on test. `options.split` is not read. On data without labels the models are held against
// options.reference, or the first of them; without data against options.reference on made-up inputs. Throws what evaluate() throws.
Comparison compare(const std::vector<ModelToCompare>& models, const Dataset* dataset, EvaluateOptions options, const JobContext& job);
Json toJson(const Comparison& comparison); // data, task, metric{name, higherIsBetter}, models[] (file, name, command, validation{}, test{},
                                           // pareto, agreement)

// Turns a notice into a front end's sentence.
using NoticeText = std::function<std::string(const Message&)>;

// Self-contained: styles inside, the metric-versus-size plot as SVG, no script, nothing fetched. Names are escaped.
// Without noticeText a notice shows as its code and arguments. `sections`: more about the models, in HTML.
std::string htmlReport(const Comparison& comparison, const NoticeText& noticeText = {}, const std::string& sections = {});

} // namespace hone
