// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/loader.h"

#include "core/random.h"
#include "data/augment.h"
#include "data/sample_source.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <stop_token>
#include <thread>

namespace hone
{
namespace
{

constexpr std::size_t chunkSamples = 16;                         // what a worker takes at once
constexpr std::size_t aheadBudgetBytes = std::size_t{256} << 20; // of batches that wait
constexpr std::size_t onePassBytes = std::size_t{64} << 20;      // likewise, where nothing is kept
constexpr std::size_t mostAhead = 8;
constexpr std::size_t leastAhead = 2;

// A batch while its chunks are being made.
struct PendingBatch
{
    std::once_flag allocateOnce;
    Batch batch;
    std::span<float> inputs, targets;
    std::vector<char> readable;
    std::size_t chunksLeft = 0;
};

std::vector<std::size_t> evenlyChosen(std::size_t count, std::size_t limit, std::uint64_t seed)
{
    const std::size_t chosen = limit == 0 ? count : std::min(count, limit);
    std::vector<std::size_t> indices(chosen);
    Random random(seed);
    for (std::size_t i = 0; i < chosen; ++i) {
        const std::size_t first = i * count / chosen;
        const std::size_t end = (i + 1) * count / chosen;
        indices[i] = seed == 0 ? first : first + static_cast<std::size_t>(random.below(end - first));
    }
    return indices;
}

// Features that are dear to compute are kept as they are, unless each epoch changes what they come from.
Stage stageKept(const FrontEnd& frontEnd, const LoaderOptions& options)
{
    return frontEnd.finishIsDear() && !options.augmentation.changes(frontEnd.preprocess().kind()) ? Stage::Finished : Stage::Fitted;
}

// Of a float tensor, which may be null: the wanted rows of its first axis, `count` of them.
Tensor rowsOf(const Tensor& tensor, const std::vector<char>& wanted, std::size_t count)
{
    if (tensor.isNull())
        return {};
    auto shape = tensor.shape();
    const std::size_t width = tensor.byteCount() / std::size_t(shape[0]);
    shape[0] = std::int64_t(count);
    Tensor rows(tensor.dtype(), shape);
    auto target = rows.mutableBytes().begin();
    for (std::size_t i = 0; i < wanted.size(); ++i)
        if (wanted[i])
            target = std::ranges::copy(tensor.bytes().subspan(i * width, width), target).out;
    return rows;
}

std::string firstOf(const std::vector<std::string>& names)
{
    constexpr std::size_t most = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(most, names.size()); ++i)
        text += (i ? ", " : "") + names[i];
    return names.size() > most ? text + ", ..." : text;
}

// Streams of random numbers that have nothing to do with each other.
enum Purpose : std::uint64_t
{
    OrderOfEpoch = 1,
    AugmentationOfEpoch = 2
};

std::uint64_t epochSeed(std::uint64_t seed, int epoch, Purpose purpose)
{
    return Random(seed, std::uint64_t(epoch) * 4 + purpose).bits();
}

} // namespace

struct Loader::Implementation
{
    Implementation(const Dataset& data, Split ofSplit, const Pairing& pairing, const LoaderOptions& wanted)
        : dataset(data),
          split(ofSplit),
          frontEnd(pairing.preprocess),
          outputOfClass(pairing.outputOfClass),
          options(wanted),
          source(data, ofSplit, frontEnd, stageKept(frontEnd, wanted), evenlyChosen(data.size(ofSplit), wanted.limit, wanted.limitSeed),
                 wanted.passes == Passes::Many ? Keeping::WhereItFits : Keeping::Nothing)
    {
        batchSize = std::size_t(std::max(1, options.batch));
        const std::size_t count = source.chosen().size();
        batchCount = options.dropLast ? count / batchSize : (count + batchSize - 1) / batchSize;
        given = options.dropLast ? batchCount * batchSize : count;
        const std::size_t batchBytes = std::max<std::size_t>(1, batchSize * frontEnd.elementCount() * sizeof(float));
        const auto budget = options.passes == Passes::One ? onePassBytes : aheadBudgetBytes;
        ahead = std::clamp(budget / batchBytes, leastAhead, mostAhead);
    }

    ~Implementation()
    {
        // A stop first, so that nobody decodes the rest of a chunk.
        for (auto& thread : threads)
            thread.request_stop();
        {
            const std::lock_guard lock(mutex);
            stopping = true;
        }
        workMayBeThere.notify_all();
    }

    void begin(int epoch);
    void work(const std::stop_token& stop);
    void makeChunk(PendingBatch& pending, std::size_t batch, std::size_t chunk, const std::stop_token& stop);
    void allocate(PendingBatch& pending, std::size_t batch) const;
    void makeSample(PendingBatch& pending, std::size_t inBatch, std::size_t slot);
    Batch finished(PendingBatch& pending);
    [[noreturn]] void throwUnreadable() const;
    void leaveOutUnreadable(Batch& batch, const std::vector<char>& readable);
    void startThreads();
    std::size_t samplesIn(std::size_t batch) const { return std::min(batchSize, given - batch * batchSize); }
    std::size_t chunksIn(std::size_t batch) const { return (samplesIn(batch) + chunkSamples - 1) / chunkSamples; }

