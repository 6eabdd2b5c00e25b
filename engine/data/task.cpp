// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/task.h"

#include <array>

namespace hone
{

std::string_view name(Task task)
{
    constexpr std::array<std::string_view, 4> names = {"classification", "regression", "anomaly", "agreement"};
    return names.at(static_cast<std::size_t>(task));
}

std::optional<Task> taskFromName(std::string_view text)
{
    for (const auto task : {Task::Classification, Task::Regression, Task::Anomaly, Task::Agreement})
        if (text == name(task))
            return task;
    return std::nullopt;
}

} // namespace hone
