// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/factorize.h"

#include "autograd/decomposition.h"
#include "core/random.h"
#include "data/loader.h"
#include "data/pairing.h"
#include "graph/cost.h"
#include "layerwise/activations.h"
#include "layerwise/linear_layer.h"
#include "tidy/free_batch.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <sstream>
#include <tuple>
#include <utility>

namespace hone
{
namespace
{

// Of a layer's responses that its axes are found from; a layer's memory stays below a few ten megabytes.
constexpr std::size_t mostRows = 8192;

// A layer's weight as a matrix [outputs, inputs], whatever way its operator wants it.
struct Layer
{
    NodeId node;
    std::string name;
    std::int64_t outputs = 0;
    std::int64_t inputs = 0;  // under a window
    bool outputsLast = false; // MatMul, and Gemm without transB
    std::vector<double> bias; // one number an output; empty where there is none, or none like that
    bool shiftable = false;   // a bias can take the responses' mean
    std::int64_t macs = 0;
};

// P [outputs, rank], Q [rank, inputs].
struct Factors
{
    std::int64_t rank = 0;
    double energy = 0;
    std::vector<double> mix;
    std::vector<double> basis;
    std::vector<double> bias; // empty: as before
};

std::int64_t savingRank(const Layer& layer)
{
    return layer.outputs * layer.inputs / (layer.outputs + layer.inputs);
}

std::string whyNot(const Graph& graph, const Node& node)
{
    if (!graph.isConstant(node.input(1)) || graph.isConstant(node.input(0)))
        return "its weight is computed";
    const Tensor& weight = graph.value(node.input(1)).constant;
    if (weight.dtype() != DType::Float32)
        return "its weight isn't float32";
    if (node.opType == "Conv" && node.intAttribute("group", 1) != 1)
        return "it is a grouped convolution";
    if (node.opType == "Gemm" && node.intAttribute("transA", 0) != 0)
        return "it transposes its input";
    if (node.opType != "Conv" && weight.rank() != 2)
        return "its weight is no matrix";
    return {};
}

Layer layerOf(const Graph& graph, NodeId id)
{
    const Node& node = graph.node(id);
    const auto& shape = graph.value(node.input(1)).constant.shape();
    Layer layer;
    layer.node = id;
    layer.name = node.name;
    layer.outputsLast = node.opType == "MatMul" || (node.opType == "Gemm" && node.intAttribute("transB", 0) == 0);
    layer.outputs = layer.outputsLast ? shape[1] : shape[0];
    layer.inputs = elementCount(shape) / std::max<std::int64_t>(1, layer.outputs);
    const bool plain = node.opType != "Gemm" || (node.floatAttribute("alpha", 1) == 1 && node.floatAttribute("beta", 1) == 1);
    const ValueId bias = node.opType == "MatMul" ? ValueId{} : node.input(2);
    layer.shiftable = plain && node.opType != "MatMul" && !bias.valid();
    if (graph.isConstant(bias) && graph.value(bias).constant.size() == layer.outputs &&
        graph.value(bias).constant.dtype() == DType::Float32) {
        const auto values = graph.value(bias).constant.data<float>();
        layer.bias.assign(values.begin(), values.end());
        layer.shiftable = plain;
    }
    return layer;
}

// [outputs, inputs], row by row.
Tensor matrixOf(const Graph& graph, const Layer& layer)
{
    const auto values = graph.value(graph.node(layer.node).input(1)).constant.data<float>();
    Tensor matrix(DType::Float64, {layer.outputs, layer.inputs});
    auto into = matrix.mutableData<double>();
    for (std::int64_t o = 0; o < layer.outputs; ++o)
        for (std::int64_t i = 0; i < layer.inputs; ++i)
            into[static_cast<std::size_t>(o * layer.inputs + i)] =
                values[static_cast<std::size_t>(layer.outputsLast ? i * layer.outputs + o : o * layer.inputs + i)];
    return matrix;
}

// The rank that the options ask for, and the share of the energies that it keeps.
std::pair<std::int64_t, double> rankFor(const std::vector<double>& energies, const FactorizeOptions& options)
{
    const double all = std::accumulate(energies.begin(), energies.end(), 0.0);
    const auto full = static_cast<std::int64_t>(energies.size());
    const auto share = [&](std::int64_t rank) {
        return all > 0 ? std::accumulate(energies.begin(), energies.begin() + rank, 0.0) / all : 1;
    };
    if (options.rank > 0) {
        const auto rank = std::min(static_cast<std::int64_t>(options.rank), full);
        return {rank, share(rank)};
    }
    if (options.rankRatio > 0) {
        const auto rank = std::clamp<std::int64_t>(std::llround(options.rankRatio * static_cast<double>(full)), 1, full);
        return {rank, share(rank)};
    }
    std::int64_t rank = 1;
    double sum = energies.empty() ? 0 : energies[0];
    while (rank < full && sum < options.energy * all)
        sum += energies[static_cast<std::size_t>(rank++)];
    return {rank, share(rank)};
}

// P = U sqrt(s), Q = sqrt(s) V': both halves of like size, so that they train alike.
Factors byWeights(const Graph& graph, const Layer& layer, const FactorizeOptions& options)
{
    const SingularValues found = singularValues(matrixOf(graph, layer));
    std::vector<double> energies;
    for (const double value : found.values)
        energies.push_back(value * value);
    Factors factors;
    std::tie(factors.rank, factors.energy) = rankFor(energies, options);
    const auto left = found.left.data<double>();
    const auto right = found.right.data<double>();
    const auto full = static_cast<std::int64_t>(energies.size());
    for (std::int64_t o = 0; o < layer.outputs; ++o)
        for (std::int64_t r = 0; r < factors.rank; ++r)
            factors.mix.push_back(left[static_cast<std::size_t>(o * full + r)] * std::sqrt(found.values[static_cast<std::size_t>(r)]));
    for (std::int64_t r = 0; r < factors.rank; ++r)
        for (std::int64_t i = 0; i < layer.inputs; ++i)
            factors.basis.push_back(right[static_cast<std::size_t>(r * layer.inputs + i)] *
                                    std::sqrt(found.values[static_cast<std::size_t>(r)]));
    return factors;
}

// P: principal axes of the responses; Q = P' W; b' = P P' b + (I - P P') mean.
Factors byResponses(const Graph& graph, const Layer& layer, const Tensor& responses, const FactorizeOptions& options)
{
    const PrincipalAxes found = principalAxes(responses);
    Factors factors;
    std::tie(factors.rank, factors.energy) = rankFor(found.variances, options);
    const auto axes = found.axes.data<double>();
    const auto outputs = static_cast<std::size_t>(layer.outputs), inputs = static_cast<std::size_t>(layer.inputs);
    const auto rank = static_cast<std::size_t>(factors.rank);
    const Tensor matrix = matrixOf(graph, layer);
    const auto weights = matrix.data<double>();
    factors.mix.resize(outputs * rank);
    factors.basis.assign(rank * inputs, 0);
    std::vector<double> along(rank, 0); // P' (b - mean)
    for (std::size_t o = 0; o < outputs; ++o) {
        const double offset = (layer.bias.empty() ? 0 : layer.bias[o]) - found.mean[o];
        for (std::size_t r = 0; r < rank; ++r) {
            const double axis = axes[o * outputs + r];
            factors.mix[o * rank + r] = axis;
            along[r] += axis * offset;
            for (std::size_t i = 0; i < inputs; ++i)
                factors.basis[r * inputs + i] += axis * weights[o * inputs + i];
        }
    }
    for (std::size_t o = 0; o < outputs; ++o) {
        double bias = found.mean[o];
        for (std::size_t r = 0; r < rank; ++r)
            bias += factors.mix[o * rank + r] * along[r];
        factors.bias.push_back(bias);
    }
    return factors;
}

Tensor floats(const Dimensions& shape, const std::vector<double>& values)
{
    return Tensor::of(shape, std::vector<float>(values.begin(), values.end()));
}

std::vector<double> transposed(const std::vector<double>& matrix, std::int64_t rows, std::int64_t columns)
{
    std::vector<double> result(matrix.size());
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < columns; ++c)
            result[static_cast<std::size_t>(c * rows + r)] = matrix[static_cast<std::size_t>(r * columns + c)];
    return result;
}

// The node becomes two; the second keeps its name and its output.
void split(Graph& graph, const Layer& layer, const Factors& factors)
{
    const Node old = graph.node(layer.node);
    const std::string weightName = graph.value(old.input(1)).name;
    const Dimensions oldShape = graph.value(old.input(1)).constant.shape();
    const bool convolution = old.opType == "Conv";
    Dimensions basisShape = oldShape;
    Dimensions mixShape(oldShape.size(), 1);
    if (layer.outputsLast) {
        basisShape = {layer.inputs, factors.rank};
        mixShape = {factors.rank, layer.outputs};
    } else {
        basisShape[0] = factors.rank;
        mixShape[0] = layer.outputs;
        mixShape[1] = factors.rank;
    }
    const auto arranged = [&](const std::vector<double>& matrix, std::int64_t rows, std::int64_t columns) {
        return layer.outputsLast ? transposed(matrix, rows, columns) : matrix;
    };
    const ValueId basis = graph.addConstant(weightName + ".basis", floats(basisShape, arranged(factors.basis, factors.rank, layer.inputs)));
    const ValueId mix = graph.addConstant(weightName + ".mix", floats(mixShape, arranged(factors.mix, layer.outputs, factors.rank)));

    Node first = old;
    first.name = old.name + ".basis";
    first.inputs = {old.input(0), basis};
    first.outputs = {graph.addComputed(graph.value(old.outputs[0]).name + ".basis")};
    first.attributes.erase("alpha");
    first.attributes.erase("beta");
    graph.insertNodeBefore(layer.node, first);

    Node& second = graph.node(layer.node);
    second.inputs[0] = first.outputs[0];
    second.inputs[1] = mix;
    if (convolution) {
        second.attributes.clear();
        second.attributes["kernel_shape"] = std::vector<std::int64_t>(oldShape.size() - 2, 1);
    }
    if (factors.bias.empty())
        return;
    const std::string biasName = second.input(2).valid() ? graph.value(second.input(2)).name : weightName + ".bias";
    second.inputs.resize(3);
    graph.node(layer.node).inputs[2] = graph.addConstant(biasName, floats({layer.outputs}, factors.bias));
}

// Rows of a layer's responses, [rows, outputs].
class Responses
{
public:
    Responses(const Graph& graph, const std::vector<Layer>& layers, const Dataset& dataset, const FactorizeOptions& options)
        : m_graph(graph),
          m_layers(layers),
          m_dataset(dataset),
          m_options(options),
          m_rows(layers.size())
    {}

