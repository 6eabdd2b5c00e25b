// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the real `hone` and measures what the kernel says it took.
#pragma once

#include "run_hone.h"

#include <QFile>

#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace hone::testing
{

struct MeasuredRun
{
    HoneRun run;
    double cpuSeconds = 0;
    std::int64_t peakBytes = 0; // the largest resident size, mapped files included
};

inline MeasuredRun runMeasured(const QStringList& arguments, const QString& folder)
{
    const auto outputFile = (folder + "/output").toStdString(), errorFile = (folder + "/errors").toStdString();
    std::vector<std::string> words{honeProgram().toStdString()};
    for (const auto& argument : arguments)
        words.push_back(argument.toStdString());
    std::vector<char*> pointers;
    for (auto& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, outputFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_addopen(&actions, 2, errorFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child = 0;
    const bool started = ::posix_spawn(&child, pointers[0], &actions, nullptr, pointers.data(), environ) == 0;
    ::posix_spawn_file_actions_destroy(&actions);

    MeasuredRun measured;
    int status = 0;
    rusage usage = {};
    if (!started || ::wait4(child, &status, 0, &usage) != child || !WIFEXITED(status))
        return measured;
    const auto contentOf = [](const std::string& file) {
        QFile opened(QString::fromStdString(file));
        return opened.open(QFile::ReadOnly) ? opened.readAll() : QByteArray();
    };
    measured.run = {WEXITSTATUS(status), contentOf(outputFile), contentOf(errorFile)};
    const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6; };
    measured.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    measured.peakBytes = std::int64_t{usage.ru_maxrss} * 1024;
    return measured;
}

} // namespace hone::testing
