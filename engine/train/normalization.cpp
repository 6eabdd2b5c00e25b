// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/normalization.h"

#include "data/loader.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"
#include "tidy/batch_normalization.h"
#include "train/freeze.h"

#include <algorithm>

namespace hone
{

namespace
{

constexpr std::size_t samplesToSee = 512;

// Sums over all but the channels of [N, C, ...], in double: a mean may be far from zero.
class ChannelSums
{
public:
    explicit ChannelSums(std::int64_t channels) : m_sum(static_cast<std::size_t>(channels)), m_squares(static_cast<std::size_t>(channels))
    {}

    void add(const Tensor& values)
    {
        const auto channels = m_sum.size();
        const auto numbers = values.data<float>();
        const auto rows = static_cast<std::size_t>(values.shape()[0]) * channels;
        const auto perRow = rows > 0 ? numbers.size() / rows : 0;
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t i = 0; i < perRow; ++i) {
                const double number = numbers[row * perRow + i];
                m_sum[row % channels] += number;
                m_squares[row % channels] += number * number;
            }
        m_count += numbers.size() / channels;
    }

    std::vector<float> mean() const
    {
        std::vector<float> result;
        for (const double sum : m_sum)
            result.push_back(static_cast<float>(sum / count()));
        return result;
    }

    std::vector<float> variance() const
    {
        std::vector<float> result;
        for (std::size_t c = 0; c < m_sum.size(); ++c) {
            const double mean = m_sum[c] / count();
            result.push_back(static_cast<float>(std::max(0.0, m_squares[c] / count() - mean * mean)));
        }
        return result;
    }

private:
    double count() const { return static_cast<double>(std::max<std::size_t>(1, m_count)); }

    std::vector<double> m_sum;
    std::vector<double> m_squares;
    std::size_t m_count = 0;
};

// The model with what the normalizations are to see as its outputs.
std::string watchingModel(const Graph& graph, const std::vector<InsertedNormalization>& inserted)
{
    Graph watching = graph;
    watching.outputs.clear();
    for (const auto& normalization : inserted) {
        watching.outputs.push_back(normalization.input);
        watching.value(normalization.input).type.dtype = DType::Float32;
    }
    watching.removeDeadNodes();
    return serializeOnnx(watching);
}

void measureStatistics(PreparedModel& model, const std::vector<InsertedNormalization>& inserted, const Dataset& dataset,
                       const TrainOptions& options, const JobContext& job)
{
    auto session =
        Session::fromBytes(watchingModel(model.graph, inserted), {.threads = options.threads, .profilePrefix = {}}, model.graph.name);
    LoaderOptions loading;
    loading.batch = options.batch;
    loading.limit = samplesToSee;
    loading.seed = options.seed;
    loading.augmentation = options.augmentation; // as training is going to see them
    Loader loader(dataset, Split::Train, model.pairing, loading);
    std::vector<ChannelSums> sums;
    for (const auto& normalization : inserted)
        sums.emplace_back(normalization.channels);
    while (const auto batch = loader.next(job)) {
        job.checkStop();
        const auto values = session.run({batch->inputs});
        for (std::size_t i = 0; i < values.size(); ++i)
            sums[i].add(values[i]);
    }
    for (std::size_t i = 0; i < inserted.size(); ++i)
        setStatistics(model.graph, inserted[i], sums[i].mean(), sums[i].variance());
}

} // namespace

std::vector<std::string> insertNormalization(PreparedModel& model, const Dataset& dataset, const TrainOptions& options,
                                             const JobContext& job)
{
    auto frozen = nodesMatching(model.graph, options.freeze);
    if (options.freezeBody) {
        const auto body = bodyOf(model.graph);
        frozen.insert(frozen.end(), body.begin(), body.end());
    }
    const auto inserted = insertBatchNormalization(model.graph, frozen);
    if (inserted.empty())
        return {};
    measureStatistics(model, inserted, dataset, options, job);
    std::vector<std::string> names;
    for (const auto& normalization : inserted)
        names.push_back(normalization.node);
    return names;
}

} // namespace hone