    std::vector<Tensor> collect(const JobContext& job)
    {
        m_dataset.require(Split::Train);
        std::vector<ValueId> wanted;
        for (const Layer& layer : m_layers)
            wanted.push_back(m_graph.node(layer.node).outputs[0]);
        Activations activations(m_graph, wanted, m_options.threads);
        LoaderOptions loading = activationLoading(m_graph, m_options.threads);
        loading.limit = m_options.samples;
        Loader loader(m_dataset, Split::Train, pairForInput(m_graph, m_dataset), loading);
        const auto samples = std::min(m_dataset.size(Split::Train), m_options.samples);
        const std::size_t each = std::max<std::size_t>(1, mostRows / std::max<std::size_t>(1, samples));
        Random random(m_options.seed);
        std::size_t read = 0;
        while (const auto batch = loader.next(job)) {
            job.checkStop();
            const auto outputs = activations.run(batch->inputs);
            for (std::size_t i = 0; i < m_layers.size(); ++i)
                take(i, outputs[i], each, random);
            read += batch->indices.size();
            job.report(
                {Activity::Pruning, static_cast<double>(read) / static_cast<double>(std::max<std::size_t>(1, samples)), {}, 0, 0, {}});
        }
        std::vector<Tensor> result;
        for (std::size_t i = 0; i < m_layers.size(); ++i)
            result.push_back(
                Tensor::of({static_cast<std::int64_t>(m_rows[i].size()) / m_layers[i].outputs, m_layers[i].outputs}, m_rows[i]));
        return result;
    }

private:
    // So many places of each sample.
    void take(std::size_t i, const Tensor& output, std::size_t each, Random& random)
    {
        const auto outputs = static_cast<std::size_t>(m_layers[i].outputs);
        const bool channelsFirst = m_graph.node(m_layers[i].node).opType == "Conv";
        const auto samples = static_cast<std::size_t>(output.shape().at(0));
        const std::size_t places = static_cast<std::size_t>(output.size()) / std::max<std::size_t>(1, samples * outputs);
        const auto values = output.data<float>();
        for (std::size_t sample = 0; sample < samples; ++sample)
            for (const std::size_t place : spreadPositions(places, each, random))
                for (std::size_t channel = 0; channel < outputs; ++channel)
                    m_rows[i].push_back(values[channelsFirst ? (sample * outputs + channel) * places + place
                                                             : (sample * places + place) * outputs + channel]);
    }

