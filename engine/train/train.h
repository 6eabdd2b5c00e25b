// SPDX-License-Identifier: GPL-3.0-or-later
// Fine-tuning a Graph on a Dataset with LibTorch (loaded on first use).
#pragma once

#include "autograd/precision.h"
#include "core/error.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "evaluate/metric.h"
#include "graph/graph.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

enum class Optimizer
{
    Sgd,  // with Nesterov's momentum
    AdamW // Loshchilov and Hutter 2019
};

enum class Schedule
{
    Constant,
    Cosine,  // to 0 over all steps (Loshchilov and Hutter 2017)
    Step,    // times `stepFactor` every `stepEpochs`
    OneCycle // up over the first 30 % of all steps, then down to almost nothing (Smith and Topin 2018); has its own warm-up
};

enum class TrainingDevice
{
    Cpu,
    Cuda
};

enum class HeadPolicy
{
    Auto, // kept when every class of the data maps to an output of the model
    Keep,
    Replace // a new one, one output a class
};

struct TrainOptions
{
    int epochs = 10;
    int batch = 64;
    double learningRate = 0; // 0: 0.01 for SGD, 0.001 for AdamW
    Optimizer optimizer = Optimizer::Sgd;
    double momentum = 0.9;
    double weightDecay = 5e-4; // weights of rank 2 and more only
    Schedule schedule = Schedule::Cosine;
    double warmUpEpochs = 0.5;
    int stepEpochs = 10;
    double stepFactor = 0.1;
    double labelSmoothing = 0;
    Augmentation augmentation;
    HeadPolicy head = HeadPolicy::Auto;
    std::vector<std::string> freeze; // node names, '*' matches anything; their parameters and statistics stay
    int patience = 0;                // epochs without a better validation metric before it stops; 0: runs to the end
    bool keepBest = true;            // the weights of the best validation epoch, not of the last (where there is a validation split)
    std::uint64_t seed = 0;
    int threads = 0;                  // 0: as many as there are cores
    int accumulate = 1;               // batches whose gradients make one update
    double clipNorm = 0;              // longest gradient over all parameters; 0: any
    double emaDecay = 0;              // of the weights' moving average, which is then validated and kept; 0: none
    double mixUp = 0;                 // alpha of MixUp's Beta distribution (Zhang et al. 2018); 0: off
    double cutMix = 0;                // alpha of CutMix's (Yun et al. 2019); with both on, half of the batches each
    double bodyRateFactor = 1;        // of the learning rate, for all that is before the head
    bool freezeBody = false;          // all that is before the head stays as it is
    bool insertNormalization = false; // behind convolutions that lack one, for the time of training (train/normalization.h)
    bool featureCache = true;         // what a frozen body gives is computed once, in ONNX Runtime, where nothing stands against it
    Precision precision = Precision::Float32;
    TrainingDevice device = TrainingDevice::Cpu;
    double freezeNormalizationAfter = 1; // share of the epochs after which BatchNormalization keeps its running statistics; 1: never
    double checkpointMinutes = 0;        // between two checkpoints; 0: one behind each epoch
};

// Where a training that is interrupted leaves what it needs to go on with the same bytes.
struct CheckpointPlace
{
    std::filesystem::path file; // empty: none is kept
    std::string key;            // of all that the training depends on; a file with another key is left alone until it is replaced
};

// What of a teacher is learnt.
enum class TeachingKind
{
    Soft,     // its answers (Hinton, Vinyals and Dean 2015)
    Feature,  // and values inside of it (Romero et al. 2015, "FitNets")
    Attention // and where these are large (Zagoruyko and Komodakis 2017)
};

// How answers are held against each other.
enum class AnswerComparison
{
    Auto,        // Divergence for classes, and without labels where both models end in Softmax; otherwise MeanSquared
    Divergence,  // of softened scores
    MeanSquared, // difference, over the teacher's mean square (Ba and Caruana 2014)
    Cosine       // 1 less the cosine of each sample's outputs
};

enum class Labels
{
    Learnt, // where there are some
    Ignored // the teacher alone is listened to, and any output may be learnt
};

// A teacher that can't teach this student ...
enum class TeacherFit
{
    IfAlike, // ... is left out, which is told, as long as labels are learnt and nothing but its answers was asked for
    Required // ... is refused
};

// Whose answers are learnt beside the labels, or without them.
struct Teaching
{
    const Graph* teacher = nullptr; // none: labels alone. Takes the same inputs
    double weight = 0;              // of what it teaches in the loss, 0 to 1; without labels it is 1 wherever it isn't 0
    double temperature = 4;         // that both models' scores are divided by first
    TeachingKind kind = TeachingKind::Soft;
    AnswerComparison answers = AnswerComparison::Auto;
    Labels labels = Labels::Learnt;
    TeacherFit fit = TeacherFit::IfAlike;
};

// Elements that are to fall silent together, in any number of initializers.
struct PenaltyPart
{
    ValueId value;
    int axis = 0;
    std::vector<std::int64_t> channelOf; // by position along the axis; -1: of none
};
struct PenaltyGroup
{
    std::int64_t channels = 0;
    std::vector<PenaltyPart> parts;
};

// Group lasso (Yuan and Lin 2006; Wen et al. 2016): strength times the sum over channels of sqrt(elements) |w_channel|, by its
// proximal step behind each update (Parikh and Boyd 2014, section 6.5.4), which makes whole channels exactly zero.
struct GroupPenalty
{
    double strength = 0;                                                  // 0: none
    std::function<std::vector<PenaltyGroup>(const Graph&)> groupsOf = {}; // of the graph as it is trained
};

// Weights that are zero.
enum class Zeros
{
    Learn,
    Stay
};

struct EpochResult
{
    int epoch = 0; // from 1
    double trainLoss = 0;
    double validationTop1 = 0;   // of the LibTorch model; 0 for other tasks than classification
    double samplesPerSecond = 0; // training alone; loading and a frozen body's features included
    double learningRate = 0;     // at its end
    std::optional<TaskMetric> validation =
        {}; // by the task's metric, of the LibTorch model; for a classifier's, validationTop1 is its value
};

struct TrainResult
{
    Graph graph; // with its model card: classes and preprocessing
    std::vector<EpochResult> epochs;
    int keptEpoch = 0;
    bool headReplaced = false;
    std::vector<Message> notices;
};

struct TrainInput
{
    const Graph& graph;
    const Dataset& dataset;
    const TrainOptions& options;
    CheckpointPlace checkpoint = {};
    Teaching teaching = {};
    GroupPenalty penalty = {};
    Zeros zeros = Zeros::Learn;
};

// Progress carries trainLoss, validationTop1 (validationMae, validationAuc, validationMse, validationCosine by task), learningRate,
// samplesPerSecond once an epoch, and a fraction each batch. An epoch's checkpoint is there before its progress is told; the caller removes
// the file once the model is where it shall be. Weights or losses that stop being finite end the training: with the weights kept so far and
// a notice (TrainingWentBack) behind a good epoch, with Error(LossNotFinite) before. Without labels a teacher is learnt from alone; an
// epoch's metric is then the cosine with its answers. Throws Error(OperatorsUnsupported, NotTrainable, LabelsMissing, TeacherUnlike,
// ClassCountMismatch, LayerUnknown, LossNotFinite, BadOption, CudaMissing, CudaNoDevice) and what pairing and loading throw.
TrainResult train(const TrainInput& input, const JobContext& job);
// Without checkpoints.
TrainResult train(const Graph& graph, const Dataset& dataset, const TrainOptions& options, const JobContext& job);

} // namespace hone
