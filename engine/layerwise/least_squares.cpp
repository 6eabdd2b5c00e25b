// SPDX-License-Identifier: GPL-3.0-or-later
#include "layerwise/least_squares.h"

#include "core/error.h"
#include "layerwise/cholesky.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

constexpr std::size_t fewUnknowns = 32;

// a [rows, unknowns], b [rows, unknowns + outputs] -> transposed a times b.
std::string productModel()
{
    Graph graph;
    graph.name = "sums of products";
    graph.opsets[""] = 13;
    const auto matrix = [&](const char* name, const char* columns) {
        return graph.addValue({name, {DType::Float64, Shape{Dim::free(columns[0] == 's' ? "k" : "rows"), Dim::free(columns)}}, {}});
    };
    const ValueId a = matrix("a", "unknowns");
    const ValueId b = matrix("b", "columns");
    const ValueId sums = matrix("sums", "sums");
    graph.inputs = {a, b};
    graph.outputs = {sums};
    Node node;
    node.name = "product";
    node.opType = "Gemm";
    node.inputs = {a, b};
    node.outputs = {sums};
    node.attributes["transA"] = std::int64_t{1};
    graph.addNode(std::move(node));
    return serializeOnnx(graph);
}

} // namespace

struct NormalEquations::Product
{
    Session session = Session::fromBytes(productModel(), {.threads = 0, .optimization = Optimization::None, .profilePrefix = {}});
};

NormalEquations::NormalEquations(std::size_t unknowns, std::size_t outputs)
    : m_product(unknowns < fewUnknowns ? nullptr : std::make_unique<Product>()),
      m_unknowns(unknowns),
      m_outputs(outputs),
      m_sums(unknowns * (unknowns + outputs)),
      m_inputSum(unknowns),
      m_targetSum(outputs)
{}

NormalEquations::~NormalEquations() = default;
NormalEquations::NormalEquations(NormalEquations&&) noexcept = default;

void NormalEquations::add(const Rows& rows)
{
    if (rows.count == 0)
        return;
    const std::size_t width = m_unknowns + m_outputs;
    const auto count = static_cast<std::int64_t>(rows.count);
    Tensor both(DType::Float64, {count, static_cast<std::int64_t>(width)});
    const auto joined = both.mutableData<double>();
    for (std::size_t r = 0; r < rows.count; ++r) {
        const auto x = rows.inputs.subspan(r * m_unknowns, m_unknowns);
        const auto y = rows.targets.subspan(r * m_outputs, m_outputs);
        std::ranges::copy(x, joined.begin() + static_cast<std::ptrdiff_t>(r * width));
        std::ranges::copy(y, joined.begin() + static_cast<std::ptrdiff_t>(r * width + m_unknowns));
        std::ranges::transform(m_inputSum, x, m_inputSum.begin(), std::plus<>());
        std::ranges::transform(m_targetSum, y, m_targetSum.begin(), std::plus<>());
    }
    m_rows += rows.count;
    if (!m_product) {
        for (std::size_t r = 0; r < rows.count; ++r)
            for (std::size_t i = 0; i < m_unknowns; ++i)
                for (std::size_t k = 0; k < width; ++k)
                    m_sums[i * width + k] += joined[r * width + i] * joined[r * width + k];
        return;
    }
    const Tensor inputs = Tensor::of<double>({count, static_cast<std::int64_t>(m_unknowns)}, rows.inputs);
    const auto product = m_product->session.run({inputs, both}).at(0);
    std::ranges::transform(m_sums, product.data<double>(), m_sums.begin(), std::plus<>());
}

Moments NormalEquations::moments(Intercept intercept) const
{
    const std::size_t width = m_unknowns + m_outputs;
    const double perRow = m_rows > 0 ? 1 / static_cast<double>(m_rows) : 0;
    // With an intercept the sums are taken around the means, so that it comes out apart from the weights.
    const double meanFactor = intercept == Intercept::Solved ? perRow : 0;
    Moments result{std::vector<double>(m_unknowns * m_unknowns), std::vector<double>(m_unknowns * m_outputs), m_inputSum, m_targetSum,
                   m_rows};
    for (std::size_t i = 0; i < m_unknowns; ++i) {
        for (std::size_t j = 0; j < m_unknowns; ++j)
            result.inputs[i * m_unknowns + j] = m_sums[i * width + j] - m_inputSum[i] * m_inputSum[j] * meanFactor;
        for (std::size_t k = 0; k < m_outputs; ++k)
            result.targets[i * m_outputs + k] = m_sums[i * width + m_unknowns + k] - m_inputSum[i] * m_targetSum[k] * meanFactor;
    }
    for (auto* mean : {&result.inputMean, &result.targetMean})
        for (double& value : *mean)
            value *= perRow;
    return result;
}

LinearMap NormalEquations::solve(double ridge, const LinearMap& prior, Intercept intercept) const
{
    const auto sums = moments(intercept);
    auto matrix = sums.inputs;
    auto right = sums.targets;
    double diagonal = 0;
    for (std::size_t i = 0; i < m_unknowns; ++i)
        diagonal += matrix[i * m_unknowns + i];
    // Inputs that never change leave the prior as it is.
    const double lambda = diagonal > 0 ? ridge * diagonal / static_cast<double>(m_unknowns) : 1;
    for (std::size_t i = 0; i < m_unknowns; ++i) {
        matrix[i * m_unknowns + i] += lambda;
        for (std::size_t k = 0; k < m_outputs; ++k)
            right[i * m_outputs + k] += lambda * prior.weights[i * m_outputs + k];
    }
    if (!std::isfinite(diagonal) || !factorizeCholesky(matrix, m_unknowns))
        throw Error(MessageCode::InternalFault, {{"detail", "activations aren't finite"}});
    substituteCholesky(matrix, m_unknowns, right, m_outputs);

    LinearMap map{std::move(right), std::vector<double>(m_outputs, 0)};
    if (intercept == Intercept::Solved && m_rows > 0)
        for (std::size_t k = 0; k < m_outputs; ++k) {
            double predicted = 0;
            for (std::size_t i = 0; i < m_unknowns; ++i)
                predicted += sums.inputMean[i] * map.weights[i * m_outputs + k];
            map.intercept[k] = sums.targetMean[k] - predicted;
        }
    return map;
}

SquaredError squaredError(const LinearMap& map, const Rows& rows, std::size_t unknowns, std::size_t outputs)
{
    SquaredError sum;
    std::vector<double> mean(outputs, 0);
    for (std::size_t r = 0; r < rows.count; ++r)
        for (std::size_t k = 0; k < outputs; ++k)
            mean[k] += rows.targets[r * outputs + k] / static_cast<double>(rows.count);
    std::vector<double> output(outputs);
    for (std::size_t r = 0; r < rows.count; ++r) {
        output = map.intercept;
        for (std::size_t i = 0; i < unknowns; ++i) {
            const double x = rows.inputs[r * unknowns + i];
            const double* weights = &map.weights[i * outputs];
            for (std::size_t k = 0; k < outputs; ++k)
                output[k] += x * weights[k];
        }
        for (std::size_t k = 0; k < outputs; ++k) {
            const double target = rows.targets[r * outputs + k];
            sum.error += (target - output[k]) * (target - output[k]);
            sum.scale += (target - mean[k]) * (target - mean[k]);
        }
    }
    return sum;
}

} // namespace hone
