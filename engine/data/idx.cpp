// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/idx.h"

#include "data/label_classes.h"
#include "data/picture_container.h"

#include <algorithm>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr std::size_t imagesHeader = 16, labelsHeader = 8;
constexpr std::uint32_t imagesMagic = 0x00000803, labelsMagic = 0x00000801; // unsigned bytes, 3 and 1 dimensions
constexpr std::uint32_t largestSide = 16384, mostPictures = 100'000'000;

std::string lowerCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

bool isImagesName(const std::string& name)
{
    const auto lower = lowerCase(name);
    const auto images = lower.find("images");
    return images != lower.npos && lower.find("idx3", images) != lower.npos;
}

std::vector<std::string> filesIn(const fs::path& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file())
            names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

// Plain ones, and gzipped ones without a plain twin.
std::vector<std::string> imagesFiles(const fs::path& folder)
{
    std::vector<std::string> names;
    const auto files = filesIn(folder);
    for (const auto& name : files) {
        const bool gzipped = name.ends_with(".gz");
        const bool hasTwin = gzipped && std::binary_search(files.begin(), files.end(), name.substr(0, name.size() - 3));
        if (isImagesName(name) && !hasTwin)
            names.push_back(name);
    }
    return names;
}

fs::path labelsFileOf(const fs::path& folder, const std::string& imagesName)
{
    auto wanted = lowerCase(imagesName);
    wanted.replace(wanted.find("images"), 6, "labels");
    wanted.replace(wanted.find("idx3", wanted.find("labels")), 4, "idx1");
    const auto stem = wanted.ends_with(".gz") ? wanted.substr(0, wanted.size() - 3) : wanted;
    for (const auto& name : filesIn(folder)) {
        const auto lower = lowerCase(name);
        if (lower == stem || lower == stem + ".gz")
            return folder / name;
    }
    throw Error(MessageCode::FileNotFound, {{"path", (folder / stem).string()}});
}

std::uint32_t bigEndian(std::string_view bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

[[noreturn]] void throwUnreadable(const fs::path& path, const std::string& reason)
{
    throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", reason}});
}

struct ImagesHeader
{
    std::uint32_t count = 0;
    RecordLayout layout;
};

ImagesHeader readImagesHeader(const fs::path& path)
{
    const auto bytes = readPlainOrGzipped(path, imagesHeader);
    if (bytes.size() < imagesHeader || bigEndian(bytes, 0) != imagesMagic)
        throwUnreadable(path, "it does not begin as an IDX file of pictures does");
    const auto count = bigEndian(bytes, 4), height = bigEndian(bytes, 8), width = bigEndian(bytes, 12);
    if (width == 0 || height == 0 || width > largestSide || height > largestSide || count > mostPictures)
        throwUnreadable(path,
                        "it states " + std::to_string(count) + " pictures of " + std::to_string(width) + "x" + std::to_string(height));
    return {count, {imagesHeader, 0, int(width), int(height), 1}};
}

std::string readLabels(const fs::path& path, std::uint32_t count)
{
    auto bytes = readPlainOrGzipped(path, labelsHeader + count);
    if (bytes.size() < labelsHeader || bigEndian(bytes, 0) != labelsMagic)
        throwUnreadable(path, "it does not begin as an IDX file of labels does");
    if (bigEndian(bytes, 4) != count)
        throwUnreadable(path, "it states " + std::to_string(bigEndian(bytes, 4)) + " labels for " + std::to_string(count) + " pictures");
    if (bytes.size() < labelsHeader + count)
        throwUnreadable(path, "it is shorter than it states");
    return bytes.substr(labelsHeader);
}

std::optional<Split> splitOfName(const std::string& name)
{
    const auto lower = lowerCase(name.substr(0, lowerCase(name).find("images")));
    if (lower.find("train") != lower.npos)
        return Split::Train;
    if (lower.find("t10k") != lower.npos || lower.find("test") != lower.npos)
        return Split::Test;
    if (lower.find("val") != lower.npos)
        return Split::Validation;
    return std::nullopt;
}

struct Part
{
    std::string file;
    Split split = Split::Train;
};

std::vector<Part> statedParts(const std::vector<std::string>& files, const DatasetConfig& config)
{
    std::vector<Part> parts;
    ConfigProblems problems(config.path);
    for (const auto& [split, places] : config.splits) {
        for (const auto& place : places) {
            const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.starts_with(place); });
            if (found == files.end())
                problems.add(config.splitsLine, "no file of pictures begins with \"" + place + "\"");
            else
                parts.push_back({*found, split});
        }
    }
    problems.throwIfAny();
    return parts;
}

std::vector<Part> partsByLooking(const fs::path& folder, const std::vector<std::string>& files, bool& undivided)
{
    std::vector<Part> parts;
    std::map<std::optional<Split>, int> counts;
    for (const auto& file : files) {
        const auto split = splitOfName(file);
        ++counts[split];
        parts.push_back({file, split.value_or(Split::Train)});
    }
    undivided = parts.size() == 1 && counts.contains(std::nullopt);
    const bool clear = undivided || (!counts.contains(std::nullopt) &&
                                     std::all_of(counts.begin(), counts.end(), [](const auto& c) { return c.second == 1; }));
    if (!clear) {
        ConfigProblems problems(folder / "dataset.yaml");
        problems.add(0, "several IDX files could be the same split: say in splits which is which");
        problems.throwIfAny();
    }
    return parts;
}

} // namespace

bool looksLikeIdx(const fs::path& folder)
{
    return !imagesFiles(folder).empty();
}

Listing listIdx(const fs::path& folder, const DatasetConfig& config)
{
    const auto files = imagesFiles(folder);
    if (files.empty())
        throw Error(MessageCode::DataEmpty, {{"path", folder.string()}, {"split", std::string(name(Split::Train))}});
    Listing listing;
    const auto parts = config.splits.empty() ? partsByLooking(folder, files, listing.undivided) : statedParts(files, config);
    std::vector<LabelledRecord> records;
    for (const auto& part : parts) {
        const auto header = readImagesHeader(folder / part.file);
        const auto labels = readLabels(labelsFileOf(folder, part.file), header.count);
        const auto container = std::uint32_t(listing.containers.size());
        listing.containers.push_back(std::make_shared<PictureContainer>(folder / part.file, header.layout));
        for (std::uint32_t i = 0; i < header.count; ++i)
            records.push_back({static_cast<unsigned char>(labels[i]), part.split, {{}, header.layout.recordBytes(), 0, container, i}});
    }
    fillClasses(listing, records, {}, config);
    return listing;
}

} // namespace hone
