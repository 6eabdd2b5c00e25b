// SPDX-License-Identifier: GPL-3.0-or-later
// Recipes <-> YAML.
#include "project/recipe.h"

#include "core/error.h"
#include "core/file.h"
#include "project/build_record.h"
#include "project/step_kinds.h"
#include "project/step_parameters.h"
#include "project/yaml_json.h"

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr auto sensitivityStep = "sensitivity";
constexpr auto explainStep = "explain";

class RecipeReader
{
public:
    RecipeReader(fs::path folder, std::map<std::string, int> lines) : m_folder(std::move(folder)), m_lines(std::move(lines)) {}

    Recipe read(const Json& json)
    {
        Recipe recipe;
        if (!json.is_object()) {
            add("", "a recipe holds the keys name, data and steps");
            return recipe;
        }
        for (const auto& [key, value] : json.items())
            if (key != "name" && key != "data" && key != "steps")
                add("/" + key, unknownKey(key, {"name", "data", "steps"}));
        recipe.name = text(json, "", "name");
        if (const auto data = text(json, "", "data"); !data.empty())
            recipe.data = (m_folder / data).lexically_normal().string();
        const auto steps = json.find("steps");
        if (steps == json.end() || !steps->is_array() || steps->empty())
            add("/steps", "'steps' must be a list of at least one step");
        else
            for (std::size_t i = 0; i < steps->size(); ++i)
                readStep((*steps)[i], "/steps/" + std::to_string(i), recipe);
        return recipe;
    }

    // In the order of the lines. First line, and all problems as one text, each but the first with its line.
    std::pair<int, std::string> problems()
    {
        std::ranges::stable_sort(m_problems, {}, &YamlProblem::line);
        std::string all;
        for (const auto& problem : m_problems)
            all += (all.empty() ? std::string() : "; line " + std::to_string(problem.line) + ": ") + problem.text;
        return {m_problems.empty() ? 0 : m_problems.front().line, all};
    }
    bool failed() const { return !m_problems.empty(); }

private:
    static std::string listed(const std::vector<std::string>& words)
    {
        std::string text;
        for (const auto& word : words)
            text += (text.empty() ? "" : ", ") + word;
        return text;
    }
    static std::string unknownKey(const std::string& key, const std::vector<std::string>& known)
    {
        const auto similar = nearest(key, known);
        return "'" + key + "' is not known" + (similar.empty() ? "" : " (did you mean '" + similar + "')");
    }
    void add(std::string place, const std::string& text)
    {
        while (!place.empty() && !m_lines.contains(place))
            place.resize(place.rfind('/'));
        const auto line = m_lines.find(place);
        m_problems.push_back({line == m_lines.end() ? 1 : line->second, text});
    }
    std::string text(const Json& json, const std::string& place, const std::string& key)
    {
        const auto found = json.find(key);
        if (found == json.end())
            return {};
        if (found->is_string())
            return found->get<std::string>();
        if (found->is_number() || found->is_boolean())
            return found->dump(); // a name such as 2024
        add(place + "/" + key, "'" + key + "' must be a text");
        return {};
    }

