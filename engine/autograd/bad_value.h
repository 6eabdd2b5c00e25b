// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace hone
{

// Where numbers stopped being finite.
struct BadValue
{
    std::string value; // its name in the graph
    std::string layer; // the node that makes it, or reads it where it is an initializer
};

} // namespace hone
