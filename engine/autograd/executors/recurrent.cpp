// SPDX-License-Identifier: GPL-3.0-or-later
// RNN, GRU and LSTM, step by step, as ONNX's operators define them: gates in ONNX's order, activations by name, lengths by sequence.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <cctype>

namespace hone
{

namespace
{

using Tensors = std::vector<at::Tensor>;
using Activation = std::function<at::Tensor(const at::Tensor&)>;

Activation activationNamed(std::string name, double alpha, double beta, bool hasAlpha)
{
    for (char& letter : name)
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    const auto orElse = [&](double fallback) { return hasAlpha ? alpha : fallback; };
    if (name == "sigmoid")
        return [](const at::Tensor& x) { return at::sigmoid(x); };
    if (name == "tanh")
        return [](const at::Tensor& x) { return at::tanh(x); };
    if (name == "relu")
        return [](const at::Tensor& x) { return at::relu(x); };
    if (name == "softsign")
        return [](const at::Tensor& x) { return x / (x.abs() + 1); };
    if (name == "softplus")
        return [](const at::Tensor& x) { return at::softplus(x); };
    if (name == "affine")
        return [=](const at::Tensor& x) { return x * alpha + beta; };
    if (name == "scaledtanh")
        return [=](const at::Tensor& x) { return at::tanh(x * beta) * alpha; };
    if (name == "leakyrelu")
        return [a = orElse(0.01)](const at::Tensor& x) { return at::leaky_relu(x, a); };
    if (name == "thresholdedrelu")
        return [a = orElse(1)](const at::Tensor& x) { return at::threshold(x, a, 0); };
    if (name == "elu")
        return [a = orElse(1)](const at::Tensor& x) { return at::elu(x, a); };
    if (name == "hardsigmoid")
        return [a = orElse(0.2), b = hasAlpha ? beta : 0.5](const at::Tensor& x) { return at::hardtanh(x * a + b, 0, 1); };
    throw NodeUnsupported{"activation " + name};
}

struct RecurrentSettings
{
    std::vector<std::vector<Activation>> activations; // by direction
    std::vector<bool> backwards;                      // by direction
    std::int64_t gates = 1;
    double clip = 0; // 0: none
    bool linearBeforeReset = false;
    bool couplesForget = false; // LSTM: f = 1 - i
    bool batchFirst = false;
};

RecurrentSettings readSettings(const NodeSpec& spec, const std::vector<std::string>& defaults, std::int64_t gates)
{
    const Node& node = spec.node;
    const std::string direction = node.stringAttribute("direction", "forward");
    RecurrentSettings settings;
    settings.backwards = direction == "bidirectional" ? std::vector<bool>{false, true} : std::vector<bool>{direction == "reverse"};
    settings.gates = gates;
    settings.clip = node.floatAttribute("clip", 0);
    settings.linearBeforeReset = node.intAttribute("linear_before_reset", 0) != 0;
    settings.couplesForget = node.intAttribute("input_forget", 0) != 0;
    settings.batchFirst = node.intAttribute("layout", 0) != 0;
    auto names = stringsAttribute(node, "activations");
    const auto alphas = floatsAttribute(node, "activation_alpha");
    const auto betas = floatsAttribute(node, "activation_beta");
    const std::size_t wanted = defaults.size() * settings.backwards.size();
    for (std::size_t i = names.size(); i < wanted; ++i)
        names.push_back(defaults[i % defaults.size()]);
    for (std::size_t i = 0; i < wanted; ++i) {
        if (i % defaults.size() == 0)
            settings.activations.emplace_back();
        settings.activations.back().push_back(
            activationNamed(names[i], i < alphas.size() ? alphas[i] : 1, i < betas.size() ? betas[i] : 0, i < alphas.size()));
    }
    return settings;
}

// One direction's weights, and what one step does: state (h, or h and c) to state. projected is W x + Wb of that step.
struct Direction
{
    at::Tensor recurrence; // R transposed, [hidden, gates * hidden]
    at::Tensor bias;       // Rb [gates * hidden]
    Tensors peepholes;     // LSTM: of i, o, f; may be empty
    const std::vector<Activation>& activate;
    const RecurrentSettings& settings;

