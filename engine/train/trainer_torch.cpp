// SPDX-License-Identifier: GPL-3.0-or-later
// Trainer's other side, in the lazy module "training".
#include "autograd/torch_graph.h"
#include "train/optimizer.h"
#include "train/recycling_memory.h"
#include "train/trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <thread>

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

class TorchTrainer final : public Trainer
{
public:
    TorchTrainer(const Graph& graph, const TrainerSettings& settings)
        : m_threads(settings.threads), m_settings(settings), m_graph(graph),
          m_updater({settings.optimizer, settings.momentum, settings.weightDecay})
    {
        m_graph.seed(settings.seed);
        m_graph.freeze(settings.frozen);
        bool any = false;
        for (const auto& parameter : m_graph.parameters()) {
            if (m_graph.isFrozen(parameter))
                continue;
            any = true;
            const at::Tensor& tensor = m_graph.tensor(parameter);
            m_updater.add(tensor, parameter.role == ParameterRole::Weight && tensor.dim() >= 2);
        }
        if (!any)
            throw Error(MessageCode::NotTrainable, {{"detail", "no parameter is left to train"}});
    }

    double step(const Tensor& inputs, const std::vector<std::int64_t>& labels, const Tensor& teacherScores,
                double learningRate) override
    {
        const at::Tensor scores = run(inputs, Mode::Training);
        const at::Tensor targets = at::from_blob(const_cast<std::int64_t*>(labels.data()),
                                                 {static_cast<std::int64_t>(labels.size())}, at::kLong);
        at::Tensor loss = at::cross_entropy_loss(scores, targets, {}, at::Reduction::Mean, -100, m_settings.labelSmoothing);
        if (!teacherScores.isNull())
            loss = distilled(loss, scores, toTorch(teacherScores, Memory::Borrow));
        const double value = loss.item<double>();
        if (!std::isfinite(value))
            return value;
        loss.backward();
        m_updater.update(learningRate);
        return value;
    }

    std::vector<std::int64_t> predict(const Tensor& inputs) override
    {
        const at::NoGradGuard noGradients;
        const at::Tensor first = run(inputs, Mode::Inference).argmax(1).contiguous();
        return {first.data_ptr<std::int64_t>(), first.data_ptr<std::int64_t>() + first.numel()};
    }

    Graph graph() const override { return m_graph.graph(); }

private:
    at::Tensor distilled(const at::Tensor& loss, const at::Tensor& scores, const at::Tensor& teacher) const
    {
        const auto& [weight, temperature] = m_settings.distillation;
        const at::Tensor divergence =
            at::kl_div((scores / temperature).log_softmax(1), (teacher / temperature).softmax(1), at::Reduction::Sum) / scores.size(0);
        return loss * (1 - weight) + divergence * (weight * temperature * temperature);
    }
    // [N, classes], such that softmax gives the probabilities: the logarithm of probabilities does, too.
    at::Tensor run(const Tensor& inputs, Mode mode)
    {
        const at::Tensor scores =
            m_graph.run({toTorch(inputs, Memory::Borrow)}, {m_settings.scoresValue}, mode)[0].flatten(1);
        if (scores.size(0) != inputs.shape().at(0))
            throw Error(MessageCode::NotTrainable, {{"detail", "its output doesn't follow the batch"}});
        return m_settings.scores == Scores::Probabilities ? scores.clamp_min(1e-12).log() : scores;
    }

    RecyclingMemory m_memory; // first, so that it goes last
    ThreadCount m_threads;
    TrainerSettings m_settings;
    TorchGraph m_graph;
    ParameterUpdater m_updater;
};

} // namespace

} // namespace hone

extern "C" hone::Trainer* honeCreateTrainer(const hone::Graph& graph, const hone::TrainerSettings& settings)
{
    return new hone::TorchTrainer(graph, settings);
}
