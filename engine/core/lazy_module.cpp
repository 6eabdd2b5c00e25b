// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/lazy_module.h"

#include "core/error.h"

#include <dlfcn.h>

namespace hone
{

void* lazySymbol(const std::string& module, const std::string& symbol)
{
    // Found by the run path of the program that this code is linked into. dlopen counts references and is thread-safe.
    const auto file = "libhone_" + module + ".so";
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* address = library ? ::dlsym(library, symbol.c_str()) : nullptr;
    if (!address) {
        const char* reason = ::dlerror();
        throw Error(MessageCode::ModuleMissing, {{"module", file}, {"reason", reason ? reason : "unknown"}});
    }
    return address;
}

} // namespace hone
