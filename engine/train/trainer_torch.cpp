// SPDX-License-Identifier: GPL-3.0-or-later
// Trainer's other side, in the lazy module "training".
#include "autograd/torch_graph.h"
#include "train/ema.h"
#include "train/gradient_clipping.h"
#include "train/optimizer.h"
#include "train/recycling_memory.h"
#include "train/torch_state.h"
#include "train/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
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
        : m_threads(settings.threads), m_settings(settings), m_graph(graph),
          m_updater({settings.optimizer, settings.momentum, settings.weightDecay})
    {
        if (settings.device == TrainingDevice::Cuda) {
            requireCuda();
            m_graph.moveToCuda();
        }
        m_graph.seed(settings.seed);
        m_graph.setPrecision(settings.precision);
        m_graph.freeze(settings.frozen);
        addParameters();
        if (settings.emaDecay > 0)
            keepAverages();
    }

    double addGradients(const Tensor& inputs, const Answers& answers, double factor) override
    {
        const at::Tensor scores = run(inputs, Mode::Training);
        const at::Tensor loss = lossOf(scores, answers);
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
        m_updater.update(learningRate);
        if (m_ema)
            m_ema->update();
        return true;
    }

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
        return fromTorch(run(inputs, Mode::Inference).cpu().contiguous());
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
            m_updater.add(parameter.name, tensor,
                          {.decays = parameter.role == ParameterRole::Weight && tensor.dim() >= 2,
                           .rateFactor = ofBody.contains(parameter.value) ? m_settings.bodyRateFactor : 1});
        }
        if (m_trained.empty())
            throw Error(MessageCode::NotTrainable, {{"detail", "no parameter is left to train"}});
    }

    void keepAverages()
    {
        m_ema = std::make_unique<Ema>(m_settings.emaDecay);
        for (const auto* list : {&m_graph.parameters(), &m_graph.statistics()})
            for (const auto& parameter : *list)
                m_ema->add(parameter.name, m_graph.tensor(parameter));
    }

    at::Tensor lossOf(const at::Tensor& scores, const Answers& answers) const
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
        return answers.teacherScores.isNull() ? loss : distilled(loss, scores, toTorch(answers.teacherScores, Memory::Borrow));
    }

    at::Tensor distilled(const at::Tensor& loss, const at::Tensor& scores, const at::Tensor& teacher) const
    {
        const auto& [weight, temperature] = m_settings.distillation;
        const at::Tensor wanted = (teacher.to(scores.device()) / temperature).softmax(1);
        const at::Tensor divergence = at::kl_div((scores / temperature).log_softmax(1), wanted, at::Reduction::Sum) / scores.size(0);
        return loss * (1 - weight) + divergence * (weight * temperature * temperature);
    }

    at::Tensor crossEntropy(const at::Tensor& scores, const std::vector<std::int64_t>& labels) const
    {
        const at::Tensor targets =
            at::from_blob(const_cast<std::int64_t*>(labels.data()), {static_cast<std::int64_t>(labels.size())}, at::kLong);
        return at::cross_entropy_loss(scores, targets.to(scores.device()), {}, at::Reduction::Mean, -100,
                                      m_settings.labelSmoothing);
    }

    // [N, numbers] in float32; of a classifier such that softmax gives the probabilities: the logarithm of probabilities does, too.
    at::Tensor run(const Tensor& inputs, Mode mode)
    {
        at::Tensor scores = m_graph.run({toTorch(inputs, Memory::Borrow)}, {m_settings.scoresValue}, mode)[0].flatten(1);
        if (scores.size(0) != inputs.shape().at(0))
            throw Error(MessageCode::NotTrainable, {{"detail", "its output doesn't follow the batch"}});
        if (scores.scalar_type() == at::kBFloat16)
            scores = scores.to(at::kFloat);
        return m_settings.scores == Scores::Probabilities ? scores.clamp_min(1e-12).log() : scores;
    }

    RecyclingMemory m_memory; // first, so that it goes last
    ThreadCount m_threads;
    TrainerSettings m_settings;
    TorchGraph m_graph;
    std::vector<at::Tensor> m_trained;
    ParameterUpdater m_updater;
    std::unique_ptr<Ema> m_ema;
};

} // namespace

} // namespace hone

extern "C" hone::Trainer* honeCreateTrainer(const hone::Graph& graph, const hone::TrainerSettings& settings)
{
    return new hone::TorchTrainer(graph, settings);
}
