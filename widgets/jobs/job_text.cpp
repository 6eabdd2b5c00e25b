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

QString words(const char* text)
{
    return QCoreApplication::translate("Jobs", text);
}

// Below this the time left is a guess that jumps.
constexpr double enoughFraction = 0.03;
constexpr double enoughSeconds = 2;

} // namespace

QString activityText(Activity activity)
{
    switch (activity) {
    case Activity::Reading: return words(QT_TRANSLATE_NOOP("Jobs", "reading"));
    case Activity::DrawingSample: return words(QT_TRANSLATE_NOOP("Jobs", "drawing the sample"));
    case Activity::Training: return words(QT_TRANSLATE_NOOP("Jobs", "training"));
    case Activity::Evaluating: return words(QT_TRANSLATE_NOOP("Jobs", "measuring accuracy"));
    case Activity::MeasuringLatency: return words(QT_TRANSLATE_NOOP("Jobs", "measuring latency"));
    case Activity::Pruning: return words(QT_TRANSLATE_NOOP("Jobs", "pruning"));
    case Activity::Calibrating: return words(QT_TRANSLATE_NOOP("Jobs", "calibrating"));
    case Activity::Quantizing: return words(QT_TRANSLATE_NOOP("Jobs", "quantizing"));
    case Activity::Tidying: return words(QT_TRANSLATE_NOOP("Jobs", "tidying"));
    case Activity::Checking: return words(QT_TRANSLATE_NOOP("Jobs", "checking"));
    case Activity::Writing: return words(QT_TRANSLATE_NOOP("Jobs", "writing"));
    case Activity::Connecting: return words(QT_TRANSLATE_NOOP("Jobs", "connecting"));
    case Activity::Uploading: return words(QT_TRANSLATE_NOOP("Jobs", "uploading"));
    case Activity::Verifying: return words(QT_TRANSLATE_NOOP("Jobs", "verifying"));
    case Activity::RunningOnDevice: return words(QT_TRANSLATE_NOOP("Jobs", "running on the device"));
    }
    return {};
}

QString progressText(const JobInfo& job)
{
    QStringList parts;
    if (job.progress.activity == Activity::Training && job.progress.steps > 0)
        parts << words(QT_TRANSLATE_NOOP("Jobs", "epoch %1 of %2")).arg(job.progress.step).arg(job.progress.steps);
    else
        parts << activityText(job.progress.activity);
    if (job.state == JobState::Paused)
        parts << words(QT_TRANSLATE_NOOP("Jobs", "paused"));
    else if (job.progress.fraction > enoughFraction && job.seconds > enoughSeconds)
        parts
            << words(QT_TRANSLATE_NOOP("Jobs", "%1 left")).arg(duration(job.seconds * (1 - job.progress.fraction) / job.progress.fraction));
    return parts.join(QStringLiteral(" · "));
}

QString stateText(const JobInfo& job)
{
    switch (job.state) {
    case JobState::Queued: return words(QT_TRANSLATE_NOOP("Jobs", "waiting"));
    case JobState::Running:
    case JobState::Paused: return progressText(job);
    case JobState::Finished: return words(QT_TRANSLATE_NOOP("Jobs", "done in %1")).arg(duration(job.seconds));
    case JobState::Failed: return sentence(job.error);
    case JobState::Cancelled: return words(QT_TRANSLATE_NOOP("Jobs", "stopped"));
    }
    return {};
}

} // namespace hone::studio
