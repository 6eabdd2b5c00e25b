// SPDX-License-Identifier: GPL-3.0-or-later
// Why a quantized model answers otherwise than the float model that it was made from, and why it is as fast as it is.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "core/json.h"
#include "data/dataset.h"
#include "quantize/kernels.h"
#include "quantize/layer_times.h"
#include "quantize/range_use.h"
#include "quantize/scaled_values.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// Below it (a tenth of the signal's magnitude is noise) a layer counts as diverged.
constexpr double divergenceDb = 20;

// What wrote a quantized file, as far as the file says.
struct MadeBy
{
    std::string verb = "quantize"; // of hone: "quantize" or "qat"
    std::string options = {};      // as the verb takes them; commands that are proposed begin with them
    std::string elsewhere = {};    // the runtime that the file is for, where that is not this one: nothing measured here speaks for it
};

// What a quantized file's layers read, which says what can be changed.
struct QuantizedForm
{
    enum class Activations
    {
        Ranges,  // on grids that are in the file
        Dynamic, // on grids that are found while it runs
        Float
    };
    Activations activations = Activations::Float;
    bool isSigned = false; // activations' grids
    bool fourBits = false; // any weights
};

QuantizedForm formOf(const Graph& quantized);

struct ExplainRequest
{
    std::filesystem::path quantized;
    std::filesystem::path floating;
    const Dataset& dataset;
    std::size_t samples = 64;
    int threads = 0; // of comparing values; latency is measured with one
    int runs = 300;  // of each model, in turns
    MadeBy madeBy = {};
};

struct ExplainedLayer
{
    std::string name; // of its node; of an input the input's
    std::string opType;
    std::string value; // in the float model
    double snrDb = 0;
    double snrAloneDb = 0;
    std::optional<ActivationUse> use;      // where its value is on a grid
    std::optional<double> weightDisparity; // largest channel's magnitude over the smallest's, where its weights share one scale
    double floatMicroseconds = 0;          // of ONNX Runtime's kernels that it became
    double quantizedMicroseconds = 0;
    bool integer = false;                  // a kernel of it computes on integers
    bool depthwise = false;                // a convolution with as many groups as channels
    std::vector<std::string> floatKernels; // operators, in the order in which they run
    std::vector<std::string> quantizedKernels;
};

struct Divergence
{
    std::string layer;
    double snrDb = 0;
    double before = 0;  // the least of what it reads
    bool below = false; // divergenceDb; otherwise the largest fall of all
};

struct TimedConversion
{
    UnfusedConversion conversion;
    double microseconds = 0;
};

// Layers which, left in float, make the file faster, found by the layers' times and then measured.
struct KeepFloatProposal
{
    std::vector<std::string> layers;
    double latencyMs = 0; // of the file with them in float; in the same turns:
    double floatLatencyMs = 0;
    double quantizedLatencyMs = 0;
    std::string command;
};

// Weights alone in 8 bits, which are restored when the file is loaded (core/stored_weights.h): float's speed and a small file.
struct WeightsOnlyProposal
{
    std::int64_t sizeBytes = 0;
    std::int64_t floatSizeBytes = 0;
    double latencyMs = 0; // in the same turns:
    double floatLatencyMs = 0;
    double quantizedLatencyMs = 0;
    std::string command;
};

struct SpeedTotals
{
    double floatLatencyMs = 0; // of whole runs at one sample and one thread (TurnLatency::undisturbedMs)
    double quantizedLatencyMs = 0;
    double floatMicroseconds = 0; // sum over nodes
    double quantizedMicroseconds = 0;
    double conversionMicroseconds = 0; // of the quantized file's nodes that only bring values into another form
    std::size_t integerNodes = 0;
    std::size_t floatNodes = 0;
};

struct Explanation
{
    std::filesystem::path quantized;
    std::filesystem::path floating;
    Split split = Split::Validation;
    std::size_t samples = 0;
    std::vector<ExplainedLayer> layers;  // in the order in which they are computed
    std::vector<ScaledValues> equalized; // between them the float model's values were scaled before they were compared
    std::optional<Divergence> firstDivergence;
    std::vector<std::string> floatNodes; // that compute, in ONNX Runtime's graph
    std::vector<TimedConversion> unfused;
    std::map<std::string, std::string> processor;
    SpeedTotals totals;
    std::optional<KeepFloatProposal> proposal;
    std::optional<WeightsOnlyProposal> weightsOnly; // where no mix is as fast as the float model
    bool triedMixes = false;                        // of float and integer layers
    MadeBy madeBy;
    QuantizedForm form;
    std::size_t compared = 0;    // layers with weights that are on their own in a pair of values of the same name
    std::size_t weighted = 0;    // of the float model
    std::vector<Message> advice; // what to change, the most urgent first
    std::vector<Message> notices;
};

// Throws Error(NotQuantized, AlreadyQuantized, ReferenceUnlike, CalibrationEmpty) and what readOnnx, Session, pairForInput and Loader
// throw.
Explanation explain(const ExplainRequest& request, const JobContext& job);

// The first layer in order whose SNR is below divergenceDb while all that it reads is above; else the one with the largest fall against
// what it reads, if that is more than 3 dB (noise of as much power as there was) and there was noise. `reads`: by layer.
std::optional<Divergence> firstDivergence(const std::vector<ExplainedLayer>& layers, const std::vector<std::vector<std::size_t>>& reads);

// Of processorFacts(): its instructions that add up 8-bit products, x86's VNNI and AMX, Arm's dot product and matrix product, as the
// kernel names them.
std::vector<std::string> integerInstructions(const std::map<std::string, std::string>& processor);

// Which layers were equalized or smoothed, in one English sentence; empty where none were.
std::string equalizedSentence(const Explanation& explanation);
// What it gains and what not, with the command, in one English sentence.
std::string sentence(const WeightsOnlyProposal& proposal);

// What the findings suggest.
std::vector<Message> adviceFor(const Explanation& explanation);

// Keys: quantized, float, split, samples, layers[]{name, opType, snrDb, snrAloneDb, saturatedShare, usedShare, floatMicroseconds,
// quantizedMicroseconds, integer, floatKernels[], quantizedKernels[]}, equalized[]{first, second[], channels, largestFactor},
// firstDivergence{layer, snrDb, before, below}, ranges[]{layer, saturatedShare, usedShare, outlierRatio, channelRatio, weightDisparity},
// floatNodes[], unfused[]{name, opType, value, around[], microseconds}, processor{}, totals{}, proposal{keepFloat[], command, latencyMs,
// floatLatencyMs, quantizedLatencyMs}, weightsOnly{method, bits, command, sizeBytes, floatSizeBytes, latencyMs, floatLatencyMs,
// quantizedLatencyMs, sentence}, advice[]{code, arguments{}}, notices[]. What a layer lacks is left out, and so are proposals where there
// are none.
Json toJson(const Explanation& explanation);
// Back, but for the scaled values, and what advice alone goes by. Throws what the JSON library throws, and Error(BadOption).
Explanation explanationFromJson(const Json& json);

// A page of its own, in the style of the comparison's report.
std::string explanationHtml(const Explanation& explanation, const std::function<std::string(const Message&)>& text);

// What a report calls the two files.
struct ExplainedNames
{
    std::string quantized;
    std::string floating;
};

// The findings as a section of another page, the worst layers alone, and without the folders that files lie in.
std::string explanationSection(Explanation explanation, const ExplainedNames& names,
                               const std::function<std::string(const Message&)>& text);

} // namespace hone
