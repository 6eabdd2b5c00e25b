// SPDX-License-Identifier: GPL-3.0-or-later
// Decoded samples of one split, brought to the model's extents and kept after first use where they fit. Internal to this room.
#pragma once

#include "data/dataset.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>

namespace hone
{

// How far the samples that are kept have come.
enum class Stage
{
    Fitted,  // FrontEnd::fit() was done: what augmentation works on
    Finished // FrontEnd::finish(), too: floats as the model takes them
};

enum class Keeping
{
    WhereItFits, // in a budget of memory
    Nothing
};

class SampleSource
{
public:
    static constexpr std::size_t cacheBudgetBytes = std::size_t{512} << 20;

    // `frontEnd` must outlive this. `chosen`: the samples that will be asked for, in rising order.
    SampleSource(const Dataset& dataset, Split split, const FrontEnd& frontEnd, Stage stage, std::vector<std::size_t> chosen,
                 Keeping keeping);

    const std::vector<std::size_t>& chosen() const { return m_chosen; }
    Stage stage() const { return m_stage; }
    // chosen()[slot] at that stage, in the cache or in `scratch`; empty where it is unreadable.
    // Threads may call this at once for different slots.
    std::span<const std::byte> sample(std::size_t slot, std::vector<std::byte>& scratch);

private:
    enum State : std::uint8_t
    {
        Unknown,
        Kept,
        Unreadable
    };

    bool make(std::size_t index, std::vector<std::byte>& made) const;

    Dataset m_dataset;
    Split m_split;
    const FrontEnd& m_frontEnd;
    Stage m_stage;
    std::vector<std::size_t> m_chosen;
    std::size_t m_bytes;                  // of a sample
    std::unique_ptr<std::byte[]> m_cache; // none where everything would not fit
    std::unique_ptr<std::atomic<State>[]> m_states;
};

} // namespace hone
