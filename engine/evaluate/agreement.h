// SPDX-License-Identifier: GPL-3.0-or-later
// How far two models' outputs for the same inputs are apart, without any labels.
#pragma once

#include "core/tensor.h"
#include "evaluate/evaluation.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace hone
{

// How many rows of a run's outputs are samples, and how many were put in.
struct RunRows
{
    std::size_t samples = 1;
    std::size_t fed = 1;
};

// Collects one output, run by run. Where it has as many rows as were fed, each sample's row counts for itself; otherwise the whole.
class OutputComparison
{
public:
    explicit OutputComparison(std::string name) : m_name(std::move(name)) {}

    const std::string& name() const { return m_name; }
    // Tensors of text or of another size than the reference's can't be compared: such a run makes comparable() false.
    void add(const Tensor& output, const Tensor& reference, const RunRows& rows);
    bool comparable() const { return m_comparable && !m_cosines.empty(); }
    OutputAgreement result() const;

private:
    void addRow(std::span<const float> row, std::span<const float> reference);

    std::string m_name;
    bool m_comparable = true;
    bool m_scores = true;          // [N, C] in every run
    std::vector<double> m_cosines; // by sample
    double m_energy = 0;           // sum b^2
    double m_noise = 0;            // sum (a - b)^2
    std::size_t m_sameTop1 = 0;
};

struct AgreementRequest
{
    const std::filesystem::path& model;
    const Graph& graph;
    const Dataset* dataset = nullptr; // none: inputs are made up
    const EvaluateOptions& options;   // with the reference
};

struct AgreementResult
{
    Agreement agreement;
    std::vector<Message> notices;
};

// Both in ONNX Runtime; each reads the data as its own card says, one sample at a time where its batch is free.
// Throws Error(ReferenceUnlike, DataEmpty) and what readOnnx, pairForInput, Loader and Session throw.
AgreementResult measureAgreement(const AgreementRequest& request, const JobContext& job);

} // namespace hone
