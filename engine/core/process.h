// SPDX-License-Identifier: GPL-3.0-or-later
// What a program of ours sets for itself before anything else runs.
#pragma once

namespace hone
{

// Idle OpenMP threads (LibTorch's) sleep instead of spinning. On a machine that does other work too, spinning ones take the
// processor from the thread that they wait for: eight times slower training was measured with three busy processes on two cores.
// Call first in main(), while there is one thread; what the user's environment says stays.
void letIdleThreadsSleep();

} // namespace hone
