// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/class_folders.h"

#include <algorithm>
#include <array>
#include <set>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

bool isPassedOver(std::string_view name)
{
    return name.starts_with('.') || name.starts_with("__");
}

bool isOneOf(const std::string& extension, std::span<const std::string_view> extensions)
{
    return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

struct FoundFile
{
    std::string path; // below the data folder
    std::uint64_t bytes = 0;
};

using FilesByClass = std::map<std::string, std::vector<FoundFile>>;

class FileFinder
{
public:
    FileFinder(fs::path folder, std::span<const std::string_view> extensions) : m_folder(std::move(folder)), m_extensions(extensions) {}

    // Adds the files of every class folder in the folder `place` ("" is the data folder itself).
    void findClasses(const std::string& place, FilesByClass& found)
    {
        for (const auto& name : foldersIn(m_folder / place)) {
            auto files = below((fs::path(place) / name).string());
            if (files.empty())
                continue;
            auto& ofClass = found[name];
            ofClass.insert(ofClass.end(), files.begin(), files.end());
        }
    }

    // In order of path.
    std::vector<FoundFile> below(const std::string& place)
    {
        m_visited.clear();
        std::vector<FoundFile> files;
        findBelow(place, files);
        std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
        return files;
    }

private:
    void findBelow(const std::string& place, std::vector<FoundFile>& files)
    {
        if (!m_visited.insert(fs::canonical(m_folder / place)).second)
            return;
        for (const auto& entry : fs::directory_iterator(m_folder / place)) {
            const auto name = entry.path().filename().string();
            const auto path = place.empty() ? name : place + "/" + name;
            std::error_code broken; // a link that leads nowhere is a sample that can't be read
            if (isPassedOver(name))
                continue;
            if (entry.is_directory(broken)) {
                findBelow(path, files);
            } else if (isOneOf(extensionOf(name), m_extensions)) {
                const auto bytes = entry.file_size(broken);
                files.push_back({path, broken ? 0 : bytes});
            }
        }
    }

    fs::path m_folder;
    std::span<const std::string_view> m_extensions;
    std::set<fs::path> m_visited;
};

struct Places
{
    std::map<Split, std::vector<std::string>> of; // none: the folder itself, undivided
    bool labelled = true;
};

Places placesByLooking(const fs::path& folder)
{
    Places places;
    bool holdFolders = false, others = false;
    for (const auto& name : foldersIn(folder)) {
        const auto split = splitOfFolder(name);
        others = others || !split;
        if (split) {
            places.of[*split].push_back(name);
            holdFolders = holdFolders || !foldersIn(folder / name).empty();
        }
    }
    places.labelled = holdFolders || others || places.of.empty();
    if (!holdFolders && others)
        places.of.clear(); // classes that happen to be called so
    return places;
}

Places placesOf(const fs::path& folder, const DatasetConfig& config)
{
    if (config.splits.empty())
        return placesByLooking(folder);
    ConfigProblems problems(config.path);
    bool holdFolders = false;
    for (const auto& [split, places] : config.splits)
        for (const auto& place : places) {
            if (!fs::is_directory(folder / place))
                problems.add(config.splitsLine, "folder \"" + place + "\" of split " + std::string(name(split)) + " is not there");
            else
                holdFolders = holdFolders || !foldersIn(folder / place).empty();
        }
    problems.throwIfAny();
    return {config.splits, holdFolders};
}

std::vector<ClassInfo> classesOf(const std::array<FilesByClass, 3>& found, const DatasetConfig& config)
{
    std::set<std::string> names;
    for (const auto& files : found)
        for (const auto& [name, ignored] : files)
            names.insert(name);
    std::vector<ClassInfo> classes;
    if (config.classes.empty()) {
        for (const auto& name : names)
            classes.push_back({name, std::nullopt});
        return classes;
    }
    ConfigProblems problems(config.path);
    for (const auto& info : config.classes)
        if (names.erase(info.name) == 0)
            problems.add(config.classesLine, "class \"" + info.name + "\" has no folder with files");
    for (const auto& name : names)
        problems.add(config.classesLine, "folder \"" + name + "\" is missing from classes");
    problems.throwIfAny();
    return config.classes;
}

void refuseIfEmpty(const fs::path& folder, const DatasetConfig& config, const std::array<bool, 3>& holdsFiles)
{
    for (const auto& [split, places] : config.splits)
        if (!holdsFiles[std::size_t(split)])
            throw Error(MessageCode::DataEmpty, {{"path", folder.string()}, {"split", std::string(name(split))}});
    const bool nothing = std::none_of(holdsFiles.begin(), holdsFiles.end(), [](bool holds) { return holds; });
    if (nothing && (config.format || fs::is_empty(folder) || !foldersIn(folder).empty()))
        throw Error(MessageCode::DataEmpty, {{"path", folder.string()}, {"split", std::string(name(Split::Train))}});
    if (nothing)
        throw Error(MessageCode::DataFormatUnknown, {{"path", folder.string()}});
}

void listLabelled(FileFinder& finder, const fs::path& folder, const DatasetConfig& config, const Places& places, Listing& listing)
{
    std::array<FilesByClass, 3> found;
    std::array<bool, 3> holdsFiles = {};
    for (const auto& [split, ofSplit] : places.of)
        for (const auto& place : ofSplit) {
            finder.findClasses(place, found[std::size_t(split)]);
            holdsFiles[std::size_t(split)] = !found[std::size_t(split)].empty();
        }
    refuseIfEmpty(folder, config, holdsFiles);
    listing.classes = classesOf(found, config);
    for (std::size_t split = 0; split < found.size(); ++split)
        for (std::size_t label = 0; label < listing.classes.size(); ++label) {
            const auto files = found[split].find(listing.classes[label].name);
            if (files == found[split].end())
                continue;
            for (auto& file : files->second)
                listing.samples[split].push_back({std::move(file.path), file.bytes, int(label)});
        }
}

void listUnlabelled(FileFinder& finder, const fs::path& folder, const DatasetConfig& config, const Places& places, Listing& listing)
{
    listing.targets = Targets::None;
    std::array<bool, 3> holdsFiles = {};
    for (const auto& [split, ofSplit] : places.of)
        for (const auto& place : ofSplit)
            for (auto& file : finder.below(place)) {
                listing.samples[std::size_t(split)].push_back({std::move(file.path), file.bytes, -1});
                holdsFiles[std::size_t(split)] = true;
            }
    refuseIfEmpty(folder, config, holdsFiles);
}

} // namespace

