// SPDX-License-Identifier: GPL-3.0-or-later
// Linear least squares with many right-hand sides from rows that come in batches: only sums over the rows are kept.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace hone
{

// y = x W + b. weights: [unknowns, outputs], row by row.
struct LinearMap
{
    std::vector<double> weights;
    std::vector<double> intercept; // [outputs]
};

enum class Intercept
{
    Solved,
    None // y goes through 0: b stays 0
};

struct Rows
{
    std::span<const double> inputs;  // [rows, unknowns]
    std::span<const double> targets; // [rows, outputs]
    std::size_t count = 0;
};

// Of rows x [unknowns] with y [outputs], around their means (Intercept::Solved) or around 0.
struct Moments
{
    std::vector<double> inputs;  // [unknowns, unknowns]: sums over rows of x_i x_j
    std::vector<double> targets; // [unknowns, outputs]: of x_i y_k
    std::vector<double> inputMean;
    std::vector<double> targetMean;
    std::size_t rows = 0;
};

class NormalEquations
{
public:
    NormalEquations(std::size_t unknowns, std::size_t outputs);
    ~NormalEquations();
    NormalEquations(NormalEquations&&) noexcept;

    void add(const Rows& rows);
    std::size_t rows() const { return m_rows; }
    Moments moments(Intercept intercept) const;

    // Minimizes sum |y - x W - b|^2 + lambda |W - prior|^2 with lambda = ridge times the mean of the diagonal of the inputs'
    // (co)variance sums (Hoerl and Kennard 1970, pulled to `prior` rather than to 0), by Cholesky's factorization in double.
    // ridge > 0. Throws Error(InternalFault) where the sums aren't finite.
    LinearMap solve(double ridge, const LinearMap& prior, Intercept intercept) const;

private:
    struct Product;                     // sums of products, in ONNX Runtime
    std::unique_ptr<Product> m_product; // none for few unknowns, where calling it takes longer than the sums
    std::size_t m_unknowns;
    std::size_t m_outputs;
    std::size_t m_rows = 0;
    std::vector<double> m_sums;      // [unknowns, unknowns + outputs]: of x_i x_j and x_i y_k
    std::vector<double> m_inputSum;  // [unknowns]
    std::vector<double> m_targetSum; // [outputs]
};

// Sum over rows and outputs of (y - x W - b)^2 and, in `scale`, of (y - mean)^2.
struct SquaredError
{
    double error = 0;
    double scale = 0;
    // 0 where there is nothing to explain.
    double relative() const { return scale > 0 ? error / scale : 0; }
};
SquaredError squaredError(const LinearMap& map, const Rows& rows, std::size_t unknowns, std::size_t outputs);

} // namespace hone
