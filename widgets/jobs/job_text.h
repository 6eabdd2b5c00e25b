// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs in words.
#pragma once

#include "jobs/job_runner.h"

namespace hone::studio
{

QString activityText(Activity activity);
// "epoch 3 of 8 · 1 min 40 s left"; what is known of it.
QString progressText(const JobInfo& job);
QString stateText(const JobInfo& job);

} // namespace hone::studio
