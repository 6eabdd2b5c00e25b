// SPDX-License-Identifier: GPL-3.0-or-later
// What finetune, prune, quantize and new have in common: one step, from a file to a file.
#pragma once

#include "cli/device_options.h"
#include "cli/verb.h"
#include "project/step.h"

#include <optional>
#include <string>

namespace hone::cli
{

struct StepVerbText
{
    std::string name;
    std::string summary;
    std::string example;
    std::string dataHelp;        // empty: it never reads any
    std::string model = "MODEL"; // what its file is called
};

class StepVerb : public Verb
{
public:
    StepVerb(StepVerbText text, StepParameters parameters);

    std::string name() const override { return m_text.name; }
    std::string summary() const override { return m_text.summary; }
    void declare(Command& command) override;
    int run(Console& console) override;

protected:
    // Before anything is done. Throws Error(BadOption) where options contradict each other.
    virtual void settle(StepParameters& parameters, const Command& command);
    LatencyDevice& device() { return m_device; } // of a verb that declares its options

private:
    void requireCalibrationFolder() const;
    int perform(Console& console);
    bool takesModel() const { return !std::holds_alternative<NewParameters>(m_parameters); }

    StepVerbText m_text;
    StepParameters m_parameters; // options write into it: its alternative never changes
    std::string m_model;
    std::string m_data;
    std::string m_calibration;
    std::string m_output;
    LatencyDevice m_device;
    std::optional<Command> m_command;
};

} // namespace hone::cli
