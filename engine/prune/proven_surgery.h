// SPDX-License-Identifier: GPL-3.0-or-later
// Channels removed, and shown to change nothing else.
#pragma once

#include "prune/surgery_proof.h"

namespace hone
{

struct ProvenSurgery
{
    Graph graph;
    SurgeryProof proof; // holds
};

// `kept`: by the groups of `dependencies`, which are the graph's own. Throws Error(InternalFault) that names a group
// whose channels can't leave without changing other outputs or without an error, or the fewest groups whose channels can't do so
// together; Error(OutputsNotFinite, RuntimeRefused) where the model itself is the reason.
ProvenSurgery removeAndProve(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept, const JobContext& job);

} // namespace hone
