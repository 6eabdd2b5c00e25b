// SPDX-License-Identifier: GPL-3.0-or-later
// Splits made from a seed, class by class, where the data don't come with them; the samples of a group stay together and count as
// one. Internal to this room.
#pragma once

#include "data/dataset_contents.h"

#include <cstdint>

namespace hone
{

struct ValidationRule
{
    double fraction = 0.1; // of the train split
    std::uint64_t seed = 0;
};

// Moves round(fraction * n) of each class's n training samples, drawn by (seed, class), to validation: at least one
// where a class has two or more, never all of them. Both keep the order of their listing.
void takeValidation(SplitSamples& samples, std::size_t classes, const ValidationRule& rule);

// Everything is in Train: a tenth of each class goes to test and a tenth to validation (at least one each where the class
// has three or more), drawn by (seed, class).
void divide(SplitSamples& samples, std::size_t classes, std::uint64_t seed);

} // namespace hone
