// SPDX-License-Identifier: GPL-3.0-or-later
// A step, and what explains one, as a command line of `hone`.
#include "core/shell.h"
#include "project/explain_command.h"
#include "project/parameter_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <map>
#include <type_traits>

namespace hone
{
namespace
{

// Each option as it would be typed, by flag, in the order of the description.
class OptionWriter
{
public:
    template<class T>
    void operator()(const Field& field, const T& value)
    {
        m_options.emplace_back(field.flag, text(field, value));
    }
    template<class Function>
    void group(const char*, Function&& visitInner)
    {
        visitInner(*this);
    }
    const std::vector<std::pair<std::string, std::string>>& options() const { return m_options; }

private:
    template<class T>
    static std::string text(const Field& field, const T& value)
    {
        const std::string flag = field.flag;
        if constexpr (std::same_as<T, bool>)
            return field.isOnOff ? flag + (value ? " on" : " off") : value ? flag : "--no-" + flag.substr(2);
        else if constexpr (std::is_enum_v<T>) {
            for (const auto& [candidate, word] : namesOf(T{}))
                if (candidate == value)
                    return flag + " " + std::string(word);
            return flag;
        } else if constexpr (std::same_as<T, std::vector<std::string>>) {
            std::string all;
            for (const auto& item : value)
                all += (all.empty() ? "" : " ") + flag + " " + shellWord(item);
            return all;
        } else if constexpr (std::same_as<T, std::map<std::string, double>>) {
            std::string all;
            for (const auto& [name, number] : value)
                all += (all.empty() ? "" : " ") + flag + " " + shellWord(fmt::format("{}={}", name, number));
            return all;
        } else if constexpr (std::same_as<T, TargetValue>)
            return value.given() ? flag + " " + shellWord(toText(value)) : std::string();
        else if constexpr (std::same_as<T, std::filesystem::path>)
            return flag + " " + shellWord(value.string());
        else if constexpr (std::same_as<T, std::string>)
            return flag + " " + shellWord(value);
        else
            return fmt::format("{} {}", flag, value);
    }

    std::vector<std::pair<std::string, std::string>> m_options;
};

template<class Parameters>
OptionWriter written(Parameters parameters)
{
    OptionWriter writer;
    visitFields(writer, parameters);
    return writer;
}

// Options that say something: those that differ from the default, and those that a reader wants to see anyway.
template<class Parameters>
std::string changedOptions(const Parameters& parameters, const std::vector<std::string>& always)
{
    const auto options = written(parameters).options();
    const auto defaults = written(Parameters{}).options();
    std::string text;
    for (std::size_t i = 0; i < options.size(); ++i) {
        const auto& [flag, typed] = options[i];
        if (flag.starts_with("--") && !typed.empty() && (typed != defaults[i].second || std::ranges::find(always, flag) != always.end()))
            text += " " + typed;
    }
    return text;
}

} // namespace

std::string optionsText(const StepParameters& parameters)
{
    const auto text = std::visit([](const auto& alternative) { return changedOptions(alternative, {}); }, parameters);
    return text.empty() ? text : text.substr(1);
}

std::string commandLine(const StepParameters& parameters, const std::string& model, const std::string& data, const std::string& out)
{
    if (const auto* import = std::get_if<ImportParameters>(&parameters))
        return "hone project import " + shellWord(out) + " " + shellWord(import->file.string());
    std::string line = "hone " + stepName(parameters);
    if (const auto* made = std::get_if<NewParameters>(&parameters))
        line += " " + shellWord(made->architecture.name);
    else
        line += " " + shellWord(model);
    if (!data.empty() && !std::holds_alternative<NewParameters>(parameters))
        line += " --data " + shellWord(data);
    line += std::visit(
        [](const auto& alternative) {
            return changedOptions(alternative, {"--epochs", "--ratio", "--classes", "--width"});
        },
        parameters);
    return line + " --out " + shellWord(out);
}

std::string explainCommandLine(const std::string& quantized, const std::string& floating, const std::string& data)
{
    return "hone explain " + shellWord(quantized) + " --against " + shellWord(floating) + " --data " + shellWord(data);
}

} // namespace hone
