// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/exit_codes.h"
#include "cli/field_options.h"
#include "cli/verbs.h"
#include "data/road_signs.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace hone::cli
{
namespace
{

class SampleVerb : public Verb
{
public:
    std::string name() const override { return "sample"; }
    std::string summary() const override { return "Draws the sample data: 12 classes of road signs"; }
    void declare(Command& command) override
    {
        command.positional("DIR", m_folder, "A folder that is not there yet");
        command.value(
            {"--condition", "NAME", "clean, as the sample's model was trained, or new-camera", "new-camera"},
            [this](const std::string& given) {
                if (given != "clean" && given != "new-camera")
                    throw Error(MessageCode::BadOption, {{"option", "--condition"}, {"value", given}, {"expected", "clean or new-camera"}});
                m_options.condition = given == "clean" ? SampleCondition::Clean : SampleCondition::NewCamera;
            });
        FieldOptions options(command);
        options(Field{"seed", "--seed", "Seed of the drawing"}, m_options.seed);
        options(Field{"train", "--train", "Pictures to train with", 12, 1e6}, m_options.train);
        options(Field{"validation", "--validation", "Pictures to choose by", 12, 1e6}, m_options.validation);
        options(Field{"test", "--test", "Pictures to measure with", 12, 1e6}, m_options.test);
        command.example("hone sample signs --condition new-camera");
    }
    int run(Console& console) override
    {
        drawRoadSigns(m_folder, m_options, console.job());
        console.print(fmt::format("Drew {} pictures into {}.\n", m_options.train + m_options.validation + m_options.test, m_folder));
        Json json;
        json["folder"] = m_folder;
        json["condition"] = m_options.condition == SampleCondition::Clean ? "clean" : "new-camera";
        json["train"] = m_options.train;
        json["validation"] = m_options.validation;
        json["test"] = m_options.test;
        console.print(json);
        return exitDone;
    }

private:
    std::string m_folder;
    RoadSignOptions m_options;
};

} // namespace

std::unique_ptr<Verb> makeSampleVerb()
{
    return std::make_unique<SampleVerb>();
}

} // namespace hone::cli
