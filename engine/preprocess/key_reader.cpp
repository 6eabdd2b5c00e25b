// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/key_reader.h"

#include <cmath>

namespace hone
{
namespace
{

constexpr int largestSide = 16384;

// Empty where anything in it is not a finite number.
std::vector<double> numbersOf(const Json& json)
{
    std::vector<double> numbers;
    for (const auto& element : json.is_array() ? json : Json::array({json})) {
        if (!element.is_number() || !std::isfinite(element.get<double>()))
            return {};
        numbers.push_back(element.get<double>());
    }
    return numbers;
}

// 0.5 rather than 0.500000
std::string text(double number)
{
    return Json(number).dump();
}

bool isWhole(double number)
{
    return number == std::floor(number);
}

} // namespace

bool KeyReader::present(const std::string& key)
{
    m_known.insert(key);
    return m_json.contains(key);
}

void KeyReader::whole(const std::string& key, Range range, int& value)
{
    double read = value;
    const auto before = m_problems.size();
    number(key, range, read);
    if (m_problems.size() == before && !isWhole(read))
        return problem(key, "must be a whole number");
    value = int(read);
}

void KeyReader::number(const std::string& key, Range range, double& value)
{
    if (!present(key))
        return;
    const auto numbers = m_json[key].is_array() ? std::vector<double>() : numbersOf(m_json[key]);
    if (numbers.size() != 1 || numbers[0] < range.low || numbers[0] > range.high)
        return problem(key, "must be a number from " + text(range.low) + " to " + text(range.high));
    value = numbers[0];
}

void KeyReader::numbers(const std::string& key, std::vector<double>& value)
{
    if (!present(key))
        return;
    const auto read = numbersOf(m_json[key]);
    if (read.empty())
        return problem(key, "must be a number or a list of numbers");
    if (key == "std" && std::find(read.begin(), read.end(), 0.0) != read.end())
        return problem(key, "must not be 0: values are divided by it");
    value = read;
}

void KeyReader::shape(const std::string& key, Dimensions& value)
{
    if (!present(key))
        return;
    const auto read = numbersOf(m_json[key]);
    const auto good = [](double extent) { return extent >= 1 && extent <= 1e9 && isWhole(extent); };
    double elements = 1;
    for (const auto extent : read)
        elements *= extent;
    if (read.empty() || !std::all_of(read.begin(), read.end(), good) || elements > 1e9)
        return problem(key, "must be a list of whole numbers from 1, without the batch");
    value.assign(read.begin(), read.end());
}

void KeyReader::perChannel(const std::string& key, int channels, std::vector<double>& value)
{
    value.assign(std::size_t(channels), key == "std" ? 1.0 : 0.0);
    if (!present(key))
        return;
    auto numbers = numbersOf(m_json[key]);
    if (numbers.size() == 1)
        numbers.resize(std::size_t(channels), numbers.front());
    if (int(numbers.size()) != channels)
        return problem(key, "must be " + std::to_string(channels) + " number(s), one a channel");
    if (key == "std" && std::find(numbers.begin(), numbers.end(), 0.0) != numbers.end())
        return problem(key, "must not be 0: pixels are divided by it");
    value = numbers;
}

void KeyReader::size(PicturePreprocess& value)
{
    if (!present("size"))
        return;
    const auto numbers = numbersOf(m_json["size"]);
    const auto good = [](double side) { return side >= 1 && side <= largestSide && isWhole(side); };
    if (numbers.empty() || numbers.size() > 2 || !std::all_of(numbers.begin(), numbers.end(), good))
        return problem("size", "must be [height, width], whole numbers from 1 to " + std::to_string(largestSide));
    value.height = int(numbers.front());
    value.width = int(numbers.back());
}

void KeyReader::range(PicturePreprocess& value)
{
    if (!present("range"))
        return;
    const auto numbers = numbersOf(m_json["range"]);
    if (numbers.size() != 2 || numbers[0] == numbers[1])
        return problem("range", "must be two different numbers: those of the darkest and the brightest pixel");
    value.range = {numbers[0], numbers[1]};
}

void KeyReader::reportUnknownKeys()
{
    std::string known;
    for (const auto& key : m_known)
        known += (known.empty() ? "" : ", ") + key;
    for (const auto& [key, ignored] : m_json.items())
        if (!m_known.contains(key))
            problem(key, "is not a key of preprocess (" + known + ")");
}

} // namespace hone
