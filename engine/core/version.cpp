// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/version.h"

#include <array>
#include <fstream>
#include <sstream>

namespace hone
{
namespace
{

// The extensions that change which kernels run, in /proc/cpuinfo's names (x86 "flags", Arm "Features").
constexpr std::array relevantFeatures = {"avx2",     "fma",   "avx512f", "avx512_vnni", "avx_vnni", "avx512_bf16",
                                         "amx_int8", "asimd", "asimddp", "i8mm",        "bf16",     "sve"};

} // namespace

std::string_view version()
{
    return HONE_VERSION;
}

std::map<std::string, std::string> processorFacts()
{
    std::map<std::string, std::string> facts{{"processor", "unknown"}, {"features", ""}};
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        if (colon == line.npos || colon + 2 > line.size())
            continue;
        const auto key = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
        const auto value = line.substr(colon + 2);
        if (key == "model name" && facts["processor"] == "unknown")
            facts["processor"] = value;
        if ((key == "flags" || key == "Features") && facts["features"].empty()) {
            std::istringstream words(value);
            for (std::string word; words >> word;)
                for (const auto* feature : relevantFeatures)
                    if (word == feature)
                        facts["features"] += (facts["features"].empty() ? "" : " ") + word;
        }
    }
    return facts;
}

} // namespace hone
