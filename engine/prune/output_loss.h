// SPDX-License-Identifier: GPL-3.0-or-later
// What a sample's loss is at a model's answers, and its gradient there, for
// every task.
#pragma once

#include "data/dataset.h"
#include "data/loader.h"
#include "data/pairing.h"
#include "graph/graph.h"
#include "train/trainer.h"

#include <vector>

namespace hone
{

struct LossAtOutputs
{
    std::vector<double> losses; // by sample of the batch
    Tensor gradient;            // float32, shaped as the answers; 0 in rows beyond the
                                // batch's samples
};

// Classification: cross-entropy. Regression: mean squared error. Anomaly: mean
// squared error of the reconstruction. Without labels there is no error to take
// a gradient of, since a model's difference from its own answers is zero
// everywhere: the loss is then
//     1/2 sum over outputs o of log |o|^2
// after Aljundi et al. 2018, "Memory Aware Synapses", who take the squared
// length of the answers, for which no label is needed; the logarithm makes
// outputs of different units count alike.
class OutputLoss
{
public:
    // May add nodes to the graph that join its outputs. Of an output that is labels or indices, what decides it is taken
    // where there are no labels to compare with. Throws what pairing throws, and Error(ModelOutputUnsupported) where no
    // answer has a gradient.
    OutputLoss(Graph& graph, const Dataset& dataset);

    const Pairing& pairing() const { return m_pairing; }
    ValueId answers() const { return m_answers; }
    // `answers`: those to batch.inputs, perhaps padded. Throws
    // Error(ModelOutputUnsupported) where a row is too short.
    LossAtOutputs at(const Tensor& answers, const Batch& batch) const;

private:
    void joinOutputs(Graph& graph);

    Pairing m_pairing;
    ValueId m_answers;
    Scores m_scores = Scores::Logits;
    std::vector<std::size_t> m_widths; // of the joined outputs, where there are several
};

} // namespace hone
