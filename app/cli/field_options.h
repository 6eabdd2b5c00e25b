// SPDX-License-Identifier: GPL-3.0-or-later
// Step parameters as options of a verb: a visitor for project/parameter_fields.h.
#pragma once

#include "cli/command.h"
#include "core/error.h"
#include "project/parameter_fields.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <concepts>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

namespace hone::cli
{

class FieldOptions
{
public:
    explicit FieldOptions(Command& command) : m_command(command) {}

    template<class T>
    void operator()(const Field& field, T& value)
    {
        if constexpr (std::same_as<T, bool>)
            addFlag(field, value);
        else if constexpr (std::same_as<T, std::vector<std::string>>)
            m_command.values({field.flag, "NAME", field.help, ""}, value);
        else if constexpr (std::same_as<T, std::map<std::string, double>>)
            addNamedNumbers(field, value);
        else if constexpr (std::same_as<T, TargetValue>)
            addTarget(field, value);
        else if constexpr (std::is_enum_v<T>)
            addChoice(field, value);
        else if constexpr (std::is_arithmetic_v<T>)
            addNumber(field, value);
        else
            addText(field, value);
    }
    template<class Function>
    void group(const char*, Function&& visitInner)
    {
        visitInner(*this);
    }

private:
    static std::vector<double> sharesFromText(const std::string& flag, const std::string& text)
    {
        std::vector<double> shares;
        const char* at = text.data();
        const char* const end = at + text.size();
        while (true) {
            double share = 0;
            const auto [stopped, error] = std::from_chars(at, end, share);
            if (error != std::errc() || (stopped != end && *stopped != ',') || !(share > 0 && share < 1))
                throw Error(MessageCode::BadOption,
                            {{"option", flag}, {"value", text}, {"expected", "numbers above 0 and below 1 with commas between them"}});
            shares.push_back(share);
            if (stopped == end)
                return shares;
            at = stopped + 1;
        }
    }
    void addText(const Field& field, std::string& value)
    {
        if (!std::string_view(field.flag).starts_with("--"))
            return m_command.positional(field.flag, value, field.help);
        m_command.value({field.flag, "TEXT", field.help, ""}, [&value](const std::string& given) { value = given; });
    }
    void addText(const Field& field, std::vector<double>& value)
    {
        std::string fallback;
        for (const double number : value)
            fallback += fmt::format("{}{:g}", fallback.empty() ? "" : ",", number);
        m_command.value({field.flag, "X,X,...", field.help, fallback},
                        [&value, flag = std::string(field.flag)](const std::string& given) { value = sharesFromText(flag, given); });
    }
    void addText(const Field& field, std::filesystem::path& value)
    {
        m_command.value({field.flag, "FILE", field.help, ""}, [&value](const std::string& given) { value = given; });
    }
    void addNamedNumbers(const Field& field, std::map<std::string, double>& value)
    {
        m_command.eachValue({field.flag, "NAME=X", field.help, ""}, [&value, flag = std::string(field.flag)](const std::string& given) {
            const auto split = given.rfind('=');
            double number = 0;
            const char* end = given.data() + given.size();
            const bool named = split != std::string::npos && split > 0;
            const auto [stopped, error] = std::from_chars(named ? given.data() + split + 1 : end, end, number);
            if (!named || error != std::errc() || stopped != end || !std::isfinite(number))
                throw Error(MessageCode::BadOption,
                            {{"option", flag}, {"value", given}, {"expected", "a layer's name and a number, NAME=0.5"}});
            value[given.substr(0, split)] = number;
        });
    }
    void addTarget(const Field& field, TargetValue& value)
    {
        m_command.value({field.flag, "X", field.help, ""}, [&value, flag = std::string(field.flag)](const std::string& given) {
            const auto target = targetFromText(given);
            if (!target)
                throw Error(MessageCode::BadOption,
                            {{"option", flag},
                             {"value", given},
                             {"expected", "a number above 0, also with k, M or G behind it, or a factor such as 0.5x"}});
            value = *target;
        });
    }
    void addFlag(const Field& field, bool& value)
    {
        if (field.isOnOff)
            return addOnOff(field, value);
        m_command.flag(field.flag, field.help, value);
        if (value)
            m_command.negativeFlag("--no-" + std::string(field.flag).substr(2), std::string("Turns off: ") + field.help, value);
    }
    void addOnOff(const Field& field, bool& value)
    {
        m_command.value({field.flag, "on|off", field.help, value ? "on" : "off"},
                        [&value, flag = std::string(field.flag)](const std::string& given) {
                            if (given != "on" && given != "off")
                                throw Error(MessageCode::BadOption, {{"option", flag}, {"value", given}, {"expected", "on or off"}});
                            value = given == "on";
                        });
    }
    template<class Enum>
    void addChoice(const Field& field, Enum& value)
    {
        std::string known;
        std::string fallback;
        for (const auto& [candidate, text] : namesOf(Enum{})) {
            known += (known.empty() ? "" : ", ") + std::string(text);
            if (candidate == value)
                fallback = text;
        }
        const auto isWord = [](const std::string& given) { return given.find_first_of("-./") == std::string::npos; }; // not a model's path
        addValue(field, {field.flag, "NAME", std::string(field.help) + " (" + known + ")", fallback}, isWord,
                 [&value, known, flag = std::string(field.flag)](const std::string& given) {
                     for (const auto& [candidate, text] : namesOf(Enum{}))
                         if (given == text) {
                             value = candidate;
                             return;
                         }
                     throw Error(MessageCode::BadOption, {{"option", flag}, {"value", given}, {"expected", "one of " + known}});
                 });
    }
    template<class Number>
    void addNumber(const Field& field, Number& value)
    {
        constexpr bool whole = std::is_integral_v<Number>;
        const auto isNumber = [](const std::string& given) {
            double number = 0;
            return std::from_chars(given.data(), given.data() + given.size(), number).ptr == given.data() + given.size();
        };
        addValue(field, {field.flag, whole ? "N" : "X", field.help, fmt::format("{}", value)}, isNumber,
                 [&value, field](const std::string& given) {
                     Number number{};
                     const char* end = given.data() + given.size();
                     const auto [stopped, error] = std::from_chars(given.data(), end, number);
                     const bool read = error == std::errc() && stopped == end;
                     if (!read || !std::isfinite(static_cast<double>(number)) || number < field.lowest || number > field.highest)
                         throw Error(MessageCode::BadOption,
                                     {{"option", field.flag}, {"value", given}, {"expected", expectedNumber(field, whole)}});
                     value = number;
                 });
    }
    // `isValue`: where the option may stand alone, whether what follows is its value.
    template<class IsValue, class Take>
    void addValue(const Field& field, const OptionText& text, IsValue isValue, Take take)
    {
        if (field.alone)
            m_command.value(text, {field.flag, field.alone, isValue}, take);
        else
            m_command.value(text, take);
    }
    static std::string expectedNumber(const Field& field, bool whole)
    {
        const std::string kind = whole ? "a whole number" : "a number";
        if (std::isinf(field.lowest))
            return kind + (whole ? " from 0" : "");
        if (std::isinf(field.highest))
            return fmt::format("{} from {:g}", kind, field.lowest);
        return fmt::format("{} from {} to {}", kind, field.lowest, field.highest);
    }

    Command& m_command;
};

} // namespace hone::cli
