// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/dataset_yaml.h"

#include "core/file.h"

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>
#include <set>

namespace hone
{
namespace
{

constexpr std::size_t largestConfig = 4 << 20;

int lineOf(const YAML::Node& node)
{
    return node.Mark().line + 1;
}

// A scalar that YAML would read as a number stays one; quoted ones and all others are text.
Json toJson(const YAML::Node& node)
{
    if (node.IsSequence()) {
        Json array = Json::array();
        for (const auto& element : node)
            array.push_back(toJson(element));
        return array;
    }
    if (node.IsMap()) {
        Json object = Json::object();
        for (const auto& entry : node)
            object[entry.first.as<std::string>()] = toJson(entry.second);
        return object;
    }
    if (!node.IsScalar())
        return nullptr;
    double number = 0;
    if (node.Tag() != "!" && YAML::convert<double>::decode(node, number))
        return number;
    return node.Scalar();
}

class ConfigReader
{
public:
    ConfigReader(DatasetConfig& config, const KindOfFormat& kindOf, ConfigProblems& problems)
        : m_config(config),
          m_kindOf(kindOf),
          m_problems(problems)
    {}

    void read(const YAML::Node& root)
    {
        const std::map<std::string, std::function<void(const YAML::Node&)>> readers = {
            {"name", [&](const auto& node) { m_config.name = text(node, "name"); }},
            {"task", [&](const auto& node) { readTask(node); }},
            {"format", [&](const auto& node) { readFormat(node); }},
            {"splits", [&](const auto& node) { readSplits(node); }},
            {"validation", [&](const auto& node) { readValidation(node); }},
            {"classes", [&](const auto& node) { readClasses(node); }},
            {"groups", [&](const auto& node) { readGroups(node); }},
            {"windows", [&](const auto& node) { readWindows(node); }},
            {"normal", [&](const auto& node) { readNormality(node, "normal", m_config.normal); }},
            {"anomaly", [&](const auto& node) { readNormality(node, "anomaly", m_config.anomalies); }},
            {"preprocess", [&](const auto& node) { m_preprocessNode = node; }},
        };
        if (!root.IsMap())
            return m_problems.add(1, "must be keys with values, such as \"format: image-folder\"");
        std::set<std::string> seen;
        for (const auto& entry : root) {
            const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
            const auto reader = readers.find(key);
            if (reader == readers.end())
                m_problems.add(lineOf(entry.first), "\"" + key + "\" is not a key of dataset.yaml");
            else if (!seen.insert(key).second)
                m_problems.add(lineOf(entry.first), "\"" + key + "\" stands there twice");
            else
                reader->second(entry.second);
        }
        if (m_preprocessNode) // by the format, which may stand behind it
            readPreprocessing(*m_preprocessNode);
        if (m_config.validation && m_config.splits.contains(Split::Validation))
            m_problems.add(m_validationLine, "validation is stated twice: here and in splits");
    }

    // Raised only when nothing else is wrong: what is asked for is clear, and Hone can't do it.
    void throwIfUnsupported() const
    {
        if (!m_unsupportedTask.empty())
            throw Error(MessageCode::TaskUnsupported, {{"path", m_config.path.parent_path().string()}, {"task", m_unsupportedTask}});
    }

private:
    std::string text(const YAML::Node& node, const std::string& key)
    {
        if (node.IsScalar() && !node.Scalar().empty())
            return node.Scalar();
        m_problems.add(lineOf(node), key + " must be a text");
        return {};
    }

    void readNames(const YAML::Node& node, const std::string& key, std::vector<std::string>& names)
    {
        if (!node.IsSequence())
            return names.push_back(text(node, key)); // one alone
        for (const auto& element : node)
            names.push_back(text(element, key));
    }

    void readNormality(const YAML::Node& node, const std::string& key, std::vector<std::string>& names)
    {
        m_config.anomalyLine = lineOf(node);
        readNames(node, key, names);
    }

