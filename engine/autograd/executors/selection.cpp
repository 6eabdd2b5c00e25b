// SPDX-License-Identifier: GPL-3.0-or-later
// What data pick: TopK, NonZero, Compress, Unique, NonMaxSuppression.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

// k was an attribute before opset 10. Of equal elements the first comes first, which a stable sort gives.
ExecutorFactory topK(bool asInput)
{
    return [asInput](const NodeSpec& spec) -> Executor {
        return [asInput, fixed = spec.node.intAttribute("k", 0), given = spec.node.intAttribute("axis", -1),
                largest = spec.node.intAttribute("largest", 1) != 0](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            const std::int64_t axis = axisFromStart(given, x.dim());
            const std::int64_t count = asInput ? integersIn(run.input(1)).at(0) : fixed;
            const auto [values, indices] = x.sort(c10::optional<bool>(true), axis, largest);
            run.setOutput(0, values.narrow(axis, 0, count));
            run.setOutput(1, indices.narrow(axis, 0, count));
        };
    };
}

Executor makeCompress(const NodeSpec& spec)
{
    return [hasAxis = spec.node.hasAttribute("axis"), given = spec.node.intAttribute("axis", 0)](NodeRun& run) {
        const at::Tensor x = hasAxis ? run.input(0) : run.input(0).reshape({-1});
        run.setOutput(0, x.index_select(axisFromStart(given, x.dim()), run.input(1).nonzero().reshape({-1})));
    };
}

// Distinct slices along an axis, where each was first, which of them each slice is, and how often.
Executor makeUnique(const NodeSpec& spec)
{
    return [hasAxis = spec.node.hasAttribute("axis"), given = spec.node.intAttribute("axis", 0),
            sorted = spec.node.intAttribute("sorted", 1) != 0](NodeRun& run) {
        const at::Tensor x = hasAxis ? run.input(0) : run.input(0).reshape({-1});
        const std::int64_t axis = axisFromStart(given, x.dim());
        const auto [values, inverse, counts] = at::unique_dim(x, axis, true, true, true);
        const Extents which = integersIn(inverse);
        Extents first(static_cast<std::size_t>(counts.numel()));
        for (std::size_t i = which.size(); i-- > 0;)
            first[static_cast<std::size_t>(which[i])] = static_cast<std::int64_t>(i);
        Extents order(first.size());
        std::iota(order.begin(), order.end(), 0);
        if (!sorted)
            std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
                return first[static_cast<std::size_t>(a)] < first[static_cast<std::size_t>(b)];
            });
        Extents rank(order.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            rank[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
        const at::Tensor picked = integerTensor(order);
        run.setOutput(0, values.index_select(axis, picked));
        run.setOutput(1, integerTensor(first).index_select(0, picked));
        run.setOutput(2, integerTensor(rank).index_select(0, inverse.reshape({-1})));
        run.setOutput(3, counts.index_select(0, picked));
    };
}

struct Box
{
    double top, left, bottom, right;

    double area() const { return (bottom - top) * (right - left); }
};

double overlap(const Box& a, const Box& b)
{
    const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
    const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
    if (height <= 0 || width <= 0)
        return 0;
    return height * width / (a.area() + b.area() - height * width);
}

// Corners in any order, or (center_point_box) centre and extents with x first.
Box boxAt(const double* numbers, bool centers)
{
    if (centers)
        return {numbers[1] - numbers[3] / 2, numbers[0] - numbers[2] / 2, numbers[1] + numbers[3] / 2, numbers[0] + numbers[2] / 2};
    return {std::min(numbers[0], numbers[2]), std::min(numbers[1], numbers[3]), std::max(numbers[0], numbers[2]),
            std::max(numbers[1], numbers[3])};
}

struct SuppressionLimits
{
    std::int64_t most;
    double overlap;
    double score;
    bool hasScore;
};

// Indices of the boxes that stay for one class, best first: each overlaps none of the better ones by more than the limit.
Extents boxesKept(const std::vector<Box>& boxes, const double* scores, const SuppressionLimits& limits)
{
    Extents candidates;
    for (std::size_t i = 0; i < boxes.size(); ++i)
        if (!limits.hasScore || scores[i] > limits.score)
            candidates.push_back(static_cast<std::int64_t>(i));
    std::stable_sort(candidates.begin(), candidates.end(), [&](std::int64_t a, std::int64_t b) { return scores[a] > scores[b]; });
    Extents kept;
    for (const std::int64_t candidate : candidates) {
        if (static_cast<std::int64_t>(kept.size()) >= limits.most)
            break;
        const Box& box = boxes[static_cast<std::size_t>(candidate)];
        if (std::none_of(kept.begin(), kept.end(),
                         [&](std::int64_t other) { return overlap(box, boxes[static_cast<std::size_t>(other)]) > limits.overlap; }))
            kept.push_back(candidate);
    }
    return kept;
}

// Boxes [batch, n, 4] and scores [batch, classes, n] to rows (batch, class, box).
Executor makeNonMaxSuppression(const NodeSpec& spec)
{
    return [centers = spec.node.intAttribute("center_point_box", 0) != 0](NodeRun& run) {
        const auto boxNumbers = numbersIn(run.input(0));
        const auto scores = numbersIn(run.input(1));
        const std::int64_t batches = run.input(1).size(0), classes = run.input(1).size(1), count = run.input(1).size(2);
        const auto optional = [&](std::size_t i, double fallback) {
            return run.hasInput(i) && run.input(i).numel() > 0 ? numbersIn(run.input(i)).at(0) : fallback;
        };
        const SuppressionLimits limits{static_cast<std::int64_t>(optional(2, 0)), optional(3, 0), optional(4, 0), run.hasInput(4)};
        Extents rows;
        for (std::int64_t batch = 0; batch < batches; ++batch) {
            std::vector<Box> boxes;
            for (std::int64_t i = 0; i < count; ++i)
                boxes.push_back(boxAt(boxNumbers.data() + (batch * count + i) * 4, centers));
            for (std::int64_t c = 0; c < classes; ++c)
                for (const std::int64_t box : boxesKept(boxes, scores.data() + (batch * classes + c) * count, limits))
                    rows.insert(rows.end(), {batch, c, box});
        }
        run.setOutput(0, integerTensor(rows).reshape({-1, 3}));
    };
}

} // namespace

void registerSelection(ExecutorRegistry& registry)
{
    registry.add("TopK", 1, topK(false));
    registry.add("TopK", 10, topK(true));
    registry.add("NonZero", 9, unary([](const at::Tensor& x) { return x.nonzero().t(); }));
    registry.add("Compress", 9, makeCompress);
    registry.add("Unique", 11, makeUnique);
    registry.add("NonMaxSuppression", 10, makeNonMaxSuppression);
}

} // namespace hone
