// SPDX-License-Identifier: GPL-3.0-or-later
// A model whose answers, or whose inner values, another one learns.
#pragma once

#include "core/tensor.h"
#include "graph/graph.h"
#include "runtime/session.h"

#include <vector>

namespace hone
{

// How a value is handed on.
enum class TeacherValueForm
{
    AsIs,
    Scores,          // [N, outputs]
    LogProbabilities // likewise, the logarithm of what the value holds: softmax gives it back
};

struct TeacherValue
{
    ValueId value;
    TeacherValueForm form = TeacherValueForm::AsIs;
};

// Runs in ONNX Runtime, whatever LibTorch knows of its operators.
class Teacher
{
public:
    // Throws what Session throws.
    Teacher(const Graph& graph, std::vector<TeacherValue> wanted, int threads);
    // In the order in which they were wanted, in float32. Throws Error(RuntimeRefused).
    std::vector<Tensor> values(const Tensor& inputs);

private:
    std::vector<TeacherValue> m_wanted;
    std::vector<std::size_t> m_places; // in the session's outputs
    Session m_session;
};

} // namespace hone
