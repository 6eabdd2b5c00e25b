// SPDX-License-Identifier: GPL-3.0-or-later
// Classes of data whose labels are numbers. Internal to this room.
#pragma once

#include "data/dataset_yaml.h"

#include <span>

namespace hone
{

struct LabelledRecord
{
    int number = 0; // the label as the file has it
    Split split = Split::Train;
    Sample sample; // its label is filled in below
};

// Names: those in `names` by number (a file beside the data), else those that dataset.yaml lists, else the number itself.
// dataset.yaml may also give output indices by name or number. Without any names the classes are the numbers that occur, in
// rising order; with names, all of them. Fills the listing's classes and samples.
// Throws Error(DataConfigInvalid) where a label has no name or dataset.yaml names an unknown class.
void fillClasses(Listing& listing, std::span<LabelledRecord> records, std::vector<std::string> names, const DatasetConfig& config);

} // namespace hone
