// SPDX-License-Identifier: GPL-3.0-or-later
// A step takes a model and parameters and gives a new model. The command line's verbs, recipes and the studio all run these.
#pragma once

#include "core/job_context.h"
#include "core/json.h"
#include "evaluate/evaluation.h"
#include "project/step_record.h"
#include "prune/factorize.h"
#include "prune/pruner.h"
#include "prune/sparsify.h"
#include "quantize/qat.h"
#include "quantize/quantize.h"
#include "tidy/tidy.h"
#include "train/architecture.h"
#include "train/train.h"

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hone
{

struct ImportParameters // a file from elsewhere becomes the tree's root
{
    std::filesystem::path file;
};

struct NewParameters // an untrained network
{
    ArchitectureOptions architecture;
};

struct FinetuneParameters
{
    TrainOptions train;
};

enum class Compensate
{
    Auto, // where there is a training split
    On,
    Off
};

struct PruneParameters
{
    PruneOptions prune;                // its seed is the fine-tuning's
    std::filesystem::path sensitivity; // of scope Sensitivity: measured curves (project/sensitivity_file.h); empty: measured first
    std::string latencyDevice;         // where a target latency is measured: [user@]host[:port] or a device of the project's; empty: here
    int rounds = 1;                    // the ratio or the target is reached in so many equal steps, each compensated and fine-tuned
    Compensate compensate = Compensate::Auto; // by least squares, before training
    double distill = 0.9;                     // share of the original's answers in the loss of the training that follows; 0: labels alone
    double temperature = 4;                   // of those answers
    TeachingKind distillKind = TeachingKind::Soft;
    int sparsityEpochs = 0;         // of training before, in which whole channels are pulled to zero (prune/sparsity_groups.h)
    double sparsityStrength = 1e-3; // of that pull
    // Afterwards; 0 epochs: not at all. Shifts by so little leave any picture what it is.
    TrainOptions finetune = {.epochs = 0, .augmentation = {.flip = false, .shiftedCrop = 2}};
};

struct DistillParameters // a student learns from a teacher, beside labels or without them
{
    std::filesystem::path teacher; // an ONNX file; in a project also a build's id
    double weight = 0.9;           // share of what it teaches in the loss; without labels all of it
    TeachingKind kind = TeachingKind::Soft;
    double temperature = 4;
    AnswerComparison answers = AnswerComparison::Auto;
    Labels labels = Labels::Learnt;
    TrainOptions train;
};

// Fine-tuning with the original's answers, which may follow a step that makes a model smaller.
struct RecoveryParameters
{
    double distill = 0.9; // share of the original's answers in the loss; 0: labels alone
    TeachingKind kind = TeachingKind::Soft;
    double temperature = 4;
    TrainOptions finetune = {.epochs = 0, .augmentation = {.flip = false, .shiftedCrop = 2}};
};

struct SparsifyParameters
{
    SparsifyOptions sparsify;
    RecoveryParameters recovery; // zeros stay zero
};

enum class FromData
{
    Auto, // where there is a training split
    On,
    Off
};

struct FactorizeParameters
{
    FactorizeOptions factorize;
    FromData fromData = FromData::Auto; // the split is by the layers' responses, not by their weights alone
    RecoveryParameters recovery;
};

struct QuantizeParameters
{
    QuantizeOptions quantize;
};

struct TidyParameters
{
    TidyOptions tidy;
};

// Quantization-aware training, beside the labels on the float model's answers.
struct QatParameters
{
    QatOptions qat;
    std::filesystem::path teacher; // an ONNX file; in a project also a build's id; empty: the model that training starts from
    double distill = 0.9;          // share of the teacher's answers in the loss; 0: labels alone
    TeachingKind kind = TeachingKind::Soft;
    double temperature = 4;
};

using StepParameters = std::variant<ImportParameters, NewParameters, FinetuneParameters, PruneParameters, QuantizeParameters,
                                    TidyParameters, DistillParameters, SparsifyParameters, FactorizeParameters, QatParameters>;

// "import", "new", "finetune", "prune", "quantize", "tidy", "distill", "sparsify", "factorize", "qat"
std::string stepName(const StepParameters& parameters);
// Whether this step, with these parameters, reads a dataset.
bool needsData(const StepParameters& parameters);
// With what is left to the data, or to an architecture, decided, and what has no meaning beside other parameters as if it weren't given:
// pruning's `compensate` and importance are none that depends on the data, so that a build says what was done. Throws
// Error(ArchitectureUnknown).
StepParameters decided(StepParameters parameters, const Dataset* dataset);
// Every parameter, defaults included, under its recipe key; and back. Unknown keys and wrong types are refused:
// throws Error(RecipeInvalid) with all of them in its detail. Keys that are absent take the default.
Json parametersToJson(const StepParameters& parameters);
StepParameters parametersFromJson(const std::string& step, const Json& json);
// The same step as a command line of `hone`, for copying ("hone prune MODEL --ratio 0.3 --out FILE").
// The options alone, those that differ from the default: "--ranges entropy --adaround".
std::string optionsText(const StepParameters& parameters);
std::string commandLine(const StepParameters& parameters, const std::string& model, const std::string& data, const std::string& out);

// What tidying did, and what it is known to have left as it was.
struct TidyRecord
{
    std::vector<TidyChange> changes;
    TidySize before;
    TidySize after;
    std::optional<double> maxRelativeDifference; // of the outputs in ONNX Runtime; none where it doesn't run the model
};

struct StepResult : StepRecord
{
    Graph graph;
    Evaluation before; // on the validation split where there are data
    Evaluation after;  // of the file as written to `output`
    double seconds = 0;
    std::filesystem::path output;
    std::string sha256;
    std::vector<EpochResult> epochs;  // of training, if any
    std::optional<TidyRecord> tidied; // by a tidy step
    std::vector<Message> notices;
};

struct StepInput
{
    std::filesystem::path model; // empty for a "new" step
    const Dataset* dataset = nullptr;
    std::filesystem::path output;        // written atomically, last
    std::filesystem::path sensitivity;   // the folder in which the model's curves of sensitivity are kept; empty: they are not
    std::filesystem::path calibration;   // the folder in which what calibration saw of the model is kept; empty: it is not
    std::filesystem::path teacher;       // of a distill or qat step; empty: as its parameters say
    std::filesystem::path checkpoint;    // where an interrupted training is gone on from; empty: beside the output
    EvaluateOptions evaluate;            // of before and after; on data without labels against `model` where it names no reference
    LatencyMeter* targetMeter = nullptr; // of a target latency; none: `evaluate`'s
};

// Runs a step on files: nothing is written unless it ends well, but for the checkpoint of a training, which is gone when it does. Throws
// what the step throws, and Error(DataRequired).
StepResult runStep(const StepParameters& parameters, const StepInput& input, const JobContext& job);
// Keys: before{}, after{}, seconds, output, sha256, epochs[], those of recordToJson(), changes[] (pass, count, nodes[]),
// graph{before{nodes, initializers, initializerBytes}, after{}}, maxRelativeDifference, notices[]; those that a step lacks are left out.
Json toJson(const StepResult& result);

} // namespace hone