    void readGroups(const YAML::Node& node)
    {
        const auto pattern = text(node, "groups");
        try {
            const std::regex groups(pattern);
            if (groups.mark_count() < 1)
                return m_problems.add(lineOf(node), "groups needs brackets around what a group's file names share, such as _([a-z]+)_");
            m_config.groups = groups;
        } catch (const std::regex_error&) {
            m_problems.add(lineOf(node), "groups is no regular expression: \"" + pattern + "\"");
        }
    }

    void readWindows(const YAML::Node& node)
    {
        if (!node.IsMap())
            return m_problems.add(lineOf(node), "windows must be as in {length: 128, stride: 64, label: activity}");
        auto& rule = m_config.windows;
        for (const auto& entry : node) {
            const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
            if (key == "length" || key == "stride") {
                auto& rows = key == "length" ? rule.length : rule.stride;
                if (!YAML::convert<std::int64_t>::decode(entry.second, rows) || rows < 1 || rows > 100'000'000)
                    m_problems.add(lineOf(entry.second), "windows' " + key + " must be a number of rows from 1");
            } else if (key == "label") {
                rule.label = text(entry.second, "windows' label");
            } else if (key == "targets" || key == "channels") {
                readNames(entry.second, "windows' " + key, key == "targets" ? rule.targets : rule.channels);
            } else if (key == "take" && entry.second.IsScalar() &&
                       (entry.second.Scalar() == "last" || entry.second.Scalar() == "majority")) {
                rule.take = entry.second.Scalar() == "last" ? WindowLabel::Last : WindowLabel::Majority;
            } else if (key == "take") {
                m_problems.add(lineOf(entry.second), "windows' take must be majority or last");
            } else {
                m_problems.add(lineOf(entry.first),
                               "\"" + key + "\" is not a key of windows (length, stride, label, targets, channels, take)");
            }
        }
    }

    void readTask(const YAML::Node& node)
    {
        const auto task = text(node, "task");
        m_config.task = taskFromName(task);
        if (!task.empty() && !m_config.task)
            m_unsupportedTask = task;
    }

    void readFormat(const YAML::Node& node)
    {
        const auto format = text(node, "format");
        std::string choices;
        for (const auto known : allDataFormats()) {
            if (format == hone::name(known))
                m_config.format = known;
            choices += (choices.empty() ? "" : ", ") + std::string(hone::name(known));
        }
        if (!format.empty() && !m_config.format)
            m_problems.add(lineOf(node), "format \"" + format + "\" must be one of " + choices);
    }

    void readSplits(const YAML::Node& node)
    {
        m_config.splitsLine = lineOf(node);
        if (!node.IsMap() || node.size() == 0)
            return m_problems.add(lineOf(node), "splits must name them, such as {train: train, test: test}");
        static const std::map<std::string, Split> names = {{"train", Split::Train},
                                                           {"validation", Split::Validation},
                                                           {"valid", Split::Validation},
                                                           {"val", Split::Validation},
                                                           {"test", Split::Test}};
        for (const auto& entry : node) {
            const auto split = names.find(entry.first.IsScalar() ? entry.first.Scalar() : std::string());
            if (split == names.end()) {
                m_problems.add(lineOf(entry.first), "a split must be train, validation or test");
                continue;
            }
            if (entry.second.IsSequence())
                for (const auto& place : entry.second)
                    addPlace(split->second, place);
            else
                addPlace(split->second, entry.second);
        }
    }

    // A place in two splits would let a model be tested on what it was trained on.
    void addPlace(Split split, const YAML::Node& node)
    {
        const auto place = text(node, "a split's place");
        if (!place.empty() && !m_places.insert(std::filesystem::path(place + "/").lexically_normal()).second)
            return m_problems.add(lineOf(node), "\"" + place + "\" stands in splits twice");
        m_config.splits[split].push_back(place);
    }

