// SPDX-License-Identifier: GPL-3.0-or-later
// Which indices of which axes are the same channel: a partition (union-find) that grows coarser while a graph is
// walked. An atom is one index of one axis of one constant; a class of atoms leaves the model together or stays.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hone
{

using Atom = std::int32_t;

// One axis of a value. Without atoms the axis never changes.
struct Axis
{
    std::int64_t extent = -1; // -1 where not known
    std::vector<Atom> atoms;  // one an index, or none
    std::string fixedBy;      // why there are none ("the model's input"); may be empty

    bool carriesChannels() const { return !atoms.empty(); }
    static Axis fixed(std::int64_t extent, std::string by = {}) { return {extent, {}, std::move(by)}; }
};

// Extents that one axis falls apart into, and which of them keeps the channels where the atoms leave that open.
struct AxisSplit
{
    std::vector<std::int64_t> extents;
    std::size_t preferred = 0;
};

// What becomes of several axes of channels that are merged.
enum class Merging
{
    Strict,     // all of them are locked
    KeepLargest // all but the largest are: in a weight, nothing depends on the others yet
};

class ChannelPartition
{
public:
    // Fresh classes, one atom each; the first atom's number.
    Atom addAtoms(std::int64_t count);
    // An axis of numbers that are all the same, which takes whatever channels it meets.
    Axis freshAxis(std::int64_t extent, const std::string& by);
    std::size_t size() const { return m_parent.size(); }
    Atom root(Atom atom) const;

    void unite(Atom a, Atom b);
    // The class stays in the model. Of several reasons the first is kept.
    void lock(Atom atom, const std::string& reason);
    bool isLocked(Atom atom) const { return m_locked[index(root(atom))]; }
    const std::string& reason(Atom atom) const { return m_reason[index(root(atom))]; }

    void lockAxis(const Axis& axis, const std::string& reason);
    // Index i of one is index i of the other. `operation` ("Add 'add_3'") is for the reason where one can't change.
    void uniteAxes(const Axis& a, const Axis& b, const std::string& operation);
    // Axes that lie beside each other become one, the last running fastest. Only one of them can go on carrying channels.
    Axis merge(const std::vector<Axis>& axes, const std::string& operation, Merging which = Merging::Strict);
    // The reverse. Channels end on one of the new axes, so classes whose indices differ only along the others are
    // united: channels leave evenly.
    std::vector<Axis> split(const Axis& axis, const AxisSplit& into, const std::string& operation);
    // Whether one of the new axes has all the channels already, so that nothing need be united.
    bool keepsOne(const Axis& axis, const AxisSplit& into) const;
    // An axis of locked atoms, for a part of an axis whose other parts may change.
    Axis lockedAxis(const Axis& axis, const std::string& operation);

private:
    static std::size_t index(Atom atom) { return static_cast<std::size_t>(atom); }
    bool mayChange(const Axis& axis) const;
    bool dependsOnlyOn(const Axis& axis, const AxisSplit& into, std::size_t kept) const;

    mutable std::vector<Atom> m_parent;
    std::vector<bool> m_locked;
    std::vector<std::string> m_reason;
};

} // namespace hone