    at::Tensor clipped(const at::Tensor& x) const { return settings.clip > 0 ? x.clamp(-settings.clip, settings.clip) : x; }
};

using Step = Tensors (*)(const Direction&, const at::Tensor& projected, const Tensors& state);

Tensors rnnStep(const Direction& d, const at::Tensor& projected, const Tensors& state)
{
    return {d.activate[0](d.clipped(projected + at::addmm(d.bias, state[0], d.recurrence)))};
}

// Gates z, r, h: h' = (1 - z) * h~ + z * h.
Tensors gruStep(const Direction& d, const at::Tensor& projected, const Tensors& state)
{
    const at::Tensor& h = state[0];
    const std::int64_t hidden = h.size(1);
    const auto x = projected.chunk(3, 1);
    const auto bias = d.bias.chunk(3, 0);
    const at::Tensor both = at::addmm(d.bias.narrow(0, 0, 2 * hidden), h, d.recurrence.narrow(1, 0, 2 * hidden));
    const at::Tensor z = d.activate[0](d.clipped(x[0] + both.narrow(1, 0, hidden)));
    const at::Tensor r = d.activate[0](d.clipped(x[1] + both.narrow(1, hidden, hidden)));
    const at::Tensor last = d.recurrence.narrow(1, 2 * hidden, hidden);
    const at::Tensor recurrent = d.settings.linearBeforeReset ? r * at::addmm(bias[2], h, last) : at::addmm(bias[2], r * h, last);
    const at::Tensor candidate = d.activate[1](d.clipped(x[2] + recurrent));
    return {(1 - z) * candidate + z * h};
}

// Gates i, o, f, c: c' = f * c + i * c~, h' = o * tanh(c').
Tensors lstmStep(const Direction& d, const at::Tensor& projected, const Tensors& state)
{
    const at::Tensor& c = state[1];
    const auto sums = (projected + at::addmm(d.bias, state[0], d.recurrence)).chunk(4, 1);
    const auto seeing = [&](std::size_t gate, std::size_t peephole, const at::Tensor& cell) {
        return d.clipped(d.peepholes.empty() ? sums[gate] : sums[gate] + d.peepholes[peephole] * cell);
    };
    const at::Tensor i = d.activate[0](seeing(0, 0, c));
    const at::Tensor f = d.settings.couplesForget ? 1 - i : d.activate[0](seeing(2, 2, c));
    const at::Tensor next = f * c + i * d.activate[1](d.clipped(sums[3]));
    const at::Tensor o = d.activate[0](seeing(1, 1, next));
    return {o * d.activate[2](next), next};
}

// x [time, batch, gates * hidden] is projected already. Past a sequence's length its state stays and its output is 0.
// Gives Y [time, batch, hidden] and the last state.
std::pair<at::Tensor, Tensors> runDirection(const Direction& direction, Step step, const at::Tensor& x, Tensors state, bool backwards,
                                            const at::Tensor& lengths)
{
    const std::int64_t time = x.size(0);
    Tensors outputs(static_cast<std::size_t>(time));
    for (std::int64_t i = 0; i < time; ++i) {
        const std::int64_t t = backwards ? time - 1 - i : i;
        Tensors next = step(direction, x.select(0, t), state);
        at::Tensor output = next[0];
        if (lengths.defined()) {
            const at::Tensor lives = (lengths > t).unsqueeze(1);
            output = at::where(lives, next[0], at::zeros_like(next[0]));
            for (std::size_t s = 0; s < next.size(); ++s)
                next[s] = at::where(lives, next[s], state[s]);
        }
        outputs[static_cast<std::size_t>(t)] = output;
        state = std::move(next);
    }
    return {time > 0 ? at::stack(outputs) : x.narrow(2, 0, state[0].size(1)), std::move(state)};
}

// Inputs X, W, R, B, sequence_lens, initial_h, and for LSTM initial_c and P.
Executor makeRecurrent(const RecurrentSettings& settings, Step step, std::size_t states)
{
    return [=](NodeRun& run) {
        const at::Tensor x = settings.batchFirst ? run.input(0).transpose(0, 1) : run.input(0);
        const std::int64_t batch = x.size(1), hidden = run.input(2).size(2);
        const at::Tensor lengths = run.hasInput(4) ? run.input(4).to(at::kLong) : at::Tensor();
        Tensors sequences;
        std::vector<Tensors> last(states);
        for (std::size_t d = 0; d < settings.backwards.size(); ++d) {
            const auto at = static_cast<std::int64_t>(d);
            const at::Tensor bias =
                run.hasInput(3) ? run.input(3).select(0, at) : at::zeros({2 * settings.gates * hidden}, x.options().requires_grad(false));
            const Direction direction{run.input(2).select(0, at).t(), bias.narrow(0, settings.gates * hidden, settings.gates * hidden),
                                      run.hasInput(7) ? run.input(7).select(0, at).chunk(3, 0) : Tensors(), settings.activations[d],
                                      settings};
            Tensors state;
            for (std::size_t s = 0; s < states; ++s)
                state.push_back(run.hasInput(5 + s) ? run.input(5 + s).select(settings.batchFirst ? 1 : 0, at)
                                                    : at::zeros({batch, hidden}, x.options().requires_grad(false)));
            const at::Tensor projected = at::matmul(x, run.input(1).select(0, at).t()) + bias.narrow(0, 0, settings.gates * hidden);
            auto [sequence, end] = runDirection(direction, step, projected, std::move(state), settings.backwards[d], lengths);
            sequences.push_back(sequence);
            for (std::size_t s = 0; s < states; ++s)
                last[s].push_back(end[s]);
        }
        run.setOutput(0, settings.batchFirst ? at::stack(sequences, 2).transpose(0, 1) : at::stack(sequences, 1));
        for (std::size_t s = 0; s < states; ++s)
            run.setOutput(1 + s, at::stack(last[s], settings.batchFirst ? 1 : 0));
    };
}

} // namespace

void registerRecurrent(ExecutorRegistry& registry)
{
    registry.add("RNN", 7, [](const NodeSpec& spec) { return makeRecurrent(readSettings(spec, {"Tanh"}, 1), rnnStep, 1); });
    registry.add("GRU", 7, [](const NodeSpec& spec) { return makeRecurrent(readSettings(spec, {"Sigmoid", "Tanh"}, 3), gruStep, 1); });
    registry.add("LSTM", 7, [](const NodeSpec& spec) {
        return makeRecurrent(readSettings(spec, {"Sigmoid", "Tanh", "Tanh"}, 4), lstmStep, 2);
    });
}

} // namespace hone
