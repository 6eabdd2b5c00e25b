// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/recycling_memory.h"

#include <ATen/ATen.h>
#include <c10/core/CPUAllocator.h>

#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace hone
{

namespace
{

constexpr std::size_t headerBytes = 64; // keeps what follows aligned for the widest vectors
constexpr std::size_t smallestKept = std::size_t{64} << 10;
constexpr std::size_t hugePage = std::size_t{2} << 20;

struct Header
{
    std::size_t bytes; // of the block, this header included
};

// Eight sizes between a power of two and the next, so that little is wasted and sizes meet again.
std::size_t roundedUp(std::size_t bytes)
{
    const std::size_t step = std::max<std::size_t>(headerBytes, std::bit_floor(bytes) / 8);
    return (bytes + step - 1) / step * step;
}

class RecyclingAllocator final : public c10::Allocator
{
public:
    at::DataPtr allocate(std::size_t bytes) const override
    {
        if (bytes == 0)
            return {nullptr, nullptr, &giveBack, at::Device(at::kCPU)};
        if (bytes > std::numeric_limits<std::size_t>::max() / 2)
            throw std::bad_alloc();
        const std::size_t whole = roundedUp(bytes + headerBytes);
        void* block = kept(whole);
        if (!block)
            block = fromSystem(whole);
        static_cast<Header*>(block)->bytes = whole;
        void* data = static_cast<char*>(block) + headerBytes;
        return {data, data, &giveBack, at::Device(at::kCPU)};
    }
    at::DeleterFnPtr raw_deleter() const override { return &giveBack; }

    void beginKeeping()
    {
        const std::lock_guard lock(m_mutex);
        ++m_keepers;
    }
    void endKeeping()
    {
        const std::lock_guard lock(m_mutex);
        if (--m_keepers > 0)
            return;
        for (const auto& [bytes, blocks] : m_blocks)
            for (void* block : blocks)
                std::free(block);
        m_blocks.clear();
    }
    // The one in use; it stays installed, since tensors may outlive every keeper.
    static RecyclingAllocator& installed()
    {
        static auto* allocator = [] {
            auto* made = new RecyclingAllocator;
            c10::SetCPUAllocator(made, 1);
            return made;
        }();
        return *allocator;
    }

private:
    void* kept(std::size_t bytes) const
    {
        if (bytes < smallestKept)
            return nullptr;
        const std::lock_guard lock(m_mutex);
        const auto found = m_blocks.find(bytes);
        if (found == m_blocks.end() || found->second.empty())
            return nullptr;
        void* block = found->second.back();
        found->second.pop_back();
        return block;
    }
    static void* fromSystem(std::size_t bytes)
    {
        const bool large = bytes >= hugePage;
        void* block = nullptr;
        if (::posix_memalign(&block, large ? hugePage : headerBytes, bytes) != 0)
            throw std::bad_alloc();
        if (large)
            ::madvise(block, bytes, MADV_HUGEPAGE); // a hint: without it pages are just smaller
        return block;
    }
    bool keep(void* block, std::size_t bytes)
    {
        const std::lock_guard lock(m_mutex);
        if (m_keepers == 0)
            return false;
        m_blocks[bytes].push_back(block);
        return true;
    }
    static void giveBack(void* data)
    {
        if (!data)
            return;
        void* block = static_cast<char*>(data) - headerBytes;
        const std::size_t bytes = static_cast<Header*>(block)->bytes;
        if (bytes < smallestKept || !installed().keep(block, bytes))
            std::free(block);
    }

    mutable std::mutex m_mutex;
    mutable std::unordered_map<std::size_t, std::vector<void*>> m_blocks;
    int m_keepers = 0;
};

// What oneDNN takes for itself comes from malloc. The defaults give it back to the system after every layer.
constexpr int patientThreshold = 256 << 20;
constexpr int defaultThreshold = 128 << 10;

void setMallocThresholds(int bytes)
{
    ::mallopt(M_TRIM_THRESHOLD, bytes);
    ::mallopt(M_MMAP_THRESHOLD, std::min(bytes, 32 << 20)); // the largest that malloc takes
}

} // namespace

RecyclingMemory::RecyclingMemory()
{
    RecyclingAllocator::installed().beginKeeping();
    setMallocThresholds(patientThreshold);
}

RecyclingMemory::~RecyclingMemory()
{
    RecyclingAllocator::installed().endKeeping();
    setMallocThresholds(defaultThreshold);
    ::malloc_trim(0);
}

} // namespace hone
