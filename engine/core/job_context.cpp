// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/job_context.h"

namespace hone
{

JobContext JobContext::part(double from, double to) const
{
    if (!m_sink)
        return JobContext(m_stop);
    return JobContext(m_stop, [sink = m_sink, from, to](const Progress& progress) {
        Progress scaled = progress;
        scaled.fraction = from + (to - from) * progress.fraction;
        sink(scaled);
    });
}

} // namespace hone
