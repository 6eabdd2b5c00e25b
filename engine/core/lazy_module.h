// SPDX-License-Identifier: GPL-3.0-or-later
// Opens libhone_<name>.so on first use, so that a program pays for LibTorch or OpenCV only when it needs them.
#pragma once

#include <string>

namespace hone
{

// The address of an extern "C" symbol of the module, which stays open until the program ends. Thread-safe.
// Throws Error(ModuleMissing).
void* lazySymbol(const std::string& module, const std::string& symbol);

template<class Function>
Function* lazyFunction(const std::string& module, const std::string& symbol)
{
    return reinterpret_cast<Function*>(lazySymbol(module, symbol));
}

} // namespace hone
