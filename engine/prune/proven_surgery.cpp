// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/proven_surgery.h"

#include "core/error.h"

#include <optional>
#include <string>

namespace hone
{
namespace
{

// Everything stays but what leaves one group.
KeptChannels onlyGroup(const DependencyGraph& dependencies, const KeptChannels& kept, std::size_t group)
{
    KeptChannels only = kept;
    for (std::size_t g = 0; g < only.size(); ++g) {
        if (g == group)
            continue;
        only[g].clear();
        for (std::int64_t c = 0; c < dependencies.groups[g].channels; ++c)
            only[g].push_back(c);
    }
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

[[noreturn]] void throwFault(const std::string& groups, const std::string& fault)
{
    throw Error(MessageCode::InternalFault, {{"detail", "removing channels of " + groups + " " + fault}});
}

} // namespace

ProvenSurgery removeAndProve(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept, const JobContext& job)
{
    std::string fault = "changes other outputs";
    try {
        ProvenSurgery surgery = attempt(graph, dependencies, kept, job);
        if (surgery.proof.holds())
            return surgery;
    } catch (const Error&) {
        proveSurgery(graph, graph, job); // throws where the model itself is the reason
        fault = "fails";
    }
    for (std::size_t g = 0; g < kept.size(); ++g) {
        job.checkStop();
        const KeptChannels only = onlyGroup(dependencies, kept, g);
        if (removesNothing(dependencies, only))
            continue;
        if (const auto own = faultOf(graph, dependencies, only, job))
            throwFault("group '" + dependencies.groups[g].name + "'", *own);
    }
    throwFault("several groups", fault);
}

} // namespace hone
