// SPDX-License-Identifier: GPL-3.0-or-later
#include "deploy/bundle.h"

#include "core/error.h"
#include "core/file.h"
#include "core/version.h"

#include <nlohmann/json.hpp>

namespace hone
{

Json toJson(const Bundle& bundle)
{
    Json json;
    json["schema"] = Bundle::schema;
    json["hone"] = std::string(version());
    json["model"] = bundlefile::model;
    json["preprocess"] = bundle.preprocess ? toJson(*bundle.preprocess) : Json();
    json["labels"] = bundle.labels;
    json["files"] = Json::object();
    for (const auto& [name, hash] : bundle.files)
        json["files"][name] = hash;
    return json;
}

Bundle bundleFromJson(const Json& json, const std::string& source)
{
    const auto refuse = [&](const std::string& detail) {
        return Error(MessageCode::DataConfigInvalid, {{"path", source}, {"detail", detail}});
    };
    if (!json.is_object())
        throw refuse("it isn't an object");
    if (json.value("schema", 0) != Bundle::schema)
        throw refuse("schema is not " + std::to_string(Bundle::schema));
    Bundle bundle;
    try {
        if (const auto found = json.find("preprocess"); found != json.end() && !found->is_null())
            bundle.preprocess = preprocessFromJson(*found, source);
        if (const auto found = json.find("labels"); found != json.end())
            bundle.labels = found->get<std::vector<std::string>>();
        if (const auto found = json.find("files"); found != json.end())
            bundle.files = found->get<std::map<std::string, std::string>>();
    } catch (const nlohmann::json::exception& error) {
        throw refuse(error.what());
    }
    if (bundle.preprocess && elementCount(inputShape(*bundle.preprocess)) <= 0)
        throw refuse("preprocess has no size");
    return bundle;
}

Bundle readBundle(const std::string& path)
{
    const auto text = readFile(path);
    const auto json = Json::parse(text, nullptr, false);
    if (json.is_discarded())
        throw Error(MessageCode::DataConfigInvalid, {{"path", path}, {"detail", "it isn't JSON"}});
    return bundleFromJson(json, path);
}

} // namespace hone
