// SPDX-License-Identifier: GPL-3.0-or-later
// What this machine answers to the same inputs, in the same order.
#pragma once

#include "core/tensor.h"
#include "deploy/bundle.h"
#include "runtime/session.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

class LaptopAnswers
{
public:
    LaptopAnswers(const std::filesystem::path& model, const Bundle& bundle, int threads);

    std::vector<Tensor> smoke();
    // Index of the highest score, the first of equals.
    int classify(const RawSample& sample);

private:
    Session m_session;
    const Bundle& m_bundle;
};

// Whether a device's outputs are this machine's, up to what another processor's rounding makes of them: within a tenth of the
// largest value of each output (an INT8 model's sums differ by some steps between instruction sets). What differs, or nothing.
std::optional<std::string> difference(const std::vector<Tensor>& device, const std::vector<Tensor>& laptop);

} // namespace hone
