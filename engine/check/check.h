// SPDX-License-Identifier: GPL-3.0-or-later
// Will Hone work with this model? Found by doing it once, on made-up inputs.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "core/json.h"
#include "tidy/tidy.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// Channels that leave together.
struct PrunableGroup
{
    std::string name;
    std::vector<std::string> layers;    // that make the channels
    std::vector<std::string> followers; // that lose the same channels: depthwise Conv, BatchNormalization
    std::vector<std::string> readers;   // that take them in
    std::int64_t channels = 0;          // of the first layer
    std::vector<std::string> reasons;   // what couples them
};

struct UnprunableName
{
    std::string name;
    std::string reason;
};

// Why a step is closed to a model.
enum class Closed
{
    No, // it is open
    NotOpened,
    DoesNotRun, // in ONNX Runtime
    AlreadyQuantized,
    Operators, // named in the detail
    FailsInLibTorch,
    FailsBackward,
    EnginesDisagree,
    GradientsNotFinite,
    NoGradients,
    BatchFixed,
    NoGroups, // of channels
    NoLayers  // with weights in float32
};

struct OpenStep
{
    std::string step; // the verb: "evaluate", "finetune", ...
    Closed closed = Closed::No;
    std::string detail = {}; // operators

    bool open() const { return closed == Closed::No; }
};

// As a clause: "its batch is fixed"; empty where it is open.
std::string reasonText(const OpenStep& step);

struct CheckedPort
{
    std::string name;
    Dimensions shape; // as it was fed
};

struct ModelCheck
{
    bool ok = false; // it opens, both engines run every operator and agree, and gradients are finite where there are any
    std::vector<std::string> unsupported;        // operators that can't be trained, "domain.OpType" each once
    std::optional<double> maxRelativeDifference; // of LibTorch's outputs from ONNX Runtime's, over the largest of each output;
                                                 // none where it doesn't run, or draws at random
    double limit = 0;                            // that it may have, by the types that the model computes in
    bool gradientsFinite = false;                // of the first output, for every parameter
    bool trainable = false;                      // some parameter has a gradient, all are finite, and a batch may have any size
    std::int64_t prunableGroups = 0;
    std::vector<PrunableGroup> groups;
    std::vector<UnprunableName> unprunable; // layers that have to keep their channels
    bool quantizable = false;
    double seconds = 0;
    std::int64_t peakBytes = 0; // of this process so far
    std::vector<OpenStep> steps;
    std::vector<TidyChange> changes; // by tidying it first
    std::vector<Message> tidying;    // the same for people, and why a fixed batch stays
    std::vector<CheckedPort> inputs;
    std::vector<Message> problems; // what isn't as it should be, in the order found
};

// Opens and tidies the model, runs it in ONNX Runtime as it is and in LibTorch tidied, on the same input (batch 2 where it is free), and
// goes backward once. What goes wrong is in the result; throws Cancelled alone.
ModelCheck checkModel(const std::filesystem::path& model, const JobContext& job);

// Keys: ok, unsupported[], maxRelativeDifference (null where nothing could be compared), limit, gradientsFinite, trainable, prunableGroups,
// groups[] (name, layers[], followers[], readers[], channels, reasons[]), unprunable[] (name, reason), quantizable, seconds, peakBytes,
// steps[] (step, open, reason), changes[] (pass, count, nodes[]), tidying[] (code, arguments{}), inputs[] (name, shape), problems[] (code,
// arguments{}).
Json toJson(const ModelCheck& check);

} // namespace hone
