// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/job_text.h"

#include "sentences.h"
#include "theme/figures.h"

#include <QCoreApplication>
#include <QStringList>

namespace hone::studio
{

namespace
{

QString tr(const char* text)
{
    return QCoreApplication::translate("Jobs", text);
}

// Below this the time left is a guess that jumps.
constexpr double enoughFraction = 0.03;
constexpr double enoughSeconds = 2;

} // namespace

QString activityText(Activity activity)
{
    switch (activity)
    {
    case Activity::Reading: return tr(QT_TRANSLATE_NOOP("Jobs", "reading"));
    case Activity::DrawingSample: return tr(QT_TRANSLATE_NOOP("Jobs", "drawing the sample"));
    case Activity::Training: return tr(QT_TRANSLATE_NOOP("Jobs", "training"));
    case Activity::Evaluating: return tr(QT_TRANSLATE_NOOP("Jobs", "measuring accuracy"));
    case Activity::MeasuringLatency: return tr(QT_TRANSLATE_NOOP("Jobs", "measuring latency"));
    case Activity::Pruning: return tr(QT_TRANSLATE_NOOP("Jobs", "pruning"));
    case Activity::Calibrating: return tr(QT_TRANSLATE_NOOP("Jobs", "calibrating"));
    case Activity::Quantizing: return tr(QT_TRANSLATE_NOOP("Jobs", "quantizing"));
    case Activity::Writing: return tr(QT_TRANSLATE_NOOP("Jobs", "writing"));
    case Activity::Connecting: return tr(QT_TRANSLATE_NOOP("Jobs", "connecting"));
    case Activity::Uploading: return tr(QT_TRANSLATE_NOOP("Jobs", "uploading"));
    case Activity::Verifying: return tr(QT_TRANSLATE_NOOP("Jobs", "verifying"));
    case Activity::RunningOnDevice: return tr(QT_TRANSLATE_NOOP("Jobs", "running on the device"));
    }
    return {};
}

QString progressText(const JobInfo& job)
{
    QStringList parts;
    if (job.progress.activity == Activity::Training && job.progress.steps > 0)
        parts << tr(QT_TRANSLATE_NOOP("Jobs", "epoch %1 of %2")).arg(job.progress.step).arg(job.progress.steps);
    else
        parts << activityText(job.progress.activity);
    if (job.state == JobState::Paused)
        parts << tr(QT_TRANSLATE_NOOP("Jobs", "paused"));
    else if (job.progress.fraction > enoughFraction && job.seconds > enoughSeconds)
        parts << tr(QT_TRANSLATE_NOOP("Jobs", "%1 left"))
                     .arg(duration(job.seconds * (1 - job.progress.fraction) / job.progress.fraction));
    return parts.join(QStringLiteral(" · "));
}

QString stateText(const JobInfo& job)
{
    switch (job.state)
    {
    case JobState::Queued: return tr(QT_TRANSLATE_NOOP("Jobs", "waiting"));
    case JobState::Running:
    case JobState::Paused: return progressText(job);
    case JobState::Finished: return tr(QT_TRANSLATE_NOOP("Jobs", "done in %1")).arg(duration(job.seconds));
    case JobState::Failed: return sentence(job.error);
    case JobState::Cancelled: return tr(QT_TRANSLATE_NOOP("Jobs", "stopped"));
    }
    return {};
}

} // namespace hone::studio
