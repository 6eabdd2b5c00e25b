// SPDX-License-Identifier: GPL-3.0-or-later
#include "evaluate/agreement.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace hone
{
namespace
{

bool isNumeric(const Tensor& tensor)
{
    return tensor.dtype() != DType::String && tensor.dtype() != DType::Complex64 && tensor.dtype() != DType::Complex128 &&
           elementBits(tensor.dtype()) > 0;
}

// Of everything that a value is and the other isn't, the worst.
bool isBroken(float a, float b)
{
    return !std::isfinite(a) || !std::isfinite(b) ? !(a == b || (std::isnan(a) && std::isnan(b))) : false;
}

std::size_t firstOfLargest(std::span<const float> row)
{
    return static_cast<std::size_t>(std::ranges::max_element(row) - row.begin());
}

} // namespace

void OutputComparison::add(const Tensor& output, const Tensor& reference, const RunRows& rows)
{
    if (!isNumeric(output) || !isNumeric(reference) || output.size() != reference.size()) {
        m_comparable = false;
        return;
    }
    const auto a = toFloats(output);
    const auto b = toFloats(reference);
    const auto& shape = reference.shape();
    m_scores = m_scores && shape.size() == 2 && shape[1] > 1 && isFloatingPoint(reference.dtype());
    const bool byRow = !shape.empty() && shape[0] == static_cast<std::int64_t>(rows.fed);
    const auto count = byRow ? rows.samples : 1;
    const auto width = byRow ? a.size() / rows.fed : a.size();
    if (width == 0)
        return; // a detector that found nothing, as its reference
    for (std::size_t i = 0; i < count; ++i)
        addRow(std::span(a).subspan(i * width, width), std::span(b).subspan(i * width, width));
}

void OutputComparison::addRow(std::span<const float> row, std::span<const float> reference)
{
    double dot = 0;
    double ownSquare = 0;
    double square = 0;
    double noise = 0;
    bool broken = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        broken = broken || isBroken(row[i], reference[i]);
        if (!std::isfinite(row[i]) || !std::isfinite(reference[i]))
            continue;
        const double a = row[i];
        const double b = reference[i];
        dot += a * b;
        ownSquare += a * a;
        square += b * b;
        noise += (a - b) * (a - b);
    }
    m_energy += square;
    // A value that is a number in one of them only is as wrong as can be.
    m_noise += broken ? std::numeric_limits<double>::infinity() : noise;
    const bool same = noise == 0 && !broken;
    m_cosines.push_back(same ? 1 : broken || ownSquare == 0 || square == 0 ? 0 : dot / std::sqrt(ownSquare) / std::sqrt(square));
    m_sameTop1 += firstOfLargest(row) == firstOfLargest(reference);
}

OutputAgreement OutputComparison::result() const
{
    OutputAgreement result{.name = m_name};
    const auto count = static_cast<double>(m_cosines.size());
    const auto interval = meanInterval(m_cosines);
    result.cosine = std::accumulate(m_cosines.begin(), m_cosines.end(), 0.0) / std::max(1.0, count);
    result.cosineLow = std::max(-1.0, interval.low);
    result.cosineHigh = std::min(1.0, interval.high);
    result.snrDb = m_noise == 0 ? largestSnrDb : m_energy == 0 ? -largestSnrDb : 10 * std::log10(m_energy / m_noise);
    result.snrDb = std::clamp(result.snrDb, -largestSnrDb, largestSnrDb);
    if (m_scores)
        result.sameTop1 = static_cast<double>(m_sameTop1) / std::max(1.0, count);
    return result;
}

const OutputAgreement& Agreement::least() const
{
    return *std::ranges::min_element(outputs, {}, &OutputAgreement::cosine);
}

} // namespace hone
