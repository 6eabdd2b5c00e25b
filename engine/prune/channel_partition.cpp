// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/channel_partition.h"

#include <algorithm>

namespace hone
{
namespace
{

// Index along extents[kept] of a flat index over all extents.
std::int64_t indexAlong(std::int64_t flat, const std::vector<std::int64_t>& extents, std::size_t kept)
{
    for (std::size_t i = extents.size() - 1; i > kept; --i)
        flat /= extents[i];
    return flat % extents[kept];
}

} // namespace

Atom ChannelPartition::addAtoms(std::int64_t count)
{
    const auto first = static_cast<Atom>(m_parent.size());
    for (std::int64_t i = 0; i < count; ++i)
        m_parent.push_back(first + static_cast<Atom>(i));
    m_locked.resize(m_parent.size(), false);
    m_reason.resize(m_parent.size());
    return first;
}

Axis ChannelPartition::freshAxis(std::int64_t extent, const std::string& by)
{
    Axis axis = Axis::fixed(extent, by);
    const Atom first = addAtoms(extent);
    for (std::int64_t k = 0; k < extent; ++k)
        axis.atoms.push_back(first + static_cast<Atom>(k));
    return axis;
}

Atom ChannelPartition::root(Atom atom) const
{
    while (m_parent[index(atom)] != atom) {
        m_parent[index(atom)] = m_parent[index(m_parent[index(atom)])];
        atom = m_parent[index(atom)];
    }
    return atom;
}

void ChannelPartition::unite(Atom a, Atom b)
{
    Atom first = root(a);
    Atom second = root(b);
    if (first == second)
        return;
    if (second < first) // the earlier atom leads, so that results don't depend on the order of calls
        std::swap(first, second);
    m_parent[index(second)] = first;
    if (!m_locked[index(second)])
        return;
    if (!m_locked[index(first)])
        m_reason[index(first)] = m_reason[index(second)];
    m_locked[index(first)] = true;
}

void ChannelPartition::lock(Atom atom, const std::string& reason)
{
    const auto leader = index(root(atom));
    if (m_locked[leader])
        return;
    m_locked[leader] = true;
    m_reason[leader] = reason;
}

void ChannelPartition::lockAxis(const Axis& axis, const std::string& reason)
{
    for (const Atom atom : axis.atoms)
        lock(atom, reason);
}

void ChannelPartition::uniteAxes(const Axis& a, const Axis& b, const std::string& operation)
{
    if (!a.carriesChannels() && !b.carriesChannels())
        return;
    if (!a.carriesChannels() || !b.carriesChannels()) {
        const Axis& unchanging = a.carriesChannels() ? b : a;
        const std::string what = unchanging.fixedBy.empty() ? "an axis that can't change" : unchanging.fixedBy;
        lockAxis(a.carriesChannels() ? a : b, operation + " couples it with " + what);
        return;
    }
    if (a.atoms.size() != b.atoms.size()) {
        lockAxis(a, operation + " couples axes of different extents");
        lockAxis(b, operation + " couples axes of different extents");
        return;
    }
    for (std::size_t i = 0; i < a.atoms.size(); ++i)
        unite(a.atoms[i], b.atoms[i]);
}

bool ChannelPartition::mayChange(const Axis& axis) const
{
    return std::any_of(axis.atoms.begin(), axis.atoms.end(), [this](Atom atom) { return !isLocked(atom); });
}

Axis ChannelPartition::merge(const std::vector<Axis>& axes, const std::string& operation, Merging which)
{
    Axis merged = Axis::fixed(1);
    std::vector<std::int64_t> extents;
    std::vector<std::size_t> carriers;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const bool known = merged.extent >= 0 && axes[i].extent >= 0;
        merged.extent = known ? merged.extent * axes[i].extent : -1;
        if (merged.fixedBy.empty())
            merged.fixedBy = axes[i].fixedBy;
        extents.push_back(axes[i].extent);
        if (mayChange(axes[i]))
            carriers.push_back(i);
    }
    if (carriers.empty())
        return merged;
    const std::size_t carrier =
        *std::max_element(carriers.begin(), carriers.end(), [&](std::size_t a, std::size_t b) { return extents[a] < extents[b]; });
    const bool several = carriers.size() > 1;
    if (merged.extent < 0 || (several && which == Merging::Strict)) {
        const std::string why = operation + (several ? " merges two axes of channels" : " merges it with an axis of unknown extent");
        for (const Axis& axis : axes)
            lockAxis(axis, why);
        return Axis::fixed(merged.extent, "the output of " + operation);
    }
    for (const std::size_t other : carriers)
        if (other != carrier)
            lockAxis(axes[other], operation + " merges two axes of channels");
    merged.fixedBy.clear();
    merged.atoms.reserve(static_cast<std::size_t>(merged.extent));
    for (std::int64_t flat = 0; flat < merged.extent; ++flat)
        merged.atoms.push_back(axes[carrier].atoms[static_cast<std::size_t>(indexAlong(flat, extents, carrier))]);
    return merged;
}

