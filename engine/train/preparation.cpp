// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/preparation.h"

#include "autograd/graph_module.h"
#include "graph/fake_quantize.h"
#include "graph/own_vectors.h"
#include "tidy/free_batch.h"
#include "train/head.h"

#include <cmath>
#include <set>
#include <string>

namespace hone
{

namespace
{

void require(bool holds, const std::string& option, double value, const std::string& expected)
{
    if (!holds)
        throw Error(MessageCode::BadOption, {{"option", option}, {"value", std::to_string(value)}, {"expected", expected}});
}

void requireAtLeast(double lowest, const std::string& option, double value, const std::string& expected)
{
    require(value >= lowest && std::isfinite(value), option, value, expected);
}

void requireShare(const std::string& option, double value)
{
    require(value >= 0 && value < 1, option, value, "0 to below 1");
}

// A batch of any size, whatever the file fixes.
Graph withFreeBatch(Graph graph)
{
    const auto isFixed = [&graph] {
        const auto& shape = graph.value(graph.inputs.at(0)).type.shape;
        return shape && !shape->empty() && shape->front().isFixed();
    };
    if (isFixed())
        makeBatchFree(graph);
    if (isFixed())
        throw Error(MessageCode::NotTrainable,
                    {{"detail", "its batch is fixed at " + std::to_string(graph.value(graph.inputs[0]).type.shape->front().extent)}});
    return graph;
}

void replaceHead(PreparedModel& model, std::size_t classes, std::uint64_t seed)
{
    auto& pairing = model.pairing;
    if (pairing.task == Task::Anomaly)
        throw Error(MessageCode::BadOption, {{"option", "head"}, {"value", "replace"}, {"expected", "auto or keep for anomaly detection"}});
    pairing.outputs = pairing.task == Task::Regression ? pairing.targets : static_cast<int>(classes);
    model.graph = withNewHead(model.graph, pairing.outputs, seed);
    for (std::size_t i = 0; i < pairing.outputOfClass.size(); ++i)
        pairing.outputOfClass[i] = static_cast<int>(i);
}

PreparedModel preparedForTeacher(const Graph& graph, const Dataset& dataset, const TrainOptions& options)
{
    if (options.head == HeadPolicy::Replace)
        throw Error(MessageCode::BadOption, {{"option", "head"}, {"value", "replace"}, {"expected", "auto or keep without labels"}});
    PreparedModel result{withOwnVectors(withFreeBatch(graph)), {}, false};
    result.pairing = pairForInput(result.graph, dataset);
    ModelCard card = readModelCard(result.graph);
    card.preprocess = result.pairing.preprocess;
    writeModelCard(result.graph, card);
    return result;
}

} // namespace

void requireSound(const TrainOptions& options)
{
    requireAtLeast(0, "epochs", options.epochs, "0 or more");
    requireAtLeast(1, "batch", options.batch, "1 or more");
    requireAtLeast(0, "learningRate", options.learningRate, "a positive number");
    requireShare("momentum", options.momentum);
    requireAtLeast(0, "weightDecay", options.weightDecay, "0 or more");
    requireShare("labelSmoothing", options.labelSmoothing);
    requireAtLeast(1, "accumulate", options.accumulate, "1 or more");
    requireAtLeast(0, "clipNorm", options.clipNorm, "0 or more");
    requireShare("emaDecay", options.emaDecay);
    requireAtLeast(0, "mixUp", options.mixUp, "0 or more");
    requireAtLeast(0, "cutMix", options.cutMix, "0 or more");
    requireAtLeast(0, "bodyRateFactor", options.bodyRateFactor, "0 or more");
    require(options.freezeNormalizationAfter >= 0 && options.freezeNormalizationAfter <= 1, "freezeBatchNormalizationAfter",
            options.freezeNormalizationAfter, "0 to 1");
    requireAtLeast(0, "checkpointMinutes", options.checkpointMinutes, "0 or more");
}

void requireOperators(const Graph& graph)
{
    std::string list;
    for (const auto& name : unsupportedOperators(graph))
        list += (list.empty() ? "" : ", ") + name;
    if (!list.empty())
        throw Error(MessageCode::OperatorsUnsupported, {{"operators", list}, {"open", "info, evaluate, quantize, compare, deploy"}});
}

PreparedModel prepare(const Graph& graph, const Dataset& dataset, const TrainOptions& options, Supervision supervision)
{
    if (supervision == Supervision::TeacherAlone)
        return preparedForTeacher(graph, dataset, options);
    if (dataset.task() == Task::Agreement)
        throw Error(MessageCode::LabelsMissing, {{"path", dataset.folder().string()}});
    PreparedModel result{withOwnVectors(withFreeBatch(graph)), {}, false};
    result.pairing = options.head == HeadPolicy::Keep ? pairCompletely(result.graph, dataset) : pair(result.graph, dataset);
    result.headReplaced = options.head == HeadPolicy::Replace || (options.head == HeadPolicy::Auto && !result.pairing.complete());

    ModelCard card = readModelCard(result.graph);
    card.preprocess = result.pairing.preprocess;
    const auto& classes = dataset.classes();
    if (result.headReplaced) {
        replaceHead(result, classes.size(), options.seed);
        card.classes.clear();
    }
    // Classes that the model already knew by other names stay known.
    for (std::size_t i = 0; i < classes.size() && result.pairing.task == Task::Classification; ++i)
        card.classes.emplace(classes[i].name, result.pairing.outputOfClass[i].value());
    writeModelCard(result.graph, card);
    return result;
}

std::vector<NodeId> bodyOf(const Graph& graph)
{
    const NodeId head = findHead(graph);
    const ValueId weights = graph.node(head).input(1);
    const NodeId grid = weights.valid() ? GraphUses(graph).producer(weights) : NodeId{};
    const bool isOnGrid = grid.valid() && isFakeQuantize(graph.node(grid));
    std::set<ValueId> behind(graph.node(head).outputs.begin(), graph.node(head).outputs.end());
    std::vector<NodeId> body;
    for (const NodeId id : graph.order()) {
        const Node& node = graph.node(id);
        if (isOnGrid && id == grid) // learnt with the weights
            continue;
        bool isBehind = id == head;
        for (const ValueId input : node.inputs)
            isBehind = isBehind || behind.contains(input);
        if (isBehind)
            behind.insert(node.outputs.begin(), node.outputs.end());
        else
            body.push_back(id);
    }
    return body;
}

} // namespace hone
