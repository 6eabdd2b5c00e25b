// SPDX-License-Identifier: GPL-3.0-or-later
// Whether what dataset.yaml states of pictures was meant for the model at hand.
#pragma once

#include "core/error.h"
#include "data/pairing.h"

#include <optional>

namespace hone
{

// FrontEndAssumed where the model says nothing itself and dataset.yaml states pictures of another size or with other channels than the
// model takes: they were stated of another model, and what the pairing has is made from them. None where they fit, and of other kinds of
// samples. `graph`, `dataset`: what was paired.
std::optional<Message> adaptedPreprocessNotice(const Graph& graph, const Dataset& dataset, const Pairing& pairing);
// PicturesInGray or PicturesInColour where the split's first picture has other channels than the model takes, whatever is stated.
std::optional<Message> otherChannelsNotice(const Dataset& dataset, Split split, const Pairing& pairing);

} // namespace hone
