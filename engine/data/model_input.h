// SPDX-License-Identifier: GPL-3.0-or-later
// What a model's input wants of a dataset's samples. Internal to this room.
#pragma once

#include "data/dataset.h"
#include "graph/graph.h"

namespace hone
{

// `stated`: by the model's card or by dataset.yaml. Extents that the model fixes go before those; a window's mean and deviation that
// nobody states are the train split's. Throws Error(ModelInputUnsupported).
Preprocess preprocessFor(const Graph& graph, const Dataset& dataset, const std::optional<Preprocess>& stated);

} // namespace hone
