// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/training_module.h"

#include <cstdlib>

namespace hone
{

namespace
{

// OpenMP's threads wait for each other by spinning, for milliseconds unless told otherwise. Where other programs want the
// cores, too, that burns the time of the thread that is waited for: training beside one busy program took twice as long. The
// runtime reads this when it loads, and the environment may only change while there is one thread: before main().
[[gnu::constructor]] void limitSpinning()
{
    ::setenv("GOMP_SPINCOUNT", "10000", 0);
}

} // namespace

void* trainingSymbol(const std::string& symbol)
{
    return lazySymbol("training", symbol);
}

} // namespace hone
