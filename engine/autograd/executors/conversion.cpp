// SPDX-License-Identifier: GPL-3.0-or-later
// Values from attributes and shapes, types, and what passes through: Constant, Shape, Cast, Identity, Dropout.
#include "autograd/executors/support.h"
#include "autograd/torch_tensor.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace hone
{

namespace
{

at::Tensor constantOf(const Node& node)
{
    for (const auto& [key, attribute] : node.attributes) {
        if (const auto* tensor = std::get_if<Tensor>(&attribute); tensor && key == "value")
            return toTorch(*tensor, Memory::Own);
        if (const auto* number = std::get_if<float>(&attribute); number && key == "value_float")
            return at::scalar_tensor(*number, at::kFloat);
        if (const auto* number = std::get_if<std::int64_t>(&attribute); number && key == "value_int")
            return at::scalar_tensor(*number, at::kLong);
        if (const auto* list = std::get_if<std::vector<float>>(&attribute); list && key == "value_floats")
            return toTorch(Tensor::of({static_cast<std::int64_t>(list->size())}, *list), Memory::Own);
        if (const auto* list = std::get_if<std::vector<std::int64_t>>(&attribute); list && key == "value_ints")
            return integerTensor(*list);
    }
    throw NodeUnsupported{"value"};
}

Executor makeConstant(const NodeSpec& spec)
{
    return [constant = constantOf(spec.node)](NodeRun& run) { run.setOutput(0, constant); };
}

Executor makeConstantOfShape(const NodeSpec& spec)
{
    const auto found = spec.node.attributes.find("value");
    at::Tensor value = at::zeros({1}, at::kFloat);
    if (found != spec.node.attributes.end() && std::holds_alternative<Tensor>(found->second))
        value = toTorch(std::get<Tensor>(found->second), Memory::Own);
    return [value](NodeRun& run) { run.setOutput(0, at::full(integersIn(run.input(0)), value.item(), value.options())); };
}

Executor makeShape(const NodeSpec& spec)
{
    const std::int64_t start = spec.node.intAttribute("start", 0);
    const bool hasEnd = spec.node.hasAttribute("end");
    const std::int64_t end = spec.node.intAttribute("end", 0);
    return [=](NodeRun& run) {
        const auto extents = run.input(0).sizes().vec();
        const auto rank = static_cast<std::int64_t>(extents.size());
        const auto bound = [rank](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + rank : i, 0, rank); };
        const std::int64_t from = bound(start);
        const std::int64_t to = std::max(from, hasEnd ? bound(end) : rank);
        run.setOutput(0, integerTensor({extents.begin() + from, extents.begin() + to}));
    };
}

Executor makeCast(const NodeSpec& spec)
{
    const auto to = static_cast<DType>(spec.node.intAttribute("to", 0));
    if (!torchTypeOf(to))
        throw NodeUnsupported{"to=" + std::string(name(to))};
    if (inputType(spec, 0) == DType::String)
        throw NodeUnsupported{"from string"};
    const auto overflow = spec.node.intAttribute("saturate", 1) != 0 ? Overflow::Saturate : Overflow::Keep;
    return [=](NodeRun& run) { run.setOutput(0, castTo(run.input(0), to, overflow)); };
}

Executor makeCastLike(const NodeSpec& spec)
{
    const DType to = inputType(spec, 1);
    const auto overflow = spec.node.intAttribute("saturate", 1) != 0 ? Overflow::Saturate : Overflow::Keep;
    return [=](NodeRun& run) {
        run.setOutput(0, torchTypeOf(to) ? castTo(run.input(0), to, overflow) : run.input(0).to(run.input(1).scalar_type()));
    };
}

// Drops in training only, whatever the graph's own training_mode says; scaled so that the mean stays.
at::Tensor dropped(NodeRun& run, double ratio)
{
    const at::Tensor& x = run.input(0);
    if (run.mode() != Mode::Training || ratio <= 0)
        return x;
    const at::Tensor kept = at::empty_like(x.detach()).bernoulli_(1 - ratio, run.generator());
    return x * kept.div_(1 - ratio);
}

ExecutorFactory dropout(bool ratioAsInput)
{
    return [ratioAsInput](const NodeSpec& spec) -> Executor {
        return [ratioAsInput, fixed = spec.node.floatAttribute("ratio", 0.5f)](NodeRun& run) {
            double ratio = fixed;
            if (ratioAsInput)
                ratio = run.hasInput(1) ? run.input(1).item<double>() : 0.5;
            run.setOutput(0, dropped(run, ratio));
            if (run.hasOutput(1))
                run.setOutput(1, at::ones_like(run.input(0), at::kBool));
        };
    };
}

} // namespace

void registerConversions(ExecutorRegistry& registry)
{
    registry.add("Constant", 1, makeConstant);
    registry.add("ConstantOfShape", 9, makeConstantOfShape);
    registry.add("Shape", 1, makeShape);
    registry.add("Size", 1, unary([](const at::Tensor& x) { return at::scalar_tensor(x.numel(), at::kLong); }));
    registry.add("Cast", 6, makeCast);
    registry.add("CastLike", 15, makeCastLike);
    registry.add("Identity", 1, unary([](const at::Tensor& x) { return x; }));
    registry.add("Dropout", 7, dropout(false));
    registry.add("Dropout", 12, dropout(true));
}

} // namespace hone
