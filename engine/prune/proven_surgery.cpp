// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/proven_surgery.h"

#include "core/error.h"

#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace hone
{
namespace
{

// Everything stays but what leaves these groups.
KeptChannels onlyGroups(const DependencyGraph& dependencies, const KeptChannels& kept, const std::vector<std::size_t>& groups)
{
    KeptChannels only;
    for (const PruningGroup& group : dependencies.groups) {
        auto& channels = only.emplace_back(static_cast<std::size_t>(group.channels));
        std::iota(channels.begin(), channels.end(), std::int64_t{0});
    }
    for (const std::size_t g : groups)
        only[g] = kept[g];
    return only;
}

ProvenSurgery attempt(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept, const JobContext& job)
{
    ProvenSurgery surgery{removeChannels(graph, dependencies, kept), {}};
    surgery.proof = proveSurgery(maskChannels(graph, dependencies, kept), surgery.graph, job);
    return surgery;
}

// What is wrong with it: "changes other outputs", or an error's own words.
std::optional<std::string> faultOf(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept, const JobContext& job)
{
    try {
        if (attempt(graph, dependencies, kept, job).proof.holds())
            return std::nullopt;
        return "changes other outputs";
    } catch (const Error& error) {
        const auto& arguments = error.message().arguments;
        const auto detail = arguments.find("detail");
        return "fails: " + (detail == arguments.end() ? std::string(name(error.code())) : detail->second);
    }
}

// A smallest set of groups that can't leave together: without any one of them the others can.
class Culprits
{
public:
    Culprits(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept, const JobContext& job)
        : m_graph(graph),
          m_dependencies(dependencies),
          m_kept(kept),
          m_job(job)
    {
        for (std::size_t g = 0; g < kept.size(); ++g)
            if (!removesNothing(dependencies, onlyGroups(dependencies, kept, {g})))
                m_suspects.push_back(g);
    }

    // All together are known to fail.
    void find()
    {
        do {
            std::size_t holds = 0; // so many of the suspects beside those found
            std::size_t fails = m_suspects.size();
            while (fails - holds > 1) {
                const std::size_t middle = holds + (fails - holds) / 2;
                (faultWith(middle) ? fails : holds) = middle;
            }
            m_found.insert(m_found.begin(), m_suspects[fails - 1]);
            m_suspects.resize(fails - 1);
            m_fault = faultWith(0);
        } while (!m_fault && !m_suspects.empty());
    }

    // "group 'a'", "groups 'a', 'b' and 'c' together"
    std::string names() const
    {
        std::string text = m_found.size() == 1 ? "group " : "groups ";
        for (std::size_t i = 0; i < m_found.size(); ++i)
            text += std::string(i == 0 ? "" : i + 1 < m_found.size() ? ", " : " and ") + "'" + m_dependencies.groups[m_found[i]].name + "'";
        return text + (m_found.size() == 1 ? "" : " together");
    }
    const std::optional<std::string>& fault() const { return m_fault; }

private:
    std::optional<std::string> faultWith(std::size_t suspects) const
    {
        m_job.checkStop();
        auto groups = m_found;
        groups.insert(groups.end(), m_suspects.begin(), m_suspects.begin() + static_cast<std::ptrdiff_t>(suspects));
        return faultOf(m_graph, m_dependencies, onlyGroups(m_dependencies, m_kept, groups), m_job);
    }

    const Graph& m_graph;
    const DependencyGraph& m_dependencies;
    const KeptChannels& m_kept;
    const JobContext& m_job;
    std::vector<std::size_t> m_suspects; // in order; beside those found, all of them fail
    std::vector<std::size_t> m_found;
    std::optional<std::string> m_fault;
};

} // namespace

ProvenSurgery removeAndProve(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept, const JobContext& job)
{
    try {
        ProvenSurgery surgery = attempt(graph, dependencies, kept, job);
        if (surgery.proof.holds())
            return surgery;
    } catch (const Error&) { // which groups it is of is found below
    }
    if (!proveSurgery(graph, graph, job).holds()) // throws where the model itself doesn't run
        throw Error(MessageCode::OutputsNotFinite, {});
    Culprits culprits(graph, dependencies, kept, job);
    culprits.find();
    throw Error(MessageCode::InternalFault,
                {{"detail", "removing channels of " + culprits.names() + " " + culprits.fault().value_or("changes other outputs")}});
}

} // namespace hone
