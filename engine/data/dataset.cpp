// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/dataset.h"

#include "core/hash.h"
#include "data/cifar_binary.h"
#include "data/dataset_contents.h"
#include "data/dataset_yaml.h"
#include "data/idx.h"
#include "data/image_folder.h"
#include "data/picture_codec.h"
#include "data/split.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr std::array allSplits = {Split::Train, Split::Validation, Split::Test};

// A file of some kilobytes, thousands of times a second: without a stream's buffers. Empty where it can't be read.
std::string quietlyRead(const fs::path& path)
{
    constexpr off_t largest = off_t{1} << 30;
    std::string bytes;
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct ::stat facts = {};
    if (file >= 0 && ::fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size <= largest) {
        bytes.resize(std::size_t(facts.st_size));
        std::size_t filled = 0;
        while (filled < bytes.size()) {
            const auto got = ::read(file, bytes.data() + filled, bytes.size() - filled);
            if (got <= 0)
                break;
            filled += std::size_t(got);
        }
        bytes.resize(filled);
    }
    if (file >= 0)
        ::close(file);
    return bytes;
}

DataFormat formatByLooking(const fs::path& folder)
{
    if (looksLikeIdx(folder))
        return DataFormat::Idx;
    if (looksLikeCifarBinary(folder))
        return DataFormat::CifarBinary;
    return DataFormat::ImageFolder;
}

Listing listed(DataFormat format, const fs::path& folder, const DatasetConfig& config)
{
    switch (format) {
    case DataFormat::Idx:
        return listIdx(folder, config);
    case DataFormat::CifarBinary:
        return listCifarBinary(folder, config);
    case DataFormat::ImageFolder:
        break;
    }
    return listImageFolder(folder, config);
}

void makeMissingSplits(Listing& listing, const DatasetConfig& config)
{
    constexpr std::uint64_t defaultSeed = 0;
    if (listing.undivided && !config.validation)
        divide(listing.samples, listing.classes.size(), defaultSeed);
    else if (listing.samples[std::size_t(Split::Validation)].empty())
        takeValidation(listing.samples, listing.classes.size(), config.validation.value_or(ValidationRule{}));
}

} // namespace

std::string_view name(Split split)
{
    constexpr std::array<std::string_view, 3> names = {"train", "validation", "test"};
    return names.at(std::size_t(split));
}

Split splitFromName(const std::string& text)
{
    for (const auto split : allSplits)
        if (text == name(split))
            return split;
    throw Error(MessageCode::BadOption, {{"option", "--split"}, {"value", text}, {"expected", "train, validation or test"}});
}

std::string_view name(DataFormat format)
{
    constexpr std::array<std::string_view, 3> names = {"image-folder", "idx", "cifar-binary"};
    return names.at(std::size_t(format));
}

Dataset Dataset::open(const fs::path& folder)
try {
    if (!fs::exists(folder))
        throw Error(MessageCode::DataNotFound, {{"path", folder.string()}});
    if (!fs::is_directory(folder))
        throw Error(MessageCode::DataFormatUnknown, {{"path", folder.string()}});
    const auto config = readDatasetConfig(folder);
    auto contents = std::make_shared<Contents>();
    contents->folder = folder;
    contents->name = config.name.value_or(fs::canonical(folder).filename().string());
    contents->preprocess = config.preprocess;
    contents->configBytes = config.bytes;
    contents->format = config.format.value_or(formatByLooking(folder));
    contents->listing = listed(contents->format, folder, config);
    makeMissingSplits(contents->listing, config);
    if (contents->listing.classes.empty())
        throw Error(MessageCode::DataEmpty, {{"path", folder.string()}, {"split", std::string(hone::name(Split::Train))}});
    if (contents->listing.classes.size() < 2)
        throw Error(MessageCode::SingleClass, {{"path", folder.string()}, {"class", contents->listing.classes.front().name}});
    Dataset dataset;
    dataset.m_contents = std::move(contents);
    return dataset;
} catch (const fs::filesystem_error& error) {
    throw Error(MessageCode::FileUnreadable, {{"path", error.path1().string()}, {"reason", error.code().message()}});
}

const std::string& Dataset::name() const
{
    return m_contents->name;
}

DataFormat Dataset::format() const
{
    return m_contents->format;
}

const fs::path& Dataset::folder() const
{
    return m_contents->folder;
}

const std::vector<ClassInfo>& Dataset::classes() const
{
    return m_contents->listing.classes;
}

const std::optional<Preprocess>& Dataset::preprocess() const
{
    return m_contents->preprocess;
}

std::vector<Split> Dataset::splits() const
{
    std::vector<Split> present;
    for (const auto split : allSplits)
        if (size(split) > 0)
            present.push_back(split);
    return present;
}

std::size_t Dataset::size(Split split) const
{
    return m_contents->listing.samples[std::size_t(split)].size();
}

void Dataset::require(Split split) const
{
    if (size(split) > 0)
        return;
    std::string available;
    for (const auto present : splits())
        available += (available.empty() ? "" : ", ") + std::string(hone::name(present));
    throw Error(MessageCode::SplitMissing,
                {{"path", folder().string()}, {"split", std::string(hone::name(split))}, {"available", available}});
}

int Dataset::label(Split split, std::size_t index) const
{
    return m_contents->sample(split, index).label;
}

std::string Dataset::sampleName(Split split, std::size_t index) const
{
    const auto& sample = m_contents->sample(split, index);
    if (!sample.path.empty())
        return sample.path;
    return m_contents->listing.containers[sample.container]->path().filename().string() + "#" + std::to_string(sample.record);
}

std::optional<Picture> Dataset::picture(Split split, std::size_t index) const
{
    const auto& sample = m_contents->sample(split, index);
    if (sample.path.empty())
        return m_contents->listing.containers[sample.container]->picture(sample.record);
    return decodePicture(quietlyRead(m_contents->folder / sample.path));
}

std::string Dataset::fingerprint() const
{
    Sha256 hash;
    hash.add(m_contents->configBytes);
    for (const auto& info : classes())
        hash.add("\nclass " + info.name);
    for (const auto& container : m_contents->listing.containers)
        hash.add("\nfile " + container->path().filename().string() + " " + std::to_string(container->fileBytes()));
    for (const auto split : splits())
        for (std::size_t i = 0; i < size(split); ++i) {
            const auto& sample = m_contents->sample(split, i);
            hash.add("\n");
            hash.add(hone::name(split));
            hash.add(" " + sampleName(split, i) + " " + std::to_string(sample.bytes) + " " + std::to_string(sample.label));
        }
    return hash.finish();
}

} // namespace hone
