// SPDX-License-Identifier: GPL-3.0-or-later
// What every report's page has in common.
#pragma once

#include <string>
#include <string_view>

namespace hone::html
{

// A whole file that needs no other: the title in plain text, the content in HTML, in the colours that its reader's system asks for.
std::string page(std::string_view title, std::string_view content);

} // namespace hone::html