    // Fixed from the start.
    const Dataset dataset;
    const Split split;
    const FrontEnd frontEnd;
    const std::vector<std::optional<int>> outputOfClass;
    const LoaderOptions options;
    SampleSource source;
    std::size_t batchSize = 1, batchCount = 0, given = 0, ahead = 2;

    // Changed only while no chunk is being made.
    std::vector<std::size_t> order; // slots of the source
    std::uint64_t augmentationSeed = 0;

    // Only the reader's.
    bool begun = false;
    std::size_t nextBatch = 0;
    std::vector<std::string> unreadable;
    std::set<std::size_t> unreadableIndices;

    std::mutex mutex; // guards what follows
    std::condition_variable workMayBeThere;
    std::condition_variable_any batchMayBeThere;
    std::map<std::size_t, std::shared_ptr<PendingBatch>> pendingBatches;
    std::size_t takeBatch = 0, takeChunk = 0; // the next chunk to be made
    std::size_t handedOut = 0;                // batches
    std::size_t inFlight = 0;                 // chunks
    std::exception_ptr failure;
    bool stopping = false;

    std::vector<std::jthread> threads; // last: joined before anything they use goes
};

void Loader::Implementation::startThreads()
{
    const auto wanted = options.threads > 0 ? unsigned(options.threads) : std::max(1u, std::thread::hardware_concurrency());
    while (threads.size() < wanted)
        threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
}

