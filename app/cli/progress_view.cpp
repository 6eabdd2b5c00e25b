// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/progress_view.h"

#include "cli/text.h"

#include <fmt/format.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace hone::cli
{
namespace
{

std::size_t terminalWidth()
{
    winsize size{};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

std::optional<double> metric(const Progress& progress, const std::string& name)
{
    for (const auto& metric : progress.metrics)
        if (metric.name == name)
            return metric.value;
    return std::nullopt;
}

// "Training epoch 2 of 3", "Evaluating model.onnx"
std::string titleOf(const Progress& progress)
{
    auto title = activityText(progress.activity);
    if (progress.steps > 0)
        title += fmt::format(" {} of {}", progress.step, progress.steps);
    else if (!progress.detail.empty())
        title += " " + progress.detail;
    return title;
}

} // namespace

std::string activityText(Activity activity)
{
    switch (activity) {
    case Activity::Reading: return "Reading";
    case Activity::DrawingSample: return "Drawing the sample";
    case Activity::Training: return "Training";
    case Activity::Evaluating: return "Evaluating";
    case Activity::MeasuringLatency: return "Measuring latency";
    case Activity::Pruning: return "Pruning";
    case Activity::Calibrating: return "Calibrating";
    case Activity::Quantizing: return "Quantizing";
    case Activity::Tidying: return "Tidying";
    case Activity::Checking: return "Checking";
    case Activity::Writing: return "Writing";
    case Activity::Connecting: return "Connecting";
    case Activity::Uploading: return "Uploading";
    case Activity::Verifying: return "Verifying";
    case Activity::RunningOnDevice: return "Running on the device";
    }
    return "Working";
}

std::string metricsText(const Progress& progress)
{
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (const auto loss = metric(progress, "trainLoss"))
        add(fmt::format("loss {:.4f}", *loss));
    if (const auto top1 = metric(progress, "validationTop1"))
        add("validation " + percentText(*top1));
    for (const auto& [name, kind] :
         {std::pair("validationMae", MetricKind::MeanAbsoluteError), std::pair("validationAuc", MetricKind::AreaUnderCurve),
          std::pair("validationMse", MetricKind::ReconstructionError), std::pair("validationCosine", MetricKind::Cosine)})
        if (const auto value = metric(progress, name))
            add(fmt::format("validation {} {}", label(kind), numberText(kind, *value)));
    if (const auto speed = metric(progress, "samplesPerSecond"))
        add(fmt::format("{:.0f} samples/s", *speed));
    if (text.empty())
        return {};
    return progress.steps > 0 ? fmt::format("Epoch {} of {}: {}", progress.step, progress.steps, text) : text;
}

void ProgressView::show(const Progress& progress)
{
    if (m_style == ProgressStyle::Silent)
        return;
    const std::lock_guard guard(m_mutex);
    const auto metrics = progress.activity == Activity::Training ? metricsText(progress) : std::string();
    if (!metrics.empty())
        writeLine(metrics);
    if (m_style == ProgressStyle::Bar)
        return drawBar(progress);
    // Without a terminal: what is begun, once, where it may take a while; epochs speak for themselves.
    const auto begun = activityText(progress.activity);
    const bool brief = progress.activity == Activity::MeasuringLatency || progress.activity == Activity::Writing;
    if (brief)
        return;
    if (metrics.empty() && begun != m_begun)
        writeLine(progress.detail.empty() ? begun : begun + " " + progress.detail);
    m_begun = begun;
}

void ProgressView::clear()
{
    const std::lock_guard guard(m_mutex);
    if (m_barShown)
        std::fputs("\r\033[K", stderr);
    m_barShown = false;
}

void ProgressView::writeLine(const std::string& line)
{
    std::fputs(((m_barShown ? "\r\033[K" : "") + line + "\n").c_str(), stderr);
    m_barShown = false;
}

void ProgressView::drawBar(const Progress& progress)
{
    using namespace std::chrono_literals;
    const auto now = std::chrono::steady_clock::now();
    const auto title = titleOf(progress);
    if (m_barShown && now - m_lastDrawn < 100ms && title == m_begun)
        return;
    m_lastDrawn = now;
    m_begun = title;
    constexpr std::size_t barWidth = 24;
    const double fraction = std::clamp(progress.fraction, 0.0, 1.0);
    const auto full = static_cast<std::size_t>(fraction * barWidth);
    auto line = fmt::format("[{}{}] {:3.0f} %  {}", std::string(full, '#'), std::string(barWidth - full, '.'), fraction * 100, title);
    const auto width = terminalWidth() - 1;
    if (line.size() > width) { // never in the middle of a character
        line.resize(width);
        while (!line.empty() && (static_cast<unsigned char>(line.back()) & 0x80u) != 0)
            line.pop_back();
    }
    std::fputs(("\r\033[K" + line).c_str(), stderr);
    m_barShown = true;
}

} // namespace hone::cli
