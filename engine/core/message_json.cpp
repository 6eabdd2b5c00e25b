// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/message_json.h"

#include <nlohmann/json.hpp>

namespace hone
{

Json messageToJson(const Message& message)
{
    Json json;
    json["code"] = name(message.code);
    json["arguments"] = Json::object();
    for (const auto& [key, value] : message.arguments)
        json["arguments"][key] = value;
    return json;
}

Json messagesToJson(const std::vector<Message>& messages)
{
    Json list = Json::array();
    for (const auto& message : messages)
        list.push_back(messageToJson(message));
    return list;
}

std::vector<Message> messagesFromJson(const Json& json)
{
    std::vector<Message> messages;
    for (const auto& item : json)
        for (const auto code : allMessageCodes())
            if (name(code) == item.at("code").get_ref<const std::string&>())
                messages.push_back({code, item.at("arguments").get<MessageArguments>()});
    return messages;
}

} // namespace hone
