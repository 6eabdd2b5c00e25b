// SPDX-License-Identifier: GPL-3.0-or-later
// Trainer's other side, in the lazy module "training".
#include "autograd/torch_graph.h"
#include "train/ema.h"
#include "train/gradient_clipping.h"
#include "train/group_lasso.h"
#include "train/optimizer.h"
#include "train/recycling_memory.h"
#include "train/taught_loss.h"
#include "train/torch_state.h"
#include "train/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <limits>
#include <set>
#include <thread>

#include <torch/version.h>

namespace hone
{

namespace
{

// LibTorch's thread count belongs to the thread that calls it; the caller gets its own back.
class ThreadCount
{
public:
    explicit ThreadCount(int wanted) : m_before(at::get_num_threads())
    {
        at::set_num_threads(wanted > 0 ? wanted : static_cast<int>(std::max(1u, std::thread::hardware_concurrency())));
    }
    ~ThreadCount() { at::set_num_threads(m_before); }
    ThreadCount(const ThreadCount&) = delete;
    ThreadCount& operator=(const ThreadCount&) = delete;

private:
    int m_before;
};

void requireCuda()
{
    if (!at::globalContext().hasCUDA())
        throw Error(at::Context::hasCUDART() ? MessageCode::CudaNoDevice : MessageCode::CudaMissing, {{"version", TORCH_VERSION}});
}

class TorchTrainer final : public Trainer
{
public:
    TorchTrainer(const Graph& graph, const TrainerSettings& settings)
        : m_threads(settings.threads),
          m_settings(settings),
          m_graph(graph),
          m_taught(settings.distillation, settings.seed, deviceOf(settings)),
          m_updater({settings.optimizer, settings.momentum, settings.weightDecay})
    {
        if (settings.device == TrainingDevice::Cuda)
            m_graph.moveToCuda();
        m_graph.seed(settings.seed);
        m_graph.setPrecision(settings.precision);
        m_graph.freeze(settings.frozen);
        addParameters();
        addProjections();
        if (settings.penalty > 0)
            m_lasso =
                std::make_unique<GroupLasso>(settings.penaltyGroups, settings.penalty, [this](ValueId id) { return parameterOf(id); });
        if (settings.zeros == Zeros::Stay)
            holdZeros();
        if (settings.emaDecay > 0)
            keepAverages();
    }

    double addGradients(const Tensor& inputs, const Answers& answers, double factor) override
    {
        const Run run = runOn(inputs, Mode::Training);
        const at::Tensor loss = lossOf(run, answers);
        const double value = loss.item<double>();
        if (!std::isfinite(value))
            return value;
        (factor == 1 ? loss : loss * factor).backward();
        return value;
    }

    bool update(double learningRate) override
    {
        if (m_settings.clipNorm > 0 && !std::isfinite(clipGradients(m_trained, m_settings.clipNorm)))
            return false;
        const at::NoGradGuard noGradients;
        std::vector<at::Tensor> steps;
        for (const at::Tensor& step : m_steps)
            steps.push_back(step.detach().clone());
        m_updater.update(learningRate);
        keepPositive(steps);
        if (m_lasso)
            m_lasso->shrink(learningRate);
        for (const auto& [weight, kept] : m_held)
            weight.detach().mul_(kept);
        if (m_ema)
            m_ema->update();
        return true;
    }

    void freezeNormalization() override { m_graph.freezeNormalization(); }

    std::optional<BadValue> firstBadValue(const Tensor* inputs) override
    {
        std::vector<at::Tensor> borrowed;
        if (inputs)
            borrowed.push_back(toTorch(*inputs, Memory::Borrow));
        return m_graph.firstBadValue(borrowed, {m_settings.scoresValue}, Mode::Training);
    }

    Tensor infer(const Tensor& inputs, Weights weights) override
    {
        const at::NoGradGuard noGradients;
        const Selected selected(*this, weights);
        return fromTorch(runOn(inputs, Mode::Inference).scores.cpu().contiguous());
    }

    std::vector<Tensor> inferTaught(const Tensor& inputs, Weights weights) override
    {
        const at::NoGradGuard noGradients;
        const Selected selected(*this, weights);
        std::vector<Tensor> result;
        for (const at::Tensor& value : runOn(inputs, Mode::Inference).taught)
            result.push_back(fromTorch(value.cpu().contiguous()));
        return result;
    }

