// SPDX-License-Identifier: GPL-3.0-or-later
// One verb of the command line.
#pragma once

#include "cli/command.h"
#include "cli/console.h"

#include <string>
#include <vector>

namespace hone::cli
{

class Verb
{
public:
    Verb() = default;
    virtual ~Verb() = default;
    Verb(const Verb&) = delete;
    Verb& operator=(const Verb&) = delete;

    virtual std::string name() const = 0;
    virtual std::string summary() const = 0;
    // Its arguments, whose values it keeps until run().
    virtual void declare(Command& command) = 0;
    // The commands that take --json and --quiet.
    virtual std::vector<Command> reporting(const Command& command) const { return {command}; }
    // The exit code. Throws Error and Cancelled.
    virtual int run(Console& console) = 0;
};

} // namespace hone::cli