bool ChannelPartition::dependsOnlyOn(const Axis& axis, const AxisSplit& into, std::size_t kept) const
{
    std::vector<Atom> leader(static_cast<std::size_t>(into.extents[kept]), -1);
    for (std::int64_t flat = 0; flat < axis.extent; ++flat) {
        Atom& known = leader[static_cast<std::size_t>(indexAlong(flat, into.extents, kept))];
        const Atom here = root(axis.atoms[static_cast<std::size_t>(flat)]);
        if (known >= 0 && known != here)
            return false;
        known = here;
    }
    return true;
}

bool ChannelPartition::keepsOne(const Axis& axis, const AxisSplit& into) const
{
    std::int64_t product = 1;
    for (const std::int64_t extent : into.extents)
        product *= extent;
    for (std::size_t i = 0; product == axis.extent && i < into.extents.size(); ++i)
        if (into.extents[i] > 1 && dependsOnlyOn(axis, into, i))
            return true;
    return false;
}

std::vector<Axis> ChannelPartition::split(const Axis& axis, const AxisSplit& into, const std::string& operation)
{
    std::vector<Axis> axes;
    for (const std::int64_t extent : into.extents)
        axes.push_back(Axis::fixed(extent, axis.fixedBy));
    std::int64_t product = 1;
    for (const std::int64_t extent : into.extents)
        product *= extent;
    if (!axis.carriesChannels())
        return axes;
    if (product != axis.extent || product == 0) {
        lockAxis(axis, operation + " splits it in a way that can't be followed");
        return axes;
    }
    std::size_t kept = into.preferred;
    for (std::size_t i = 0; i < into.extents.size(); ++i)
        if (into.extents[i] > 1 && dependsOnlyOn(axis, into, i)) {
            kept = i;
            break;
        }
    if (into.extents[kept] == 1) { // every index becomes one class
        lockAxis(axis, operation + " splits it in a way that can't be followed");
        return axes;
    }
    axes[kept].atoms.assign(static_cast<std::size_t>(into.extents[kept]), -1);
    for (std::int64_t flat = 0; flat < axis.extent; ++flat) {
        Atom& first = axes[kept].atoms[static_cast<std::size_t>(indexAlong(flat, into.extents, kept))];
        const Atom here = axis.atoms[static_cast<std::size_t>(flat)];
        if (first < 0)
            first = here;
        else
            unite(first, here);
    }
    return axes;
}

Axis ChannelPartition::lockedAxis(const Axis& axis, const std::string& operation)
{
    if (axis.carriesChannels() || axis.extent < 0)
        return axis;
    const Atom atom = addAtoms(1);
    lock(atom, operation + " couples it with " + (axis.fixedBy.empty() ? std::string("an axis that can't change") : axis.fixedBy));
    return {axis.extent, std::vector<Atom>(static_cast<std::size_t>(axis.extent), atom), axis.fixedBy};
}

} // namespace hone
