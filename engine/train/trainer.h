// SPDX-License-Identifier: GPL-3.0-or-later
// What the lazy module "training" gives behind train(): steps on batches. The loop around them knows no LibTorch.
#pragma once

#include "core/tensor.h"
#include "graph/graph.h"
#include "train/train.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace hone
{

// What the value that the loss is taken of holds.
enum class Scores
{
    Logits,
    Probabilities
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
    Optimizer optimizer = Optimizer::Sgd;
    double momentum = 0.9;
    double weightDecay = 0;
    double labelSmoothing = 0;
    Distillation distillation;
    std::vector<NodeId> frozen;
    ValueId scoresValue;
    Scores scores = Scores::Logits;
    std::uint64_t seed = 0;
    int threads = 0;
};

// Used on the one thread that made it.
class Trainer
{
public:
    virtual ~Trainer() = default;
    // Forward, backward, update. The batch's mean loss; where it isn't finite, nothing was updated.
    // teacherScores: [N, outputs], or null.
    virtual double step(const Tensor& inputs, const std::vector<std::int64_t>& labels, const Tensor& teacherScores,
                        double learningRate) = 0;
    // The output that comes first, by sample.
    virtual std::vector<std::int64_t> predict(const Tensor& inputs) = 0;
    virtual Graph graph() const = 0;
};

using CreateTrainer = Trainer*(const Graph&, const TrainerSettings&);
constexpr const char* createTrainerSymbol = "honeCreateTrainer";

} // namespace hone
