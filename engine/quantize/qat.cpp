// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/qat.h"

#include "quantize/calibration.h"
#include "quantize/encodings.h"
#include "quantize/finite_weights.h"
#include "quantize/qat_export.h"
#include "quantize/qat_graph.h"
#include "quantize/weight_range.h"
#include "tidy/free_batch.h"

namespace hone
{
namespace
{

// As shares of the whole: training takes nearly all of it.
constexpr double trainsFrom = 0.05;
constexpr double trainsTo = 0.99;

QuantizeOptions quantizeOptionsOf(const QatOptions& options)
{
    auto result = options.quantize;
    result.seed = options.train.seed;
    result.threads = options.train.threads;
    return result;
}

TrainOptions trainOptionsOf(const QatOptions& options)
{
    auto result = options.train;
    result.head = HeadPolicy::Keep;
    result.featureCache = false; // ONNX Runtime doesn't run FakeQuantize
    return result;
}

bool hasFixedBatch(const Graph& graph)
{
    const auto& shape = graph.value(graph.inputs.at(0)).type.shape;
    return shape && !shape->empty() && shape->front().isFixed();
}

void tell(const std::vector<Message>& notices, QatResult& result)
{
    result.notices.insert(result.notices.end(), notices.begin(), notices.end());
}

} // namespace

void requireConsistent(const QatOptions& options)
{
    requireConsistent(options.quantize);
    if (options.train.head == HeadPolicy::Replace)
        throw Error(MessageCode::BadOption, {{"option", "head"}, {"value", "replace"}, {"expected", "auto or keep: fine-tune it first"}});
    if (options.train.insertNormalization)
        throw Error(MessageCode::BadOption,
                    {{"option", "insertBatchNormalization"}, {"value", "true"}, {"expected", "false: fine-tune with it first"}});
}

QatResult trainQuantized(const QatInput& input, const JobContext& job)
{
    requireConsistent(input.options);
    if (isQuantized(input.graph))
        throw Error(MessageCode::AlreadyQuantized, {{"path", input.graph.name}});
    input.dataset.require(Split::Train);
    Graph graph = input.graph;
    if (hasFixedBatch(graph))
        makeBatchFree(graph);
    const auto quantizing = quantizeOptionsOf(input.options);
    const auto model = prepareForQat(graph, quantizing);
    requireFiniteWeights(model.prepared, input.graph.name);
    const auto calibration =
        calibrate(model.prepared, input.dataset, {.samples = quantizing.samples, .seed = quantizing.seed, .threads = quantizing.threads},
                  job.part(0, trainsFrom));
    const auto start =
        encodingsFromRanges(model.prepared, model.plan, rangesOf(calibration, model.prepared, quantizing), gridTypeOf(quantizing));

    QatResult result;
    auto learning = fakeQuantized(model, start, quantizing);
    const auto training = trainOptionsOf(input.options);
    auto trained = train({.graph = learning.graph,
                          .dataset = input.dataset,
                          .options = training,
                          .checkpoint = input.checkpoint,
                          .teaching = input.teaching},
                         job.part(trainsFrom, trainsTo));
    learning.graph = std::move(trained.graph);
    job.checkStop();
    const auto learnt = learntEncodings(model, learning, start, quantizing);
    auto inserting = quantizing;
    inserting.weightRange = WeightRange::Full; // the integers are there already
    auto quantized = insertQdq(learnt.prepared, learnt.plan, learnt.encodings, inserting);

    result.graph = std::move(quantized.graph);
    result.quantizedNodes = quantized.quantizedNodes;
    result.floatNodes = std::move(quantized.floatNodes);
    result.calibrationSamples = calibration.samples;
    result.calibrationSeconds = calibration.seconds;
    result.calibrationPeakBytes = calibration.peakBytes;
    result.epochs = std::move(trained.epochs);
    result.keptEpoch = trained.keptEpoch;
    tell(calibration.notices, result);
    if (quantizing.bitsWeights == 8)
        tell(weightRangeNotices(quantizing.weightRange), result);
    tell(trained.notices, result);
    tell(quantized.notices, result);
    job.report({Activity::Quantizing, 1, {}, 0, 0, {}});
    return result;
}

} // namespace hone
