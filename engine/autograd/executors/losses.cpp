// SPDX-License-Identifier: GPL-3.0-or-later
// NegativeLogLikelihoodLoss and SoftmaxCrossEntropyLoss. Scores [N, classes, d1...], labels [N, d1...].
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

namespace hone
{

namespace
{

struct LossSettings
{
    std::string reduction;
    bool hasIgnored;
    std::int64_t ignored; // this label counts for nothing
};

LossSettings lossSettings(const Node& node)
{
    return {node.stringAttribute("reduction", "mean"), node.hasAttribute("ignore_index"), node.intAttribute("ignore_index", -1)};
}

// loss = -weight[label] * logarithms[label]; the mean is over the weights' sum.
at::Tensor negativeLogLikelihood(const at::Tensor& logarithms, const NodeRun& run, const LossSettings& settings)
{
    const at::Tensor labels = run.input(1).to(at::kLong);
    at::Tensor counts = at::ones(labels.sizes(), logarithms.options().requires_grad(false));
    at::Tensor safe = labels;
    if (settings.hasIgnored) {
        const at::Tensor isIgnored = labels == settings.ignored;
        counts = counts.masked_fill(isIgnored, 0);
        safe = labels.masked_fill(isIgnored, 0);
    }
    if (run.hasInput(2))
        counts = counts * run.input(2).index_select(0, safe.reshape({-1})).reshape(safe.sizes());
    const at::Tensor losses = -logarithms.gather(1, safe.unsqueeze(1)).squeeze(1) * counts;
    if (settings.reduction == "none")
        return losses;
    return settings.reduction == "sum" ? losses.sum() : losses.sum() / counts.sum();
}

Executor makeNegativeLogLikelihood(const NodeSpec& spec)
{
    return [settings = lossSettings(spec.node)](NodeRun& run) { run.setOutput(0, negativeLogLikelihood(run.input(0), run, settings)); };
}

Executor makeSoftmaxCrossEntropy(const NodeSpec& spec)
{
    return [settings = lossSettings(spec.node)](NodeRun& run) {
        const at::Tensor logarithms = at::log_softmax(run.input(0), 1);
        run.setOutput(0, negativeLogLikelihood(logarithms, run, settings));
        run.setOutput(1, logarithms);
    };
}

} // namespace

void registerLosses(ExecutorRegistry& registry)
{
    registry.add("NegativeLogLikelihoodLoss", 12, makeNegativeLogLikelihood);
    registry.add("SoftmaxCrossEntropyLoss", 12, makeSoftmaxCrossEntropy);
}

} // namespace hone
