// SPDX-License-Identifier: GPL-3.0-or-later
// hone: Hone's command line.
#include "cli/console.h"
#include "cli/interrupts.h"
#include "cli/program.h"

int main(int argc, char** argv)
{
    const hone::cli::Interrupts interrupts;
    hone::cli::Console console(interrupts.token());
    return hone::cli::runProgram(argc, argv, console);
}
