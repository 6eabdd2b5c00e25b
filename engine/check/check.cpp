// SPDX-License-Identifier: GPL-3.0-or-later
#include "check/check.h"

#include "autograd/graph_module.h"
#include "check/engine_agreement.h"
#include "check/open_steps.h"
#include "onnx_io/onnx_io.h"
#include "prune/dependency_graph.h"
#include "prune/group_names.h"
#include "quantize/plan.h"
#include "quantize/quantize.h"
#include "runtime/memory_estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>

namespace hone
{
namespace
{

std::string listed(const std::vector<std::string>& names, std::size_t atMost = 5)
{
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < atMost; ++i)
        text += (i ? ", " : "") + names[i];
    return names.size() > atMost ? text + fmt::format(" and {} more", names.size() - atMost) : text;
}

bool hasFixedBatch(const Graph& graph)
{
    return std::ranges::any_of(graph.inputs, [&](ValueId id) {
        const auto& shape = graph.value(id).type.shape;
        return shape && !shape->empty() && shape->front().isFixed();
    });
}

class Checking
{
public:
    Checking(const std::filesystem::path& model, const JobContext& job) : m_model(model), m_job(job) {}

    ModelCheck run()
    {
        const auto started = std::chrono::steady_clock::now();
        const bool opened = attempt(0, [&] { m_source = readOnnx(m_model); }) && attempt(0.1, [&] { tidyFirst(); });
        if (opened) {
            if (!attempt(0.3, [&] { runInRuntime(); }))
                m_conditions.running = {Closed::DoesNotRun};
            runInLibTorch();
            if (!m_conditions.running) {
                attempt(0.8, [&] { findPrunable(); });
                attempt(0.9, [&] { findQuantizable(); });
            }
        }
        conclude(opened);
        m_check.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        m_check.peakBytes = peakBytes();
        return std::move(m_check);
    }

private:
    // What goes wrong is a finding, whatever it is; stopping isn't.
    template<class Work>
    bool attempt(double fraction, Work work)
    {
        m_job.checkStop();
        m_job.report({Activity::Checking, fraction, m_model.filename().string(), 0, 0, {}});
        try {
            work();
            return true;
        } catch (const Error& error) {
            m_check.problems.push_back(error.message());
        } catch (const std::bad_alloc&) {
            m_check.problems.push_back(
                {MessageCode::ModelTooLarge, {{"path", m_model.string()}, {"detail", "there is not enough memory"}}});
        } catch (const std::exception& exception) {
            m_check.problems.push_back({MessageCode::InternalFault, {{"detail", firstLine(exception.what())}}});
        }
        return false;
    }

    static std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

    void tidyFirst()
    {
        auto tidied = tidy(m_source, {.keepDropout = true}, m_job.part(0.1, 0.3));
        m_graph = std::move(tidied.graph);
        m_check.changes = std::move(tidied.changes);
        m_check.tidying = std::move(tidied.notices);
        m_check.limit = allowedDifference(m_source);
        if (isQuantized(m_graph))
            m_conditions.reshaping = {Closed::AlreadyQuantized};
    }

    void runInRuntime()
    {
        m_reference = runInOnnxRuntime(m_model, m_source, m_job);
        for (std::size_t i = 0; i < m_source.inputs.size(); ++i)
            m_check.inputs.push_back({m_source.value(m_source.inputs[i]).name, m_reference.inputs.at(i).shape()});
    }

    void runInLibTorch()
    {
        auto& why = m_conditions.training;
        m_check.unsupported = unsupportedOperators(m_graph);
        if (!m_check.unsupported.empty())
            why = {Closed::Operators, listed(m_check.unsupported)};
        else if (m_conditions.running)
            why = m_conditions.running;
        else if (!attempt(0.5, [&] { compare(); }))
            why = {Closed::FailsInLibTorch};
        else if (!attempt(0.65, [&] { goBack(); }))
            why = {Closed::FailsBackward};
        if (!why && hasFixedBatch(m_graph))
            why = {Closed::BatchFixed};
        m_check.trainable = !why;
    }

    void compare()
    {
        const auto agreement = compareEngines(m_graph, m_reference);
        if (drawsAtRandom(m_graph))
            return;
        m_check.maxRelativeDifference = agreement.maxRelativeDifference;
        if (agreement.maxRelativeDifference <= m_check.limit)
            return;
        m_check.problems.push_back({MessageCode::EnginesDisagree,
                                    {{"output", agreement.worstOutput},
                                     {"difference", fmt::format("{:.2g}", agreement.maxRelativeDifference)},
                                     {"limit", fmt::format("{:.2g}", m_check.limit)}}});
        m_conditions.training = {Closed::EnginesDisagree};
    }

    void goBack()
    {
        const auto gradients = goBackward(m_graph, m_reference);
        m_check.gradientsFinite = gradients.notFinite.empty();
        if (!m_check.gradientsFinite) {
            m_check.problems.push_back({MessageCode::GradientsNotFinite, {{"parameters", listed(gradients.notFinite)}}});
            m_conditions.training = {Closed::GradientsNotFinite};
        } else if (!gradients.any) {
            m_conditions.training = {Closed::NoGradients};
        }
    }

    void findPrunable()
    {
        const auto found = findDependencies(m_graph);
        m_check.prunableGroups = static_cast<std::int64_t>(found.groups.size());
        for (const auto& group : found.groups) {
            auto& told = m_check.groups.emplace_back();
            told.name = group.name;
            told.channels = group.channels * group.granularity;
            told.reasons = group.reasons;
            told.layers = namesOf(m_graph, group.layers);
            told.followers = namesOf(m_graph, group.followers);
            told.readers = namesOf(m_graph, group.readers);
        }
        for (const auto& layer : found.unprunable)
            m_check.unprunable.push_back({layer.name, layer.reason});
    }

    void findQuantizable()
    {
        auto& why = m_conditions.quantizing;
        if (m_conditions.reshaping)
            return;
        why = {Closed::NoLayers};
        try {
            m_check.quantizable = !planQuantization(prepareForQuantization(m_graph)).groups.empty();
            if (m_check.quantizable)
                why = {};
        } catch (const Error& error) { // operators that can't be brought to the opset that it needs
            const auto operators = error.message().arguments.find("operators");
            if (operators != error.message().arguments.end())
                why = {Closed::Operators, operators->second};
        }
    }

    void conclude(bool opened)
    {
        if (m_check.prunableGroups == 0)
            m_conditions.pruning = {Closed::NoGroups};
        m_check.steps = openSteps(m_conditions);
        if (!opened)
            for (auto& step : m_check.steps)
                step = {step.step, Closed::NotOpened};
        if (!m_check.unsupported.empty()) {
            std::string open;
            for (const auto& step : m_check.steps)
                if (step.open())
                    open += (open.empty() ? "" : ", ") + step.step;
            m_check.problems.insert(m_check.problems.begin(),
                                    {MessageCode::OperatorsUnsupported,
                                     {{"operators", listed(m_check.unsupported, m_check.unsupported.size())}, {"open", open}}});
        }
        m_check.ok = opened && !m_conditions.running && m_check.unsupported.empty() && m_check.problems.empty();
    }

    const std::filesystem::path& m_model;
    const JobContext& m_job;
    Graph m_source; // as it is in the file
    Graph m_graph;  // tidied
    MadeUpRun m_reference;
    StepConditions m_conditions;
    ModelCheck m_check;
};

} // namespace

ModelCheck checkModel(const std::filesystem::path& model, const JobContext& job)
{
    return Checking(model, job).run();
}

} // namespace hone
