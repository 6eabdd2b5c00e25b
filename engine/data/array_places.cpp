// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/array_places.h"

#include "core/file.h"
#include "data/class_folders.h"
#include "data/npz.h"

#include <algorithm>
#include <set>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// "x_train" -> {x, train}: what an array is, and of which split.
struct ArrayName
{
    bool isX = false;
    std::optional<Split> split;
};

std::optional<ArrayName> understood(const std::string& name)
{
    static const std::set<std::string> inputs = {"x", "data", "inputs", "images", "features"},
                                       targets = {"y", "labels", "targets", "classes"};
    const auto lower = lowerCase(name);
    const auto line = lower.find('_');
    auto what = lower.substr(0, line);
    auto split = line == lower.npos ? std::nullopt : splitOfFolder(lower.substr(line + 1));
    if (line != lower.npos && !split) { // train_x
        split = splitOfFolder(what);
        what = lower.substr(line + 1);
        if (!split)
            return std::nullopt;
    }
    if (!inputs.contains(what) && !targets.contains(what))
        return std::nullopt;
    return ArrayName{inputs.contains(what), split};
}

std::vector<fs::path> arrayFilesIn(const fs::path& folder)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const auto extension = extensionOf(entry.path().filename().string());
        if (entry.is_regular_file() && (extension == "npz" || extension == "npy"))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

Tensor readArray(const ArrayPlace& place)
{
    if (!place.name.empty())
        return NpzFile(place.file).read(place.name);
    std::string problem;
    auto tensor = decodeNpy(readFile(place.file), &problem);
    if (!tensor)
        throwUnreadable(place.file, problem);
    return std::move(*tensor);
}

NpyHeader readHeader(const ArrayPlace& place)
{
    if (!place.name.empty())
        return NpzFile(place.file).header(place.name);
    std::string problem;
    std::string begin(1 << 16, '\0');
    auto stream = openForReading(place.file);
    stream.read(begin.data(), std::streamsize(begin.size()));
    begin.resize(std::size_t(stream.gcount()));
    const auto header = readNpyHeader(begin, &problem);
    if (!header)
        throwUnreadable(place.file, problem);
    return *header;
}

std::vector<ArrayPair> arrayPairsIn(const fs::path& folder)
{
    std::vector<ArrayPair> pairs;
    std::vector<ArrayPlace> targets;
    const auto add = [&](const fs::path& file, const std::string& array, const std::string& name, std::optional<Split> ofFile) {
        const auto what = understood(name);
        if (!what)
            return;
        const auto split = what->split ? what->split : ofFile;
        const ArrayPlace place{file, array, split.value_or(Split::Train), split.has_value()};
        if (what->isX)
            pairs.push_back({place, std::nullopt});
        else
            targets.push_back(place);
    };
    for (const auto& file : arrayFilesIn(folder)) {
        const auto stem = file.stem().string();
        if (extensionOf(file.filename().string()) == "npy") {
            add(file, "", stem, std::nullopt);
            continue;
        }
        const auto ofFile = splitOfFolder(stem.substr(0, stem.find_first_of("_-.")));
        const NpzFile archive(file);
        for (const auto& name : archive.names())
            add(file, name, name, ofFile);
    }
    for (auto& pair : pairs)
        for (const auto& target : targets)
            if (target.split == pair.x.split && target.splitStated == pair.x.splitStated &&
                (target.file == pair.x.file || target.name.empty()))
                pair.y = target;
    return pairs;
}

std::string described(const ArrayPlace& place)
{
    return place.file.filename().string() + (place.name.empty() ? "" : ", array " + place.name);
}

bool holdsPictures(const NpyHeader& header)
{
    const auto& shape = header.shape;
    const auto isColours = [&](std::size_t axis) { return shape[axis] == 1 || shape[axis] == 3; };
    return header.dtype == DType::UInt8 && (shape.size() == 3 || (shape.size() == 4 && (isColours(1) || isColours(3))));
}

} // namespace hone
