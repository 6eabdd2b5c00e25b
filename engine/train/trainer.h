// SPDX-License-Identifier: GPL-3.0-or-later
// What the lazy module "training" gives behind train(): steps on batches. The loop around them knows no LibTorch.
#pragma once

#include "autograd/bad_value.h"
#include "core/tensor.h"
#include "graph/graph.h"
#include "train/train.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// What the value that the loss is taken of holds.
enum class Scores
{
    Logits,
    Probabilities
};

enum class Loss
{
    CrossEntropy,
    MeanSquared // over all numbers of a batch
};

// With a teacher (Hinton, Vinyals and Dean 2015): loss = (1 - weight) cross-entropy(labels) +
// weight T^2 KL(softmax(teacher / T) || softmax(student / T))
struct Distillation
{
    double weight = 0; // 0: no teacher is asked
    double temperature = 4;
};

struct TrainerSettings
{
    Loss loss = Loss::CrossEntropy;
    Optimizer optimizer = Optimizer::Sgd;
    double momentum = 0.9;
    double weightDecay = 0;
    double labelSmoothing = 0;
    Distillation distillation;
    double clipNorm = 0; // 0: gradients stay as they are
    double emaDecay = 0; // 0: no averages
    Precision precision = Precision::Float32;
    TrainingDevice device = TrainingDevice::Cpu;
    std::vector<NodeId> frozen;
    std::vector<NodeId> body; // their parameters learn at bodyRateFactor times the rate
    double bodyRateFactor = 1;
    ValueId scoresValue;
    Scores scores = Scores::Logits;
    std::uint64_t seed = 0;
    int threads = 0;
};

// What a batch is to be answered with. `others` (empty, or one a sample) have a share of 1 - `share` in the loss.
struct Answers
{
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> others;
    double share = 1;
    Tensor teacherScores = {}; // [N, outputs]; null without a teacher
    Tensor values = {}; // for the mean squared loss instead: as many as the scores are, mixed already
};

enum class Weights
{
    Trained,
    Averaged // the same as trained ones where no averages are kept
};

// By name: weights, statistics, momenta, averages, counts, the random state.
using TrainerState = std::map<std::string, Tensor>;

// Used on the one thread that made it.
class Trainer
{
public:
    virtual ~Trainer() = default;

    // Forward and backward; the gradients of `factor` times the batch's mean loss add up until update(). Returns the mean loss;
    // where it isn't finite, nothing was added.
    virtual double addGradients(const Tensor& inputs, const Answers& answers, double factor) = 0;
    // Clips and uses up the gradients. False, and no update, where clipping found a norm that isn't finite.
    virtual bool update(double learningRate) = 0;
    // The first value that isn't finite: initializers alone without `inputs`, else also what a pass over them makes. Running
    // statistics may change, so the trainer is not to be used for training afterwards where `inputs` are given.
    virtual std::optional<BadValue> firstBadValue(const Tensor* inputs) = 0;

    // The scores, [N, numbers a sample].
    virtual Tensor infer(const Tensor& inputs, Weights weights) = 0;
    // Parameters and running statistics by initializer name, in the graph's types.
    virtual std::map<std::string, Tensor> weights(Weights weights) = 0;

    // All that a trainer of the same graph and settings needs to go on with the same bytes.
    virtual TrainerState state() = 0;
    virtual void restore(const TrainerState& state) = 0;
};

// Throws Error(NotTrainable, CudaMissing, CudaNoDevice).
using CreateTrainer = Trainer*(const Graph&, const TrainerSettings&);
constexpr const char* createTrainerSymbol = "honeCreateTrainer";

} // namespace hone
