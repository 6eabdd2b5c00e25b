// SPDX-License-Identifier: GPL-3.0-or-later
#include "arguments.h"
#include "deploy/bundle.h"
#include "deploy/smoke_input.h"
#include "runner_model.h"
#include "verbs.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace hone::runner
{
namespace
{

constexpr std::size_t mostValues = 4096; // of an output; enough to tell a right answer from a wrong one

} // namespace

void smoke(const Words& words)
{
    Arguments::parse(words, {}, {});
    const auto bundle = readBundle(besideProgram(bundlefile::bundle));
    Model model(besideProgram(bundlefile::model), 1);
    std::vector<Tensor> inputs;
    for (std::size_t i = 0; i < model.inputs().size(); ++i)
        inputs.push_back(smokeInput(i, model.inputs()[i].dtype, model.inputs()[i].shape, bundle.preprocess));
    const auto outputs = model.run(inputs);
    Json json{{"runtime", Model::runtimeVersion()}, {"outputs", Json::array()}};
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        auto values = toFloats(outputs[i]);
        values.resize(std::min(values.size(), mostValues));
        json["outputs"].push_back({{"name", model.outputs()[i].name}, {"shape", outputs[i].shape()}, {"values", values}});
    }
    std::cout << json.dump() << "\n";
}

} // namespace hone::runner