    void readValidation(const YAML::Node& node)
    {
        m_validationLine = lineOf(node);
        if (!node.IsMap())
            return m_problems.add(lineOf(node), "validation must be as in {from: train, fraction: 0.1, seed: 0}");
        ValidationRule rule;
        for (const auto& entry : node) {
            const auto key = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
            if (key == "from") {
                if (!entry.second.IsScalar() || entry.second.Scalar() != "train")
                    m_problems.add(lineOf(entry.second), "validation can only be taken from train");
            } else if (key == "fraction") {
                if (!YAML::convert<double>::decode(entry.second, rule.fraction) || !(rule.fraction >= 0 && rule.fraction < 1))
                    m_problems.add(lineOf(entry.second), "validation's fraction must be a number from 0 to below 1");
            } else if (key == "seed") {
                if (!YAML::convert<std::uint64_t>::decode(entry.second, rule.seed))
                    m_problems.add(lineOf(entry.second), "validation's seed must be a whole number from 0");
            } else {
                m_problems.add(lineOf(entry.first), "\"" + key + "\" is not a key of validation (from, fraction, seed)");
            }
        }
        m_config.validation = rule;
    }

    void readClasses(const YAML::Node& node)
    {
        m_config.classesLine = lineOf(node);
        if (!(node.IsSequence() || node.IsMap()) || node.size() == 0)
            return m_problems.add(lineOf(node), "classes must be a list of names, or names with output indices");
        if (node.IsSequence())
            for (const auto& element : node)
                addClass(element, std::nullopt);
        else
            for (const auto& entry : node)
                addClass(entry.first, entry.second);
    }

    void addClass(const YAML::Node& nameNode, const std::optional<YAML::Node>& outputNode)
    {
        ClassInfo info{text(nameNode, "a class's name"), std::nullopt};
        int output = 0;
        if (outputNode && YAML::convert<int>::decode(*outputNode, output) && output >= 0)
            info.output = output;
        else if (outputNode)
            m_problems.add(lineOf(*outputNode), "class \"" + info.name + "\" needs an output index from 0");
        if (!info.name.empty() && !m_classNames.insert(info.name).second)
            return m_problems.add(lineOf(nameNode), "class \"" + info.name + "\" stands there twice");
        m_config.classes.push_back(info);
    }

    void readPreprocessing(const YAML::Node& node)
    {
        std::map<std::string, int> lines;
        if (node.IsMap())
            for (const auto& entry : node)
                lines[entry.first.Scalar()] = lineOf(entry.first);
        std::vector<KeyProblem> found;
        m_config.preprocess = readPreprocess(toJson(node), found, m_kindOf(m_config.format));
        for (const auto& [key, what] : found)
            m_problems.add(lines.contains(key) ? lines[key] : lineOf(node), (key.empty() ? "preprocess" : key) + " " + what);
    }

    DatasetConfig& m_config;
    const KindOfFormat& m_kindOf;
    ConfigProblems& m_problems;
    std::optional<YAML::Node> m_preprocessNode;
    std::string m_unsupportedTask;
    std::set<std::string> m_classNames;
    std::set<std::filesystem::path> m_places;
    int m_validationLine = 0;
};

} // namespace

void ConfigProblems::add(int line, const std::string& text)
{
    m_detail += m_detail.empty() ? "" : "; ";
    m_detail += line > 0 ? "line " + std::to_string(line) + ": " + text : text;
}

void ConfigProblems::throwIfAny() const
{
    if (!m_detail.empty())
        throw Error(MessageCode::DataConfigInvalid, {{"path", m_path.string()}, {"detail", m_detail}});
}

DatasetConfig readDatasetConfig(const std::filesystem::path& folder, const KindOfFormat& kindOf)
{
    DatasetConfig config;
    config.path = folder / "dataset.yaml";
    if (!std::filesystem::exists(config.path))
        return config;
    config.bytes = readFile(config.path);
    ConfigProblems problems(config.path);
    ConfigReader reader(config, kindOf, problems);
    try {
        if (config.bytes.size() > largestConfig)
            problems.add(0, "is larger than 4 MB");
        else
            reader.read(YAML::Load(config.bytes));
    } catch (const YAML::Exception& exception) {
        problems.add(exception.mark.line + 1, exception.msg);
    }
    problems.throwIfAny();
    reader.throwIfUnsupported();
    return config;
}

} // namespace hone
