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
    MeanSquared, // over all numbers of a batch
    None         // what a teacher says alone
};

// How a value s of the student is held against the teacher's t.
enum class Comparison
{
    Divergence,  // T^2 KL(softmax(t / T) || softmax(s / T)), mean over samples (Hinton, Vinyals and Dean 2015)
    MeanSquared, // mean (s - t)^2 over mean t^2, of the batch
    Cosine,      // 1 - s.t / (|s| |t|), mean over samples
    Features,    // mean (P s - t)^2; where channel counts differ P is a learnt 1x1 convolution, dropped afterwards (Romero et al. 2015)
    Attention    // |a(s) - a(t)|^2, mean over samples; a: sums of squares over channels, over their norm (Zagoruyko and Komodakis 2017)
};

struct TaughtValue
{
    ValueId value;
    Comparison comparison = Comparison::MeanSquared;
    double factor = 1;             // in the sum of all
    Scores holds = Scores::Logits; // Divergence
    int channelAxis = 1;           // Features and Attention
    std::int64_t channels = 0;     // Features: the student's
    std::int64_t teacherChannels = 0;
};

// loss = (1 - weight) of the labels' + weight times the sum of factor times comparison
struct Distillation
{
    double weight = 0; // 0: no teacher is asked
    double temperature = 4;
    std::vector<TaughtValue> values = {};
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
    double penalty = 0; // strength of the group lasso on
    std::vector<PenaltyGroup> penaltyGroups = {};
    Zeros zeros = Zeros::Learn; // of weights of rank 2 and more
};

// What a batch is to be answered with. `others` (empty, or one a sample) have a share of 1 - `share` in the loss.
struct Answers
{
    std::vector<std::int64_t> labels;
    std::vector<std::int64_t> others;
    double share = 1;
    std::vector<Tensor> teacherValues = {}; // by Distillation::values; empty without a teacher
    Tensor values = {};                     // for the mean squared loss instead: as many as the scores are, mixed already
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
    // BatchNormalization uses its running statistics from now on, and leaves them as they are.
    virtual void freezeNormalization() = 0;
    // The first value that isn't finite: initializers alone without `inputs`, else also what a pass over them makes. Running
    // statistics may change, so the trainer is not to be used for training afterwards where `inputs` are given.
    virtual std::optional<BadValue> firstBadValue(const Tensor* inputs) = 0;

    // The scores, [N, numbers a sample].
    virtual Tensor infer(const Tensor& inputs, Weights weights) = 0;
    // By Distillation::values, in float32.
    virtual std::vector<Tensor> inferTaught(const Tensor& inputs, Weights weights) = 0;
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
