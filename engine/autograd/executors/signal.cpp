// SPDX-License-Identifier: GPL-3.0-or-later
// DFT, STFT, windows and mel weights. Complex numbers lie in a last axis of extent 2. The transform is a product with its matrix,
// since Debian's LibTorch may come without a library for it; for the lengths that models use that is fast enough.
#include "autograd/executors/support.h"
#include "autograd/torch_tensor.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace hone
{

namespace
{

struct Transform
{
    std::int64_t length; // of the signal, cut or padded with zeros
    bool inverse;
    bool oneSided; // only the first length / 2 + 1 bins
};

// x [..., n, 1 or 2] along its last axis but one.
at::Tensor transformed(const at::Tensor& given, const Transform& transform)
{
    const std::int64_t n = transform.length;
    const at::Tensor cut = given.size(-2) >= n ? given.narrow(-2, 0, n) : at::constant_pad_nd(given, {0, 0, 0, n - given.size(-2)}, 0);
    const at::Tensor x = cut.to(at::kDouble);
    const std::int64_t bins = transform.oneSided ? n / 2 + 1 : n;
    // Multiples of the whole circle are taken off in integers, which keeps the angles small.
    const at::Tensor products = at::remainder(at::arange(n, at::kLong).unsqueeze(1) * at::arange(bins, at::kLong).unsqueeze(0), n);
    const at::Tensor angles = products.to(at::kDouble) * (2 * std::numbers::pi / static_cast<double>(n) * (transform.inverse ? 1 : -1));
    const at::Tensor cosines = angles.cos(), sines = angles.sin();
    const at::Tensor real = x.select(-1, 0);
    at::Tensor outReal = at::matmul(real, cosines), outImaginary = at::matmul(real, sines);
    if (x.size(-1) == 2) {
        const at::Tensor imaginary = x.select(-1, 1);
        outReal = outReal - at::matmul(imaginary, sines);
        outImaginary = outImaginary + at::matmul(imaginary, cosines);
    }
    const at::Tensor y = at::stack({outReal, outImaginary}, -1);
    return (transform.inverse ? y / static_cast<double>(n) : y).to(given.scalar_type());
}

// The axis became an input with opset 20.
ExecutorFactory dft(bool axisAsInput)
{
    return [axisAsInput](const NodeSpec& spec) -> Executor {
        return [axisAsInput, fixed = spec.node.intAttribute("axis", 1), inverse = spec.node.intAttribute("inverse", 0) != 0,
                oneSided = spec.node.intAttribute("onesided", 0) != 0](NodeRun& run) {
            const at::Tensor& x = run.input(0);
            std::int64_t given = fixed;
            if (axisAsInput)
                given = run.hasInput(2) ? integersIn(run.input(2)).at(0) : -2;
            const std::int64_t axis = axisFromStart(given, x.dim());
            const std::int64_t length = run.hasInput(1) ? integersIn(run.input(1)).at(0) : x.size(axis);
            run.setOutput(0, transformed(x.transpose(axis, -2), {length, inverse, oneSided}).transpose(axis, -2));
        };
    };
}

// Signal [batch, length, 1 or 2] in frames, each under the window and transformed: [batch, frames, bins, 2].
Executor makeShortTimeTransform(const NodeSpec& spec)
{
    return [oneSided = spec.node.intAttribute("onesided", 1) != 0](NodeRun& run) {
        const at::Tensor& given = run.input(0);
        const at::Tensor signal = given.dim() == 2 ? given.unsqueeze(-1) : given;
        const std::int64_t step = integersIn(run.input(1)).at(0);
        const std::int64_t length = run.hasInput(3)   ? integersIn(run.input(3)).at(0)
                                    : run.hasInput(2) ? run.input(2).size(0)
                                                      : signal.size(1);
        at::Tensor frames = signal.unfold(1, length, step).transpose(-1, -2);
        if (run.hasInput(2))
            frames = frames * run.input(2).reshape({-1, 1});
        run.setOutput(0, transformed(frames, {length, false, oneSided}));
    };
}

// a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n), over n (periodic) or n - 1.
ExecutorFactory window(double a0, double a1, double a2)
{
    return [=](const NodeSpec& spec) -> Executor {
        const bool periodic = spec.node.intAttribute("periodic", 1) != 0;
        const auto dtype = static_cast<DType>(spec.node.intAttribute("output_datatype", 1));
        return [=](NodeRun& run) {
            const std::int64_t count = integersIn(run.input(0)).at(0);
            const at::Tensor angles =
                at::arange(count, at::kDouble) * (2 * std::numbers::pi / static_cast<double>(periodic ? count : count - 1));
            run.setOutput(0, castTo(a0 - a1 * angles.cos() + a2 * (angles * 2).cos(), dtype));
        };
    };
}

double toMel(double hertz)
{
    return 2595 * std::log10(1 + hertz / 700);
}

// Triangles between neighbouring mel frequencies, over the bins of a one-sided transform.
Executor makeMelWeights(const NodeSpec& spec)
{
    const auto dtype = static_cast<DType>(spec.node.intAttribute("output_datatype", 1));
    return [dtype](NodeRun& run) {
        const std::int64_t bands = integersIn(run.input(0)).at(0);
        const std::int64_t length = integersIn(run.input(1)).at(0);
        const double rate = numbersIn(run.input(2)).at(0);
        const double lowest = toMel(numbersIn(run.input(3)).at(0)), highest = toMel(numbersIn(run.input(4)).at(0));
        const std::int64_t bins = length / 2 + 1;
        std::vector<std::int64_t> edges;
        for (std::int64_t i = 0; i < bands + 2; ++i) {
            const double mel = lowest + static_cast<double>(i) * (highest - lowest) / static_cast<double>(bands + 2);
            const double hertz = 700 * (std::pow(10, mel / 2595) - 1);
            edges.push_back(static_cast<std::int64_t>(std::floor(static_cast<double>(length + 1) * hertz / rate)));
        }
        at::Tensor weights = at::zeros({bins, bands}, at::kDouble);
        auto cells = weights.accessor<double, 2>();
        for (std::int64_t band = 0; band < bands; ++band) {
            const auto left = edges[static_cast<std::size_t>(band)], middle = edges[static_cast<std::size_t>(band) + 1],
                       right = edges[static_cast<std::size_t>(band) + 2];
            for (std::int64_t bin = left; bin <= middle && bin < bins; ++bin)
                cells[bin][band] = middle == left ? 1 : static_cast<double>(bin - left) / static_cast<double>(middle - left);
            for (std::int64_t bin = middle; bin < right && bin < bins && right != middle; ++bin)
                cells[bin][band] = static_cast<double>(right - bin) / static_cast<double>(right - middle);
        }
        run.setOutput(0, castTo(weights, dtype));
    };
}

} // namespace

void registerSignal(ExecutorRegistry& registry)
{
    registry.add("DFT", 17, dft(false));
    registry.add("DFT", 20, dft(true));
    registry.add("STFT", 17, makeShortTimeTransform);
    registry.add("HannWindow", 17, window(0.5, 0.5, 0));
    registry.add("HammingWindow", 17, window(25.0 / 46, 1 - 25.0 / 46, 0));
    registry.add("BlackmanWindow", 17, window(0.42, 0.5, 0.08));
    registry.add("MelWeightMatrix", 17, makeMelWeights);
}

} // namespace hone