    std::map<std::string, Tensor> weights(Weights weights) override
    {
        const at::NoGradGuard noGradients;
        const Selected selected(*this, weights);
        const Graph graph = m_graph.graph();
        std::map<std::string, Tensor> result;
        for (const auto* list : {&m_graph.parameters(), &m_graph.statistics()})
            for (const auto& parameter : *list)
                result[parameter.name] = graph.value(parameter.value).constant;
        return result;
    }

    TrainerState state() override
    {
        TrainerState state;
        for (const auto* list : {&m_graph.parameters(), &m_graph.statistics()})
            for (const auto& parameter : *list)
                state["value " + parameter.name] = fromTorch(m_graph.tensor(parameter).cpu());
        for (const auto& [name, projection] : m_taught.projections())
            state[name] = fromTorch(projection.detach().cpu());
        state["random"] = m_graph.randomState();
        m_updater.save(state);
        if (m_ema)
            m_ema->save(state);
        return state;
    }

    void restore(const TrainerState& state) override
    {
        for (const auto* list : {&m_graph.parameters(), &m_graph.statistics()})
            for (const auto& parameter : *list)
                restoreTensor(state, "value " + parameter.name, m_graph.tensor(parameter));
        for (const auto& [name, projection] : m_taught.projections())
            restoreTensor(state, name, projection);
        m_graph.setRandomState(savedTensor(state, "random"));
        m_updater.restore(state);
        if (m_ema)
            m_ema->restore(state);
    }

private:
    // While one lives, the graph has the weights asked for.
    class Selected
    {
    public:
        Selected(TorchTrainer& trainer, Weights weights) : m_ema(weights == Weights::Averaged ? trainer.m_ema.get() : nullptr)
        {
            if (m_ema)
                m_ema->exchange();
        }
        ~Selected()
        {
            if (m_ema)
                m_ema->exchange();
        }
        Selected(const Selected&) = delete;
        Selected& operator=(const Selected&) = delete;

    private:
        Ema* m_ema;
    };

    static at::Device deviceOf(const TrainerSettings& settings)
    {
        if (settings.device != TrainingDevice::Cuda)
            return at::kCPU;
        requireCuda();
        return at::kCUDA;
    }

    void addParameters()
    {
        std::set<ValueId> ofBody;
        for (const NodeId node : m_settings.body)
            for (const ValueId id : parametersOf(m_graph.source(), node))
                ofBody.insert(id);
        for (const auto& parameter : m_graph.parameters()) {
            if (m_graph.isFrozen(parameter))
                continue;
            const at::Tensor& tensor = m_graph.tensor(parameter);
            m_trained.push_back(tensor);
            if (parameter.role == ParameterRole::Step)
                m_steps.push_back(tensor);
            m_updater.add(parameter.name, tensor,
                          {.decays = parameter.role == ParameterRole::Weight && tensor.dim() >= 2,
                           .rateFactor = ofBody.contains(parameter.value) ? m_settings.bodyRateFactor : 1});
        }
        if (m_trained.empty())
            throw Error(MessageCode::NotTrainable, {{"detail", "no parameter is left to train"}});
    }

    // No update takes more than half of a step away. Logarithms would be positive by themselves, but the gradient's factor (Esser et al.
    // 2020, section 2.2) is for the steps as they are.
    void keepPositive(const std::vector<at::Tensor>& before)
    {
        for (std::size_t i = 0; i < before.size(); ++i) {
            at::Tensor step = m_steps[i].detach();
            step.copy_(at::maximum(step, (before[i] / 2).clamp_min(std::numeric_limits<float>::min())));
        }
    }

    // Learnt like any weight, but no part of the model.
    void addProjections()
    {
        for (const auto& [name, projection] : m_taught.projections()) {
            m_trained.push_back(projection);
            m_updater.add(name, projection, {.decays = true, .rateFactor = 1});
        }
    }

    at::Tensor parameterOf(ValueId id)
    {
        for (const auto& parameter : m_graph.parameters())
            if (parameter.value == id)
                return m_graph.tensor(parameter);
        return {};
    }

    void holdZeros()
    {
        for (const auto& parameter : m_graph.parameters()) {
            const at::Tensor& tensor = m_graph.tensor(parameter);
            if (parameter.role == ParameterRole::Weight && tensor.dim() >= 2 && !m_graph.isFrozen(parameter))
                m_held.emplace_back(tensor, tensor.detach().ne(0).to(tensor.scalar_type()));
        }
    }

