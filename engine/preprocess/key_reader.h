// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the keys of one preprocess, collecting what is wrong with each. Internal to this room.
#pragma once

#include "core/json.h"
#include "preprocess/preprocess.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hone
{

template<class Enum>
using KeyNames = std::vector<std::pair<Enum, std::string>>;

template<class Enum>
std::string nameOf(const KeyNames<Enum>& names, Enum value)
{
    return std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == value; })->second;
}

class KeyReader
{
public:
    KeyReader(const Json& json, std::vector<KeyProblem>& problems) : m_json(json), m_problems(problems) { m_known.insert("kind"); }

    template<class Enum>
    void choice(const std::string& key, const KeyNames<Enum>& names, Enum& value)
    {
        if (!present(key))
            return;
        std::string choices;
        for (const auto& [each, text] : names) {
            if (m_json[key] == text) {
                value = each;
                return;
            }
            choices += (choices.empty() ? "" : ", ") + text;
        }
        problem(key, "must be one of " + choices);
    }

    struct Range
    {
        double low;
        double high;
    };
    void whole(const std::string& key, Range range, int& value);
    void number(const std::string& key, Range range, double& value);
    // Numbers that are not all finite are refused. A std must not hold a 0.
    void numbers(const std::string& key, std::vector<double>& value);
    void shape(const std::string& key, Dimensions& value);
    // mean or std: one number a channel, or one for all of `channels`.
    void perChannel(const std::string& key, int channels, std::vector<double>& value);
    void size(PicturePreprocess& value);
    void range(PicturePreprocess& value);
    void reportUnknownKeys();

private:
    bool present(const std::string& key);
    void problem(const std::string& key, std::string text) { m_problems.push_back({key, std::move(text)}); }

    const Json& m_json;
    std::vector<KeyProblem>& m_problems;
    std::set<std::string> m_known;
};

} // namespace hone
