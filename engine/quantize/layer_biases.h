// SPDX-License-Identifier: GPL-3.0-or-later
// The biases of the layers that compute on integers, apart from the graph that they are of, so that they can be kept.
#pragma once

#include "quantize/plan.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

using LayerBiases = std::map<std::string, std::vector<float>>; // by the layer's name, one for each output channel

// With a bias of its own for each integer layer of the plan that may have one (Conv, ConvTranspose, Gemm), zero where there was none, so
// that changing one changes a constant and nothing else.
Graph withOwnBiases(const Graph& prepared, const QuantizationPlan& plan);
// Of a graph with such biases.
LayerBiases biasesOf(const Graph& withOwnBiases, const QuantizationPlan& plan);
// The graph with these. Throws Error(InternalFault) where a layer lacks one or has another number of channels.
Graph withBiases(const Graph& prepared, const QuantizationPlan& plan, const LayerBiases& biases);

// Where in a folder of calibration they are kept; empty without a folder. The key: of all that they depend on.
std::filesystem::path biasesFile(const std::filesystem::path& folder, const std::string& key);
// As a file, written whole or not at all: CBOR (RFC 8949).
void writeBiases(const std::filesystem::path& file, const std::string& key, const LayerBiases& biases);
// None where there is no such file, it isn't one, or was made of something else (another key).
std::optional<LayerBiases> readBiases(const std::filesystem::path& file, const std::string& key);

} // namespace hone
