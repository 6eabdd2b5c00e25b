// SPDX-License-Identifier: GPL-3.0-or-later
// ONNX files (IR 3 to 11, opset 7 to 23) <-> Graph. Names, initializers, metadata and domains are kept.
#pragma once

#include "graph/graph.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace hone
{

constexpr std::int64_t lowestOpset = 7; // a graph of an older one is raised to it, where that can be done
constexpr std::int64_t highestOpset = 23;

// Reads a model; external data is read from files beside it and never from outside of its folder.
// Throws Error(FileNotFound, FileUnreadable, ModelEmpty, ModelNotOnnx, ModelTruncated, ModelInvalid, ModelTooLarge,
// ExternalDataOutside, ExternalDataMissing, OpsetUnsupported).
Graph readOnnx(const std::filesystem::path& path);
// The same from memory; external data is looked for in `folder`.
Graph parseOnnx(std::string_view bytes, const std::filesystem::path& folder = {}, const std::string& nameForErrors = {});

// Bytes that depend on the graph alone.
std::string serializeOnnx(const Graph& graph);
// Atomically. Throws Error(DiskFull, FileUnwritable).
void writeOnnx(const Graph& graph, const std::filesystem::path& path);

} // namespace hone
