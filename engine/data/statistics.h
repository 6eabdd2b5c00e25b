// SPDX-License-Identifier: GPL-3.0-or-later
// Mean and standard deviation of the channels of windows. Internal to this room.
#pragma once

#include "data/dataset.h"

namespace hone
{

// Over the train split's windows (of more than 20,000, so many spread evenly).
ChannelStatistics channelStatistics(const Dataset& dataset);

} // namespace hone
