// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/cifar_binary.h"

#include "core/file.h"
#include "data/label_classes.h"
#include "data/picture_container.h"

#include <algorithm>
#include <sstream>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr int side = 32, colours = 3;

std::vector<std::string> binaryFilesIn(const fs::path& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && entry.path().extension() == ".bin")
            names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<Split> splitOfName(const std::string& name)
{
    if (name.starts_with("data_batch") || name == "train.bin")
        return Split::Train;
    if (name.starts_with("test_batch") || name == "test.bin")
        return Split::Test;
    return std::nullopt;
}

struct Part
{
    std::string file;
    Split split = Split::Train;
};

std::vector<Part> partsOf(const std::vector<std::string>& files, const DatasetConfig& config)
{
    std::vector<Part> parts;
    if (config.splits.empty()) {
        for (const auto& file : files)
            if (const auto split = splitOfName(file))
                parts.push_back({file, *split});
        return parts;
    }
    ConfigProblems problems(config.path);
    for (const auto& [split, places] : config.splits) {
        for (const auto& place : places) {
            const auto before = parts.size();
            for (const auto& file : files)
                if (file.starts_with(place))
                    parts.push_back({file, split});
            if (parts.size() == before)
                problems.add(config.splitsLine, "no .bin file begins with \"" + place + "\"");
        }
    }
    problems.throwIfAny();
    return parts;
}

std::vector<std::string> namesIn(const fs::path& file)
{
    std::vector<std::string> names;
    if (!fs::exists(file))
        return names;
    std::istringstream lines(readFile(file));
    for (std::string line; std::getline(lines, line);) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
            line.pop_back();
        if (!line.empty())
            names.push_back(line);
    }
    return names;
}

bool hasCoarseLabels(const fs::path& folder, const std::vector<Part>& parts)
{
    return fs::exists(folder / "fine_label_names.txt") ||
           std::all_of(parts.begin(), parts.end(), [](const auto& part) { return part.file == "train.bin" || part.file == "test.bin"; });
}

// A last record that is cut short counts when its label is there: the picture is unreadable, not unheard of.
void addRecords(const fs::path& file, const Part& part, std::size_t labelBytes, Listing& listing, std::vector<LabelledRecord>& records)
{
    const RecordLayout layout{0, labelBytes, side, side, colours};
    const auto container = std::uint32_t(listing.containers.size());
    listing.containers.push_back(std::make_shared<PictureContainer>(file, layout));
    const auto bytes = readFile(file);
    const auto last = labelBytes - 1;
    for (std::uint32_t i = 0; i * layout.recordBytes() + last < bytes.size(); ++i)
        records.push_back(
            {static_cast<unsigned char>(bytes[i * layout.recordBytes() + last]), part.split, {{}, layout.recordBytes(), 0, container, i}});
}

} // namespace

bool looksLikeCifarBinary(const fs::path& folder)
{
    const auto files = binaryFilesIn(folder);
    return std::any_of(files.begin(), files.end(), [](const auto& file) { return splitOfName(file).has_value(); });
}

Listing listCifarBinary(const fs::path& folder, const DatasetConfig& config)
{
    const auto parts = partsOf(binaryFilesIn(folder), config);
    const bool coarse = hasCoarseLabels(folder, parts);
    Listing listing;
    std::vector<LabelledRecord> records;
    for (const auto& part : parts)
        addRecords(folder / part.file, part, coarse ? 2 : 1, listing, records);
    if (records.empty())
        throw Error(MessageCode::DataEmpty, {{"path", folder.string()}, {"split", std::string(name(Split::Train))}});
    fillClasses(listing, records, namesIn(folder / (coarse ? "fine_label_names.txt" : "batches.meta.txt")), config);
    return listing;
}

} // namespace hone
