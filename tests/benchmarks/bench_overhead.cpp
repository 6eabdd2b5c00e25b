// SPDX-License-Identifier: GPL-3.0-or-later
// hone_bench_overhead MODEL [batch=32] [steps=10] [rounds=5]
// Forward, loss and backward of a classifier through Hone's graph executor, against the same LibTorch operators called one after
// the other by hand. MODEL is made of Conv (with as much padding on both sides), BatchNormalization, Relu, Clip to 0..6, Add,
// GlobalAveragePool, Flatten and Gemm, as MobileNetV2 and ResNets are. Rounds alternate; the best of each counts.
#include "autograd/training_module.h"
#include "core/error.h"
#include "core/random.h"
#include "onnx_io/onnx_io.h"
#include "train/scores.h"
#include "train/trainer.h"

#include <ATen/ATen.h>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace
{

using hone::Graph;
using hone::Node;
using hone::ValueId;

struct Time
{
    double wall = 1e30;
    double processor = 1e30;
};

double processorSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

enum class Call
{
    Convolution,
    BatchNorm,
    Relu,
    Relu6,
    Add,
    Mean,
    Flatten,
    Linear
};

// One operator, everything about it known: no names, no attributes, no look-ups.
struct Layer
{
    Call call;
    std::size_t from = 0, other = 0, to = 0; // places of activations
    at::Tensor weight, bias, mean, variance;
    std::vector<std::int64_t> stride, padding, dilation;
    std::int64_t groups = 1;
    double momentum = 0.1, epsilon = 1e-5;
    bool transposed = false;
    bool inPlace = false; // nobody else reads what it reads
    bool letGo = true;    // the same
};

class ByHand
{
public:
    explicit ByHand(const Graph& graph) : m_graph(graph), m_uses(graph), m_places(graph.valueCount())
    {
        for (const auto id : graph.order())
            if (!graph.node(id).inputs.empty()) // Constant nodes
                m_layers.push_back(layer(graph.node(id)));
        m_input = graph.inputs.at(0).index;
        m_output = graph.outputs.at(0).index;
    }

    at::Tensor forward(const at::Tensor& x)
    {
        m_places[m_input] = x.contiguous(at::MemoryFormat::ChannelsLast);
        for (Layer& l : m_layers)
            run(l);
        return std::move(m_places[m_output]);
    }

private:
    at::Tensor take(ValueId id, bool learns)
    {
        const auto& constant = m_graph.value(id).constant;
        at::Tensor tensor = at::empty(constant.shape(), at::kFloat);
        std::copy_n(constant.data<float>().data(), tensor.numel(), tensor.data_ptr<float>());
        if (tensor.dim() == 4)
            tensor = tensor.contiguous(at::MemoryFormat::ChannelsLast);
        return tensor.requires_grad_(learns);
    }
    Layer layer(const Node& node)
    {
        Layer l{};
        l.from = node.input(0).index;
        l.to = node.outputs.at(0).index;
        l.letGo = m_uses.users(node.input(0)).size() == 1;
        l.inPlace = l.letGo;
        const auto& op = node.opType;
        if (op == "Conv") {
            l.call = Call::Convolution;
            l.weight = take(node.input(1), true);
            if (node.input(2).valid())
                l.bias = take(node.input(2), true);
            l.stride = node.intsAttribute("strides", {1, 1});
            const auto pads = node.intsAttribute("pads", {0, 0, 0, 0});
            l.padding = {pads[0], pads[1]};
            l.dilation = node.intsAttribute("dilations", {1, 1});
            l.groups = node.intAttribute("group", 1);
        } else if (op == "BatchNormalization") {
            l.call = Call::BatchNorm;
            l.weight = take(node.input(1), true);
            l.bias = take(node.input(2), true);
            l.mean = take(node.input(3), false);
            l.variance = take(node.input(4), false);
            l.momentum = 1 - static_cast<double>(node.floatAttribute("momentum", 0.9F));
            l.epsilon = node.floatAttribute("epsilon", 1e-5F);
        } else if (op == "Gemm") {
            l.call = Call::Linear;
            l.weight = take(node.input(1), true);
            l.bias = take(node.input(2), true);
            l.transposed = node.intAttribute("transB", 0) != 0;
        } else if (op == "Add") {
            l.call = Call::Add;
            l.other = node.input(1).index;
        } else {
            l.call = op == "Relu" ? Call::Relu : op == "Clip" ? Call::Relu6 : op == "GlobalAveragePool" ? Call::Mean : Call::Flatten;
        }
        return l;
    }
    void run(Layer& l)
    {
        at::Tensor& x = m_places[l.from];
        at::Tensor& y = m_places[l.to];
        switch (l.call) {
        case Call::Convolution:
            y = at::convolution(x, l.weight, l.bias.defined() ? c10::optional<at::Tensor>(l.bias) : c10::nullopt, l.stride, l.padding,
                                l.dilation, false, {0, 0}, l.groups);
            break;
        case Call::BatchNorm: y = at::batch_norm(x, l.weight, l.bias, l.mean, l.variance, true, l.momentum, l.epsilon, false); break;
        case Call::Relu: y = l.inPlace ? x.relu_() : at::relu(x); break;
        case Call::Relu6: y = l.inPlace ? at::hardtanh_(x, 0, 6) : at::hardtanh(x, 0, 6); break;
        case Call::Add: y = at::add(x, m_places[l.other]); break;
        case Call::Mean: y = at::adaptive_avg_pool2d(x, {1, 1}); break;
        case Call::Flatten: y = x.flatten(1); break;
        case Call::Linear: y = at::addmm(l.bias, x, l.transposed ? l.weight.t() : l.weight); break;
        }
        if (l.letGo)
            x.reset();
    }

    const Graph& m_graph;
    hone::GraphUses m_uses;
    std::vector<at::Tensor> m_places;
    std::vector<Layer> m_layers;
    std::size_t m_input = 0, m_output = 0;
};

void timed(Time& best, int steps, const std::function<void()>& step)
{
    const auto begin = std::chrono::steady_clock::now();
    const double processor = processorSeconds();
    for (int i = 0; i < steps; ++i)
        step();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    best.wall = std::min(best.wall, seconds.count() / steps);
    best.processor = std::min(best.processor, (processorSeconds() - processor) / steps);
}

int measure(const std::string& model, int batch, int steps, int rounds)
{
    const Graph graph = hone::readOnnx(model);
    hone::TrainerSettings settings;
    settings.scoresValue = hone::findScores(graph).value;
    // Its memory that goes round, and its thread count, hold for both sides.
    std::unique_ptr<hone::Trainer> trainer(hone::trainingFunction<hone::CreateTrainer>(hone::createTrainerSymbol)(graph, settings));
    ByHand byHand(graph);

    hone::Dimensions shape = hone::withFreeAs(graph.value(graph.inputs.at(0)).type.shape.value(), batch);
    shape[0] = batch;
    hone::Tensor inputs(hone::DType::Float32, shape);
    hone::Random random(1);
    for (float& value : inputs.mutableData<float>())
        value = static_cast<float>(random.normal());
    hone::Answers answers;
    for (int i = 0; i < batch; ++i)
        answers.labels.push_back(i % 10);
    const at::Tensor x = at::from_blob(const_cast<float*>(inputs.data<float>().data()), shape, at::kFloat);
    const at::Tensor labels = at::from_blob(answers.labels.data(), {batch}, at::kLong);

    double ours = 0, theirs = 0;
    const auto graphStep = [&] { ours = trainer->addGradients(inputs, answers, 1); };
    const auto handStep = [&] {
        const at::Tensor loss = at::cross_entropy_loss(byHand.forward(x), labels);
        theirs = loss.item<double>();
        loss.backward();
    };
    graphStep();
    handStep();
    std::printf("loss of the first step: graph %.6f, by hand %.6f\n", ours, theirs);
    Time graphTime, handTime;
    for (int round = 0; round < rounds; ++round) {
        timed(graphTime, steps, graphStep);
        timed(handTime, steps, handStep);
    }
    std::printf("graph executor %9.3f ms a step, %9.3f ms of processor time\n", 1e3 * graphTime.wall, 1e3 * graphTime.processor);
    std::printf("by hand        %9.3f ms a step, %9.3f ms of processor time\n", 1e3 * handTime.wall, 1e3 * handTime.processor);
    std::printf("overhead %.2f %% (processor time %.2f %%)\n", 100 * (graphTime.wall / handTime.wall - 1),
                100 * (graphTime.processor / handTime.processor - 1));
    return 0;
}

} // namespace

int main(int count, char** arguments)
{
    if (count < 2) {
        std::fprintf(stderr, "usage: hone_bench_overhead MODEL [batch] [steps] [rounds]\n");
        return 2;
    }
    const auto number = [&](int i, int fallback) { return count > i ? std::atoi(arguments[i]) : fallback; };
    try {
        return measure(arguments[1], number(2, 32), number(3, 10), number(4, 5));
    } catch (const hone::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
