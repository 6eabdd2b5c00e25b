// SPDX-License-Identifier: GPL-3.0-or-later
// Why the runner stops: a sentence for whoever called it.
#pragma once

#include <stdexcept>
#include <string>

namespace hone::runner
{

class Failure : public std::runtime_error
{
public:
    enum class Kind
    {
        System = 1, // these are the exit codes
        Usage = 2,
        Input = 3
    };
    Failure(Kind kind, const std::string& sentence) : std::runtime_error(sentence), m_kind(kind) {}
    Kind kind() const { return m_kind; }

private:
    Kind m_kind;
};

} // namespace hone::runner
