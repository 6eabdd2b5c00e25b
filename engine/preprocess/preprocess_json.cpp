// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"
#include "preprocess/preprocess.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace hone
{
namespace
{

template<class Enum>
using Names = std::vector<std::pair<Enum, std::string>>;

const Names<ChannelOrder> channelNames = {
    {ChannelOrder::Rgb, "rgb"}, {ChannelOrder::Bgr, "bgr"}, {ChannelOrder::Gray, "gray"}};
const Names<Layout> layoutNames = {{Layout::Nchw, "nchw"}, {Layout::Nhwc, "nhwc"}};
const Names<Fit> fitNames = {{Fit::Stretch, "stretch"}, {Fit::CenterCrop, "center-crop"}};
const std::vector<std::string> knownKeys = {"size", "range", "mean", "std", "channels", "layout", "fit"};
constexpr int largestSide = 16384;

template<class Enum>
std::string nameOf(const Names<Enum>& names, Enum value)
{
    return std::find_if(names.begin(), names.end(), [&](const auto& entry) { return entry.first == value; })->second;
}

class Reader
{
public:
    Reader(const Json& json, std::vector<KeyProblem>& problems) : m_json(json), m_problems(problems) {}

    template<class Enum>
    void read(const std::string& key, const Names<Enum>& names, Enum& value)
    {
        if (!m_json.contains(key))
            return;
        std::string choices;
        for (const auto& [choice, text] : names) {
            if (m_json[key] == text) {
                value = choice;
                return;
            }
            choices += (choices.empty() ? "" : ", ") + text;
        }
        problem(key, "must be one of " + choices);
    }

    void readSize(Preprocess& value)
    {
        if (!m_json.contains("size"))
            return;
        const auto numbers = numbersOf(m_json["size"]);
        const auto good = [](double side) { return side >= 1 && side <= largestSide && side == std::floor(side); };
        if (numbers.empty() || numbers.size() > 2 || !std::all_of(numbers.begin(), numbers.end(), good))
            return problem("size", "must be [height, width], whole numbers from 1 to " + std::to_string(largestSide));
        value.height = int(numbers.front());
        value.width = int(numbers.back());
    }

    void readRange(Preprocess& value)
    {
        if (!m_json.contains("range"))
            return;
        const auto numbers = numbersOf(m_json["range"]);
        if (numbers.size() != 2 || numbers[0] == numbers[1])
            return problem("range", "must be two different numbers: those of the darkest and the brightest pixel");
        value.range = {numbers[0], numbers[1]};
    }

    void readPerChannel(const std::string& key, int channels, std::vector<double>& value)
    {
        value.assign(channels, key == "std" ? 1.0 : 0.0);
        if (!m_json.contains(key))
            return;
        auto numbers = numbersOf(m_json[key]);
        if (numbers.size() == 1)
            numbers.resize(channels, numbers.front());
        if (int(numbers.size()) != channels)
            return problem(key, "must be " + std::to_string(channels) + " number(s), one a channel");
        if (key == "std" && std::find(numbers.begin(), numbers.end(), 0.0) != numbers.end())
            return problem(key, "must not be 0: pixels are divided by it");
        value = numbers;
    }

    void reportUnknownKeys()
    {
        for (const auto& [key, ignored] : m_json.items())
            if (std::find(knownKeys.begin(), knownKeys.end(), key) == knownKeys.end())
                problem(key, "is not a key of preprocess (size, range, mean, std, channels, layout, fit)");
    }

private:
    void problem(const std::string& key, std::string text) { m_problems.push_back({key, std::move(text)}); }

    // Empty where anything in it is not a finite number.
    static std::vector<double> numbersOf(const Json& json)
    {
        std::vector<double> numbers;
        for (const auto& element : json.is_array() ? json : Json::array({json})) {
            if (!element.is_number() || !std::isfinite(element.get<double>()))
                return {};
            numbers.push_back(element.get<double>());
        }
        return numbers;
    }

    const Json& m_json;
    std::vector<KeyProblem>& m_problems;
};

} // namespace

Json toJson(const Preprocess& preprocess)
{
    Json json;
    if (preprocess.width > 0)
        json["size"] = {preprocess.height, preprocess.width};
    json["range"] = preprocess.range;
    json["mean"] = preprocess.mean;
    json["std"] = preprocess.std;
    json["channels"] = nameOf(channelNames, preprocess.channels);
    json["layout"] = nameOf(layoutNames, preprocess.layout);
    json["fit"] = nameOf(fitNames, preprocess.fit);
    return json;
}

Preprocess readPreprocess(const Json& json, std::vector<KeyProblem>& problems)
{
    Preprocess value;
    if (!json.is_object()) {
        problems.push_back({"", "must be keys with values"});
        return value;
    }
    Reader reader(json, problems);
    reader.read("channels", channelNames, value.channels);
    reader.read("layout", layoutNames, value.layout);
    reader.read("fit", fitNames, value.fit);
    reader.readSize(value);
    reader.readRange(value);
    reader.readPerChannel("mean", value.channelCount(), value.mean);
    reader.readPerChannel("std", value.channelCount(), value.std);
    reader.reportUnknownKeys();
    return value;
}

Preprocess preprocessFromJson(const Json& json, const std::string& source)
{
    std::vector<KeyProblem> problems;
    const auto value = readPreprocess(json, problems);
    std::string detail;
    for (const auto& [key, text] : problems)
        detail += (detail.empty() ? "" : "; ") + (key.empty() ? std::string("preprocess") : key) + " " + text;
    if (!detail.empty())
        throw Error(MessageCode::DataConfigInvalid, {{"path", source}, {"detail", detail}});
    return value;
}

} // namespace hone
