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

// `kept`: by the groups of `dependencies`, which are the graph's own. Throws Error(InternalFault) that names the first group whose
// channels alone can't leave without changing other outputs, or without an error; what the model throws whole (RuntimeRefused).
ProvenSurgery removeAndProve(const Graph& graph, const DependencyGraph& dependencies, const KeptChannels& kept, const JobContext& job);

} // namespace hone
