// SPDX-License-Identifier: GPL-3.0-or-later
// What several executors need. LibTorch's types are only named here; the templates meet them in the .cpp files.
#pragma once

#include "autograd/executor.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace hone
{

// The numbers in a small integer tensor, in order.
std::vector<std::int64_t> integersIn(const at::Tensor& tensor);
at::Tensor integerTensor(const std::vector<std::int64_t>& values);
// 0 to rank - 1 for an axis that may count from the end. Throws Error(ShapeMismatch) outside of that.
std::int64_t axisFromStart(std::int64_t axis, std::int64_t rank);

// A list that older opsets have as an attribute and newer ones as an input.
class AxesSource
{
public:
    AxesSource(const NodeSpec& spec, std::string attribute, std::size_t input, bool asInput);
    bool isGiven(const NodeRun& run) const;
    std::vector<std::int64_t> values(const NodeRun& run) const;

private:
    bool m_asInput;
    std::size_t m_input;
    bool m_hasAttribute;
    std::vector<std::int64_t> m_attribute;
};

// What a padded axis looks like: from where in the unpadded one each of its elements comes.
std::vector<std::int64_t> paddedIndices(std::int64_t extent, std::int64_t before, std::int64_t after,
                                        const std::string& mode);

// y = f(x)
template<class F>
ExecutorFactory unary(F f)
{
    return [f](const NodeSpec&) -> Executor {
        return [f](NodeRun& run) { run.setOutput(0, f(run.input(0))); };
    };
}

// y = f(a, b)
template<class F>
ExecutorFactory binary(F f)
{
    return [f](const NodeSpec&) -> Executor {
        return [f](NodeRun& run) { run.setOutput(0, f(run.input(0), run.input(1))); };
    };
}

} // namespace hone
