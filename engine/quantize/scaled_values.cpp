// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/scaled_values.h"

#include "core/error.h"
#include "core/json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace hone
{
namespace
{

constexpr auto key = "hone.scaled";

[[noreturn]] void invalid(const std::string& detail)
{
    throw Error(MessageCode::ModelInvalid, {{"path", "metadata " + std::string(key)}, {"detail", detail}});
}

// "1 2.531 8": shorter than a list of JSON numbers.
std::string textOf(const std::vector<double>& factors)
{
    std::string text;
    for (const double factor : factors)
        text += fmt::format("{}{:.4g}", text.empty() ? "" : " ", factor);
    return text;
}

std::vector<double> factorsFrom(const std::string& text)
{
    std::vector<double> factors;
    std::istringstream stream(text);
    for (double factor = 0; stream >> factor;) {
        if (!(factor > 0) || !std::isfinite(factor))
            invalid("a factor is not above 0");
        factors.push_back(factor);
    }
    return factors;
}

} // namespace

double ScaledValues::largestFactor() const
{
    double largest = 1;
    for (const double factor : factors)
        largest = std::max({largest, factor, 1 / factor});
    return largest;
}

void writeScaledValues(Graph& graph, const std::vector<ScaledValues>& scaled)
{
    if (scaled.empty())
        return;
    Json json = Json::array();
    for (const auto& one : scaled)
        json.push_back(
            {{"first", one.first}, {"second", one.second}, {"values", one.values}, {"axis", one.axis}, {"factors", textOf(one.factors)}});
    graph.metadata[key] = json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<ScaledValues> readScaledValues(const Graph& graph)
{
    const auto found = graph.metadata.find(key);
    if (found == graph.metadata.end())
        return {};
    try {
        std::vector<ScaledValues> scaled;
        for (const auto& item : Json::parse(found->second))
            scaled.push_back({item.at("first").get<std::string>(), item.at("second").get<std::vector<std::string>>(),
                              item.at("values").get<std::vector<std::string>>(), item.at("axis").get<int>(),
                              factorsFrom(item.at("factors").get<std::string>())});
        return scaled;
    } catch (const Json::exception& exception) {
        invalid(exception.what());
    }
}

} // namespace hone
