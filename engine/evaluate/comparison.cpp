// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/comparison.h"

#include "data/pairing.h"
#include "onnx_io/onnx_io.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_map>

namespace hone
{
namespace
{

std::optional<TaskMetric> metric(const ComparedModel& model)
{
    return metricOf(model.validation);
}

std::int64_t bytes(const ComparedModel& model)
{
    return model.validation.facts.sizeBytes;
}

// Whether a is at least as good as b in both and better in one.
bool dominates(const ComparedModel& a, const ComparedModel& b)
{
    const auto x = *metric(a);
    const auto y = *metric(b);
    return x.kind == y.kind && !isBetter(y, x) && bytes(a) <= bytes(b) && (isBetter(x, y) || bytes(a) < bytes(b));
}

// A model's answers as classes of the data, so that models with other outputs can be told against each other.
class Answers
{
public:
    Answers(const Pairing& pairing, const Accuracy& accuracy)
    {
        std::unordered_map<int, int> classOfOutput;
        for (std::size_t i = 0; i < pairing.outputOfClass.size(); ++i)
            if (pairing.outputOfClass[i])
                classOfOutput.emplace(*pairing.outputOfClass[i], static_cast<int>(i));
        for (std::size_t i = 0; i < accuracy.predictions.size(); ++i) {
            const auto found = classOfOutput.find(accuracy.predictions[i]);
            // An output that stands for no class of the data is an answer of its own kind.
            m_bySample.emplace(accuracy.indices[i], found != classOfOutput.end() ? found->second : -1 - accuracy.predictions[i]);
        }
    }

    double agreement(const Answers& other) const
    {
        std::size_t both = 0;
        std::size_t same = 0;
        for (const auto& [sample, answer] : m_bySample) {
            const auto found = other.m_bySample.find(sample);
            both += found != other.m_bySample.end();
            same += found != other.m_bySample.end() && found->second == answer;
        }
        return both == 0 ? 1 : static_cast<double>(same) / static_cast<double>(both);
    }

private:
    std::unordered_map<std::size_t, int> m_bySample;
};

ComparedModel measured(const ModelToCompare& wanted, const Dataset* dataset, EvaluateOptions options, const JobContext& job)
{
    const bool withTest = dataset && dataset->size(Split::Test) > 0;
    ComparedModel model;
    model.name = wanted.name;
    model.file = wanted.file;
    model.parent = wanted.parent;
    model.making = wanted.making;
    options.split = Split::Validation;
    model.validation = evaluate(wanted.file, dataset, options, job.part(0, withTest ? 0.5 : 1));
    if (withTest) {
        options.split = Split::Test;
        options.latency = false; // of the same file: measured once
        model.test = evaluate(wanted.file, dataset, options, job.part(0.5, 1));
        model.test->latency = model.validation.latency;
    }
    return model;
}

} // namespace

std::optional<MetricKind> Comparison::metricKind() const
{
    for (const auto& model : models)
        if (const auto found = metric(model))
            return found->kind;
    return std::nullopt;
}

std::size_t Comparison::best(double tolerance) const
{
    if (models.empty())
        throw Error(MessageCode::InternalFault, {{"detail", "the best of no models was asked for"}});
    std::optional<TaskMetric> highest;
    for (const auto& model : models)
        if (const auto found = metric(model); found && (!highest || isBetter(*found, *highest)))
            highest = found;
    std::size_t chosen = models.size();
    for (std::size_t i = 0; i < models.size(); ++i) {
        const auto found = metric(models[i]);
        if (highest && (!found || !models[i].pareto || !isWithin(*found, *highest, tolerance)))
            continue;
        const bool smaller = chosen == models.size() || bytes(models[i]) < bytes(models[chosen]);
        const bool asSmallAndBetter =
            highest && chosen < models.size() && bytes(models[i]) == bytes(models[chosen]) && isBetter(*found, *metric(models[chosen]));
        if (smaller || asSmallAndBetter)
            chosen = i;
    }
    return chosen < models.size() ? chosen : 0;
}

void markPareto(std::vector<ComparedModel>& models)
{
    for (auto& model : models)
        model.pareto = metric(model) &&
                       std::ranges::none_of(models, [&](const ComparedModel& other) { return metric(other) && dominates(other, model); });
}

Comparison compare(const std::vector<ModelToCompare>& models, const Dataset* dataset, EvaluateOptions options, const JobContext& job)
{
    if (dataset)
        dataset->require(Split::Validation);
    if (dataset && dataset->task() == Task::Agreement && options.reference.empty() && !models.empty())
        options.reference = models.front().file;
    Comparison comparison;
    comparison.dataName = dataset ? dataset->name() : std::string();
    std::optional<Answers> first;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const auto count = static_cast<double>(models.size());
        const auto part = job.part(static_cast<double>(i) / count, static_cast<double>(i + 1) / count);
        auto model = measured(models[i], dataset, options, part);
        if (const auto& accuracy = model.validation.accuracy) {
            const Answers answers(pairCompletely(readOnnx(models[i].file), *dataset), *accuracy);
            if (!first)
                first = answers;
            model.agreement = answers.agreement(*first);
        }
        comparison.models.push_back(std::move(model));
    }
    markPareto(comparison.models);
    return comparison;
}

Json toJson(const Comparison& comparison)
{
    Json models = Json::array();
    for (const auto& model : comparison.models) {
        Json entry = {{"file", model.file.string()}, {"name", model.name}, {"validation", toJson(model.validation)}};
        if (!model.making.command.empty())
            entry["command"] = model.making.command;
        if (model.test)
            entry["test"] = toJson(*model.test);
        entry["pareto"] = model.pareto;
        if (model.agreement)
            entry["agreement"] = *model.agreement;
        models.push_back(std::move(entry));
    }
    Json json = {{"data", comparison.dataName}};
    for (const auto& model : comparison.models)
        if (const auto task = taskOf(model.validation)) {
            json["task"] = std::string(name(*task));
            break;
        }
    if (const auto kind = comparison.metricKind())
        json["metric"] = {{"name", std::string(name(*kind))}, {"higherIsBetter", higherIsBetter(*kind)}};
    json["models"] = std::move(models);
    return json;
}

} // namespace hone
