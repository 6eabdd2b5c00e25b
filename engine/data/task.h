// SPDX-License-Identifier: GPL-3.0-or-later
// What a model is for, and so what its answers are held against.
#pragma once

#include <optional>
#include <string_view>

namespace hone
{

enum class Task
{
    Classification, // one class a sample
    Regression,     // one or more numbers a sample
    Anomaly,        // what a model can't reconstruct isn't normal
    Agreement       // no labels: only another model's answers
};

std::string_view name(Task task); // "classification", "regression", "anomaly", "agreement"
std::optional<Task> taskFromName(std::string_view name);

} // namespace hone
