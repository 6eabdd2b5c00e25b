// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/architecture.h"

#include "core/error.h"
#include "train/architecture_families.h"

#include <fmt/format.h>

#include <cmath>

namespace hone
{

namespace
{

struct Architecture
{
    const char* name;
    Graph (*make)(const ArchitectureOptions& options);
    ArchitectureOptions defaults;
};

// In the order in which they are listed to people.
const std::vector<Architecture>& registry()
{
    const ArchitectureOptions small = {.width = 16, .inputChannels = 3, .inputSize = 32};
    const ArchitectureOptions picture = {.width = 32, .inputChannels = 3, .inputSize = 224};
    // 49 frames of 10 MFCC, as "Hello Edge" has them.
    const ArchitectureOptions keyword = {.width = 64, .inputChannels = 1, .inputHeight = 49, .inputWidth = 10};
    // Five frames of 128 log-mel bands.
    const ArchitectureOptions numbers = {.width = 128, .inputChannels = 1, .inputSize = 640};
    const ArchitectureOptions patches = {.width = 192, .inputChannels = 3, .inputSize = 32, .depth = 6};
    static const std::vector<Architecture> all = {
        {"resnet8", makeResNet, small},  {"resnet20", makeResNet, small},           {"resnet32", makeResNet, small},
        {"resnet56", makeResNet, small}, {"mobilenetv1", makeMobileNetV1, picture}, {"mobilenetv2", makeMobileNetV2, picture},
        {"dscnn", makeDsCnn, keyword},   {"autoencoder", makeAutoencoder, numbers}, {"vit", makeVit, patches}};
    return all;
}

const Architecture& named(const std::string& name)
{
    for (const auto& architecture : registry())
        if (architecture.name == name)
            return architecture;
    std::string known;
    for (const auto& other : knownArchitectures())
        known += (known.empty() ? "" : ", ") + other;
    throw Error(MessageCode::ArchitectureUnknown, {{"name", name}, {"known", known}});
}

void requireWithin(const char* option, double value, double lowest, double highest)
{
    if (!(value >= lowest && value <= highest))
        throw Error(MessageCode::BadOption, {{"option", option},
                                             {"value", fmt::format("{:g}", value)},
                                             {"expected", fmt::format("a number from {:g} to {:g}", lowest, highest)}});
}

} // namespace

std::vector<std::string> knownArchitectures()
{
    std::vector<std::string> names;
    for (const auto& architecture : registry())
        names.emplace_back(architecture.name);
    return names;
}

bool hasClasses(const std::string& architecture)
{
    return named(architecture).make != makeAutoencoder;
}

ArchitectureOptions withDefaults(ArchitectureOptions options)
{
    const ArchitectureOptions& own = named(options.name).defaults;
    const auto fill = [](int& value, int otherwise) {
        if (value == 0)
            value = otherwise;
    };
    fill(options.width, own.width);
    fill(options.inputChannels, own.inputChannels);
    fill(options.depth, own.depth);
    if (options.height() == 0 && options.columns() == 0) {
        options.inputSize = own.inputSize;
        options.inputHeight = own.inputHeight;
        options.inputWidth = own.inputWidth;
    }
    return options;
}

Graph makeArchitecture(const ArchitectureOptions& options)
{
    const Architecture& architecture = named(options.name);
    const ArchitectureOptions whole = withDefaults(options);
    requireWithin("width", whole.width, 1, 4096);
    requireWithin("widthMultiplier", whole.widthMultiplier, 0.01, 100);
    requireWithin("width times widthMultiplier", std::round(whole.width * whole.widthMultiplier), 1, 4096);
    requireWithin("classes", whole.classes, 2, 1e6);
    requireWithin("inputChannels", whole.inputChannels, 1, 4096);
    requireWithin("inputHeight", whole.height(), 1, 1e6);
    requireWithin("inputWidth", whole.columns(), 1, 1e6);
    if (whole.depth > 0 && architecture.defaults.depth == 0)
        throw Error(MessageCode::BadOption, {{"option", "depth"},
                                             {"value", std::to_string(whole.depth)},
                                             {"expected", "0 for " + whole.name + ", whose blocks are its own"}});
    return architecture.make(whole);
}

} // namespace hone
