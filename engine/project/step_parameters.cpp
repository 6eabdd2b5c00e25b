// SPDX-License-Identifier: GPL-3.0-or-later
// Step parameters <-> JSON.
#include "project/step_parameters.h"

#include "core/error.h"
#include "project/parameter_fields.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <concepts>
#include <map>
#include <numeric>
#include <type_traits>

namespace hone
{
namespace
{

template<class T>
concept Whole = std::integral<T> && !std::same_as<T, bool>;

class JsonWriter
{
public:
    template<class T>
    void operator()(const Field& field, const T& value)
    {
        if constexpr (std::is_enum_v<T>) {
            for (const auto& [candidate, text] : namesOf(T{}))
                if (candidate == value)
                    m_json[field.key] = text;
        } else if constexpr (std::same_as<T, std::filesystem::path>)
            write(field, value.string());
        else if constexpr (std::same_as<T, std::string>)
            write(field, value);
        else if constexpr (std::same_as<T, TargetValue>) {
            if (value.given() && value.unit == TargetValue::Unit::Absolute)
                m_json[field.key] = value.number;
            else
                m_json[field.key] = value.given() ? Json(toText(value)) : Json();
        } else
            m_json[field.key] = value;
    }
    template<class Function>
    void group(const char* key, Function&& visitInner)
    {
        JsonWriter inner;
        visitInner(inner);
        m_json[key] = std::move(inner.m_json);
    }
    Json take() { return std::move(m_json); }

private:
    void write(const Field& field, const std::string& text) { m_json[field.key] = text.empty() && field.addedLater ? Json() : Json(text); }

    Json m_json = Json::object();
};

// The keys of parameters that were added later, as paths.
class LaterKeys
{
public:
    template<class T>
    void operator()(const Field& field, const T&)
    {
        if (field.addedLater)
            m_keys.push_back(Json::json_pointer(m_prefix + "/" + field.key));
    }
    template<class Function>
    void group(const char* key, Function&& visitInner)
    {
        m_prefix += std::string("/") + key;
        visitInner(*this);
        m_prefix.resize(m_prefix.size() - std::string_view(key).size() - 1);
    }
    const std::vector<Json::json_pointer>& keys() const { return m_keys; }

private:
    std::string m_prefix;
    std::vector<Json::json_pointer> m_keys;
};

// "--warm-up-epochs" -> "warmUpEpochs"
std::string inCamelCase(std::string_view flag)
{
    std::string word;
    bool isStart = false;
    for (const char letter : flag.substr(std::min(flag.size(), flag.find_first_not_of('-')))) {
        if (letter != '-')
            word += isStart ? static_cast<char>(std::toupper(static_cast<unsigned char>(letter))) : letter;
        isStart = letter == '-';
    }
    return word;
}

class JsonReader
{
public:
    JsonReader(const Json& json, std::string prefix, std::vector<ParameterProblem>& problems)
        : m_json(json),
          m_prefix(std::move(prefix)),
          m_problems(problems)
    {}

    template<class T>
    void operator()(const Field& field, T& value)
    {
        m_known.emplace_back(field.key);
        m_keyOfFlag.emplace(inCamelCase(field.flag), field.key);
        const auto found = m_json.find(field.key);
        if (found == m_json.end())
            return;
        if (const auto problem = read(*found, field, value); !problem.empty())
            add(field.key, problem);
    }
    template<class Function>
    void group(const char* key, Function&& visitInner)
    {
        m_known.emplace_back(key);
        const auto found = m_json.find(key);
        if (found != m_json.end() && !found->is_object())
            return add(key, "must be a list of keys and values");
        const Json nothing = Json::object();
        JsonReader inner(found == m_json.end() ? nothing : *found, m_prefix + key + ".", m_problems);
        visitInner(inner);
        inner.reportUnknownKeys();
        for (const auto& [word, innerKey] : inner.m_keyOfFlag)
            m_keyOfFlag.emplace(word, std::string(key) + "." + innerKey);
    }
    void reportUnknownKeys()
    {
        for (const auto& [key, value] : m_json.items())
            if (std::ranges::find(m_known, key) == m_known.end()) {
                if (const auto called = m_keyOfFlag.find(key); called != m_keyOfFlag.end()) {
                    add(key, "is '" + m_prefix + called->second + "' in a recipe");
                    continue;
                }
                const auto similar = nearest(key, m_known);
                add(key, "is not known" + (similar.empty() ? "" : " (did you mean '" + similar + "')"));
            }
    }

private:
    void add(const std::string& key, const std::string& text) { m_problems.push_back({m_prefix + key, text}); }

