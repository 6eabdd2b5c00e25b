// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/finite_weights.h"

#include "core/error.h"
#include "quantize/layer_pairs.h"
#include "tidy/constant_folding.h"

#include <cmath>
#include <map>
#include <set>

namespace hone
{
namespace
{

struct Oddities
{
    bool hasNaN = false;
    bool hasInfinity = false;
};

template<class T>
Oddities odditiesOf(std::span<const T> values)
{
    Oddities found;
    for (const T value : values)
        if (!std::isfinite(value))
            (std::isnan(value) ? found.hasNaN : found.hasInfinity) = true;
    return found;
}

Oddities odditiesOf(const Tensor& tensor)
{
    switch (tensor.dtype()) {
    case DType::Float32: return odditiesOf(tensor.data<float>());
    case DType::Float64: return odditiesOf(tensor.data<double>());
    case DType::Float16:
    case DType::BFloat16: return odditiesOf(std::span<const float>(toFloats(tensor)));
    default: return {};
    }
}

bool hasWeights(const Node& node)
{
    return isLayerOperator(node.opType) || node.opType == "PRelu" || node.opType.ends_with("Normalization");
}

class Search
{
public:
    Search(Graph graph, const std::string& nameForErrors) : m_graph(std::move(graph)), m_nameForErrors(nameForErrors)
    {
        liftConstants(m_graph);
    }

    void run()
    {
        for (const auto id : m_graph.order()) {
            const auto& node = m_graph.node(id);
            for (const auto input : node.inputs)
                look(input, hasWeights(node));
            for (const auto& name : capturedNames(node))
                if (const auto captured = m_graph.findValue(name))
                    look(*captured, false);
            for (const auto& [key, attribute] : node.attributes)
                if (const auto* body = std::get_if<std::shared_ptr<const Graph>>(&attribute); body && *body)
                    Search(**body, m_nameForErrors).run();
        }
    }

private:
    void look(ValueId id, bool byLayer)
    {
        if (!m_graph.isConstant(id))
            return;
        const auto [known, isNew] = m_known.emplace(id, Oddities{});
        if (isNew)
            known->second = odditiesOf(m_graph.value(id).constant);
        if (known->second.hasNaN || (byLayer && known->second.hasInfinity))
            throw Error(MessageCode::ModelInvalid, {{"path", m_nameForErrors},
                                                    {"detail", "its initializer '" + m_graph.value(id).name + "' holds " +
                                                                   (known->second.hasNaN ? "NaN" : "infinity") + " among its numbers"}});
    }

    Graph m_graph;
    const std::string& m_nameForErrors;
    std::map<ValueId, Oddities> m_known;
};

} // namespace

void requireFiniteWeights(const Graph& graph, const std::string& nameForErrors)
{
    Search(graph, nameForErrors).run();
}

} // namespace hone
