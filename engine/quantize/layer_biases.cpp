// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/layer_biases.h"

#include "core/error.h"
#include "layerwise/linear_layer.h"
#include "quantize/kept_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hone
{
namespace
{

// Calls `use` with each layer whose bias is its own.
template<typename Use>
void forEachBias(const Graph& graph, const QuantizationPlan& plan, Use&& use)
{
    for (const auto& weighted : plan.weighted) {
        const Node& node = graph.node(weighted.node);
        if (weighted.integer && node.opType != "MatMul" && node.input(2).valid())
            use(node.name, node.input(2));
    }
}

} // namespace

Graph withOwnBiases(const Graph& prepared, const QuantizationPlan& plan)
{
    Graph graph = prepared;
    for (const auto& weighted : plan.weighted) {
        if (!weighted.integer || graph.node(weighted.node).opType == "MatMul")
            continue;
        const auto given = graph.node(weighted.node).input(2);
        std::string reason;
        const auto layer = LinearLayer::find(graph, GraphUses(graph), weighted.node, reason, GroupedConvolutions::Allowed);
        if (!given.valid() && !layer)
            continue;
        Tensor bias = given.valid() ? graph.value(given).constant : Tensor(DType::Float32, {static_cast<std::int64_t>(layer->outputs())});
        const auto own = graph.addConstant(graph.node(weighted.node).name + "_bias", std::move(bias));
        graph.node(weighted.node).inputs.resize(3);
        graph.node(weighted.node).inputs[2] = own;
    }
    return graph;
}

LayerBiases biasesOf(const Graph& withOwnBiases, const QuantizationPlan& plan)
{
    LayerBiases biases;
    forEachBias(withOwnBiases, plan, [&](const std::string& layer, ValueId bias) {
        const auto values = withOwnBiases.value(bias).constant.data<float>();
        biases.emplace(layer, std::vector<float>(values.begin(), values.end()));
    });
    return biases;
}

Graph withBiases(const Graph& prepared, const QuantizationPlan& plan, const LayerBiases& biases)
{
    Graph graph = withOwnBiases(prepared, plan);
    forEachBias(graph, plan, [&](const std::string& layer, ValueId bias) {
        auto values = graph.value(bias).constant.mutableData<float>();
        const auto found = biases.find(layer);
        if (found == biases.end() || found->second.size() != values.size())
            throw Error(MessageCode::InternalFault, {{"detail", "the bias of '" + layer + "' that was kept isn't its own"}});
        std::ranges::copy(found->second, values.begin());
    });
    return graph;
}

std::filesystem::path biasesFile(const std::filesystem::path& folder, const std::string& key)
{
    return keptFile(folder, key, ".biases.cbor");
}

void writeBiases(const std::filesystem::path& file, const std::string& key, const LayerBiases& biases)
{
    writeKept(file, key, {{"biases", biases}});
}

std::optional<LayerBiases> readBiases(const std::filesystem::path& file, const std::string& key)
{
    const auto json = readKept(file, key);
    if (!json)
        return std::nullopt;
    try {
        return json->at("biases").get<LayerBiases>();
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

} // namespace hone
