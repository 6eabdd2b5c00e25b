// SPDX-License-Identifier: GPL-3.0-or-later
// Fine-tuning a Graph on a Dataset with LibTorch (loaded on first use).
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "graph/graph.h"

#include <cstdint>
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
    Cosine, // to 0 over all steps (Loshchilov and Hutter 2017)
    Step    // times `stepFactor` every `stepEpochs`
};

enum class HeadPolicy
{
    Auto,   // kept when every class of the data maps to an output of the model
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
    int patience = 0;                // epochs without a better validation top-1 before it stops; 0: runs to the end
    bool keepBest = true;            // the weights of the best validation epoch, not of the last (where there is a validation split)
    std::uint64_t seed = 0;
    int threads = 0; // 0: as many as there are cores
};

// Whose answers are learnt beside the labels.
struct Teaching
{
    const Graph* teacher = nullptr; // none: labels alone. Takes the same inputs
    double weight = 0;              // of its answers in the loss, 0 to 1
    double temperature = 4;         // that both models' scores are divided by first
};

struct EpochResult
{
    int epoch = 0; // from 1
    double trainLoss = 0;
    double validationTop1 = 0; // of the LibTorch model, for early stopping and curves
    double samplesPerSecond = 0; // training alone, loading included
    double learningRate = 0; // at its end
};

struct TrainResult
{
    Graph graph; // with its model card: classes and preprocessing
    std::vector<EpochResult> epochs;
    int keptEpoch = 0;
    bool headReplaced = false;
    std::vector<Message> notices;
};

// Progress carries trainLoss, validationTop1, learningRate, samplesPerSecond once an epoch, and a fraction each batch.
// Throws Error(OperatorsUnsupported, NotTrainable, ClassCountMismatch, LayerUnknown, LossNotFinite) and what pairing and loading throw.
// Where the head is replaced, or the teacher has other outputs, the labels alone teach.
TrainResult train(const Graph& graph, const Dataset& dataset, const TrainOptions& options, const JobContext& job,
                  const Teaching& teaching = {});

} // namespace hone
