// SPDX-License-Identifier: GPL-3.0-or-later
#include "layerwise/moving_cut.h"

#include "graph/shape_inference.h"
#include "layerwise/activations.h"
#include "onnx_io/onnx_io.h"
#include "preprocess/raw_input.h"
#include "runtime/session.h"

#include <algorithm>

namespace hone
{
namespace
{

// Values out of a part of a model: computed by it, or fed into it.
class PartRun
{
public:
    PartRun(const Graph& graph, const std::optional<GraphCut>& from, const std::vector<ValueId>& values, int threads)
    {
        const std::vector<ValueId>& fed = from ? from->frontier() : graph.inputs;
        std::vector<ValueId> computed;
        for (const ValueId value : values) {
            const auto given = std::ranges::find(fed, value);
            const auto at = std::ranges::find(computed, value);
            m_places.push_back(
                {given != fed.end(), static_cast<std::size_t>(given != fed.end() ? given - fed.begin() : at - computed.begin())});
            if (given == fed.end() && at == computed.end())
                computed.push_back(value);
        }
        if (computed.empty())
            return;
        Graph typed = graph;
        giveInferredTypes(typed, computed);
        Graph part = from ? from->behind(typed, computed) : std::move(typed);
        part.outputs = computed;
        part.removeDeadNodes();
        m_session.emplace(Session::fromBytes(serializeOnnx(part),
                                             {.threads = threads, .optimization = Optimization::All, .profilePrefix = {}}, graph.name));
    }
    std::vector<Tensor> operator()(const std::vector<Tensor>& inputs)
    {
        const auto computed = m_session ? m_session->run(inputs) : std::vector<Tensor>();
        std::vector<Tensor> values;
        for (const auto& [isFed, place] : m_places)
            values.push_back((isFed ? inputs : computed).at(place));
        return values;
    }

private:
    struct Place
    {
        bool isFed = false;
        std::size_t index = 0;
    };
    std::vector<Place> m_places;
    std::optional<Session> m_session;
};

std::int64_t bytesOf(const std::vector<Tensor>& tensors)
{
    std::int64_t bytes = 0;
    for (const Tensor& tensor : tensors)
        bytes += static_cast<std::int64_t>(tensor.byteCount());
    return bytes;
}

// A cut falls back to the inputs where types behind it aren't known.
bool leadsOn(const Graph& graph, const GraphCut& from, const GraphCut& to)
{
    const auto isBehind = [&](ValueId value) {
        return std::ranges::count(graph.inputs, value) == 0 || std::ranges::count(from.frontier(), value) > 0;
    };
    return from.frontier() != to.frontier() && std::ranges::all_of(to.frontier(), isBehind);
}

} // namespace

MovingCut::MovingCut(Loader& loader, int threads, std::int64_t mostBytes) : m_loader(loader), m_threads(threads), m_mostBytes(mostBytes) {}

// What is fed into the part at the cut.
std::vector<Tensor> MovingCut::batch(std::size_t number, const Graph& graph, const JobContext& job)
{
    if (m_at)
        return number < m_kept.size() ? m_kept[number] : std::vector<Tensor>();
    auto loaded = m_loader.next(job);
    return loaded ? std::vector{asTaken(loaded->inputs, graph.value(graph.inputs.at(0)).type.dtype)} : std::vector<Tensor>();
}

struct MovingCut::Pass::State
{
    State(MovingCut& movingCut, const Graph& passed, const std::vector<ValueId>& wantedValues, const std::set<NodeId>& open)
        : cut(movingCut),
          graph(passed),
          next(passed, open),
          keeps(!movingCut.m_at || leadsOn(passed, *movingCut.m_at, next)),
          wanted(wantedValues.size()),
          isFirst(movingCut.m_samples == 0)
    {
        auto values = wantedValues;
        if (keeps)
            values.insert(values.end(), next.frontier().begin(), next.frontier().end());
        part.emplace(graph, cut.m_at, values, cut.m_threads);
        if (!cut.m_at)
            cut.m_loader.restart(0);
    }

    MovingCut& cut;
    const Graph& graph;
    GraphCut next;
    bool keeps;
    std::size_t wanted;
    bool isFirst;
    std::optional<PartRun> part;
    std::vector<std::vector<Tensor>> kept = {}; // of a cut that leaves the inputs
    std::size_t number = 0;
};

MovingCut::Pass::Pass(MovingCut& cut, const Graph& graph, const std::vector<ValueId>& wanted, const std::set<NodeId>& open)
    : m_state(std::make_unique<State>(cut, graph, wanted, open))
{}

MovingCut::Pass::~Pass() = default;

std::vector<Tensor> MovingCut::Pass::next(const JobContext& job)
{
    State& pass = *m_state;
    MovingCut& cut = pass.cut;
    job.checkStop();
    const auto inputs = cut.batch(pass.number, pass.graph, job);
    if (inputs.empty()) {
        if (!pass.keeps)
            return {};
        if (!cut.m_at)
            cut.m_kept = std::move(pass.kept);
        cut.m_at.emplace(std::move(pass.next));
        pass.keeps = false;
        return {};
    }
    if (pass.isFirst)
        cut.m_samples += static_cast<std::size_t>(inputs.front().shape().at(0));
    auto found = (*pass.part)(inputs);
    std::vector<Tensor> atNext(found.begin() + static_cast<std::ptrdiff_t>(pass.wanted), found.end());
    found.resize(pass.wanted);
    if (pass.number == 0 &&
        bytesOf(atNext) * static_cast<std::int64_t>(cut.m_at ? cut.m_kept.size() : cut.m_loader.batches()) > cut.m_mostBytes)
        pass.keeps = false;
    if (pass.keeps && cut.m_at)
        cut.m_kept[pass.number] = std::move(atNext); // in place, so that memory holds one cut
    else if (pass.keeps)
        pass.kept.push_back(std::move(atNext));
    ++pass.number;
    for (Tensor& value : found)
        value = withoutHalves(std::move(value));
    return found;
}

void MovingCut::run(const Graph& graph, const std::vector<ValueId>& wanted, const std::set<NodeId>& open, const JobContext& job,
                    const Take& take)
{
    Pass pass(*this, graph, wanted, open);
    std::size_t number = 0;
    for (auto values = pass.next(job); !values.empty(); values = pass.next(job))
        take(number++, values);
}

} // namespace hone
