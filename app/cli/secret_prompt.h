// SPDX-License-Identifier: GPL-3.0-or-later
// Asks for a passphrase or password on the terminal, unseen.
#pragma once

#include <optional>
#include <string>

namespace hone::cli
{

// nullopt without a terminal, or where nothing is typed.
std::optional<std::string> askSecret(const std::string& prompt);

} // namespace hone::cli
