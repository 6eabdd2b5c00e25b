// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/device_options.h"
#include "cli/evaluation_view.h"
#include "cli/exit_codes.h"
#include "cli/field_options.h"
#include "cli/paths.h"
#include "cli/verbs.h"
#include "core/file.h"
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
    std::string summary() const override { return "Measures how well a model does its task, its latency and size"; }
    void declare(Command& command) override
    {
        command.positional("MODEL", m_model, "An ONNX file");
        command.option({"--data", "DIR", "The data's folder; needed unless there is a --reference", ""}, m_data);
        command.option({"--reference", "ORIGINAL", "An ONNX file whose answers the model's are held against; labels aren't read", ""},
                       m_reference);
        command.option({"--split", "NAME", "Which samples: test, validation or train", "test"}, m_split);
        FieldOptions options(command);
        options(Field{"limit", "--limit", "At most so many samples; 0: all", 0}, m_options.limit);
        options(Field{"threads", "--threads", "Threads; 0: as many as there are cores", 0, 1024}, m_options.threads);
        command.negativeFlag("--no-latency", "Leaves out the latency at batch 1", m_options.latency);
        command.option({"--predictions", "FILE",
                        "A table (CSV) of each sample's place in the split, the output that came first, and whether it is right", ""},
                       m_predictions);
        m_device.declare(command);
        command.remark("What is measured goes by the data's task: top-1 of a classifier, MAE and RMSE of a regression, AUC of an anomaly "
                       "detector. With --reference, on any data or none, cosine, signal-to-noise ratio and same top-1 for each output.");
        command.example("hone evaluate model.onnx --data pictures --split test");
    }
    int run(Console& console) override
    {
        m_options.split = splitFromName(m_split);
        if (!m_predictions.empty())
            checkOutput("--predictions", m_predictions, {m_model, m_reference, m_data});
        const auto dataset = m_reference.empty() ? openRequiredData(m_data, "evaluate") : openOptionalData(m_data);
        m_options.reference = m_reference;
        const auto meter = m_device.meter(m_model);
        m_options.meter = meter.get();
        const auto evaluation = evaluate(m_model, dataset ? &*dataset : nullptr, m_options, console.job());
        if (!m_predictions.empty())
            writePredictions(evaluation);
        console.notices(evaluation.notices);
        console.print(evaluationText(evaluation));
        Json json = toJson(evaluation);
        json["model"] = m_model;
        m_device.tell(console, json);
        console.print(json);
        return exitDone;
    }

private:
    void writePredictions(const Evaluation& evaluation) const
    {
        if (!evaluation.accuracy)
            throw Error(MessageCode::BadOption,
                        {{"option", "--predictions"}, {"value", m_predictions}, {"expected", "data with classes beside it"}});
        const auto& accuracy = *evaluation.accuracy;
        std::string table = "sample,prediction,correct\n";
        for (std::size_t i = 0; i < accuracy.indices.size(); ++i)
            table += fmt::format("{},{},{}\n", accuracy.indices[i], accuracy.predictions[i], accuracy.correct[i] ? 1 : 0);
        writeFileAtomically(m_predictions, table);
    }

    std::string m_model;
    std::string m_data;
    std::string m_reference;
    std::string m_split = "test";
    std::string m_predictions;
    EvaluateOptions m_options;
    LatencyDevice m_device;
};

} // namespace

std::unique_ptr<Verb> makeEvaluateVerb()
{
    return std::make_unique<EvaluateVerb>();
}

} // namespace hone::cli
