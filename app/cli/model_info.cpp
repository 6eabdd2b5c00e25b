// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/model_info.h"

#include "autograd/graph_module.h"
#include "cli/sentences.h"
#include "cli/text.h"
#include "graph/weights_as_inputs.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"
#include "train/head.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

std::string fullType(const Node& node)
{
    return node.domain.empty() || node.domain == "ai.onnx" ? node.opType : node.domain + "." + node.opType;
}

// Without weights and without running anything: a large model is told about as fast and in as little memory as a small one, and
// what a hostile one would compute from its constants isn't computed.
bool runsWithoutWeights(const ModelInfo& info)
{
    try {
        Session::fromBytes(serializeOnnx(withWeightsAsInputs(info.graph)), {.optimization = Optimization::None});
        return true;
    } catch (const Error&) {
        return false;
    }
}

// Whether ONNX Runtime takes it: without that nothing can be measured.
bool runs(ModelInfo& info)
{
    if (runsWithoutWeights(info))
        return true;
    // For its reason in its own words; a few operators also ask that their weights be constants.
    try {
        Session session(info.file, {.optimization = Optimization::None});
        return true;
    } catch (const Error& error) {
        info.diagnostics.push_back(error.message());
        return false;
    }
}

// All unknown operators at once, with what is left; then whether there is a last layer to train towards.
void findTrainable(ModelInfo& info, bool runs)
{
    const auto unsupported = unsupportedOperators(info.graph);
    if (!unsupported.empty()) {
        const bool quantized = info.operators.contains("DequantizeLinear");
        const std::string open = !runs       ? "nothing but this look at it"
                                 : quantized ? "evaluate, compare, deploy"
                                             : "evaluate, compare, prune (without fine-tuning), quantize, deploy";
        std::string names;
        for (const auto& type : unsupported)
            names += (names.empty() ? "" : ", ") + type;
        info.diagnostics.push_back({MessageCode::OperatorsUnsupported, {{"operators", names}, {"open", open}}});
        return;
    }
    try {
        findHead(info.graph);
        info.trainable = true;
    } catch (const Error& error) {
        info.diagnostics.push_back(error.message());
    }
}

Json portsJson(const Graph& graph, const std::vector<ValueId>& ids)
{
    Json ports = Json::array();
    for (const auto id : ids) {
        const auto& value = graph.value(id);
        Json port;
        port["name"] = value.name;
        port["dtype"] = name(value.type.dtype);
        port["shape"] = nullptr;
        if (value.type.shape) {
            port["shape"] = Json::array();
            for (const auto& dim : *value.type.shape)
                port["shape"].push_back(dim.isFixed() ? Json(dim.extent) : Json(dim.symbol));
        }
        ports.push_back(std::move(port));
    }
    return ports;
}

std::string portsText(const Graph& graph, const std::vector<ValueId>& ids)
{
    std::string text;
    for (const auto id : ids) {
        const auto& value = graph.value(id);
        text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", value.name, name(value.type.dtype),
                            value.type.shape ? toText(*value.type.shape) : "of unknown shape");
    }
    return text;
}

} // namespace

ModelInfo inspect(const std::filesystem::path& file, const JobContext& job)
{
    ModelInfo info;
    info.file = file;
    info.graph = readOnnx(file);
    for (const auto id : info.graph.order())
        ++info.operators[fullType(info.graph.node(id))];
    job.checkStop();
    bool shapesFit = true;
    try {
        info.cost = cost(info.graph);
        info.facts = staticFacts(file, info.graph);
    } catch (const Error& error) {
        // The rest can still be told. ONNX Runtime isn't asked, since it may try to compute them.
        shapesFit = false;
        info.diagnostics.push_back(error.message());
        info.cost.complete = false;
        info.facts.sizeBytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
    }
    findTrainable(info, shapesFit && runs(info));
    return info;
}

std::string toText(const ModelInfo& info)
{
    std::string operators;
    for (const auto& [type, count] : info.operators)
        operators += fmt::format("{}{} {}", operators.empty() ? "" : ", ", type, count);
    const auto* atLeast = info.cost.complete ? "" : "at least ";
    return fmt::format("{}\n"
                       "  opset        {}\n"
                       "  inputs       {}\n"
                       "  outputs      {}\n"
                       "  nodes        {} ({})\n"
                       "  parameters   {}\n"
                       "  MACs         {}{}\n"
                       "  size         {}\n"
                       "  activations  {}{} at most at once\n"
                       "  trainable    {}\n",
                       info.file.string(), info.graph.opset(), portsText(info.graph, info.graph.inputs),
                       portsText(info.graph, info.graph.outputs), info.graph.order().size(), operators, countText(info.facts.parameters),
                       atLeast, countText(info.facts.macs), bytesText(info.facts.sizeBytes), atLeast,
                       bytesText(info.facts.peakActivationBytes), info.trainable ? "yes" : "no");
}

std::string layerTable(const ModelInfo& info)
{
    Table table({"layer", "type", "output", "parameters", "MACs", "activations"});
    for (const auto& cost : info.cost.nodes) {
        const auto& node = info.graph.node(cost.node);
        table.add({node.name, fullType(node), toText(cost.outputShape), countText(cost.parameters), countText(cost.macs),
                   bytesText(cost.activationBytes)});
    }
    return table.text();
}

Json toJson(const ModelInfo& info, LayerCosts layers)
{
    Json json;
    json["model"] = info.file.string();
    json["opset"] = info.graph.opset();
    json["inputs"] = portsJson(info.graph, info.graph.inputs);
    json["outputs"] = portsJson(info.graph, info.graph.outputs);
    json["nodes"] = info.graph.order().size();
    json["operators"] = Json::object();
    for (const auto& [type, count] : info.operators)
        json["operators"][type] = count;
    json["parameters"] = info.facts.parameters;
    json["macs"] = info.facts.macs;
    json["costComplete"] = info.cost.complete;
    json["sizeBytes"] = info.facts.sizeBytes;
    json["peakActivationBytes"] = info.facts.peakActivationBytes;
    json["trainable"] = info.trainable;
    json["metadata"] = Json::object();
    for (const auto& [key, value] : info.graph.metadata)
        json["metadata"][key] = value;
    json["diagnostics"] = Json::array();
    for (const auto& message : info.diagnostics) {
        Json item;
        item["code"] = name(message.code);
        item["message"] = sentence(message);
        item["arguments"] = Json::object();
        for (const auto& [key, value] : message.arguments)
            item["arguments"][key] = value;
        json["diagnostics"].push_back(std::move(item));
    }
    if (layers == LayerCosts::LeftOut)
        return json;
    json["layers"] = Json::array();
    for (const auto& cost : info.cost.nodes) {
        const auto& node = info.graph.node(cost.node);
        Json item;
        item["name"] = node.name;
        item["operator"] = fullType(node);
        item["output"] = toText(cost.outputShape);
        item["parameters"] = cost.parameters;
        item["macs"] = cost.macs;
        item["activationBytes"] = cost.activationBytes;
        json["layers"].push_back(std::move(item));
    }
    return json;
}

} // namespace hone::cli
