// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/comparison.h"

#include "data/model_card.h"
#include "onnx_io/onnx_io.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <unordered_map>

namespace hone
{
namespace
{

constexpr double rounding = 1e-9; // of fractions that come from whole counts

bool hasAccuracy(const ComparedModel& model)
{
    return model.validation.accuracy.has_value();
}

double top1(const ComparedModel& model)
{
    return model.validation.accuracy ? model.validation.accuracy->top1 : -1;
}

std::int64_t bytes(const ComparedModel& model)
{
    return model.validation.facts.sizeBytes;
}

// Whether a is at least as good as b in both and better in one.
bool dominates(const ComparedModel& a, const ComparedModel& b)
{
    return top1(a) >= top1(b) && bytes(a) <= bytes(b) && (top1(a) > top1(b) || bytes(a) < bytes(b));
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
            m_bySample.emplace(accuracy.indices[i],
                               found != classOfOutput.end() ? found->second : -1 - accuracy.predictions[i]);
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

ComparedModel measured(const ModelToCompare& wanted, const Dataset& dataset, EvaluateOptions options, const JobContext& job)
{
    const bool withTest = dataset.size(Split::Test) > 0;
    ComparedModel model;
    model.name = wanted.name;
    model.file = wanted.file;
    model.parent = wanted.parent;
    options.split = Split::Validation;
    model.validation = evaluate(wanted.file, &dataset, options, job.part(0, withTest ? 0.5 : 1));
    if (withTest) {
        options.split = Split::Test;
        options.latency = false; // of the same file: measured once
        model.test = evaluate(wanted.file, &dataset, options, job.part(0.5, 1));
        model.test->latency = model.validation.latency;
    }
    return model;
}

} // namespace

std::size_t Comparison::best(double tolerance) const
{
    if (models.empty())
        throw Error(MessageCode::InternalFault, {{"detail", "the best of no models was asked for"}});
    double highest = -1;
    for (const auto& model : models)
        highest = std::max(highest, top1(model));
    std::size_t chosen = models.size();
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (highest >= 0 && (!hasAccuracy(models[i]) || !models[i].pareto || top1(models[i]) < highest - tolerance - rounding))
            continue;
        const bool smaller = chosen == models.size() || bytes(models[i]) < bytes(models[chosen]);
        const bool asSmallAndBetter =
            chosen < models.size() && bytes(models[i]) == bytes(models[chosen]) && top1(models[i]) > top1(models[chosen]);
        if (smaller || asSmallAndBetter)
            chosen = i;
    }
    return chosen < models.size() ? chosen : 0;
}

void markPareto(std::vector<ComparedModel>& models)
{
    for (auto& model : models)
        model.pareto = hasAccuracy(model) && std::ranges::none_of(models, [&](const ComparedModel& other) {
                           return hasAccuracy(other) && dominates(other, model);
                       });
}

Comparison compare(const std::vector<ModelToCompare>& models, const Dataset& dataset, const EvaluateOptions& options,
                   const JobContext& job)
{
    dataset.require(Split::Validation);
    Comparison comparison;
    comparison.dataName = dataset.name();
    std::optional<Answers> first;
    for (std::size_t i = 0; i < models.size(); ++i) {
        const auto count = static_cast<double>(models.size());
        const auto part = job.part(static_cast<double>(i) / count, static_cast<double>(i + 1) / count);
        auto model = measured(models[i], dataset, options, part);
        const Answers answers(pairCompletely(readOnnx(models[i].file), dataset), *model.validation.accuracy);
        if (!first)
            first = answers;
        model.agreement = answers.agreement(*first);
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
        if (model.test)
            entry["test"] = toJson(*model.test);
        entry["pareto"] = model.pareto;
        entry["agreement"] = model.agreement;
        models.push_back(std::move(entry));
    }
    return {{"data", comparison.dataName}, {"models", std::move(models)}};
}

} // namespace hone
