// SPDX-License-Identifier: GPL-3.0-or-later
// What a model's activations are like on samples: found in one pass, kept, and read by every way of choosing ranges.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "graph/graph.h"
#include "quantize/quantize.h"
#include "quantize/tensor_statistics.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct CalibrationOptions
{
    std::size_t samples = 256; // of the train split (validation where there is none), spread over the classes
    std::uint64_t seed = 0;    // of their choice
    int threads = 0;
    Scheme scheme = Scheme::OnnxRuntime; // whose plan says which values are watched
};

constexpr std::size_t fewestCalibrationSamples = 2; // of one alone nothing can be said about the others

struct Calibration
{
    std::string key;                                // of all that it depends on: the prepared graph, the data, the number of samples
    std::map<std::string, TensorStatistics> values; // by value name
    std::size_t samples = 0;
    double seconds = 0;         // that the pass took
    std::int64_t peakBytes = 0; // of memory that the process had held by then
    std::vector<Message> notices;
};

// One pass through ONNX Runtime; batches are so small that memory depends on the model alone, not on the number of samples.
// Throws Error(CalibrationEmpty, CalibrationTooSmall, CalibrationNotFinite, CalibrationConstant) and what pair, Loader and Session throw.
Calibration calibrate(const Graph& prepared, const Dataset& dataset, const CalibrationOptions& options, const JobContext& job);
// One pass over the samples in batches of a bounded size.
LoaderOptions calibrationLoading(const Graph& prepared, const CalibrationOptions& options);
// Train, or validation where there is none. Throws Error(CalibrationEmpty).
Split splitToCalibrateOn(const Dataset& dataset);
// Before any is read: throws Error(CalibrationEmpty, CalibrationTooSmall).
void requireCalibrationSamples(const Dataset& dataset, std::size_t wanted);
// The key that calibrate() would give.
std::string calibrationKey(const Graph& prepared, const Dataset& dataset, const CalibrationOptions& options);

// By the options' method, for every value that was watched, and for those that only hold what such a value holds.
TensorRanges rangesOf(const Calibration& calibration, const Graph& prepared, const QuantizeOptions& options);

// Where in such a folder it is kept; empty without a folder.
std::filesystem::path calibrationFile(const std::filesystem::path& folder, const std::string& key);
// As a file, written whole or not at all: CBOR (RFC 8949) with what calibrate() gave but its notices.
void writeCalibration(const std::filesystem::path& file, const Calibration& calibration);
// None where there is no such file, it isn't one, or was made of something else (another key): it is then made again.
std::optional<Calibration> readCalibration(const std::filesystem::path& file, const std::string& key);

} // namespace hone
