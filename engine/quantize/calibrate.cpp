// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/loader.h"
#include "data/pairing.h"
#include "evaluate/batch_run.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "quantize/plan.h"
#include "quantize/quantize.h"
#include "quantize/range_collector.h"
#include "runtime/session.h"

#include <algorithm>
#include <cstring>

namespace hone
{
namespace
{

// One tensor's collector of the wanted kind.
class Collector
{
public:
    explicit Collector(const QuantizeOptions& options) : m_method(options.ranges), m_percentile(options.percentile) {}

    void add(std::span<const float> values)
    {
        if (m_method == RangeMethod::MinMax)
            m_minMax.add(values);
        else
            histogram().add(values);
    }

    TensorRange range() { return m_method == RangeMethod::MinMax ? m_minMax.range() : histogram().range(m_percentile); }

private:
    HistogramCollector& histogram()
    {
        if (!m_histogram)
            m_histogram.emplace();
        return *m_histogram;
    }

    RangeMethod m_method;
    double m_percentile;
    MinMaxCollector m_minMax;
    std::optional<HistogramCollector> m_histogram;
};

// The values whose range says what their group needs: what only moves values adds none.
std::vector<ValueId> valuesToWatch(const Graph& graph, const QuantizationPlan& plan)
{
    const GraphUses uses(graph);
    std::vector<ValueId> watched;
    for (const auto& group : plan.groups)
        for (const auto id : group) {
            const auto producer = uses.producer(id);
            const bool moved = producer.valid() && graph.node(producer).opType != "Concat" && group.size() > 1 &&
                               std::ranges::find(group, graph.node(producer).input(0)) != group.end();
            if (!moved)
                watched.push_back(id);
        }
    return watched;
}

// The model with the watched values as its outputs and nothing computed besides them.
std::string watchingModel(const Graph& graph, const std::vector<ValueId>& computed)
{
    Graph watching = graph;
    watching.outputs = computed;
    for (const auto id : computed)
        watching.value(id).type.dtype = DType::Float32;
    watching.removeDeadNodes();
    return serializeOnnx(watching);
}

// A batch that is short of what the model insists on, filled up with its last sample: that adds nothing to a range.
Tensor filledUp(const Tensor& inputs, std::int64_t batch)
{
    const auto have = inputs.shape().at(0);
    if (have >= batch || have == 0)
        return inputs;
    auto shape = inputs.shape();
    shape[0] = batch;
    Tensor result(inputs.dtype(), shape);
    const auto rowBytes = inputs.byteCount() / static_cast<std::size_t>(have);
    const auto target = result.mutableBytes();
    std::ranges::copy(inputs.bytes(), target.begin());
    for (auto row = have; row < batch; ++row)
        std::memcpy(target.data() + static_cast<std::size_t>(row) * rowBytes,
                    inputs.bytes().data() + static_cast<std::size_t>(have - 1) * rowBytes, rowBytes);
    return result;
}

Split splitToReadFrom(const Dataset& dataset)
{
    for (const auto split : {Split::Train, Split::Validation})
        if (dataset.size(split) > 0)
            return split;
    throw Error(MessageCode::CalibrationEmpty, {{"path", dataset.folder().string()}});
}

} // namespace

Calibration calibrate(const Graph& prepared, const Dataset& dataset, const QuantizeOptions& options, const JobContext& job)
{
    const auto plan = planQuantization(prepared);
    std::vector<ValueId> fed;
    std::vector<ValueId> computed;
    for (const auto id : valuesToWatch(prepared, plan))
        (std::ranges::find(prepared.inputs, id) != prepared.inputs.end() ? fed : computed).push_back(id);
    const auto split = splitToReadFrom(dataset);
    const int batch = batchOf(prepared);
    const auto& inputShape = prepared.value(prepared.inputs.at(0)).type.shape;
    const bool fixedBatch = inputShape && !inputShape->empty() && inputShape->front().isFixed();

    LoaderOptions loading;
    loading.batch = batch;
    loading.limit = std::max<std::size_t>(1, options.samples);
    loading.seed = options.seed;
    loading.threads = options.threads;
    Loader loader(dataset, split, pairForInput(prepared, dataset), loading);
    std::optional<Session> session;
    if (!computed.empty())
        session.emplace(Session::fromBytes(watchingModel(prepared, computed),
                                           {.threads = options.threads, .optimization = Optimization::All, .profilePrefix = {}},
                                           prepared.name));

    std::map<ValueId, Collector> collectors;
    for (const auto* ids : {&fed, &computed})
        for (const auto id : *ids)
            collectors.emplace(id, Collector(options));
    Calibration result;
    while (const auto next = loader.next(job)) {
        job.checkStop();
        const auto inputs = fixedBatch ? filledUp(next->inputs, batch) : next->inputs;
        for (const auto id : fed)
            collectors.at(id).add(inputs.data<float>());
        const auto values = session ? session->run({asTaken(inputs, session->inputs().at(0).dtype)}) : std::vector<Tensor>();
        for (std::size_t i = 0; i < values.size(); ++i)
            collectors.at(computed[i]).add(values[i].data<float>());
        result.samples += next->labels.size();
        job.report({Activity::Calibrating,
                    static_cast<double>(result.samples) / static_cast<double>(std::max<std::size_t>(1, loader.samples())),
                    {},
                    0,
                    0,
                    {}});
    }
    if (result.samples == 0)
        throw Error(MessageCode::CalibrationEmpty, {{"path", dataset.folder().string()}});
    for (auto& [id, collector] : collectors)
        result.ranges[prepared.value(id).name] = collector.range();
    if (auto notice = loader.notice())
        result.notices.push_back(std::move(*notice));
    return result;
}

} // namespace hone
