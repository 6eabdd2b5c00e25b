// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/sample_source.h"

#include <algorithm>
#include <new>

namespace hone
{

SampleSource::SampleSource(const Dataset& dataset, Split split, const FrontEnd& frontEnd, Stage stage, std::vector<std::size_t> chosen,
                           Keeping keeping)
    : m_dataset(dataset),
      m_split(split),
      m_frontEnd(frontEnd),
      m_stage(stage),
      m_chosen(std::move(chosen)),
      m_bytes(stage == Stage::Fitted ? frontEnd.fittedBytes() : frontEnd.elementCount() * sizeof(float)),
      m_states(std::make_unique<std::atomic<State>[]>(m_chosen.size()))
{
    // Uninitialized, so that only pages that are used cost memory.
    if (keeping == Keeping::WhereItFits && m_bytes > 0 && m_chosen.size() <= cacheBudgetBytes / m_bytes)
        m_cache.reset(new (std::nothrow) std::byte[m_chosen.size() * m_bytes]);
}

std::span<const std::byte> SampleSource::sample(std::size_t slot, std::vector<std::byte>& scratch)
{
    auto& state = m_states[slot];
    const auto kept = [&] { return std::span(m_cache.get() + slot * m_bytes, m_bytes); };
    const auto known = state.load(std::memory_order_acquire);
    if (known == Unreadable)
        return {};
    if (known == Kept)
        return kept();
    if (!make(m_chosen[slot], scratch)) {
        state.store(Unreadable, std::memory_order_release);
        return {};
    }
    if (!m_cache)
        return scratch;
    std::copy(scratch.begin(), scratch.end(), kept().begin());
    state.store(Kept, std::memory_order_release);
    return kept();
}

bool SampleSource::make(std::size_t index, std::vector<std::byte>& made) const
{
    const auto sample = m_dataset.sample(m_split, index);
    made.resize(m_frontEnd.fittedBytes());
    if (!sample || !m_frontEnd.fit(*sample, made))
        return false;
    if (m_stage == Stage::Fitted)
        return true;
    std::vector<std::byte> finished(m_bytes);
    m_frontEnd.finish(made, {reinterpret_cast<float*>(finished.data()), m_frontEnd.elementCount()});
    made = std::move(finished);
    return true;
}

} // namespace hone
