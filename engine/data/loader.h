// SPDX-License-Identifier: GPL-3.0-or-later
// Batches of preprocessed samples, decoded on worker threads ahead of whoever reads them.
#pragma once

#include "core/job_context.h"
#include "core/tensor.h"
#include "data/dataset.h"
#include "data/pairing.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace hone
{

struct Augmentation
{
    bool flip = false;        // left to right, half of the samples
    int shiftedCrop = 0;      // black pixels of padding on each side, of which a random crop takes the size back; 0: off
    int randomOperations = 0; // of random_operations.h, on each picture one after the other; 0: off
    double magnitude = 5;     // theirs, 0 to 10
    // Of sounds and windows; 0: off.
    double timeShift = 0; // at most so much of the length, either way; what moves in is silence, or a window's first or last row
    double noise = 0;     // standard deviation, against a sound's root mean square or a channel's deviation; at most, drawn for each sample

    bool any() const { return flip || shiftedCrop > 0 || randomOperations > 0 || timeShift > 0 || noise > 0; }
    // Whether it changes samples of that kind.
    bool changes(SampleKind kind) const;
};

enum class Order
{
    AsListed,
    Shuffled // by (seed, epoch)
};

enum class Passes
{
    Many, // decoded samples are kept in memory where they fit
    One   // nothing is kept, and little is read ahead: memory doesn't grow with the number of samples
};

struct LoaderOptions
{
    int batch = 128;
    Order order = Order::AsListed;
    std::uint64_t seed = 0;
    int epoch = 0;
    std::size_t limit = 0;       // at most so many samples, spread evenly over the classes' listing; 0: all
    std::uint64_t limitSeed = 0; // 0: the first sample of each of `limit` equal parts of the listing; else any one of each part
    int threads = 0;             // 0: as many as there are cores
    Augmentation augmentation;
    bool dropLast = false; // a last batch that is not full is left out
    Passes passes = Passes::Many;
};

struct Batch
{
    Tensor inputs; // float32 [N, ...], as inputShape() of the preprocess says: [N, C, H, W], ...
    // The model's output index of each sample's class, -1 where it has none. For anomalies: 0 normal, 1 an anomaly.
    std::vector<std::int64_t> labels;
    Tensor targets;                   // regression: float32 [N, targets]; null otherwise
    std::vector<std::size_t> indices; // into the split
};

// Keeps the split's decoded samples, brought to the model's extents, in memory after first use where they fit the budget (512 MB)
// and more than one pass is meant, so later epochs decode nothing. Same options: same batches, whatever the thread count; augmentation goes
// by (seed, epoch, sample). Unreadable samples are left out of their batch, which is shorter then (or missing, where none of it can be
// read). Use from one thread at a time; worker threads begin with restart() or the first next().
class Loader
{
public:
    Loader(const Dataset& dataset, Split split, const Pairing& pairing, const LoaderOptions& options);
    ~Loader();
    Loader(Loader&&) noexcept;

    std::size_t samples() const; // that will be given, unreadable ones included until they are met
    std::size_t batches() const;
    // Begins an epoch. Optional before the first.
    void restart(int epoch);
    // nullopt at the end. Throws Cancelled, and Error(PicturesUnreadable) once more than 1 % (at least 5) of the split, or all
    // that was asked for, can't be read.
    std::optional<Batch> next(const JobContext& job);
    // Samples that were skipped so far, each once, by name.
    const std::vector<std::string>& unreadable() const;
    std::optional<Message> notice() const; // PicturesSkipped, or none

private:
    struct Implementation;
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace hone
