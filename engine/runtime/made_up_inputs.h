// SPDX-License-Identifier: GPL-3.0-or-later
// Inputs for a model that nothing is known of but its ports, and how far two answers to them are apart.
#pragma once

#include "core/job_context.h"
#include "core/random.h"
#include "runtime/session.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace hone
{

// Models differ in what they take.
enum class InputKind
{
    Normal,     // deviation 1
    WideNormal, // deviation 32
    Uniform     // 0 to 1
};

// Floats of that kind; bytes over their whole range; truth values; other whole numbers from 0 to below `bound`, since they are often
// indices of something.
Tensor madeUpInput(DType dtype, const Dimensions& shape, InputKind kind, Random& random, std::int64_t bound = 2);

// Shapes for all inputs, the likeliest first: a free first extent is the batch (2, then 1), other free ones a size that many models take.
std::vector<std::vector<Dimensions>> shapesToTry(const std::vector<Port>& inputs);

// For each input: whole numbers below this are valid wherever the model takes them as indices (of a Gather); 2 where it doesn't say.
std::vector<std::int64_t> indexBounds(const Graph& graph);

struct MadeUpRun
{
    std::vector<Tensor> inputs;
    std::vector<Tensor> outputs;
};

struct MadeUpOptions
{
    InputKind kind = InputKind::Normal;
    std::uint64_t seed = 0;
    std::vector<std::int64_t> bounds = {};                            // by input; those behind the end are 2
    std::function<bool(const std::vector<Dimensions>&)> accepts = {}; // shapes to try at all; none: any
};

// With the first of the shapes that the model takes. Throws Error(RuntimeRefused) where it takes none, Error(ModelInputUnsupported) where
// none was accepted or an input isn't a tensor of numbers.
MadeUpRun runOnMadeUpInputs(Session& session, const MadeUpOptions& options, const JobContext& job);

struct Difference
{
    double relative = 0;    // the largest |actual - expected| over the largest |expected|; infinite where shapes or finiteness differ
    bool anyNumber = false; // something finite was compared
};

Difference differenceOf(const Tensor& expected, const Tensor& actual);

} // namespace hone