    void readStep(const Json& json, const std::string& place, Recipe& recipe)
    {
        if (!json.is_object())
            return add(place, "a step holds 'step' and its parameters");
        RecipeStep step;
        step.name = text(json, place, "name");
        step.from = text(json, place, "from");
        const auto kind = text(json, place, "step");
        if (kind.empty())
            return add(place, "a step needs 'step': " + listed(knownKinds()));
        Json parameters = Json::object();
        for (const auto& [key, value] : json.items())
            if (key != "step" && key != "name" && key != "from")
                parameters[key] = value;
        std::vector<ParameterProblem> problems;
        if (kind == sensitivityStep || kind == explainStep) {
            if (kind == sensitivityStep)
                step.sensitivity = readSensitivityOptions(parameters, problems);
            else
                step.explanation = readExplanation(parameters, place, problems);
            addAll(problems, place);
            checkPlace(step, place, recipe.steps.empty());
            if (step.explanation)
                requireExplainable(step, place, recipe);
            addNamed(std::move(step), place, recipe);
            return;
        }
        const auto steps = knownSteps();
        const auto read = std::ranges::find(steps, kind) == steps.end() ? std::nullopt : readParameters(kind, parameters, problems);
        if (!read)
            add(place, "step '" + kind + "' is not one of " + listed(knownKinds()));
        addAll(problems, place);
        if (read) {
            step.parameters = *read;
            checkPlace(step, place, recipe.steps.empty());
            if (auto* import = std::get_if<ImportParameters>(&step.parameters)) {
                if (import->file.empty() && problems.empty())
                    add(place, "an import needs 'file'");
                else
                    import->file = (m_folder / import->file).lexically_normal();
            }
        }
        if (auto* teacher = teacherPathOf(step.parameters); teacher && read) {
            if (teacher->empty() && problems.empty())
                add(place, "a distill needs 'teacher'");
            else if (isFile(teacher->string()))
                *teacher = (m_folder / *teacher).lexically_normal();
        }
        if (auto* prune = std::get_if<PruneParameters>(&step.parameters); prune && read)
            settlePruning(*prune, parameters, place, recipe);
        if (read && problems.empty())
            checkOptions(*read, parameters, place);
        addNamed(std::move(step), place, recipe);
    }
    // What the step would refuse by its parameters alone, and what was given that nothing reads.
    void checkOptions(const StepParameters& parameters, const Json& given, const std::string& place)
    {
        try {
            requireConsistentParameters(parameters);
        } catch (const Error& error) {
            const auto& arguments = error.message().arguments;
            if (error.code() == MessageCode::CalibrationTooSmall)
                return add(place + "/samples", "'samples' must be at least " + arguments.at("needed"));
            if (error.code() != MessageCode::BadOption)
                throw;
            const auto& option = arguments.at("option");
            return add(place + "/" + option,
                       "'" + option + "' doesn't take '" + arguments.at("value") + "'; it takes " + arguments.at("expected"));
        }
        if (const auto* options = quantizingOf(parameters);
            options && options->ranges != RangeMethod::Percentile && given.contains("percentile"))
            add(place + "/percentile", "'percentile' has no meaning without 'ranges: percentile'");
    }
    RecipeExplanation readExplanation(Json json, const std::string& place, std::vector<ParameterProblem>& problems)
    {
        RecipeExplanation explanation;
        explanation.against = text(json, place, "against");
        if (isFile(explanation.against))
            explanation.against = (m_folder / explanation.against).lexically_normal().string();
        if (const auto html = text(json, place, "html"); !html.empty())
            explanation.html = (m_folder / html).lexically_normal();
        json.erase("against");
        json.erase("html");
        explanation.parameters = readExplainParameters(json, problems);
        return explanation;
    }
    void addAll(const std::vector<ParameterProblem>& problems, const std::string& place)
    {
        for (const auto& problem : problems)
            add(place + "/" + withSlashes(problem.key), joined({problem}));
    }
    void addNamed(RecipeStep step, const std::string& place, Recipe& recipe)
    {
        if (!step.name.empty() && !m_names.insert(step.name).second)
            add(place + "/name", "the name '" + step.name + "' is taken by a step before");
        recipe.steps.push_back(std::move(step));
    }
    static std::vector<std::string> knownKinds()
    {
        auto kinds = knownSteps();
        kinds.emplace_back(sensitivityStep);
        kinds.emplace_back(explainStep);
        return kinds;
    }
    // What the keys that were given say of those that weren't.
    void settlePruning(PruneParameters& prune, const Json& given, const std::string& place, const Recipe& before)
    {
        if (!prune.sensitivity.empty()) {
            const auto named = std::ranges::find(before.steps, prune.sensitivity.string(), &RecipeStep::name);
            if (named == before.steps.end() || !named->sensitivity)
                prune.sensitivity = (m_folder / prune.sensitivity).lexically_normal();
            if (!given.contains("scope"))
                prune.prune.scope = PruningScope::Sensitivity;
            else if (prune.prune.scope != PruningScope::Sensitivity)
                add(place + "/sensitivity", "'sensitivity' has no meaning beside another 'scope' than sensitivity");
        }
        if (given.contains("ratio") && prune.prune.scope == PruningScope::Layer)
            add(place + "/ratio", "'ratio' has no meaning beside 'scope: layer', whose ratios 'ratioOf' gives");
        const auto& targets = prune.prune.targets;
        const bool aims = targets.macs.given() || targets.parameters.given() || targets.bytes.given() || targets.memory.given() ||
                          targets.latencyMs.given();
        if (aims && given.contains("ratio"))
            add(place + "/ratio", "'ratio' can't stand beside a target, which says how much is removed");
        if (!prune.latencyDevice.empty() && !targets.latencyMs.given())
            add(place + "/latencyDevice", "'latencyDevice' says where 'targetLatencyMs' is measured, which is not there");
    }
    // Of what the recipe itself makes.
    void requireExplainable(const RecipeStep& step, const std::string& place, const Recipe& before)
    {
        const auto made = std::find_if(before.steps.rbegin(), before.steps.rend(), [&](const RecipeStep& earlier) {
            return !earlier.sensitivity && !earlier.explanation && (step.from.empty() || earlier.name == step.from);
        });
        if (made != before.steps.rend() && std::holds_alternative<QuantizeParameters>(made->parameters) && !isOnIntegers(made->parameters))
            add(place, "a file in half precision has nothing on integers to explain");
    }
    void checkPlace(const RecipeStep& step, const std::string& place, bool first)
    {
        const bool root = isRoot(step);
        if (root && !step.from.empty())
            add(place + "/from", "a step '" + stepName(step.parameters) + "' takes no build, so it can't have 'from'");
        else if (!root && first)
            add(place, "the first step must be 'import' or 'new'");
        else if (!step.from.empty() && !m_names.contains(step.from))
            add(place + "/from", "no step before is named '" + step.from + "'");
    }
    // And neither a step before nor a build of the project.
    bool isFile(const std::string& named) const { return !named.empty() && !m_names.contains(named) && !looksLikeBuildId(named); }
    static std::string withSlashes(std::string key)
    {
        std::ranges::replace(key, '.', '/');
        return key;
    }

