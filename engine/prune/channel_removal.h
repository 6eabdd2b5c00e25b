// SPDX-License-Identifier: GPL-3.0-or-later
// What leaves, in the form in which the surgery and its proof look it up.
#pragma once

#include "prune/pruner.h"

#include <vector>

namespace hone
{

class RemovedChannels
{
public:
    // Throws Error(InternalFault) where `kept` doesn't belong to these groups.
    RemovedChannels(const DependencyGraph& dependencies, const KeptChannels& kept);

    bool contains(ChannelRef ref) const { return m_removed[ref.group][ref.channel]; }
    std::int64_t count(const std::vector<ChannelRef>& refs) const;
    bool any(std::size_t group) const;
    // The positions of removed channels, sorted.
    std::vector<std::int64_t> positions(std::size_t group, const std::vector<std::vector<std::int64_t>>& byChannel) const;

private:
    std::vector<std::vector<bool>> m_removed;
};

} // namespace hone
