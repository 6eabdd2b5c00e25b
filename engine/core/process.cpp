// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/process.h"

#include <cstdlib>

namespace hone
{

void letIdleThreadsSleep()
{
    constexpr int keepWhatIsSet = 0;
    ::setenv("OMP_WAIT_POLICY", "passive", keepWhatIsSet);
}

} // namespace hone