    void keepAverages()
    {
        m_ema = std::make_unique<Ema>(m_settings.emaDecay);
        for (const auto* list : {&m_graph.parameters(), &m_graph.statistics()})
            for (const auto& parameter : *list)
                m_ema->add(parameter.name, m_graph.tensor(parameter));
    }

    // What a pass gives that the loss is taken of.
    struct Run
    {
        at::Tensor scores; // undefined where nothing but a teacher is learnt from
        std::vector<at::Tensor> taught;
    };

    at::Tensor lossOf(const Run& run, const Answers& answers) const
    {
        if (answers.teacherValues.empty())
            return labelLoss(run.scores, answers);
        const double weight = m_settings.loss == Loss::None ? 1 : m_settings.distillation.weight;
        const at::Tensor taught = m_taught.of(run.taught, answers.teacherValues) * weight;
        return weight < 1 ? labelLoss(run.scores, answers) * (1 - weight) + taught : taught;
    }

    at::Tensor labelLoss(const at::Tensor& scores, const Answers& answers) const
    {
        if (m_settings.loss == Loss::MeanSquared) {
            const at::Tensor wanted = toTorch(answers.values, Memory::Borrow).to(scores.device());
            if (wanted.numel() != scores.numel())
                throw Error(MessageCode::NotTrainable, {{"detail", "its output has " + std::to_string(scores.numel()) + " numbers, " +
                                                                       std::to_string(wanted.numel()) + " are wanted"}});
            return at::mse_loss(scores, wanted.reshape(scores.sizes()));
        }
        at::Tensor loss = crossEntropy(scores, answers.labels);
        if (!answers.others.empty())
            loss = loss * answers.share + crossEntropy(scores, answers.others) * (1 - answers.share);
        return loss;
    }

    at::Tensor crossEntropy(const at::Tensor& scores, const std::vector<std::int64_t>& labels) const
    {
        const at::Tensor targets =
            at::from_blob(const_cast<std::int64_t*>(labels.data()), {static_cast<std::int64_t>(labels.size())}, at::kLong);
        return at::cross_entropy_loss(scores, targets.to(scores.device()), {}, at::Reduction::Mean, -100, m_settings.labelSmoothing);
    }

    Run runOn(const Tensor& inputs, Mode mode)
    {
        std::vector<ValueId> wanted;
        for (const TaughtValue& taught : m_settings.distillation.values)
            wanted.push_back(taught.value);
        const bool scored = m_settings.loss != Loss::None;
        if (scored)
            wanted.push_back(m_settings.scoresValue);
        auto values = m_graph.run({toTorch(inputs, Memory::Borrow)}, wanted, mode);
        for (at::Tensor& value : values) {
            if (value.dim() == 0 || value.size(0) != inputs.shape().at(0))
                throw Error(MessageCode::NotTrainable, {{"detail", "its output doesn't follow the batch"}});
            if (value.scalar_type() == at::kBFloat16)
                value = value.to(at::kFloat);
        }
        Run run;
        if (scored) {
            run.scores = asScores(values.back(), m_settings.scores);
            values.pop_back();
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            const TaughtValue& taught = m_settings.distillation.values[i];
            run.taught.push_back(taught.comparison == Comparison::Divergence ? asScores(values[i], taught.holds) : values[i]);
        }
        return run;
    }

    // [N, numbers]; of a classifier such that softmax gives the probabilities: the logarithm of probabilities does, too.
    static at::Tensor asScores(const at::Tensor& value, Scores holds)
    {
        const at::Tensor scores = value.flatten(1);
        return holds == Scores::Probabilities ? scores.clamp_min(1e-12).log() : scores;
    }

    RecyclingMemory m_memory; // first, so that it goes last
    ThreadCount m_threads;
    TrainerSettings m_settings;
    TorchGraph m_graph;
    TaughtLoss m_taught;
    std::vector<at::Tensor> m_trained;
    std::vector<at::Tensor> m_steps; // those of FakeQuantize among them
    ParameterUpdater m_updater;
    std::unique_ptr<GroupLasso> m_lasso;
    std::vector<std::pair<at::Tensor, at::Tensor>> m_held; // weights, and 0 where they stay 0, otherwise 1
    std::unique_ptr<Ema> m_ema;
};

} // namespace

} // namespace hone

extern "C" hone::Trainer* honeCreateTrainer(const hone::Graph& graph, const hone::TrainerSettings& settings)
{
    return new hone::TorchTrainer(graph, settings);
}
