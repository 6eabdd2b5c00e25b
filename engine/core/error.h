// SPDX-License-Identifier: GPL-3.0-or-later
// The one exception type of the engine, and the messages that results carry.
#pragma once

#include "core/message_codes.h"

#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

enum class MessageCode
{
#define HONE_CODE(code, category) code,
    HONE_MESSAGE_CODES(HONE_CODE)
#undef HONE_CODE
};

// Who can do something about it; the command line's exit code follows from this.
enum class MessageCategory
{
    Notice, // nothing failed
    Usage,  // how Hone was called
    Input,  // model, data, recipe, project
    Device, // device or network
    System  // this machine
};

using MessageArguments = std::map<std::string, std::string>;

// A code with named arguments; a front end turns it into a sentence.
struct Message
{
    MessageCode code;
    MessageArguments arguments;

    bool operator==(const Message&) const = default;
};

class Error : public std::exception
{
public:
    explicit Error(MessageCode code, MessageArguments arguments = {});

    const Message& message() const { return m_message; }
    MessageCode code() const { return m_message.code; }
    // Code and arguments for logs; users read a front end's sentence instead.
    const char* what() const noexcept override { return m_what.c_str(); }

private:
    Message m_message;
    std::string m_what;
};

std::string_view name(MessageCode code);
MessageCategory category(MessageCode code);
const std::vector<MessageCode>& allMessageCodes();

// Replaces each {argument} of a sentence by its value; an argument that is missing becomes "?".
std::string fillSentence(std::string_view sentence, const MessageArguments& arguments);

} // namespace hone
