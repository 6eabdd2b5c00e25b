// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "check/check.h"

#include <string>
#include <vector>

namespace hone
{

// What closes a step, if anything does.
struct Closure
{
    Closed closed = Closed::No;
    std::string detail = {};

    explicit operator bool() const { return closed != Closed::No; }
};

struct StepConditions
{
    Closure running;   // in ONNX Runtime
    Closure reshaping; // by taking channels out or quantizing: a quantized model keeps its channels and types
    Closure training;
    Closure pruning;
    Closure quantizing;
};

// Every step that takes a model.
std::vector<OpenStep> openSteps(const StepConditions& conditions);

} // namespace hone
