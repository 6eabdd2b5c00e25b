// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/feature_cache.h"

#include "autograd/parameters.h"
#include "core/random.h"
#include "graph/shape_inference.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>

namespace hone
{

namespace
{

bool actsAtRandom(const Node& node)
{
    return node.opType == "Dropout" || node.opType.starts_with("Random") || node.opType == "Bernoulli" || node.opType == "Multinomial" ||
           (node.opType == "BatchNormalization" && node.intAttribute("training_mode", 0) != 0);
}

bool isWorthLeavingOut(const Node& node)
{
    return node.opType == "Conv" || node.opType == "Gemm" || node.opType == "MatMul";
}

// Goes through the nodes in order and keeps the values, computed from the inputs, that are still to be read.
class Cutter
{
public:
    Cutter(const Graph& graph, const std::vector<NodeId>& frozen)
        : m_graph(graph),
          m_uses(graph),
          m_frozen(frozen.begin(), frozen.end()),
          m_depends(graph.valueCount(), false),
          m_reads(graph.valueCount(), 0)
    {
        for (const ValueId input : graph.inputs)
            open(input);
    }

    // The last value that is the only open one before anything learns.
    ValueId cut()
    {
        ValueId last;
        bool worth = false;
        for (const NodeId id : m_graph.order()) {
            const Node& node = m_graph.node(id);
            const bool learns = !m_frozen.contains(id) && (actsAtRandom(node) || !parametersOf(m_graph, id).empty());
            if (learns)
                break;
            if (!step(node))
                continue;
            worth = worth || isWorthLeavingOut(node);
            if (m_open.size() == 1 && worth && !m_uses.isGraphOutput(*m_open.begin()))
                last = *m_open.begin();
        }
        return last;
    }

private:
    void open(ValueId id)
    {
        m_depends[id.index] = true;
        m_reads[id.index] = m_uses.users(id).size() + (m_uses.isGraphOutput(id) ? 1 : 0);
        if (m_reads[id.index] > 0)
            m_open.insert(id);
    }
    // False for a node that doesn't depend on the inputs: it can be had on both sides.
    bool step(const Node& node)
    {
        bool depends = false;
        for (const ValueId input : node.inputs) {
            if (!input.valid() || !m_depends[input.index])
                continue;
            depends = true;
            if (--m_reads[input.index] == 0)
                m_open.erase(input);
        }
        if (depends)
            for (const ValueId output : node.outputs)
                if (output.valid())
                    open(output);
        return depends;
    }

    const Graph& m_graph;
    GraphUses m_uses;
    std::set<NodeId> m_frozen;
    std::vector<bool> m_depends;      // by value
    std::vector<std::size_t> m_reads; // still to come, by value
    std::set<ValueId> m_open;
};

// Numbers a sample, where the value is float32 and has the batch in front and nothing else free; 0 otherwise.
std::int64_t featuresOf(const ValueType& type)
{
    if (type.dtype != DType::Float32 || !type.shape || type.shape->empty() || type.shape->front().isFixed())
        return 0;
    std::int64_t count = 1;
    for (std::size_t i = 1; i < type.shape->size(); ++i)
        count *= std::max<std::int64_t>(0, (*type.shape)[i].extent);
    return count;
}

class FeatureSource final : public BatchSource
{
public:
    FeatureSource(std::int64_t features, const FeatureOptions& options)
        : m_options(options),
          m_features(static_cast<std::size_t>(features)),
          m_numbers(static_cast<std::size_t>(std::max(1, options.passes))),
          m_samples(m_numbers.size()),
          m_targets(m_numbers.size())
    {}

    void fill(Session& session, Loader& loader, const JobContext& job)
    {
        for (std::size_t pass = 0; pass < m_numbers.size(); ++pass) {
            loader.restart(static_cast<int>(pass) + 1);
            m_numbers[pass].reserve(loader.samples() * m_features);
            std::size_t batches = 0;
            while (const auto batch = loader.next(job)) {
                take(session.run({batch->inputs}).at(0), *batch, pass);
                const double done = static_cast<double>(++batches) / static_cast<double>(std::max<std::size_t>(1, loader.batches()));
                const double fraction = (static_cast<double>(pass) + std::min(1.0, done)) / static_cast<double>(m_numbers.size());
                job.report({Activity::Evaluating, fraction, {}, 0, 0, {}});
            }
        }
        restart(1);
    }

