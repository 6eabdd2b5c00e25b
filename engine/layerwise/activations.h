// SPDX-License-Identifier: GPL-3.0-or-later
// Values of a model on batches of samples, computed by the part of the graph that they need, in ONNX Runtime.
#pragma once

#include "data/loader.h"
#include "graph/graph.h"
#include "runtime/session.h"

#include <cstddef>
#include <optional>
#include <vector>

namespace hone
{

class Activations
{
public:
    // Values may be the model's inputs, and may be given twice. Throws what Session throws.
    Activations(const Graph& graph, const std::vector<ValueId>& wanted, int threads);
    // In the order in which they were wanted; halves as float32.
    std::vector<Tensor> run(const Tensor& inputs);

private:
    std::vector<std::ptrdiff_t> m_places; // in the session's outputs; -1: the model's input itself
    std::optional<Session> m_session;
};

// Halves as float32, others as they are.
Tensor withoutHalves(Tensor value);

// Batches that the model takes as they are: full ones only where its batch is fixed.
LoaderOptions activationLoading(const Graph& graph, int threads);

} // namespace hone
