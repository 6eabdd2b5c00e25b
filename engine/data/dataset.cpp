// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/dataset.h"

#include "core/hash.h"
#include "data/array_set.h"
#include "data/cifar_binary.h"
#include "data/class_folders.h"
#include "data/dataset_contents.h"
#include "data/dataset_yaml.h"
#include "data/idx.h"
#include "data/picture_codec.h"
#include "data/recordings.h"
#include "data/split.h"
#include "data/statistics.h"
#include "preprocess/wav.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

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
    if (looksLikeArrays(folder))
        return DataFormat::Npz;
    switch (kindOfFiles(folder)) {
    case SampleKind::Sound: return DataFormat::WavFolder;
    case SampleKind::Window: return DataFormat::Recordings;
    case SampleKind::Tensor:
    case SampleKind::Picture: break;
    }
    return DataFormat::ImageFolder;
}

SampleKind kindOf(DataFormat format, const fs::path& folder)
{
    switch (format) {
    case DataFormat::WavFolder: return SampleKind::Sound;
    case DataFormat::Recordings: return SampleKind::Window;
    case DataFormat::Npz: return kindOfArrays(folder);
    case DataFormat::ImageFolder:
    case DataFormat::Idx:
    case DataFormat::CifarBinary: break;
    }
    return SampleKind::Picture;
}

Listing listed(DataFormat format, const fs::path& folder, const DatasetConfig& config)
{
    switch (format) {
    case DataFormat::Idx: return listIdx(folder, config);
    case DataFormat::CifarBinary: return listCifarBinary(folder, config);
    case DataFormat::WavFolder: return listClassFolders(folder, config, soundExtensions());
    case DataFormat::Recordings: return listRecordings(folder, config);
    case DataFormat::Npz: return listArrays(folder, config);
    case DataFormat::ImageFolder: break;
    }
    return listClassFolders(folder, config, pictureExtensions());
}

void makeMissingSplits(Listing& listing, const DatasetConfig& config)
{
    constexpr std::uint64_t defaultSeed = 0;
    if (listing.undivided && !config.validation)
        divide(listing.samples, listing.classes.size(), defaultSeed);
    else if (listing.samples[std::size_t(Split::Validation)].empty())
        takeValidation(listing.samples, listing.classes.size(), config.validation.value_or(ValidationRule{}));
}

void markAnomalies(std::vector<ClassInfo>& classes, const DatasetConfig& config)
{
    if (config.task != Task::Anomaly)
        return;
    ConfigProblems problems(config.path);
    const auto requireClass = [&](const std::string& name) {
        if (std::none_of(classes.begin(), classes.end(), [&](const auto& info) { return info.name == name; }))
            problems.add(config.anomalyLine, "class \"" + name + "\" is not in the data");
    };
    std::ranges::for_each(config.normal, requireClass);
    std::ranges::for_each(config.anomalies, requireClass);
    problems.throwIfAny();
    const auto contains = [](const auto& names, const auto& name) { return std::ranges::find(names, name) != names.end(); };
    for (auto& info : classes) {
        if (!config.anomalies.empty())
            info.anomaly = contains(config.anomalies, info.name);
        else
            info.anomaly = config.normal.empty() ? info.name != "normal" && info.name != "0" : !contains(config.normal, info.name);
    }
    // Without a class "normal" (or the number 0) and without a word in dataset.yaml the data say nothing.
    if (!classes.empty() && std::ranges::all_of(classes, [](const auto& info) { return info.anomaly; })) {
        problems.add(0, "no class is normal: say which under normal");
        problems.throwIfAny();
    }
}

// A speaker's or a device's files, by their names. Others are in no group.
void groupFiles(Listing& listing, const std::regex& pattern)
{
    std::map<std::string, std::int32_t> numbers;
    for (auto& samples : listing.samples)
        for (auto& sample : samples) {
            const auto path = sample.path.empty() ? listing.containers[sample.container]->path() : fs::path(sample.path);
            std::smatch match;
            const auto name = path.filename().string();
            if (std::regex_search(name, match, pattern))
                sample.group = numbers.emplace(match[1].str(), std::int32_t(numbers.size())).first->second;
        }
}