    static std::string rangeProblem(const Field& field, double value)
    {
        if (value >= field.lowest && value <= field.highest)
            return {};
        if (std::isinf(field.highest))
            return fmt::format("must be at least {:g}", field.lowest);
        return fmt::format("must be from {:g} to {:g}", field.lowest, field.highest);
    }
    template<Whole T>
    static std::string read(const Json& json, const Field& field, T& value)
    {
        if (!json.is_number_integer())
            return "must be a whole number";
        if (!json.is_number_unsigned() && json.get<std::int64_t>() < 0 && std::is_unsigned_v<T>)
            return "must not be negative";
        if (const auto problem = rangeProblem(field, json.get<double>()); !problem.empty())
            return problem;
        value = json.get<T>();
        return {};
    }
    static std::string read(const Json& json, const Field& field, double& value)
    {
        if (!json.is_number() || !std::isfinite(json.get<double>()))
            return "must be a number";
        if (const auto problem = rangeProblem(field, json.get<double>()); !problem.empty())
            return problem;
        value = json.get<double>();
        return {};
    }
    static std::string read(const Json& json, const Field& field, bool& value)
    {
        if (field.isOnOff && (json == "on" || json == "off")) {
            value = json == "on";
            return {};
        }
        if (!json.is_boolean())
            return "must be true or false";
        value = json.get<bool>();
        return {};
    }
    static std::string read(const Json& json, const Field& field, std::string& value)
    {
        if (json.is_null() && field.addedLater) { // may be left out
            value.clear();
            return {};
        }
        if (!json.is_string() || json.get_ref<const std::string&>().empty())
            return "must be a text";
        value = json.get<std::string>();
        return {};
    }
    static std::string read(const Json& json, const Field& field, std::filesystem::path& value)
    {
        std::string text;
        const auto problem = read(json, field, text);
        if (problem.empty())
            value = text;
        return problem;
    }
    static std::string read(const Json& json, const Field&, std::vector<double>& value)
    {
        const auto isShare = [](const Json& item) { return item.is_number() && item.get<double>() > 0 && item.get<double>() < 1; };
        if (!json.is_array() || json.empty() || !std::ranges::all_of(json, isShare))
            return "must be a list of numbers above 0 and below 1";
        value = json.get<std::vector<double>>();
        return {};
    }
    static std::string read(const Json& json, const Field&, std::vector<std::string>& value)
    {
        if (json.is_string()) {
            value = {json.get<std::string>()};
            return {};
        }
        if (!json.is_array() || !std::ranges::all_of(json, [](const Json& item) { return item.is_string(); }))
            return "must be a list of texts";
        value = json.get<std::vector<std::string>>();
        return {};
    }
    static std::string read(const Json& json, const Field&, TargetValue& value)
    {
        if (json.is_null()) {
            value = {};
            return {};
        }
        const auto given = json.is_string()   ? targetFromText(json.get_ref<const std::string&>())
                           : json.is_number() ? targetFromText(json.dump())
                                              : std::nullopt;
        if (!given)
            return "must be a number above 0, also with k, M or G behind it, or with x as a factor of what the model has";
        value = *given;
        return {};
    }
    static std::string read(const Json& json, const Field&, std::map<std::string, double>& value)
    {
        if (!json.is_object() || !std::ranges::all_of(json, [](const Json& item) { return item.is_number(); }))
            return "must be a list of names and numbers";
        value = json.get<std::map<std::string, double>>();
        return {};
    }
    template<class Enum>
    requires std::is_enum_v<Enum>
    static std::string read(const Json& json, const Field&, Enum& value)
    {
        std::string known;
        for (const auto& [candidate, text] : namesOf(Enum{})) {
            if (json.is_string() && json.get_ref<const std::string&>() == text) {
                value = candidate;
                return {};
            }
            known += (known.empty() ? "" : ", ") + std::string(text);
        }
        return "must be one of " + known;
    }

