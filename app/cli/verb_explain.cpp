// SPDX-License-Identifier: GPL-3.0-or-later
// Why a quantized model is less accurate, or no faster, than the float one.
#include "cli/exit_codes.h"
#include "cli/explain_view.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/verbs.h"
#include "project/explain_step.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

class ExplainVerb : public Verb
{
public:
    std::string name() const override { return "explain"; }
    std::string summary() const override { return "Says why a quantized model is less accurate, or no faster, than the float one"; }
    void declare(Command& command) override
    {
        command.positional("QUANTIZED", m_quantized, "The quantized ONNX file");
        command.requiredOption({"--against", "FLOAT", "The ONNX file that it was made from", ""}, m_float);
        command.requiredOption({"--data", "DIR", "The data's folder; labels aren't read", ""}, m_data);
        FieldOptions options(command);
        visitFields(options, m_parameters);
        command.option({"--html", "FILE", "The findings as a page; replaced if it is there", ""}, m_html);
        command.remark(
            "Values are compared with ONNX Runtime's optimizations off, node by node; times are those of its optimized kernels, one "
            "sample and one thread, both files in turns. What it proposes was built and measured here.");
        command.example("hone explain int8.onnx --against model.onnx --data pictures");
    }
    int run(Console& console) override
    {
        if (!m_html.empty())
            checkOutput("--html", m_html, {m_quantized, m_float, m_data});
        const auto dataset = openRequiredData(m_data, "explain");
        const auto explanation = explainFiles(m_quantized, m_float, dataset, m_parameters, console.job());
        console.notices(explanation.notices);
        if (!m_html.empty())
            writePage(explanation, m_html);
        console.print(explanationText(explanation));
        if (!m_html.empty())
            console.print(fmt::format("Wrote {}.\n", m_html));
        console.print(toJson(explanation));
        return exitDone;
    }

private:
    std::string m_quantized;
    std::string m_float;
    std::string m_data;
    std::string m_html;
    ExplainParameters m_parameters;
};

} // namespace

std::unique_ptr<Verb> makeExplainVerb()
{
    return std::make_unique<ExplainVerb>();
}

} // namespace hone::cli
