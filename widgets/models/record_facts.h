// SPDX-License-Identifier: GPL-3.0-or-later
// What a build's step did, as figures with titles.
#pragma once

#include "models/metric_text.h"
#include "project/project_store.h"

#include <vector>

namespace hone::studio
{

// What pruning reached and how it was proved, what solving weights anew recovered, how much is zero, how many layers were split, what
// quantizing did (quantization_facts.h); none for steps that did nothing of the kind.
std::vector<MetricFact> recordFacts(const StepRecord& record);

} // namespace hone::studio