    const Graph& m_graph;
    const std::vector<Layer>& m_layers;
    const Dataset& m_dataset;
    const FactorizeOptions& m_options;
    std::vector<std::vector<float>> m_rows;
};

class Factorization
{
public:
    Factorization(const Graph& graph, const Dataset* dataset, const FactorizeOptions& options, const JobContext& job)
        : m_dataset(dataset),
          m_options(options),
          m_job(job)
    {
        m_result.graph = graph;
    }

    FactorizeResult run()
    {
        requireSound();
        findLayers();
        std::vector<Tensor> responses;
        if (m_dataset)
            responses = Responses(m_result.graph, m_layers, *m_dataset, m_options).collect(m_job.part(0, 0.5));
        for (std::size_t i = 0; i < m_layers.size(); ++i) {
            m_job.checkStop();
            const bool fromData = m_dataset && m_layers[i].shiftable && responses[i].size() > 0;
            take(m_layers[i], fromData ? byResponses(m_result.graph, m_layers[i], responses[i], m_options)
                                       : byWeights(m_result.graph, m_layers[i], m_options));
            m_job.report({Activity::Pruning,
                          0.5 + 0.5 * static_cast<double>(i + 1) / static_cast<double>(m_layers.size()),
                          m_layers[i].name,
                          0,
                          0,
                          {}});
        }
        if (m_result.layers.empty())
            nothing(m_result.left.empty() ? "it has no Conv, Gemm or MatMul"
                                          : m_result.left.front().name + ": " + m_result.left.front().reason);
        m_result.graph.removeDeadNodes();
        return std::move(m_result);
    }

private:
    [[noreturn]] static void nothing(const std::string& detail) { throw Error(MessageCode::NothingToFactorize, {{"detail", detail}}); }