void Loader::Implementation::begin(int epoch)
{
    {
        std::unique_lock lock(mutex);
        takeBatch = batchCount; // nothing more of the epoch that was
        batchMayBeThere.wait(lock, [this] { return inFlight == 0; });
        pendingBatches.clear();
        failure = nullptr;
        order.resize(source.chosen().size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        if (options.order == Order::Shuffled)
            Random(epochSeed(options.seed, epoch, OrderOfEpoch)).shuffle(std::span<std::size_t>(order));
        augmentationSeed = epochSeed(options.seed, epoch, AugmentationOfEpoch);
        nextBatch = takeBatch = takeChunk = handedOut = 0;
        begun = true;
    }
    startThreads();
    workMayBeThere.notify_all();
}

void Loader::Implementation::work(const std::stop_token& stop)
{
    std::unique_lock lock(mutex);
    while (true) {
        workMayBeThere.wait(lock, [this] { return stopping || (takeBatch < batchCount && takeBatch < handedOut + ahead); });
        if (stopping)
            return;
        const std::size_t batch = takeBatch, chunk = takeChunk++;
        auto& entry = pendingBatches[batch];
        if (!entry) {
            entry = std::make_shared<PendingBatch>();
            entry->chunksLeft = chunksIn(batch);
        }
        const auto pending = entry;
        if (takeChunk == chunksIn(batch)) {
            ++takeBatch;
            takeChunk = 0;
        }
        ++inFlight;
        lock.unlock();
        std::exception_ptr thrown;
        try {
            makeChunk(*pending, batch, chunk, stop);
        } catch (...) {
            thrown = std::current_exception();
        }
        lock.lock();
        --inFlight;
        --pending->chunksLeft;
        if (thrown && !failure)
            failure = thrown;
        if (pending->chunksLeft == 0 || inFlight == 0 || thrown)
            batchMayBeThere.notify_all();
    }
}

void Loader::Implementation::allocate(PendingBatch& pending, std::size_t batch) const
{
    const std::size_t count = samplesIn(batch);
    auto shape = frontEnd.shape();
    shape.insert(shape.begin(), std::int64_t(count));
    pending.batch.inputs = Tensor(DType::Float32, shape);
    pending.inputs = pending.batch.inputs.mutableData<float>();
    if (dataset.targets() == Targets::Values) {
        pending.batch.targets = Tensor(DType::Float32, {std::int64_t(count), dataset.targetWidth()});
        pending.targets = pending.batch.targets.mutableData<float>();
    }
    pending.batch.labels.resize(count);
    pending.batch.indices.resize(count);
    pending.readable.resize(count);
}

void Loader::Implementation::makeChunk(PendingBatch& pending, std::size_t batch, std::size_t chunk, const std::stop_token& stop)
{
    std::call_once(pending.allocateOnce, [&] { allocate(pending, batch); });
    const std::size_t first = chunk * chunkSamples, end = std::min(first + chunkSamples, samplesIn(batch));
    for (std::size_t i = first; i < end && !stop.stop_requested(); ++i)
        makeSample(pending, i, order[batch * batchSize + i]);
}

void Loader::Implementation::makeSample(PendingBatch& pending, std::size_t inBatch, std::size_t slot)
{
    const std::size_t index = source.chosen()[slot];
    const int label = dataset.label(split, index);
    const bool labelled = label >= 0 && !outputOfClass.empty();
    pending.batch.indices[inBatch] = index;
    pending.batch.labels[inBatch] = labelled ? outputOfClass.at(std::size_t(label)).value_or(-1) : -1;
    const auto values = dataset.values(split, index);
    std::copy(values.begin(), values.end(), pending.targets.begin() + std::ptrdiff_t(inBatch * values.size()));
    std::vector<std::byte> scratch, augmentedScratch;
    auto sample = source.sample(slot, scratch);
    pending.readable[inBatch] = !sample.empty();
    if (sample.empty())
        return;
    const auto input = pending.inputs.subspan(inBatch * frontEnd.elementCount(), frontEnd.elementCount());
    if (source.stage() == Stage::Finished) {
        std::ranges::copy(sample, std::as_writable_bytes(input).begin());
        return;
    }
    if (options.augmentation.changes(frontEnd.preprocess().kind())) {
        Random random(augmentationSeed, index);
        sample = augmented(sample, frontEnd.preprocess(), options.augmentation, random, augmentedScratch);
    }
    frontEnd.finish(sample, input);
}

Batch Loader::Implementation::finished(PendingBatch& pending)
{
    for (std::size_t i = 0; i < pending.readable.size(); ++i) {
        const auto index = pending.batch.indices[i];
        if (!pending.readable[i] && unreadableIndices.insert(index).second)
            unreadable.push_back(dataset.sampleName(split, index));
    }
    if (unreadable.size() > std::max<std::size_t>(5, dataset.size(split) / 100))
        throwUnreadable();
    leaveOutUnreadable(pending.batch, pending.readable);
    return std::move(pending.batch);
}

void Loader::Implementation::throwUnreadable() const
{
    throw Error(
        MessageCode::PicturesUnreadable,
        {{"count", std::to_string(unreadable.size())}, {"total", std::to_string(dataset.size(split))}, {"files", firstOf(unreadable)}});
}

void Loader::Implementation::leaveOutUnreadable(Batch& batch, const std::vector<char>& readable)
{
    const auto kept = std::size_t(std::count(readable.begin(), readable.end(), 1));
    if (kept == readable.size())
        return;
    Batch shorter{rowsOf(batch.inputs, readable, kept), {}, rowsOf(batch.targets, readable, kept), {}};
    for (std::size_t i = 0; i < readable.size(); ++i) {
        if (!readable[i])
            continue;
        shorter.labels.push_back(batch.labels[i]);
        shorter.indices.push_back(batch.indices[i]);
    }
    batch = std::move(shorter);
}

Loader::Loader(const Dataset& dataset, Split split, const Pairing& pairing, const LoaderOptions& options)
    : m_implementation(std::make_unique<Implementation>(dataset, split, pairing, options))
{}

Loader::~Loader() = default;
Loader::Loader(Loader&&) noexcept = default;

std::size_t Loader::samples() const
{
    return m_implementation->given - std::min(m_implementation->given, m_implementation->unreadable.size());
}

std::size_t Loader::batches() const
{
    return m_implementation->batchCount;
}

void Loader::restart(int epoch)
{
    m_implementation->begin(epoch);
}

std::optional<Batch> Loader::next(const JobContext& job)
{
    auto& self = *m_implementation;
    job.checkStop();
    if (!self.begun)
        self.begin(self.options.epoch);
    while (self.nextBatch < self.batchCount) {
        std::shared_ptr<PendingBatch> pending;
        {
            std::unique_lock lock(self.mutex);
            const auto isThere = [&] {
                const auto found = self.pendingBatches.find(self.nextBatch);
                return self.failure || (found != self.pendingBatches.end() && found->second->chunksLeft == 0);
            };
            self.batchMayBeThere.wait(lock, job.stopToken(), isThere);
            job.checkStop();
            if (self.failure)
                std::rethrow_exception(self.failure);
            pending = std::move(self.pendingBatches.extract(self.nextBatch).mapped());
            self.handedOut = ++self.nextBatch;
        }
        self.workMayBeThere.notify_all();
        auto batch = self.finished(*pending);
        if (!batch.indices.empty())
            return batch;
    }
    // A split so small that the rule allows them all to be unreadable still has nothing to give.
    if (!self.unreadable.empty() && samples() == 0)
        self.throwUnreadable();
    return std::nullopt;
}

const std::vector<std::string>& Loader::unreadable() const
{
    return m_implementation->unreadable;
}

std::optional<Message> Loader::notice() const
{
    const auto& names = m_implementation->unreadable;
    if (names.empty())
        return std::nullopt;
    return Message{MessageCode::PicturesSkipped,
                   {{"count", std::to_string(names.size())},
                    {"total", std::to_string(m_implementation->dataset.size(m_implementation->split))},
                    {"files", firstOf(names)}}};
}

} // namespace hone
