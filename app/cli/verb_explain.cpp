// SPDX-License-Identifier: GPL-3.0-or-later
// Why a quantized model is less accurate, or no faster, than the float one.
#include "cli/exit_codes.h"
#include "cli/explain_view.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/sentences.h"
#include "cli/verbs.h"
#include "core/file.h"
#include "onnx_io/onnx_io.h"
#include "project/noted_options.h"
#include "quantize/explain.h"

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
        options(Field{"samples", "--samples", "Samples of the validation split (train where there is none)", 1}, m_samples);
        options(Field{"runs", "--runs", "Runs of each model that latency is measured with; fewer where they take longer than four seconds",
                      1, 10000},
                m_runs);
        options(Field{"threads", "--threads", "Threads for comparing values; 0: as many as there are cores", 0, 1024}, m_threads);
        command.option({"--html", "FILE", "The findings as a page; replaced if it is there", ""}, m_html);
        command.remark(
            "Values are compared with ONNX Runtime's optimizations off, node by node; times are those of its optimized kernels, one "
            "sample and one thread, both files in turns. What it proposes was built and measured here.");
        command.example("hone explain int8.onnx --against model.onnx --data pictures");
    }
    int run(Console& console) override
    {
        if (!m_html.empty())
            checkOutput("--html", m_html, {m_quantized, m_float});
        const auto dataset = openRequiredData(m_data, "explain");
        const auto explanation = explain({.quantized = m_quantized,
                                          .floating = m_float,
                                          .dataset = dataset,
                                          .samples = m_samples,
                                          .threads = m_threads,
                                          .runs = m_runs,
                                          .options = notedOptions(readOnnx(m_quantized))},
                                         console.job());
        console.notices(explanation.notices);
        if (!m_html.empty())
            writeFileAtomically(m_html, explanationHtml(explanation, [](const Message& message) { return sentence(message); }));
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
    std::size_t m_samples = 64;
    int m_runs = 300;
    int m_threads = 0;
};

} // namespace

std::unique_ptr<Verb> makeExplainVerb()
{
    return std::make_unique<ExplainVerb>();
}

} // namespace hone::cli
