// SPDX-License-Identifier: GPL-3.0-or-later
// What is in a model, what it costs, and which steps are open to it.
#include "cli/exit_codes.h"
#include "cli/model_info.h"
#include "cli/sentences.h"
#include "cli/text.h"
#include "cli/verbs.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

class InfoVerb : public Verb
{
public:
    std::string name() const override { return "info"; }
    std::string summary() const override { return "Tells what is in a model, what it costs, and what can be done with it"; }
    void declare(Command& command) override
    {
        command.positional("MODEL", m_model, "An ONNX file");
        command.flag("--layers", "What each layer costs, too", m_layers);
        command.example("hone info model.onnx");
    }
    int run(Console& console) override
    {
        const auto info = inspect(m_model, console.job());
        console.print(toText(info));
        if (m_layers)
            console.print("\n" + layerTable(info));
        for (const auto& message : info.diagnostics)
            console.print("\n" + sentence(message) + "\n");
        console.print(toJson(info, m_layers ? LayerCosts::Included : LayerCosts::LeftOut));
        return exitDone;
    }

private:
    std::string m_model;
    bool m_layers = false;
};

} // namespace

std::unique_ptr<Verb> makeInfoVerb()
{
    return std::make_unique<InfoVerb>();
}

} // namespace hone::cli