// Those of data that came undivided are of use in the test split.
void keepAnomaliesFromTraining(Listing& listing, bool undivided)
{
    auto& train = listing.samples[std::size_t(Split::Train)];
    auto& test = listing.samples[std::size_t(Split::Test)];
    const auto isNormal = [&](const Sample& sample) { return sample.label < 0 || !listing.classes[std::size_t(sample.label)].anomaly; };
    const auto anomalies = std::stable_partition(train.begin(), train.end(), isNormal);
    if (undivided)
        std::move(anomalies, train.end(), std::back_inserter(test));
    train.erase(anomalies, train.end());
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

std::span<const DataFormat> allDataFormats()
{
    static constexpr std::array formats = {DataFormat::ImageFolder, DataFormat::Idx,        DataFormat::CifarBinary,
                                           DataFormat::WavFolder,   DataFormat::Recordings, DataFormat::Npz};
    return formats;
}

std::string_view name(DataFormat format)
{
    constexpr std::array<std::string_view, 6> names = {"image-folder", "idx", "cifar-binary", "wav-folder", "recordings", "npz"};
    return names.at(std::size_t(format));
}

Dataset Dataset::open(const fs::path& folder)
try {
    if (!fs::exists(folder))
        throw Error(MessageCode::DataNotFound, {{"path", folder.string()}});
    if (!fs::is_directory(folder))
        throw Error(MessageCode::DataFormatUnknown, {{"path", folder.string()}});
    const auto looked = formatByLooking(folder);
    const auto kindOfStated = [&](std::optional<DataFormat> stated) { return kindOf(stated.value_or(looked), folder); };
    const auto config = readDatasetConfig(folder, kindOfStated);
    auto contents = std::make_shared<Contents>();
    contents->folder = folder;
    contents->name = config.name.value_or(fs::canonical(folder).filename().string());
    contents->task = config.task;
    contents->preprocess = config.preprocess;
    contents->configBytes = config.bytes;
    contents->format = config.format.value_or(looked);
    contents->kind = kindOf(contents->format, folder);
    contents->listing = listed(contents->format, folder, config);
    if (config.groups)
        groupFiles(contents->listing, *config.groups);
    markAnomalies(contents->listing.classes, config);
    auto& listing = contents->listing;
    const bool undivided = listing.undivided;
    makeMissingSplits(listing, config);
    if (config.task == Task::Anomaly)
        keepAnomaliesFromTraining(listing, undivided);
    Dataset dataset;
    dataset.m_contents = std::move(contents);
    dataset.checkTask();
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

SampleKind Dataset::kind() const
{
    return m_contents->kind;
}

Targets Dataset::targets() const
{
    return m_contents->listing.targets;
}

Task Dataset::task() const
{
    if (m_contents->task)
        return *m_contents->task;
    switch (targets()) {
    case Targets::Classes: return Task::Classification;
    case Targets::Values: return Task::Regression;
    case Targets::None: break;
    }
    return Task::Agreement;
}

int Dataset::targetWidth() const
{
    return m_contents->listing.targetWidth;
}

// A task needs its targets; classification also something to choose between.
void Dataset::checkTask() const
{
    const auto& path = folder();
    const bool wrong =
        (task() == Task::Classification && targets() != Targets::Classes) || (task() == Task::Regression && targets() != Targets::Values);
    if (splits().empty() || (targets() == Targets::Classes && classes().empty()))
        throw Error(MessageCode::DataEmpty, {{"path", path.string()}, {"split", std::string(hone::name(Split::Train))}});
    if (wrong) {
        ConfigProblems problems(path / "dataset.yaml");
        problems.add(0, "task " + std::string(hone::name(task())) + " needs " +
                            (task() == Task::Regression ? "values to predict" : "classes") + ", and the data have none");
        problems.throwIfAny();
    }
    if (task() == Task::Classification && classes().size() < 2)
        throw Error(MessageCode::SingleClass, {{"path", path.string()}, {"class", classes().front().name}});
}

const std::vector<ClassInfo>& Dataset::classes() const
{
    return m_contents->listing.classes;
}

const std::optional<Preprocess>& Dataset::preprocess() const
{
    return m_contents->preprocess;
}

const Dimensions& Dataset::sampleShape() const
{
    return m_contents->listing.sampleShape;
}

const ChannelStatistics& Dataset::trainStatistics() const
{
    require(Split::Train);
    std::call_once(m_contents->statisticsOnce, [this] { m_contents->statistics = channelStatistics(*this); });
    return m_contents->statistics;
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
    return targets() == Targets::Classes ? m_contents->sample(split, index).label : -1;
}

std::span<const float> Dataset::values(Split split, std::size_t index) const
{
    if (targets() != Targets::Values)
        return {};
    const auto width = std::size_t(targetWidth());
    return std::span(m_contents->listing.values).subspan(m_contents->sample(split, index).target * width, width);
}

std::string Dataset::sampleName(Split split, std::size_t index) const
{
    const auto& sample = m_contents->sample(split, index);
    if (!sample.path.empty())
        return sample.path;
    return m_contents->listing.containers[sample.container]->path().filename().string() + "#" + std::to_string(sample.record);
}

std::optional<RawSample> Dataset::sample(Split split, std::size_t index) const
{
    const auto& sample = m_contents->sample(split, index);
    if (sample.path.empty())
        return m_contents->listing.containers[sample.container]->sample(sample.record);
    const auto bytes = quietlyRead(m_contents->folder / sample.path);
    if (kind() == SampleKind::Sound)
        return decodeWav(bytes);
    return decodePicture(bytes);
}

std::optional<Picture> Dataset::picture(Split split, std::size_t index) const
{
    auto sample = this->sample(split, index);
    auto* picture = sample ? std::get_if<Picture>(&*sample) : nullptr;
    return picture ? std::optional(std::move(*picture)) : std::nullopt;
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
