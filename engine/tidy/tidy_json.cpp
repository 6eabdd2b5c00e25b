// SPDX-License-Identifier: GPL-3.0-or-later
#include "tidy/tidy_json.h"

#include <nlohmann/json.hpp>

namespace hone
{

Json changesToJson(const std::vector<TidyChange>& changes)
{
    Json list = Json::array();
    for (const auto& change : changes) {
        Json item;
        item["pass"] = name(change.pass);
        item["count"] = change.nodes.size();
        item["nodes"] = change.nodes;
        list.push_back(std::move(item));
    }
    return list;
}

Json toJson(const TidySize& size)
{
    Json json;
    json["nodes"] = size.nodes;
    json["initializers"] = size.initializers;
    json["initializerBytes"] = size.initializerBytes;
    return json;
}

} // namespace hone
