// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/exit_codes.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/text.h"
#include "cli/verbs.h"
#include "evaluate/evaluation.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

class EvaluateVerb : public Verb
{
public:
    std::string name() const override { return "evaluate"; }
    std::string summary() const override { return "Measures a model's accuracy, latency and size"; }
    void declare(Command& command) override
    {
        command.positional("MODEL", m_model, "An ONNX file");
        command.option({"--data", "DIR", "The pictures' folder; needed", ""}, m_data);
        command.option({"--split", "NAME", "Which pictures: test, validation or train", "test"}, m_split);
        FieldOptions options(command);
        options(Field{"limit", "--limit", "At most so many samples; 0: all", 0}, m_options.limit);
        options(Field{"threads", "--threads", "Threads; 0: as many as there are cores", 0, 1024}, m_options.threads);
        command.negativeFlag("--no-latency", "Leaves out the latency at batch 1", m_options.latency);
        command.example("hone evaluate model.onnx --data pictures --split test");
    }
    int run(Console& console) override
    {
        m_options.split = splitFromName(m_split);
        const auto dataset = openRequiredData(m_data, "evaluate");
        const auto evaluation = evaluate(m_model, &dataset, m_options, console.job());
        console.notices(evaluation.notices);
        console.print(text(evaluation));
        Json json = toJson(evaluation);
        json["model"] = m_model;
        console.print(json);
        return exitDone;
    }

private:
    static std::string text(const Evaluation& evaluation)
    {
        const auto& accuracy = *evaluation.accuracy;
        std::string text = fmt::format("top-1       {} (95 % interval {} to {})\n"
                                       "top-5       {}\n"
                                       "loss        {:.4f}\n"
                                       "samples     {} of the {} split, {:.0f} a second\n",
                                       percentText(accuracy.top1), percentText(accuracy.top1Low),
                                       percentText(accuracy.top1High), percentText(accuracy.top5), accuracy.loss,
                                       accuracy.samples, hone::name(accuracy.split), accuracy.samplesPerSecond);
        if (evaluation.latency)
            text += fmt::format("latency     {:.2f} ms p50, {:.2f} ms p95 (batch 1, one thread)\n", evaluation.latency->p50Ms,
                                evaluation.latency->p95Ms);
        return text + fmt::format("size        {}\nparameters  {}\nMACs        {}\n", bytesText(evaluation.facts.sizeBytes),
                                  countText(evaluation.facts.parameters), countText(evaluation.facts.macs));
    }

    std::string m_model;
    std::string m_data;
    std::string m_split = "test";
    EvaluateOptions m_options;
};

} // namespace

std::unique_ptr<Verb> makeEvaluateVerb()
{
    return std::make_unique<EvaluateVerb>();
}

} // namespace hone::cli
