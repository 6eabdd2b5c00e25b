// SPDX-License-Identifier: GPL-3.0-or-later
// What `hone info` knows of a model.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "core/json.h"
#include "evaluate/evaluation.h"
#include "graph/cost.h"
#include "graph/graph.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace hone::cli
{

struct ModelInfo
{
    std::filesystem::path file;
    Graph graph;
    StaticFacts facts;
    GraphCost cost;
    std::map<std::string, int> operators; // "Conv", "com.example.Odd" -> how many
    bool trainable = false;
    std::vector<Message> diagnostics; // why not everything can be done with it
};

enum class LayerCosts
{
    Included,
    LeftOut
};

// Throws what readOnnx throws.
ModelInfo inspect(const std::filesystem::path& file, const JobContext& job);
std::string toText(const ModelInfo& info);
std::string layerTable(const ModelInfo& info);
// Keys: model, opset, inputs[], outputs[] (name, dtype, shape: numbers, and names where free), nodes, operators{}, parameters, macs,
// costComplete, sizeBytes, peakActivationBytes, trainable, metadata{}, diagnostics[] (code, message, arguments{}), layers[].
Json toJson(const ModelInfo& info, LayerCosts layers);

} // namespace hone::cli
