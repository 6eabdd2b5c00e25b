// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"
#include "deploy/ssh_session.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace hone
{
namespace
{

// 1 to 65535, or 0 where the text is none.
int portFrom(std::string_view text)
{
    int port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0 && port < 65536 ? port : 0;
}

// A leading dash would read as an option to any program that the name is given to.
bool isName(std::string_view text, std::string_view refused)
{
    return !text.empty() && text.front() != '-' && std::none_of(text.begin(), text.end(), [&](unsigned char c) {
        return c <= ' ' || c == 127 || refused.find(static_cast<char>(c)) != refused.npos;
    });
}

} // namespace

DeviceAddress DeviceAddress::parse(const std::string& text)
{
    const auto refuse = [&]() -> Error { return Error(MessageCode::DeviceAddressInvalid, {{"address", text}}); };
    DeviceAddress address;
    std::string_view rest = text;
    if (const auto at = rest.rfind('@'); at != rest.npos) {
        address.user = rest.substr(0, at);
        rest.remove_prefix(at + 1);
        if (!isName(address.user, "/"))
            throw refuse();
    }
    std::string_view port;
    bool hasPort = false;
    if (!rest.empty() && rest.front() == '[') {
        const auto close = rest.find(']');
        if (close == rest.npos)
            throw refuse();
        address.host = rest.substr(1, close - 1);
        const auto behind = rest.substr(close + 1);
        hasPort = !behind.empty();
        if (hasPort && behind.front() != ':')
            throw refuse();
        port = hasPort ? behind.substr(1) : behind;
    } else if (std::count(rest.begin(), rest.end(), ':') > 1) {
        address.host = rest; // an IPv6 address without brackets has no port
    } else {
        const auto colon = rest.find(':');
        hasPort = colon != rest.npos;
        address.host = rest.substr(0, colon);
        port = hasPort ? rest.substr(colon + 1) : "";
    }
    if (!isName(address.host, "/@[]"))
        throw refuse();
    if (hasPort) {
        address.port = portFrom(port);
        if (address.port == 0)
            throw refuse();
    }
    return address;
}

} // namespace hone
