// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/compensation.h"

#include "data/loader.h"
#include "data/pairing.h"
#include "layerwise/activations.h"
#include "layerwise/linear_layer.h"
#include "prune/channel_removal.h"
#include "prune/residual_target.h"
#include "tidy/free_batch.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace hone
{
namespace
{

constexpr std::size_t mostUnknowns = 4608; // 512 channels under a window of 3 x 3; the sums take 170 MB
constexpr std::size_t rowsWanted = 32768;  // a layer
constexpr std::size_t mostHeldOutRows = 2048;
constexpr std::size_t rowsAtATime = 2048;
constexpr std::size_t heldOutEvery = 5; // samples
constexpr std::array ridges{1e-6, 1e-4, 1e-3, 1e-2, 1e-1};

Graph withFreeBatch(Graph graph)
{
    makeBatchFree(graph);
    return graph;
}

// Rows as they are gathered.
struct RowBuffer
{
    std::vector<double> inputs;
    std::vector<double> targets;
    std::size_t count = 0;

    Rows rows() const { return {inputs, targets, count}; }
    void clear() { *this = {}; }
};

// Everything about one layer that its rows depend on.
struct Task
{
    const LinearLayer& layer;
    const ResidualTarget& target;
    const std::vector<std::int64_t>& channels; // of the original's output that are left
    std::size_t rowsPerSample;
};

class Compensation
{
public:
    Compensation(const CompensationRequest& request, const JobContext& job);
    CompensationResult run();

private:
    std::vector<NodeId> affectedLayers() const;
    std::vector<std::int64_t> keptOutputs(NodeId node, int axis, std::int64_t extent) const;
    void solve(NodeId node);
    void gather(const Task& task, NormalEquations& equations, RowBuffer& heldOut);
    void gatherSample(const Task& task, std::size_t sample, std::size_t place, const std::vector<Tensor>& values, RowBuffer& rows);
    void leave(NodeId node, std::string reason) { m_result.left.push_back({m_result.graph.node(node).name, std::move(reason)}); }

    const CompensationOptions& m_options;
    const JobContext& m_job;
    const Graph m_original;
    const DependencyGraph m_dependencies;
    const RemovedChannels m_removed;
    CompensationResult m_result;
    std::optional<Loader> m_loader;
};

LoaderOptions loaderOptions(const Graph& graph, const CompensationOptions& options)
{
    LoaderOptions loading = activationLoading(graph, options.threads);
    loading.limit = std::max<std::size_t>(heldOutEvery, options.samples);
    return loading;
}

Compensation::Compensation(const CompensationRequest& request, const JobContext& job)
    : m_options(request.options),
      m_job(job),
      m_original(withFreeBatch(request.original)),
      m_dependencies(findDependencies(request.original)),
      m_removed(m_dependencies, request.kept)
{
    request.dataset.require(Split::Train);
    m_result.graph = request.pruned;
    const Pairing pairing = pairForInput(m_original, request.dataset);
    m_loader.emplace(request.dataset, Split::Train, pairing, loaderOptions(m_original, m_options));
}

// Those behind a layer that lost inputs, that layer included, in order.
std::vector<NodeId> Compensation::affectedLayers() const
{
    std::set<NodeId> changed;
    for (std::size_t g = 0; g < m_dependencies.groups.size(); ++g) {
        if (!m_removed.any(g))
            continue;
        for (const Reading& reading : m_dependencies.groups[g].readings)
            changed.insert(reading.node);
        for (const Slice& slice : m_dependencies.groups[g].slices)
            if (slice.role == SliceRole::Input)
                changed.insert(slice.node);
    }
    const GraphUses uses(m_original);
    std::set<ValueId> affected;
    std::vector<NodeId> layers;
    for (const NodeId id : m_original.order()) {
        const Node& node = m_original.node(id);
        const bool reads = std::ranges::any_of(node.inputs, [&](ValueId input) { return affected.contains(input); });
        if (!reads && !changed.contains(id))
            continue;
        affected.insert(node.outputs.begin(), node.outputs.end());
        const bool ofActivations = node.opType == "MatMul" && uses.producer(node.input(1)).valid();
        if ((LinearLayer::isOne(node) && !ofActivations) || node.opType == "ConvTranspose")
            layers.push_back(id);
    }
    return layers;
}

std::vector<std::int64_t> Compensation::keptOutputs(NodeId node, int axis, std::int64_t extent) const
{
    std::set<std::int64_t> gone;
    for (std::size_t g = 0; g < m_dependencies.groups.size(); ++g)
        for (const Slice& slice : m_dependencies.groups[g].slices)
            if (slice.initializer == m_original.node(node).input(1) && slice.axis == axis) {
                const auto positions = m_removed.positions(g, slice.positions);
                gone.insert(positions.begin(), positions.end());
            }
    std::vector<std::int64_t> kept;
    for (std::int64_t i = 0; i < extent; ++i)
        if (!gone.contains(i))
            kept.push_back(i);
    return kept;
}

// One sample's rows; `values`: target in the original, input and (where there is one) other operand in the pruned model.
void Compensation::gatherSample(const Task& task, std::size_t sample, std::size_t place, const std::vector<Tensor>& values, RowBuffer& rows)
{
    Random random(m_options.seed, sample);
    const auto& shape = values[0].shape();
    std::vector<std::int64_t> all(task.channels.size());
    for (std::size_t c = 0; c < all.size(); ++c)
        all[c] = static_cast<std::int64_t>(c);
    std::vector<double> other;
    for (const std::size_t position : spreadPositions(task.layer.positions(shape), task.rowsPerSample, random)) {
        task.layer.appendInputs(values[1], shape, place, position, rows.inputs);
        const std::size_t first = rows.targets.size();
        task.layer.appendOutputs(values[0], task.channels, place, position, rows.targets);
        other.assign(all.size(), 0);
        if (values.size() > 2) {
            other.clear();
            task.layer.appendOutputs(values[2], all, place, position, other);
        }
        for (std::size_t c = 0; c < all.size(); ++c) {
            double& y = rows.targets[first + c];
            y = (y - other[c]) * task.target.factor[c] + task.target.shift[c];
        }
        ++rows.count;
    }
}

void Compensation::gather(const Task& task, NormalEquations& equations, RowBuffer& heldOut)
{
    Activations original(m_original, {task.target.original}, m_options.threads);
    std::vector<ValueId> wanted{task.layer.input()};
    if (task.target.other.valid())
        wanted.push_back(task.target.other);
    Activations pruned(withFreeBatch(m_result.graph), wanted, m_options.threads);
    RowBuffer rows;
    std::size_t sample = 0;
    m_loader->restart(0);
    while (const auto batch = m_loader->next(m_job)) {
        m_job.checkStop();
        auto values = original.run(batch->inputs);
        for (auto& value : pruned.run(batch->inputs))
            values.push_back(std::move(value));
        for (std::size_t place = 0; place < batch->indices.size(); ++place, ++sample) {
            const bool isHeldOut = sample % heldOutEvery == 0;
            if (isHeldOut && heldOut.count + task.rowsPerSample > mostHeldOutRows && heldOut.count > 0)
                continue;
            gatherSample(task, sample, place, values, isHeldOut ? heldOut : rows);
            if (rows.count >= rowsAtATime) {
                equations.add(rows.rows());
                rows.clear();
            }
        }
    }
    equations.add(rows.rows());
    m_result.samples = sample;
}

void Compensation::solve(NodeId node)
{
    std::string reason = "it is a transposed convolution";
    const GraphUses uses(m_result.graph);
    const bool known = LinearLayer::isOne(m_result.graph.node(node));
    const auto layer = known ? LinearLayer::find(m_result.graph, uses, node, reason) : std::nullopt;
    if (!layer)
        return leave(node, reason);
    const std::size_t unknowns = layer->unknowns();
    const std::size_t outputs = layer->outputs();
    if (unknowns > mostUnknowns)
        return leave(node, "it has too many weights for each output");
    const int axis = layer->weightOutputAxis();
    const auto& whole = m_original.value(m_original.node(node).input(1)).constant.shape();
    const auto channels = keptOutputs(node, axis, whole.at(static_cast<std::size_t>(axis)));
    if (channels.size() != outputs)
        return leave(node, "its channels can't be told apart");
    const ResidualTarget target = targetOf(m_result.graph, uses, *layer);

    NormalEquations equations(unknowns, outputs);
    RowBuffer heldOut;
    const std::size_t samples = std::max<std::size_t>(1, m_loader->samples());
    gather({*layer, target, channels, std::max<std::size_t>(1, rowsWanted / samples)}, equations, heldOut);
    if (heldOut.count == 0 || equations.rows() == 0)
        return leave(node, "there are too few samples");

    const LinearMap before = layer->map(m_result.graph);
    const auto errorOf = [&](const LinearMap& map) { return squaredError(map, heldOut.rows(), unknowns, outputs).relative(); };
    CompensatedLayer solved{m_result.graph.node(node).name, errorOf(before), 0};
    solved.relativeErrorAfter = solved.relativeErrorBefore;
    std::optional<LinearMap> best;
    for (const double ridge : ridges) {
        m_job.checkStop();
        LinearMap map = equations.solve(ridge, before, layer->intercept());
        if (const double error = errorOf(map); error < solved.relativeErrorAfter) {
            solved.relativeErrorAfter = error;
            best = std::move(map);
        }
    }
    if (!best)
        return leave(node, "no weights come closer to the original");
    layer->setMap(m_result.graph, *best);
    m_result.solved.push_back(std::move(solved));
}

CompensationResult Compensation::run()
{
    const auto layers = affectedLayers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        m_job.checkStop();
        m_job.report({Activity::Pruning,
                      static_cast<double>(i) / static_cast<double>(layers.size()),
                      m_result.graph.node(layers[i]).name,
                      0,
                      0,
                      {}});
        solve(layers[i]);
    }
    if (auto notice = m_loader->notice())
        m_result.notices.push_back(std::move(*notice));
    return std::move(m_result);
}

} // namespace

CompensationResult compensate(const CompensationRequest& request, const JobContext& job)
{
    return Compensation(request, job).run();
}

} // namespace hone
