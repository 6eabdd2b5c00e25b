// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/sources.h"

#include "train/freeze.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace hone
{

namespace
{

// One thread decodes ahead; more would take cores from the two passes, and each epoch after the first decodes nothing.
constexpr int decodingThreads = 1;
constexpr std::int64_t featureBudgetBytes = std::int64_t{1} << 30;
// Augmented passes over the pictures that features are kept of.
constexpr int augmentedPasses = 4;

bool dropsLast(const Dataset& dataset, const TrainOptions& options)
{
    // A last batch of a few samples gives poor batch statistics.
    return dataset.size(Split::Train) >= static_cast<std::size_t>(options.batch);
}

// Features are read as listed, every sample once a pass; their own source shuffles them.
LoaderOptions trainLoaderOptions(const Dataset& dataset, const TrainOptions& options, bool asFeatures)
{
    LoaderOptions loading;
    loading.batch = options.batch;
    loading.order = asFeatures ? Order::AsListed : Order::Shuffled;
    loading.seed = options.seed;
    loading.augmentation = options.augmentation;
    loading.threads = decodingThreads;
    loading.dropLast = !asFeatures && dropsLast(dataset, options);
    return loading;
}

LoaderOptions validationLoaderOptions(const TrainOptions& options)
{
    LoaderOptions loading;
    loading.batch = options.batch;
    loading.threads = decodingThreads;
    return loading;
}

std::vector<NodeId> frozenNodes(const Graph& graph, const TrainOptions& options)
{
    const auto named = nodesMatching(graph, options.freeze);
    if (!options.freezeBody)
        return named;
    const auto body = bodyOf(graph);
    std::set<NodeId> all(named.begin(), named.end());
    all.insert(body.begin(), body.end());
    return {all.begin(), all.end()};
}

int passesOf(const TrainOptions& options)
{
    return options.augmentation.any() ? std::clamp(options.epochs, 1, augmentedPasses) : 1;
}

// The model in two where training only its second half is right and possible; why not is told.
std::optional<FrozenBody> trainableBehind(const PreparedModel& model, const Dataset& dataset, const TrainOptions& options,
                                          TrainingSources& sources)
{
    // A reconstruction is held against the input itself.
    if (!options.featureCache || options.epochs < 1 || model.pairing.task == Task::Anomaly)
        return std::nullopt;
    auto cut = cutFrozenBody(model.graph, sources.frozen);
    if (!cut)
        return std::nullopt;
    if (options.mixUp > 0 || options.cutMix > 0) {
        sources.notices.push_back({MessageCode::FeaturesMixed, {}});
        return std::nullopt;
    }
    const auto samples = static_cast<std::int64_t>(dataset.size(Split::Train)) * passesOf(options) +
                         static_cast<std::int64_t>(dataset.size(Split::Validation));
    const std::int64_t bytes = samples * cut->features * static_cast<std::int64_t>(sizeof(float));
    if (bytes > featureBudgetBytes) {
        sources.notices.push_back({MessageCode::FeaturesNotKept, {{"megabytes", std::to_string(bytes >> 20)}}});
        return std::nullopt;
    }
    if (passesOf(options) > 1)
        sources.notices.push_back({MessageCode::FeaturesOfPasses, {{"passes", std::to_string(passesOf(options))}}});
    return cut;
}

std::vector<NodeId> thoseIn(const Graph& graph, const std::vector<NodeId>& nodes)
{
    const std::set<NodeId> present(graph.order().begin(), graph.order().end());
    std::vector<NodeId> result;
    std::ranges::copy_if(nodes, std::back_inserter(result), [&](NodeId id) { return present.contains(id); });
    return result;
}

} // namespace

std::vector<Message> TrainingSources::allNotices() const
{
    std::vector<Message> all = notices;
    for (const Loader* loader : {trainLoader.get(), validationLoader.get()})
        if (const auto notice = loader ? loader->notice() : std::nullopt)
            all.push_back(*notice);
    return all;
}

TrainingSources openSources(const PreparedModel& model, const Dataset& dataset, const TrainOptions& options, const JobContext& job)
{
    TrainingSources sources;
    sources.graph = model.graph;
    sources.frozen = frozenNodes(model.graph, options);
    const auto cut = trainableBehind(model, dataset, options, sources);
    const bool asFeatures = sources.readsFeatures = cut.has_value();
    sources.trainLoader = std::make_unique<Loader>(dataset, Split::Train, model.pairing, trainLoaderOptions(dataset, options, asFeatures));
    if (dataset.size(Split::Validation) > 0)
        sources.validationLoader = std::make_unique<Loader>(dataset, Split::Validation, model.pairing, validationLoaderOptions(options));
    if (!asFeatures) {
        sources.train = std::make_unique<LoaderSource>(*sources.trainLoader);
        if (sources.validationLoader)
            sources.validation = std::make_unique<LoaderSource>(*sources.validationLoader);
        return sources;
    }
    FeatureOptions features{.batch = options.batch, .threads = options.threads};
    if (sources.validationLoader)
        sources.validation = makeFeatureSource(*cut, *sources.validationLoader, features, job.part(0, 0.2));
    features.order = Order::Shuffled;
    features.dropLast = dropsLast(dataset, options);
    features.seed = options.seed;
    features.passes = passesOf(options);
    const auto begin = std::chrono::steady_clock::now();
    sources.train = makeFeatureSource(*cut, *sources.trainLoader, features, job.part(0.2, 1));
    sources.featureSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    sources.graph = cut->head;
    sources.frozen = thoseIn(cut->head, sources.frozen);
    return sources;
}

} // namespace hone