std::span<const std::string_view> pictureExtensions()
{
    // The last ones can't be decoded by every OpenCV: listed all the same, so that they are named rather than passed over.
    static constexpr auto extensions =
        std::to_array<std::string_view>({"jpg", "jpeg", "jpe", "jfif", "png", "bmp", "dib", "webp", "tif", "tiff", "ppm", "pgm", "pbm",
                                         "pnm", "gif", "heic", "heif", "avif", "jp2"});
    return extensions;
}

std::span<const std::string_view> soundExtensions()
{
    static constexpr auto extensions = std::to_array<std::string_view>({"wav", "wave", "flac", "mp3", "ogg", "m4a", "aiff"});
    return extensions;
}

std::span<const std::string_view> recordingExtensions()
{
    static constexpr auto extensions = std::to_array<std::string_view>({"csv", "tsv", "npy", "npz"});
    return extensions;
}

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return c < 128 ? std::tolower(c) : c; });
    return lower;
}

std::string extensionOf(std::string_view fileName)
{
    const auto dot = fileName.rfind('.');
    return dot == fileName.npos ? std::string() : lowerCase(fileName.substr(dot + 1));
}

std::optional<Split> splitOfFolder(const std::string& name)
{
    const auto lower = lowerCase(name);
    if (lower == "train" || lower == "training")
        return Split::Train;
    if (lower == "val" || lower == "valid" || lower == "validation")
        return Split::Validation;
    if (lower == "test" || lower == "testing")
        return Split::Test;
    return std::nullopt;
}

std::vector<std::string> foldersIn(const fs::path& folder)
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        auto name = entry.path().filename().string();
        if (!isPassedOver(name) && entry.is_directory())
            names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

Listing listClassFolders(const fs::path& folder, const DatasetConfig& config, std::span<const std::string_view> extensions)
{
    FileFinder finder(folder, extensions);
    auto places = placesOf(folder, config);
    Listing listing;
    listing.undivided = places.of.empty();
    if (listing.undivided) {
        places.of[Split::Train] = {""};
        places.labelled = !foldersIn(folder).empty();
    }
    if (places.labelled)
        listLabelled(finder, folder, config, places, listing);
    else
        listUnlabelled(finder, folder, config, places, listing);
    return listing;
}

SampleKind kindOfFiles(const fs::path& folder)
{
    constexpr std::size_t enough = 1000;
    constexpr int deepest = 4;
    std::array<std::size_t, 3> counts = {}; // pictures, sounds, recordings
    std::size_t seen = 0;
    std::error_code broken;
    for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, broken), end;
         entry != end && seen < enough; entry.increment(broken)) {
        if (isPassedOver(entry->path().filename().string()) || entry.depth() >= deepest)
            entry.disable_recursion_pending();
        const auto extension = extensionOf(entry->path().filename().string());
        const bool known[] = {isOneOf(extension, pictureExtensions()), isOneOf(extension, soundExtensions()),
                              isOneOf(extension, recordingExtensions())};
        for (std::size_t kind = 0; kind < counts.size(); ++kind)
            counts[kind] += known[kind];
        seen += known[0] || known[1] || known[2];
    }
    if (counts[1] > counts[0] && counts[1] >= counts[2])
        return SampleKind::Sound;
    return counts[2] > counts[0] ? SampleKind::Window : SampleKind::Picture;
}

} // namespace hone
