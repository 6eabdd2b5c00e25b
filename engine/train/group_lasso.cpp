// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/group_lasso.h"

namespace hone
{

namespace
{

constexpr double tiny = 1e-12;

// Sums over all axes but one.
at::Tensor sumsAlong(const at::Tensor& tensor, int axis)
{
    return tensor.movedim(axis, 0).reshape({tensor.size(axis), -1}).sum(1);
}

at::Tensor asColumn(const at::Tensor& values, const at::Tensor& like, int axis)
{
    std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
    shape[static_cast<std::size_t>(axis)] = values.size(0);
    return values.reshape(shape);
}

} // namespace

GroupLasso::GroupLasso(const std::vector<PenaltyGroup>& groups, double strength, const std::function<at::Tensor(ValueId)>& tensorOf)
    : m_strength(strength)
{
    for (const PenaltyGroup& penalized : groups) {
        Group group;
        at::Tensor elements = at::zeros({penalized.channels}, at::kFloat);
        for (const PenaltyPart& part : penalized.parts) {
            const at::Tensor parameter = tensorOf(part.value);
            if (!parameter.defined() || !parameter.requires_grad())
                continue;
            std::vector<std::int64_t> places, channels;
            for (std::size_t i = 0; i < part.channelOf.size(); ++i)
                if (part.channelOf[i] >= 0) {
                    places.push_back(static_cast<std::int64_t>(i));
                    channels.push_back(part.channelOf[i]);
                }
            const at::Tensor ofChannel = at::tensor(channels, at::kLong);
            const double each = static_cast<double>(parameter.numel()) / static_cast<double>(parameter.size(part.axis));
            elements.index_add_(0, ofChannel, at::full({ofChannel.size(0)}, each, at::kFloat));
            const auto device = parameter.device();
            group.parts.push_back({parameter.detach(), part.axis, at::tensor(places, at::kLong).to(device), ofChannel.to(device)});
        }
        if (group.parts.empty())
            continue;
        group.roots = elements.sqrt().to(group.parts.front().parameter.device());
        m_groups.push_back(std::move(group));
    }
}

void GroupLasso::shrink(double learningRate)
{
    const at::NoGradGuard noGradients;
    for (Group& group : m_groups) {
        at::Tensor squares = at::zeros_like(group.roots);
        for (const Part& part : group.parts)
            squares.index_add_(0, part.channels, sumsAlong(part.parameter.square(), part.axis).index_select(0, part.places).to(at::kFloat));
        const at::Tensor factors = (1 - group.roots * (learningRate * m_strength) / squares.sqrt().clamp_min(tiny)).clamp_min(0);
        for (Part& part : group.parts) {
            at::Tensor scale = at::ones({part.parameter.size(part.axis)}, part.parameter.options());
            scale.index_copy_(0, part.places, factors.index_select(0, part.channels).to(scale.scalar_type()));
            part.parameter.mul_(asColumn(scale, part.parameter, part.axis));
        }
    }
}

} // namespace hone
