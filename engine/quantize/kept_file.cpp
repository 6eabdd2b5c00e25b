// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantize/kept_file.h"

#include "core/file.h"

#include <nlohmann/json.hpp>

#include <system_error>
#include <utility>

namespace hone
{
namespace
{

constexpr int schema = 1;

} // namespace

std::filesystem::path keptFile(const std::filesystem::path& folder, const std::string& key, const std::string& ending)
{
    constexpr std::size_t enough = 16; // characters of a hash
    return folder.empty() ? folder : folder / (key.substr(0, enough) + ending);
}

void writeKept(const std::filesystem::path& file, const std::string& key, Json content)
{
    content["schema"] = schema;
    content["key"] = key;
    const auto bytes = Json::to_cbor(content);
    writeFileAtomically(file, std::string(bytes.begin(), bytes.end()));
}

std::optional<Json> readKept(const std::filesystem::path& file, const std::string& key)
{
    std::error_code ignored;
    if (file.empty() || !std::filesystem::exists(file, ignored))
        return std::nullopt;
    try {
        auto json = Json::from_cbor(readFile(file));
        if (json.at("schema").get<int>() != schema || json.at("key").get<std::string>() != key)
            return std::nullopt;
        return json;
    } catch (const nlohmann::json::exception&) {
        return std::nullopt;
    }
}

} // namespace hone
