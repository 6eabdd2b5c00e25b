// SPDX-License-Identifier: GPL-3.0-or-later
// What a training reads, and which part of the model it trains on that.
#pragma once

#include "core/job_context.h"
#include "data/dataset.h"
#include "data/loader.h"
#include "train/batch_source.h"
#include "train/feature_cache.h"
#include "train/preparation.h"

#include <memory>
#include <vector>

namespace hone
{

struct TrainingSources
{
    Graph graph;                // the whole model, or what comes behind its frozen body
    std::vector<NodeId> frozen; // of graph
    bool readsFeatures = false;
    double featureSeconds = 0; // that the training split's took, loading included
    std::unique_ptr<Loader> trainLoader;
    std::unique_ptr<Loader> validationLoader; // nullptr where there is no such split
    std::unique_ptr<BatchSource> train;       // reads from the loaders
    std::unique_ptr<BatchSource> validation;
    std::vector<Message> notices;

    // Those, and what is to be said about the samples that were read so far.
    std::vector<Message> allNotices() const;
};

// Features of a frozen body are computed here, which takes as long as an evaluation of each split.
// Throws Error(LayerUnknown) and what Loader and Session throw.
TrainingSources openSources(const PreparedModel& model, const Dataset& dataset, const TrainOptions& options, const JobContext& job);

} // namespace hone
