// SPDX-License-Identifier: GPL-3.0-or-later
// What a step did to a model, besides its figures before and after: told by its report, and kept with its build.
#pragma once

#include "core/json.h"
#include "evaluate/evaluation.h"
#include "evaluate/metric.h"
#include "prune/compensation.h"
#include "prune/factorize.h"
#include "prune/pruner.h"
#include "prune/sparsify.h"
#include "quantize/kernels.h"
#include "quantize/layer_report.h"
#include "quantize/quantize.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

// What solving the remaining weights anew did, before any training.
struct CompensationRecord
{
    std::optional<double> before; // the metric on the validation split, where there is one
    std::optional<double> after;
    std::optional<MetricKind> metric; // of both: the data's task's, without labels the agreement with the original
    std::vector<CompensatedLayer> solved;
    std::vector<LayerLeft> left;
};

// One of the steps in which channels left.
struct PruneRound
{
    double ratio = 0;      // of the channels before the first round; with a target the one that was found
    std::int64_t macs = 0; // afterwards
    std::int64_t parameters = 0;
    std::optional<double> compensationBefore; // as CompensationRecord's
    std::optional<double> compensationAfter;
};

// What setting weights to zero did.
struct SparsityRecord
{
    std::vector<SparseLayer> layers;
    std::vector<LayerLeft> left;
    std::int64_t compressedBytesBefore = 0; // of the file, by deflate (RFC 1951)
    std::int64_t compressedBytesAfter = 0;
};

// What splitting layers in two did.
struct FactorizationRecord
{
    std::vector<FactorizedLayer> layers;
    std::vector<LayerLeft> left;
};

// What quantizing did.
struct QuantizationRecord
{
    KernelCensus kernels;               // of the file as it is written
    std::vector<QuantizedLayer> layers; // with weights or on a grid, in order
    std::size_t calibrationSamples = 0; // 0: none were read
    double calibrationSeconds = 0;
    std::int64_t calibrationPeakBytes = 0; // of memory that the process had held when calibration ended
    std::vector<LayerDamage> damage;       // of each layer alone, in the order in which they would go to float
    std::vector<PrecisionStep> precision;  // of a search for layers that stay float
    RepairGains repairs;                   // what each of them was good for
};

struct StepRecord
{
    std::vector<PrunedGroup> groups;   // of pruning, if any
    std::vector<LayerLeft> unprunable; // layers whose channels pruning couldn't take
    std::optional<double> proofMaxAbsDifference;
    std::optional<double> proofMaxAbsDifferenceDouble; // of the surgeries that were computed so; none: none was
    std::string proofDoubleLeftOut;                    // why one wasn't; empty: all were
    std::vector<PruneRound> pruneRounds;               // of pruning in more than one
    std::optional<TargetRecord> target;                // of pruning, if one was given; `after` is the written file's
    std::optional<CompensationRecord> compensation;    // of pruning, if it was done
    std::optional<SparsityRecord> sparsity;            // by a sparsify step
    std::optional<FactorizationRecord> factorization;  // by a factorize step
    std::optional<QuantizationRecord> quantization;    // by a quantize step
    std::optional<Evaluation> teacher;                 // of a distill step, measured as the student is
};

// Keys: groups[]{name, layers[], followers[], readers[], channelsBefore, channelsAfter, importance, reasons[]}, unprunable[]{name, reason},
// proof{maxAbsDifference, maxAbsDifferenceDouble, doubleLeftOut (why a surgery lacks it)}, target{kind, before, wanted, after},
// rounds[]{ratio, macs, parameters, compensation{before, after}}, compensation{before, after, metric (of both, the rounds' too),
// layers[]{name, errorBefore, errorAfter}, left[]{name, reason}}, sparsity{sparsity, layers[]{name, weights, zerosBefore, zerosAfter},
// left[]}, compressedBytes{before, after}, factorization{layers[]{name, rank, fullRank, energy, macsBefore, macsAfter}, left[]},
// integerNodes and floatNodes (counts of nodes that compute in ONNX Runtime), kernels{integer[], float[], unfused[]}, layers[]{name, bits,
// activationBits, snrDb, saturatedShare} (what a layer lacks is left out), calibration{samples, seconds, peakBytes}, damage[]{name, macs,
// layerSnrDb, snrDb, sameTop1}, precision[]{floatLayers, floatMacsShare, drop, bytes, latencyMs}, repairs{split, samples, metric, float,
// stages[]{name, snrDb, value, sameTop1}}, teacher{} (as toJson(Evaluation)'s); those that a step lacks are left out.
Json recordToJson(const StepRecord& record);
// What is there goes into the record, what isn't stays. Throws what the JSON library throws.
void readRecord(const Json& json, StepRecord& record);

} // namespace hone