    fs::path m_folder;
    std::map<std::string, int> m_lines;
    std::set<std::string> m_names;
    std::vector<YamlProblem> m_problems;
};

void emit(YAML::Emitter& out, const Json& value)
{
    if (value.is_object()) {
        out << YAML::BeginMap;
        for (const auto& [key, item] : value.items()) {
            out << YAML::Key << key << YAML::Value;
            emit(out, item);
        }
        out << YAML::EndMap;
    } else if (value.is_array()) {
        out << YAML::Flow << YAML::BeginSeq;
        for (const auto& item : value)
            emit(out, item);
        out << YAML::EndSeq;
    } else if (value.is_string())
        out << YAML::DoubleQuoted << value.get<std::string>();
    else
        out << value.dump(); // shortest text that gives the same number again
}

// What differs from the defaults, group by group.
Json changed(const Json& value, const Json& defaults)
{
    Json result = Json::object();
    for (const auto& [key, item] : value.items()) {
        if (item == defaults.at(key))
            continue;
        result[key] = item.is_object() ? changed(item, defaults.at(key)) : item;
    }
    return result;
}

} // namespace

std::string kindOf(const RecipeStep& step)
{
    return step.sensitivity ? sensitivityStep : step.explanation ? explainStep : stepName(step.parameters);
}

bool makesBuild(const RecipeStep& step)
{
    return !step.sensitivity && !step.explanation;
}

bool isRoot(const RecipeStep& step)
{
    return makesBuild(step) && isRoot(step.parameters);
}

Recipe readRecipe(const fs::path& file)
{
    return parseRecipe(readFile(file), fs::absolute(file).parent_path(), file.string());
}

Recipe parseRecipe(const std::string& yaml, const fs::path& folder, const std::string& nameForErrors)
{
    const auto invalid = [&](int line, const std::string& detail) {
        return Error(MessageCode::RecipeInvalid, {{"path", nameForErrors}, {"line", std::to_string(line)}, {"detail", detail}});
    };
    Json json;
    std::map<std::string, int> lines;
    try {
        yamlToJson(yaml, json, lines);
    } catch (const YamlProblem& problem) {
        throw invalid(problem.line, problem.text);
    }
    RecipeReader reader(folder, std::move(lines));
    auto recipe = reader.read(json);
    if (reader.failed()) {
        const auto [line, detail] = reader.problems();
        throw invalid(line, detail);
    }
    return recipe;
}

std::string toYaml(const Recipe& recipe)
{
    Json json = Json::object();
    if (!recipe.name.empty())
        json["name"] = recipe.name;
    if (!recipe.data.empty())
        json["data"] = recipe.data;
    YAML::Emitter out;
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
        out << YAML::Key << key << YAML::Value;
        emit(out, value);
    }
    out << YAML::Key << "steps" << YAML::Value << YAML::BeginSeq;
    for (const auto& step : recipe.steps) {
        Json item = Json::object();
        item["step"] = kindOf(step);
        if (!step.name.empty())
            item["name"] = step.name;
        if (!step.from.empty())
            item["from"] = step.from;
        if (step.sensitivity)
            item.update(changed(toJson(*step.sensitivity), toJson(SensitivityOptions{})));
        else if (step.explanation) {
            item.update(changed(toJson(step.explanation->parameters), toJson(ExplainParameters{})));
            if (!step.explanation->against.empty())
                item["against"] = step.explanation->against;
            if (!step.explanation->html.empty())
                item["html"] = step.explanation->html.string();
        } else
            item.update(changed(parametersToJson(step.parameters),
                                parametersToJson(parametersFromJson(stepName(step.parameters), Json::object()))));
        emit(out, item);
    }
    out << YAML::EndSeq << YAML::EndMap;
    return std::string(out.c_str()) + "\n";
}

} // namespace hone
