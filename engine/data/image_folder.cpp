// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/image_folder.h"

#include <algorithm>
#include <array>
#include <set>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// The last ones can't be decoded by every OpenCV: listed all the same, so that they are named rather than passed over.
constexpr auto pictureExtensions = std::to_array<std::string_view>(
    {"jpg", "jpeg", "jpe", "jfif", "png", "bmp", "dib", "webp", "tif", "tiff", "ppm", "pgm", "pbm", "pnm", "gif",
     "heic", "heif", "avif", "jp2"});
constexpr auto soundExtensions = std::to_array<std::string_view>({"wav", "flac", "mp3", "ogg"});

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return c < 128 ? std::tolower(c) : c; });
    return lower;
}

bool isOneOf(const std::string& extension, std::span<const std::string_view> extensions)
{
    return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

bool isPassedOver(std::string_view name)
{
    return name.starts_with('.') || name.starts_with("__");
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

struct FoundPicture
{
    std::string path; // below the data folder
    std::uint64_t bytes = 0;
};

using PicturesByClass = std::map<std::string, std::vector<FoundPicture>>;

class PictureFinder
{
public:
    explicit PictureFinder(fs::path folder) : m_folder(std::move(folder)) {}

    // Adds the pictures of every class folder in the folder `place` ("" is the data folder itself).
    void find(const std::string& place, PicturesByClass& found)
    {
        for (const auto& name : foldersIn(m_folder / place)) {
            m_visited.clear();
            std::vector<FoundPicture> pictures;
            findBelow((fs::path(place) / name).string(), pictures);
            std::sort(pictures.begin(), pictures.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
            if (!pictures.empty()) {
                auto& ofClass = found[name];
                ofClass.insert(ofClass.end(), pictures.begin(), pictures.end());
            }
        }
    }

    bool metSounds() const { return m_metSounds; }

private:
    void findBelow(const std::string& place, std::vector<FoundPicture>& pictures)
    {
        if (!m_visited.insert(fs::canonical(m_folder / place)).second)
            return;
        for (const auto& entry : fs::directory_iterator(m_folder / place)) {
            const auto name = entry.path().filename().string();
            std::error_code broken; // a link that leads nowhere is a picture that can't be read
            if (isPassedOver(name))
                continue;
            if (entry.is_directory(broken)) {
                findBelow(place + "/" + name, pictures);
                continue;
            }
            const auto dot = name.rfind('.');
            const auto extension = dot == name.npos ? std::string() : lowerCase(std::string_view(name).substr(dot + 1));
            if (isOneOf(extension, pictureExtensions)) {
                const auto bytes = entry.file_size(broken);
                pictures.push_back({place + "/" + name, broken ? 0 : bytes});
            }
            m_metSounds = m_metSounds || isOneOf(extension, soundExtensions);
        }
    }

    fs::path m_folder;
    std::set<fs::path> m_visited;
    bool m_metSounds = false;
};

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

// Empty where the folders are classes.
std::map<Split, std::vector<std::string>> splitFoldersByLooking(const fs::path& folder)
{
    std::map<Split, std::vector<std::string>> places;
    bool holdFolders = false;
    for (const auto& name : foldersIn(folder)) {
        if (const auto split = splitOfFolder(name)) {
            places[*split].push_back(name);
            holdFolders = holdFolders || !foldersIn(folder / name).empty();
        }
    }
    if (!holdFolders)
        places.clear();
    return places;
}

void checkPlaces(const fs::path& folder, const DatasetConfig& config)
{
    ConfigProblems problems(config.path);
    for (const auto& [split, places] : config.splits)
        for (const auto& place : places)
            if (!fs::is_directory(folder / place))
                problems.add(config.splitsLine, "folder \"" + place + "\" of split " + std::string(name(split)) + " is not there");
    problems.throwIfAny();
}

std::vector<ClassInfo> classesOf(const std::array<PicturesByClass, 3>& found, const DatasetConfig& config)
{
    std::set<std::string> names;
    for (const auto& pictures : found)
        for (const auto& [name, ignored] : pictures)
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
            problems.add(config.classesLine, "class \"" + info.name + "\" has no folder with pictures");
    for (const auto& name : names)
        problems.add(config.classesLine, "folder \"" + name + "\" is missing from classes");
    problems.throwIfAny();
    return config.classes;
}

void refuseIfEmpty(const fs::path& folder, const DatasetConfig& config, const std::array<PicturesByClass, 3>& found,
                   bool metSounds)
{
    const bool nothing = std::all_of(found.begin(), found.end(), [](const auto& pictures) { return pictures.empty(); });
    if (nothing && metSounds)
        throw Error(MessageCode::TaskUnsupported, {{"path", folder.string()}, {"task", "classification of sounds"}});
    for (const auto& [split, places] : config.splits)
        if (found[std::size_t(split)].empty())
            throw Error(MessageCode::DataEmpty, {{"path", folder.string()}, {"split", std::string(name(split))}});
    if (nothing && (config.format || fs::is_empty(folder) || !foldersIn(folder).empty()))
        throw Error(MessageCode::DataEmpty, {{"path", folder.string()}, {"split", std::string(name(Split::Train))}});
    if (nothing)
        throw Error(MessageCode::DataFormatUnknown, {{"path", folder.string()}});
}

} // namespace

Listing listImageFolder(const fs::path& folder, const DatasetConfig& config)
{
    checkPlaces(folder, config);
    auto places = config.splits.empty() ? splitFoldersByLooking(folder) : config.splits;
    Listing listing;
    listing.undivided = places.empty();
    if (listing.undivided)
        places[Split::Train] = {""};

    PictureFinder finder(folder);
    std::array<PicturesByClass, 3> found;
    for (const auto& [split, ofSplit] : places)
        for (const auto& place : ofSplit)
            finder.find(place, found[std::size_t(split)]);
    refuseIfEmpty(folder, config, found, finder.metSounds());

    listing.classes = classesOf(found, config);
    for (std::size_t split = 0; split < found.size(); ++split) {
        for (std::size_t label = 0; label < listing.classes.size(); ++label) {
            const auto pictures = found[split].find(listing.classes[label].name);
            if (pictures == found[split].end())
                continue;
            for (auto& picture : pictures->second)
                listing.samples[split].push_back({std::move(picture.path), picture.bytes, int(label)});
        }
    }
    return listing;
}

} // namespace hone
