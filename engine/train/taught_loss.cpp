// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/taught_loss.h"

#include "autograd/torch_tensor.h"
#include "core/error.h"
#include "core/random.h"

#include <cmath>

namespace hone
{

namespace
{

constexpr double tiny = 1e-12; // keeps zeros from being divided by

void requireSameSize(const at::Tensor& student, const at::Tensor& teacher)
{
    if (student.numel() != teacher.numel())
        throw Error(MessageCode::TeacherUnlike,
                    {{"detail", "it gives " + std::to_string(teacher.numel()) + " numbers a batch where the student gives " +
                                    std::to_string(student.numel())}});
}

at::Tensor divergence(const at::Tensor& student, const at::Tensor& teacher, double temperature)
{
    const at::Tensor wanted = (teacher / temperature).softmax(1);
    return at::kl_div((student / temperature).log_softmax(1), wanted, at::Reduction::Sum) / student.size(0);
}

at::Tensor relativeSquares(const at::Tensor& student, const at::Tensor& teacher)
{
    return at::mse_loss(student, teacher) / teacher.square().mean().clamp_min(tiny);
}

at::Tensor cosineDistance(const at::Tensor& student, const at::Tensor& teacher)
{
    const at::Tensor lengths = student.norm(2, {1}) * teacher.norm(2, {1});
    return 1 - ((student * teacher).sum(1) / lengths.clamp_min(tiny)).mean();
}

// [N, places]: sums of squares over channels, divided by their norm.
at::Tensor attention(const at::Tensor& values, int channelAxis)
{
    const at::Tensor map = values.square().sum(channelAxis).flatten(1);
    return map / map.norm(2, {1}, true).clamp_min(tiny);
}

} // namespace

TaughtLoss::TaughtLoss(const Distillation& distillation, std::uint64_t seed, at::Device device) : m_distillation(distillation)
{
    Random random(seed);
    for (const TaughtValue& taught : distillation.values) {
        const bool projected = taught.comparison == Comparison::Features && taught.channels != taught.teacherChannels;
        m_projectionOf.push_back(projected ? static_cast<std::ptrdiff_t>(m_projections.size()) : -1);
        if (!projected)
            continue;
        Tensor weight(DType::Float32, {taught.channels, taught.teacherChannels});
        const double deviation = 1 / std::sqrt(static_cast<double>(taught.channels));
        for (float& value : weight.mutableData<float>())
            value = static_cast<float>(deviation * random.normal());
        m_projections.emplace_back("projection " + std::to_string(m_projections.size()),
                                   toTorch(weight, Memory::Own).to(device).requires_grad_(true));
    }
}

at::Tensor TaughtLoss::of(const std::vector<at::Tensor>& student, const std::vector<Tensor>& teacher) const
{
    at::Tensor sum;
    for (std::size_t i = 0; i < student.size(); ++i) {
        const at::Tensor wanted = toTorch(teacher.at(i), Memory::Borrow).to(student[i].device());
        const at::Tensor each = compared(i, student[i], wanted);
        sum = sum.defined() ? sum + each : each;
    }
    return sum;
}

at::Tensor TaughtLoss::compared(std::size_t i, const at::Tensor& student, const at::Tensor& teacher) const
{
    const TaughtValue& taught = m_distillation.values[i];
    const double temperature = m_distillation.temperature;
    switch (taught.comparison) {
    case Comparison::Divergence:
        requireSameSize(student, teacher);
        return divergence(student, teacher, temperature) * (taught.factor * temperature * temperature);
    case Comparison::MeanSquared:
        requireSameSize(student, teacher);
        return relativeSquares(student, teacher.reshape(student.sizes())) * taught.factor;
    case Comparison::Cosine:
        requireSameSize(student, teacher);
        return cosineDistance(student.flatten(1), teacher.reshape(student.sizes()).flatten(1)) * taught.factor;
    case Comparison::Features: return features(i, student, teacher) * taught.factor;
    case Comparison::Attention: break;
    }
    const at::Tensor difference = attention(student, taught.channelAxis) - attention(teacher, taught.channelAxis);
    return difference.square().sum(1).mean() * taught.factor;
}

at::Tensor TaughtLoss::features(std::size_t i, const at::Tensor& student, const at::Tensor& teacher) const
{
    const auto projection = m_projectionOf[i];
    if (projection < 0)
        return at::mse_loss(student, teacher);
    const int axis = m_distillation.values[i].channelAxis;
    const at::Tensor projected = student.movedim(axis, -1).matmul(m_projections[static_cast<std::size_t>(projection)].second);
    return at::mse_loss(projected, teacher.movedim(axis, -1));
}

} // namespace hone
