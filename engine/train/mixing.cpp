// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/mixing.h"

#include "core/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace hone
{

namespace
{

constexpr std::uint64_t mixingStream = 0x4d69780000000000; // apart from those of shuffling and augmentation

// Marsaglia and Tsang 2000; shapes below 1 by Gamma(a) = Gamma(a + 1) U^(1/a).
double gammaDistributed(Random& random, double shape)
{
    if (shape < 1)
        return gammaDistributed(random, shape + 1) * std::pow(1 - random.uniform(), 1 / shape);
    const double d = shape - 1.0 / 3;
    const double c = 1 / std::sqrt(9 * d);
    while (true) {
        const double x = random.normal();
        const double v = std::pow(1 + c * x, 3);
        if (v > 0 && std::log(1 - random.uniform()) < x * x / 2 + d - d * v + d * std::log(v))
            return d * v;
    }
}

double betaDistributed(Random& random, double alpha)
{
    const double a = gammaDistributed(random, alpha);
    const double b = gammaDistributed(random, alpha);
    return a + b > 0 ? a / (a + b) : 0.5;
}

struct Box
{
    std::int64_t top, bottom, left, right;
};

// A box of the aspect ratio of the picture and `area` of it, its middle anywhere, what lies outside cut off.
Box randomBox(Random& random, std::int64_t height, std::int64_t width, double area)
{
    const auto boxHeight = static_cast<std::int64_t>(static_cast<double>(height) * std::sqrt(area));
    const auto boxWidth = static_cast<std::int64_t>(static_cast<double>(width) * std::sqrt(area));
    const auto y = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(height)));
    const auto x = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(width)));
    return {std::max<std::int64_t>(0, y - boxHeight / 2), std::min(height, y + boxHeight / 2), std::max<std::int64_t>(0, x - boxWidth / 2),
            std::min(width, x + boxWidth / 2)};
}

struct Geometry
{
    std::int64_t planes, height, width, inner; // [planes, height, width, inner] of one sample
};

Geometry geometryOf(const Dimensions& shape, Layout layout)
{
    return layout == Layout::Nchw ? Geometry{shape[1], shape[2], shape[3], 1} : Geometry{1, shape[1], shape[2], shape[3]};
}

void copyBox(std::span<const float> from, std::span<float> to, const Geometry& g, const Box& box)
{
    for (std::int64_t plane = 0; plane < g.planes; ++plane)
        for (std::int64_t y = box.top; y < box.bottom; ++y) {
            const auto row = ((plane * g.height + y) * g.width + box.left) * g.inner;
            const auto count = (box.right - box.left) * g.inner;
            std::copy_n(from.begin() + row, count, to.begin() + row);
        }
}

// What the samples and their partners shall be answered with, each by its share.
Tensor mixedValues(const Tensor& values, const std::vector<std::size_t>& partner, double share)
{
    if (values.isNull() || partner.empty())
        return values;
    Tensor result(values.dtype(), values.shape());
    const auto from = values.data<float>();
    const auto to = result.mutableData<float>();
    const std::size_t width = from.size() / partner.size();
    const auto own = static_cast<float>(share);
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = own * from[i] + (1 - own) * from[partner[i / width] * width + i % width];
    return result;
}

} // namespace

Answers mixed(Batch& batch, const MixingOptions& options, std::int64_t step)
{
    Answers answers{.labels = batch.labels, .others = {}, .share = 1, .values = batch.targets};
    const std::size_t count = batch.labels.size();
    const Dimensions shape = batch.inputs.shape();
    const bool canCut = options.cutMix > 0 && shape.size() == 4;
    if (count < 2 || (options.mixUp <= 0 && !canCut))
        return answers;

    Random random(options.seed ^ mixingStream, static_cast<std::uint64_t>(step));
    const bool cut = canCut && (options.mixUp <= 0 || random.chance(0.5));
    answers.share = betaDistributed(random, cut ? options.cutMix : options.mixUp);
    std::vector<std::size_t> partner(count);
    std::iota(partner.begin(), partner.end(), std::size_t{0});
    random.shuffle(std::span<std::size_t>(partner));
    for (const std::size_t other : partner)
        answers.others.push_back(batch.labels[other]);

    const Tensor before = batch.inputs;
    const auto from = before.data<float>();
    const auto to = batch.inputs.mutableData<float>();
    const std::size_t size = from.size() / count;
    if (!cut) {
        const auto share = static_cast<float>(answers.share);
        for (std::size_t i = 0; i < count; ++i)
            for (std::size_t j = 0; j < size; ++j)
                to[i * size + j] = share * from[i * size + j] + (1 - share) * from[partner[i] * size + j];
        answers.values = mixedValues(batch.targets, partner, answers.share);
        return answers;
    }
    const Geometry geometry = geometryOf(shape, options.layout);
    const Box box = randomBox(random, geometry.height, geometry.width, 1 - answers.share);
    for (std::size_t i = 0; i < count; ++i)
        copyBox(from.subspan(partner[i] * size, size), to.subspan(i * size, size), geometry, box);
    const auto area = static_cast<double>((box.bottom - box.top) * (box.right - box.left));
    answers.share = 1 - area / static_cast<double>(geometry.height * geometry.width);
    answers.values = mixedValues(batch.targets, partner, answers.share);
    return answers;
}

} // namespace hone
