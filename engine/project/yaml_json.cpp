// SPDX-License-Identifier: GPL-3.0-or-later
#include "project/yaml_json.h"

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cstdint>

namespace hone
{
namespace
{

// Aliases let a short file stand for a vast one; a recipe needs neither depth nor size.
constexpr std::size_t largestFile = 1 << 20;
constexpr int deepest = 16;
constexpr int mostNodes = 20'000;

template<class T>
bool readNumber(const std::string& text, T& value)
{
    const char* first = text.data();
    const char* last = first + text.size();
    if (text.starts_with('+'))
        ++first;
    const auto [end, error] = std::from_chars(first, last, value);
    return error == std::errc() && end == last && first != last;
}

// YAML 1.2's core schema (section 10.3.2), without its octal and hexadecimal numbers.
Json scalar(const YAML::Node& node)
{
    const auto& text = node.Scalar();
    if (node.Tag() == "!")
        return text; // quoted
    if (text.empty() || text == "~" || text == "null")
        return nullptr;
    if (text == "true" || text == "false")
        return text == "true";
    if (std::int64_t whole = 0; readNumber(text, whole))
        return whole;
    if (std::uint64_t large = 0; readNumber(text, large))
        return large;
    // Words such as "inf" and "nan" are texts here: no parameter takes them.
    if (double number = 0; text.find_first_of("0123456789") != text.npos && readNumber(text, number))
        return number;
    return text;
}

class Converter
{
public:
    explicit Converter(std::map<std::string, int>& lines) : m_lines(lines) {}

    Json convert(const YAML::Node& node, const std::string& place, int depth)
    {
        const int line = node.Mark().line + 1;
        m_lines.emplace(place, line);
        if (depth > deepest || ++m_nodes > mostNodes)
            throw YamlProblem{line, "it is nested too deeply or too large"};
        if (node.IsSequence()) {
            Json list = Json::array();
            for (const auto& item : node)
                list.push_back(convert(item, place + "/" + std::to_string(list.size()), depth + 1));
            return list;
        }
        if (node.IsMap()) {
            Json object = Json::object();
            for (const auto& entry : node) {
                const int keyLine = entry.first.Mark().line + 1;
                if (!entry.first.IsScalar())
                    throw YamlProblem{keyLine, "a key must be a word"};
                const auto& key = entry.first.Scalar();
                if (object.contains(key))
                    throw YamlProblem{keyLine, "'" + key + "' is there twice"};
                m_lines.emplace(place + "/" + key, keyLine);
                object[key] = convert(entry.second, place + "/" + key, depth + 1);
            }
            return object;
        }
        return node.IsScalar() ? scalar(node) : Json(nullptr);
    }

private:
    std::map<std::string, int>& m_lines;
    int m_nodes = 0;
};

} // namespace

void yamlToJson(const std::string& yaml, Json& json, std::map<std::string, int>& lines)
{
    if (yaml.size() > largestFile)
        throw YamlProblem{1, "it is larger than 1 MB"};
    try {
        json = Converter(lines).convert(YAML::Load(yaml), "", 0);
    } catch (const YAML::Exception& exception) {
        throw YamlProblem{exception.mark.is_null() ? 1 : exception.mark.line + 1, exception.msg};
    }
}

} // namespace hone
