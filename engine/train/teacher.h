// SPDX-License-Identifier: GPL-3.0-or-later
// A model whose answers another one learns (Hinton, Vinyals and Dean 2015, "Distilling the Knowledge in a Neural Network").
#pragma once

#include "core/tensor.h"
#include "graph/graph.h"
#include "runtime/session.h"

namespace hone
{

class Teacher
{
public:
    // Throws what Session throws.
    Teacher(const Graph& graph, int threads);
    // [N, outputs], such that softmax gives its probabilities. Throws Error(RuntimeRefused).
    Tensor scores(const Tensor& inputs);

private:
    bool m_probabilities = false;
    Session m_session;
};

} // namespace hone
