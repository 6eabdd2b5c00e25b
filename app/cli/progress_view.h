// SPDX-License-Identifier: GPL-3.0-or-later
// Progress on stderr: a bar on a terminal, a line for each thing begun or epoch ended elsewhere.
#pragma once

#include "core/job_context.h"

#include <chrono>
#include <mutex>
#include <string>

namespace hone::cli
{

enum class ProgressStyle
{
    Bar,
    Lines,
    Silent
};

class ProgressView
{
public:
    explicit ProgressView(ProgressStyle style) : m_style(style) {}
    ~ProgressView() { clear(); }
    ProgressView(const ProgressView&) = delete;
    ProgressView& operator=(const ProgressView&) = delete;

    // From any thread.
    void show(const Progress& progress);
    // Takes the bar off the screen, so that other text can be written.
    void clear();

private:
    void drawBar(const Progress& progress);
    void writeLine(const std::string& line);

    ProgressStyle m_style;
    std::mutex m_mutex;
    std::string m_begun; // the thing that the last line announced
    bool m_barShown = false;
    std::chrono::steady_clock::time_point m_lastDrawn{};
};

std::string activityText(Activity activity);
// "Epoch 2 of 3: loss 0.4120, validation 91.20 %, 1900 pictures/s"; empty without metrics.
std::string metricsText(const Progress& progress);

} // namespace hone::cli
