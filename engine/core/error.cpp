// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"

#include <array>
#include <utility>

namespace hone
{
namespace
{

struct CodeFacts
{
    std::string_view name;
    MessageCategory category;
};

constexpr auto codeFacts = std::to_array<CodeFacts>({
#define HONE_CODE(code, category) {#code, MessageCategory::category},
    HONE_MESSAGE_CODES(HONE_CODE)
#undef HONE_CODE
});

const CodeFacts& facts(MessageCode code)
{
    return codeFacts.at(static_cast<std::size_t>(code));
}

} // namespace

Error::Error(MessageCode code, MessageArguments arguments) : m_message{code, std::move(arguments)}, m_what(name(code))
{
    for (const auto& [key, value] : m_message.arguments)
        m_what += " " + key + "='" + value + "'";
}

std::string_view name(MessageCode code)
{
    return facts(code).name;
}

MessageCategory category(MessageCode code)
{
    return facts(code).category;
}

const std::vector<MessageCode>& allMessageCodes()
{
    static const std::vector<MessageCode> codes = {
#define HONE_CODE(code, category) MessageCode::code,
        HONE_MESSAGE_CODES(HONE_CODE)
#undef HONE_CODE
    };
    return codes;
}

std::string fillSentence(std::string_view sentence, const MessageArguments& arguments)
{
    std::string filled;
    for (std::size_t at = 0; at < sentence.size();) {
        const auto open = sentence.find('{', at);
        const auto close = open == sentence.npos ? open : sentence.find('}', open);
        if (close == sentence.npos) {
            filled += sentence.substr(at);
            break;
        }
        filled += sentence.substr(at, open - at);
        const auto found = arguments.find(std::string(sentence.substr(open + 1, close - open - 1)));
        filled += found == arguments.end() ? "?" : found->second;
        at = close + 1;
    }
    return filled;
}

} // namespace hone