    void requireSound() const
    {
        const auto require = [](const char* option, double value, bool holds, const char* expected) {
            std::ostringstream text;
            text << value;
            if (!holds)
                throw Error(MessageCode::BadOption, {{"option", option}, {"value", text.str()}, {"expected", expected}});
        };
        require("--energy", m_options.energy, m_options.energy > 0 && m_options.energy <= 1, "a number above 0, at most 1");
        require("--rank-ratio", m_options.rankRatio, m_options.rankRatio >= 0 && m_options.rankRatio <= 1, "a number from 0 to 1");
        require("--rank", static_cast<double>(m_options.rank), m_options.rank == 0 || m_options.rankRatio == 0,
                "no --rank-ratio beside it");
    }

    // Those that a rank of one would make cheaper.
    void findLayers()
    {
        const Graph& graph = m_result.graph;
        std::map<NodeId, std::int64_t> macs;
        for (const NodeCost& each : cost(graph).nodes)
            macs[each.node] = each.macs;
        for (const NodeId id : graph.order()) {
            const Node& node = graph.node(id);
            if (!LinearLayer::isOne(node))
                continue;
            std::string reason = whyNot(graph, node);
            if (reason.empty()) {
                Layer layer = layerOf(graph, id);
                layer.macs = macs[id];
                if (savingRank(layer) >= 1) {
                    m_layers.push_back(std::move(layer));
                    continue;
                }
                reason = "two layers would cost more than it does";
            }
            m_result.left.push_back({node.name, std::move(reason)});
        }
    }

    void take(const Layer& layer, const Factors& factors)
    {
        const std::int64_t full = std::min(layer.outputs, layer.inputs);
        if (factors.rank * (layer.outputs + layer.inputs) >= layer.outputs * layer.inputs) {
            m_result.left.push_back({layer.name, "it needs rank " + std::to_string(factors.rank) + " of " + std::to_string(full) +
                                                     "; two layers save below " + std::to_string(savingRank(layer) + 1)});
            return;
        }
        split(m_result.graph, layer, factors);
        const std::int64_t after = layer.macs / (layer.outputs * layer.inputs) * factors.rank * (layer.outputs + layer.inputs);
        m_result.layers.push_back({layer.name, factors.rank, full, factors.energy, layer.macs, after});
    }

    const Dataset* m_dataset;
    const FactorizeOptions& m_options;
    const JobContext& m_job;
    std::vector<Layer> m_layers;
    FactorizeResult m_result;
};

} // namespace

FactorizeResult factorize(const Graph& graph, const Dataset* dataset, const FactorizeOptions& options, const JobContext& job)
{
    Graph free = graph;
    if (dataset)
        makeBatchFree(free);
    return Factorization(free, dataset, options, job).run();
}

} // namespace hone