    const Json& m_json;
    std::string m_prefix;
    std::vector<ParameterProblem>& m_problems;
    std::vector<std::string> m_known;
    std::map<std::string, std::string> m_keyOfFlag; // by the flag in camel case
};

std::optional<StepParameters> defaultsOf(const std::string& step)
{
    for (const StepParameters& candidate :
         {StepParameters(ImportParameters{}), StepParameters(NewParameters{}), StepParameters(FinetuneParameters{}),
          StepParameters(PruneParameters{}), StepParameters(QuantizeParameters{}), StepParameters(TidyParameters{}),
          StepParameters(DistillParameters{}), StepParameters(SparsifyParameters{}), StepParameters(FactorizeParameters{}),
          StepParameters(QatParameters{})})
        if (stepName(candidate) == step)
            return candidate;
    return std::nullopt;
}

std::size_t editDistance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

template<class Options>
Options readFields(const Json& json, std::vector<ParameterProblem>& problems)
{
    Options options;
    JsonReader reader(json, "", problems);
    visitFields(reader, options);
    reader.reportUnknownKeys();
    return options;
}

template<class Options>
Json fieldsToJson(Options options)
{
    JsonWriter writer;
    visitFields(writer, options);
    return writer.take();
}

} // namespace

std::string stepName(const StepParameters& parameters)
{
    constexpr std::array names = {"import", "new", "finetune", "prune", "quantize", "tidy", "distill", "sparsify", "factorize", "qat"};
    static_assert(names.size() == std::variant_size_v<StepParameters>);
    return names.at(parameters.index());
}

std::vector<std::string> knownSteps()
{
    return {"import", "new", "finetune", "prune", "quantize", "tidy", "distill", "sparsify", "factorize", "qat"};
}

bool needsData(const StepParameters& parameters)
{
    if (const auto* prune = std::get_if<PruneParameters>(&parameters))
        return prune->finetune.epochs > 0 || prune->sparsityEpochs > 0 || prune->compensate == Compensate::On ||
               needsSamples(prune->prune.importance) || (prune->prune.scope == PruningScope::Sensitivity && prune->sensitivity.empty());
    if (const auto* sparsify = std::get_if<SparsifyParameters>(&parameters))
        return sparsify->recovery.finetune.epochs > 0;
    if (const auto* factorize = std::get_if<FactorizeParameters>(&parameters))
        return factorize->recovery.finetune.epochs > 0 || factorize->fromData == FromData::On;
    if (const auto* quantize = std::get_if<QuantizeParameters>(&parameters))
        return readsSamples(quantize->quantize);
    return std::holds_alternative<FinetuneParameters>(parameters) || std::holds_alternative<DistillParameters>(parameters) ||
           std::holds_alternative<QatParameters>(parameters);
}

StepParameters decided(StepParameters parameters, const Dataset* dataset)
{
    if (auto* made = std::get_if<NewParameters>(&parameters))
        made->architecture = withDefaults(made->architecture);
    const bool canTrain = dataset && dataset->size(Split::Train) > 0;
    if (auto* factorize = std::get_if<FactorizeParameters>(&parameters); factorize && factorize->fromData == FromData::Auto)
        factorize->fromData = canTrain ? FromData::On : FromData::Off;
    if (auto* sparsify = std::get_if<SparsifyParameters>(&parameters);
        sparsify && sparsify->sparsify.pattern != SparsityPattern::Unstructured)
        sparsify->sparsify.sparsity = SparsifyOptions{}.sparsity; // a pattern says itself how many weights become zero
    auto* prune = std::get_if<PruneParameters>(&parameters);
    if (prune && prune->prune.scope == PruningScope::Layer)
        prune->prune.ratio = PruneOptions{}.ratio; // layers have their own
    if (prune && prune->compensate == Compensate::Auto)
        prune->compensate = canTrain ? Compensate::On : Compensate::Off;
    if (prune && prune->prune.importance == ImportanceKind::Auto)
        prune->prune.importance = prune->compensate == Compensate::On ? ImportanceKind::Reconstruction : ImportanceKind::L1;
    return parameters;
}

std::string nearest(const std::string& word, const std::vector<std::string>& known)
{
    std::string best;
    std::size_t bestDistance = (word.size() < 4 ? 1 : std::max<std::size_t>(2, word.size() / 3)) + 1;
    for (const auto& candidate : known)
        if (const auto distance = editDistance(word, candidate); distance < bestDistance) {
            bestDistance = distance;
            best = candidate;
        }
    return best;
}

std::string joined(const std::vector<ParameterProblem>& problems)
{
    std::string text;
    for (const auto& problem : problems)
        text += (text.empty() ? "" : "; ") + (problem.key.empty() ? "" : "'" + problem.key + "' ") + problem.text;
    return text;
}

Json parametersToJson(const StepParameters& parameters)
{
    JsonWriter writer;
    StepParameters copy = parameters;
    std::visit([&](auto& alternative) { visitFields(writer, alternative); }, copy);
    return writer.take();
}

Json identityOf(const StepParameters& parameters)
{
    Json json = parametersToJson(parameters);
    const Json defaults = parametersToJson(*defaultsOf(stepName(parameters)));
    StepParameters copy = parameters;
    LaterKeys later;
    std::visit([&](auto& alternative) { visitFields(later, alternative); }, copy);
    for (const auto& key : later.keys())
        if (json.at(key) == defaults.at(key))
            json.at(key.parent_pointer()).erase(key.back());
    return json;
}

std::optional<StepParameters> readParameters(const std::string& step, const Json& json, std::vector<ParameterProblem>& problems)
{
    auto parameters = defaultsOf(step);
    if (!parameters) {
        std::string known;
        for (const auto& name : knownSteps())
            known += (known.empty() ? "" : ", ") + name;
        problems.push_back({"", "step '" + step + "' is not one of " + known});
        return std::nullopt;
    }
    if (!json.is_object()) {
        problems.push_back({"", "a step's parameters must be keys and values"});
        return std::nullopt;
    }
    JsonReader reader(json, "", problems);
    std::visit([&](auto& alternative) { visitFields(reader, alternative); }, *parameters);
    reader.reportUnknownKeys();
    return parameters;
}

SensitivityOptions readSensitivityOptions(const Json& json, std::vector<ParameterProblem>& problems)
{
    return readFields<SensitivityOptions>(json, problems);
}

Json toJson(const SensitivityOptions& options)
{
    return fieldsToJson(options);
}

ExplainParameters readExplainParameters(const Json& json, std::vector<ParameterProblem>& problems)
{
    return readFields<ExplainParameters>(json, problems);
}

Json toJson(const ExplainParameters& parameters)
{
    return fieldsToJson(parameters);
}

StepParameters parametersFromJson(const std::string& step, const Json& json)
{
    std::vector<ParameterProblem> problems;
    const auto parameters = readParameters(step, json, problems);
    if (!problems.empty())
        throw Error(MessageCode::RecipeInvalid, {{"path", step}, {"line", "1"}, {"detail", joined(problems)}});
    return *parameters;
}

} // namespace hone
