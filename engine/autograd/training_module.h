// SPDX-License-Identifier: GPL-3.0-or-later
// The lazy module "training": its name, and what has to be so before LibTorch loads.
#pragma once

#include "core/lazy_module.h"

#include <string>

namespace hone
{

void* trainingSymbol(const std::string& symbol);

// Throws Error(ModuleMissing).
template<class Function>
Function* trainingFunction(const std::string& symbol)
{
    return reinterpret_cast<Function*>(trainingSymbol(symbol));
}

} // namespace hone
