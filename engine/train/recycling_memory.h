// SPDX-License-Identifier: GPL-3.0-or-later
// Memory for LibTorch's tensors that goes round. Every step of a training asks for blocks of the same sizes; given back to the
// system and asked for again, their pages are cleared each time, which costs a fifth of ResNet-20's processor time.
// Private to the lazy module "training".
#pragma once

namespace hone
{

// While one lives, blocks that LibTorch gives back are kept for its next request of that size. When the last one goes, all of
// them go back to the system. Thread-safe.
class RecyclingMemory
{
public:
    RecyclingMemory();
    ~RecyclingMemory();
    RecyclingMemory(const RecyclingMemory&) = delete;
    RecyclingMemory& operator=(const RecyclingMemory&) = delete;
};

} // namespace hone
