// SPDX-License-Identifier: GPL-3.0-or-later
// What several executors need. LibTorch's types are only named here; the templates meet them in the .cpp files.
#pragma once

#include "autograd/executor.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace hone
{

// Throws Error(ShapeMismatch) for the node that runs.
[[noreturn]] void throwUnfit(const std::string& detail);

// The numbers in a small tensor, in order.
std::vector<std::int64_t> integersIn(const at::Tensor& tensor);
std::vector<double> numbersIn(const at::Tensor& tensor);
at::Tensor integerTensor(const std::vector<std::int64_t>& values);
at::Tensor numberTensor(const std::vector<double>& values); // float64
// 0 to rank - 1 for an axis that may count from the end. Throws Error(ShapeMismatch) outside of that.
std::int64_t axisFromStart(std::int64_t axis, std::int64_t rank);
std::vector<std::int64_t> axesFromStart(std::vector<std::int64_t> axes, std::int64_t rank);
// Indices as int64 with negative ones counted from the end of an extent.
at::Tensor indicesFromStart(const at::Tensor& indices, std::int64_t extent);
std::int64_t productOf(const std::vector<std::int64_t>& extents);

// The type that the file gives an input or output: of its initializer, or as it is declared; Undefined where it says nothing.
DType inputType(const NodeSpec& spec, std::size_t i);
DType outputType(const NodeSpec& spec, std::size_t i);
std::vector<float> floatsAttribute(const Node& node, const std::string& key);
std::vector<std::string> stringsAttribute(const Node& node, const std::string& key);

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
std::vector<std::int64_t> paddedIndices(std::int64_t extent, std::int64_t before, std::int64_t after, const std::string& mode);

// Rounded to whole numbers, ties to even; the gradient passes as if it weren't (the straight-through estimator).
at::Tensor roundedStraightThrough(const at::Tensor& x);

// y = f(x)
template<class F>
ExecutorFactory unary(F f)
{
    return [f](const NodeSpec&) -> Executor { return [f](NodeRun& run) { run.setOutput(0, f(run.input(0))); }; };
}

// y = f(a, b)
template<class F>
ExecutorFactory binary(F f)
{
    return [f](const NodeSpec&) -> Executor { return [f](NodeRun& run) { run.setOutput(0, f(run.input(0), run.input(1))); }; };
}

} // namespace hone
