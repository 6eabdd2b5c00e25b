// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/laptop_answers.h"

#include "core/error.h"
#include "deploy/smoke_input.h"
#include "preprocess/raw_input.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

constexpr double tolerance = 0.1; // of the largest value
constexpr double smallest = 1e-3; // largest values under this one count as this

} // namespace

LaptopAnswers::LaptopAnswers(const std::filesystem::path& model, const Bundle& bundle, int threads)
    : m_session(model, {.threads = threads}),
      m_bundle(bundle)
{}

std::vector<Tensor> LaptopAnswers::smoke()
{
    std::vector<Tensor> inputs;
    for (const auto& port : m_session.inputs())
        inputs.push_back(smokeInput(inputs.size(), port.dtype, withFreeAs(port.shape, 1), m_bundle.preprocess));
    return m_session.run(inputs);
}

int LaptopAnswers::classify(const RawSample& sample)
{
    const auto outputs = m_session.run({asTaken(inputOf(FrontEnd(*m_bundle.preprocess), sample), m_session.inputs().at(0).dtype)});
    const auto scores = toFloats(outputs.at(0));
    return static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

std::optional<std::string> difference(const std::vector<Tensor>& device, const std::vector<Tensor>& laptop)
{
    if (device.size() != laptop.size())
        return std::to_string(device.size()) + " outputs instead of " + std::to_string(laptop.size());
    for (std::size_t i = 0; i < device.size(); ++i) {
        const auto there = toFloats(device[i]), here = toFloats(laptop[i]);
        if (there.size() > here.size() || (there.empty() && !here.empty()))
            return "output " + std::to_string(i) + " has " + std::to_string(there.size()) + " values instead of " +
                   std::to_string(here.size());
        double largest = smallest;
        for (const auto value : here)
            largest = std::max(largest, std::abs(double{value}));
        for (std::size_t k = 0; k < there.size(); ++k)
            if (!(std::abs(double{there[k]} - here[k]) <= tolerance * largest))
                return "output " + std::to_string(i) + ", value " + std::to_string(k) + ": " + std::to_string(there[k]) + " there, " +
                       std::to_string(here[k]) + " here";
    }
    return std::nullopt;
}

} // namespace hone
