// SPDX-License-Identifier: GPL-3.0-or-later
#include "arguments.h"
#include "core/version.h"
#include "deploy/bundle.h"
#include "runner_model.h"
#include "verbs.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace hone::runner
{
namespace
{

Json toJson(const std::vector<Port>& ports)
{
    auto json = Json::array();
    for (const auto& port : ports)
        json.push_back({{"name", port.name}, {"dtype", std::string(name(port.dtype))}, {"shape", port.shape}});
    return json;
}

} // namespace

void info(const Words& words)
{
    Arguments::parse(words, {}, {});
    const auto bundle = readBundle(besideProgram(bundlefile::bundle));
    const Model model(besideProgram(bundlefile::model), 1);
    Json json;
    json["hone"] = std::string(version());
    json["runtime"] = Model::runtimeVersion();
    json["inputs"] = toJson(model.inputs());
    json["outputs"] = toJson(model.outputs());
    json["preprocess"] = bundle.preprocess ? hone::toJson(*bundle.preprocess) : Json();
    json["labels"] = bundle.labels;
    std::cout << json.dump(2) << "\n";
}

} // namespace hone::runner