    std::size_t batches() const override
    {
        const std::size_t count = samplesOf(m_pass).size(), batch = batchSize();
        return m_options.dropLast && count >= batch ? count / batch : (count + batch - 1) / batch;
    }
    void restart(int epoch) override
    {
        m_pass = static_cast<std::size_t>(std::max(0, epoch - 1)) % m_numbers.size();
        m_order.resize(samplesOf(m_pass).size());
        std::iota(m_order.begin(), m_order.end(), std::size_t{0});
        if (m_options.order == Order::Shuffled)
            Random(m_options.seed, static_cast<std::uint64_t>(epoch)).shuffle(std::span<std::size_t>(m_order));
        m_next = 0;
    }
    std::optional<Batch> next(const JobContext& job) override
    {
        job.checkStop();
        if (m_next >= batches())
            return std::nullopt;
        const std::size_t first = m_next++ * batchSize();
        const std::size_t count = std::min(batchSize(), m_order.size() - first);
        Dimensions shape = m_shape;
        shape[0] = static_cast<std::int64_t>(count);
        Batch batch;
        batch.inputs = Tensor(DType::Float32, shape);
        const auto to = batch.inputs.mutableData<float>();
        Tensor targets(DType::Float32, {shape[0], static_cast<std::int64_t>(m_targetWidth)});
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t sample = m_order[first + i];
            std::copy_n(m_numbers[m_pass].begin() + static_cast<std::ptrdiff_t>(sample * m_features), m_features,
                        to.begin() + static_cast<std::ptrdiff_t>(i * m_features));
            if (m_targetWidth > 0)
                std::copy_n(m_targets[m_pass].begin() + static_cast<std::ptrdiff_t>(sample * m_targetWidth), m_targetWidth,
                            targets.mutableData<float>().begin() + static_cast<std::ptrdiff_t>(i * m_targetWidth));
            batch.labels.push_back(samplesOf(m_pass)[sample].label);
            batch.indices.push_back(samplesOf(m_pass)[sample].index);
        }
        if (m_targetWidth > 0)
            batch.targets = std::move(targets);
        return batch;
    }

private:
    struct Sample
    {
        std::int64_t label;
        std::size_t index;
    };

    std::size_t batchSize() const { return static_cast<std::size_t>(m_options.batch); }
    const std::vector<Sample>& samplesOf(std::size_t pass) const { return m_samples[pass]; }
    void take(const Tensor& features, const Batch& batch, std::size_t pass)
    {
        m_shape = features.shape();
        const auto numbers = features.data<float>();
        m_numbers[pass].insert(m_numbers[pass].end(), numbers.begin(), numbers.end());
        for (std::size_t i = 0; i < batch.labels.size(); ++i)
            m_samples[pass].push_back({batch.labels[i], batch.indices[i]});
        if (batch.targets.isNull() || batch.labels.empty())
            return;
        const auto targets = batch.targets.data<float>();
        m_targetWidth = targets.size() / batch.labels.size();
        m_targets[pass].insert(m_targets[pass].end(), targets.begin(), targets.end());
    }

    FeatureOptions m_options;
    std::size_t m_features;                    // numbers a sample
    Dimensions m_shape;                        // of the last batch's features
    std::vector<std::vector<float>> m_numbers; // by pass, sample after sample
    std::vector<std::vector<Sample>> m_samples;
    std::size_t m_targetWidth = 0; // numbers to predict a sample; 0 where there are none
    std::vector<std::vector<float>> m_targets;
    std::size_t m_pass = 0;
    std::vector<std::size_t> m_order;
    std::size_t m_next = 0;
};

} // namespace

std::optional<FrozenBody> cutFrozenBody(const Graph& graph, const std::vector<NodeId>& frozen)
{
    const ValueId cut = Cutter(graph, frozen).cut();
    if (!cut.valid() || graph.inputs.size() != 1)
        return std::nullopt;
    const ValueType type = inferShapes(graph).type(cut);
    FrozenBody result{graph, graph, featuresOf(type)};
    if (result.features == 0)
        return std::nullopt;
    result.body.value(cut).type = type;
    result.body.outputs = {cut};
    result.body.removeDeadNodes();
    result.head.value(cut).type = type;
    result.head.inputs = {cut};
    result.head.removeNode(GraphUses(graph).producer(cut));
    result.head.removeDeadNodes();
    return result;
}

std::unique_ptr<BatchSource> makeFeatureSource(const FrozenBody& model, Loader& loader, const FeatureOptions& options,
                                               const JobContext& job)
{
    auto session = Session::fromBytes(serializeOnnx(model.body), {.threads = options.threads}, model.body.name);
    auto source = std::make_unique<FeatureSource>(model.features, options);
    source->fill(session, loader, job);
    return source;
}

} // namespace hone
