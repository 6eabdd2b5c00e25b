// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/recordings.h"

#include "data/class_folders.h"
#include "data/npz.h"
#include "data/recording_file.h"

#include <algorithm>
#include <set>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

constexpr std::int64_t longestWhole = 4096, defaultLength = 128;

struct File
{
    Split split = Split::Train;
    int folderLabel = -1; // of the class folder
    Recording recording;
    std::shared_ptr<const RecordingContainer> container;
};

class RecordingLister
{
public:
    RecordingLister(const fs::path& folder, const DatasetConfig& config) : m_folder(folder), m_config(config), m_rule(config.windows) {}

    Listing list()
    {
        m_listing = listClassFolders(m_folder, m_config, recordingExtensions());
        readFiles();
        checkChannels();
        chooseLength();
        chooseTargets();
        for (std::size_t i = 0; i < m_files.size(); ++i)
            addWindows(m_files[i], std::int32_t(i));
        m_listing.sampleShape = {m_length, m_files.front().recording.values.shape()[1]};
        return std::move(m_listing);
    }

private:
    void readFiles()
    {
        std::size_t splitNames = 0;
        for (std::size_t split = 0; split < m_listing.samples.size(); ++split)
            for (const auto& sample : m_listing.samples[split]) {
                File file{Split(split), sample.label, readRecording(m_folder / sample.path, m_rule), nullptr};
                const auto stem = fs::path(sample.path).stem().string();
                const auto named = splitOfFolder(stem.substr(0, stem.find_first_of("_-. ")));
                if (m_listing.undivided && m_listing.targets == Targets::None && named) {
                    file.split = *named;
                    ++splitNames;
                }
                m_paths.push_back(sample.path);
                m_files.push_back(std::move(file));
            }
        if (splitNames > 0 && splitNames == m_files.size())
            m_listing.undivided = false;
        else if (m_listing.undivided)
            for (auto& file : m_files)
                file.split = Split::Train;
        m_listing.samples = {};
    }

    void checkChannels() const
    {
        const auto& first = m_files.front().recording;
        for (std::size_t i = 1; i < m_files.size(); ++i) {
            const auto& other = m_files[i].recording;
            if (other.values.shape()[1] != first.values.shape()[1])
                throwUnreadable(m_folder / m_paths[i], std::to_string(other.values.shape()[1]) + " channels, and " + m_paths.front() +
                                                           " has " + std::to_string(first.values.shape()[1]));
            if (!other.channels.empty() && !first.channels.empty() && other.channels != first.channels)
                throwUnreadable(m_folder / m_paths[i], "its columns are called otherwise than those of " + m_paths.front());
        }
    }

    void chooseLength()
    {
        std::int64_t shortest = m_files.front().recording.values.shape()[0], longest = shortest, given = 0;
        for (const auto& file : m_files) {
            const auto rows = file.recording.values.shape()[0];
            shortest = std::min(shortest, rows);
            longest = std::max(longest, rows);
            given = std::max(given, file.recording.windowRows);
        }
        const bool whole = m_files.size() > 2 && shortest == longest && longest <= longestWhole;
        m_length = m_rule.length > 0 ? m_rule.length : given > 0 ? given : whole ? longest : defaultLength;
        m_stride = m_rule.stride > 0 ? m_rule.stride : std::max<std::int64_t>(1, m_length / 2);
    }

    void chooseTargets()
    {
        if (m_listing.targets == Targets::Classes)
            return;
        const auto all = [&](auto predicate) { return std::all_of(m_files.begin(), m_files.end(), predicate); };
        if (all([](const File& file) { return !file.recording.targets.isNull(); })) {
            m_listing.targets = Targets::Values;
            m_listing.targetWidth = int(m_files.front().recording.targets.shape()[1]);
        } else if (all([](const File& file) { return !file.recording.labels.empty(); })) {
            m_listing.targets = Targets::Classes;
            nameClasses();
        }
    }

    void nameClasses()
    {
        std::set<std::string> names;
        for (const auto& file : m_files)
            names.insert(file.recording.labels.begin(), file.recording.labels.end());
        if (m_config.classes.empty()) {
            for (const auto& name : names)
                m_listing.classes.push_back({name, std::nullopt});
            return;
        }
        ConfigProblems problems(m_config.path);
        for (const auto& info : m_config.classes)
            if (names.erase(info.name) == 0)
                problems.add(m_config.classesLine, "class \"" + info.name + "\" is not in the data");
        for (const auto& name : names)
            problems.add(m_config.classesLine, "label \"" + name + "\" is missing from classes");
        problems.throwIfAny();
        m_listing.classes = m_config.classes;
    }

    int labelOf(const File& file, std::int64_t first, std::int64_t end) const
    {
        if (file.folderLabel >= 0 || m_listing.targets != Targets::Classes)
            return file.folderLabel;
        const auto& labels = file.recording.labels;
        std::string chosen = labels[std::size_t(end - 1)];
        if (m_rule.take == WindowLabel::Majority) {
            std::map<std::string, std::int64_t> counts;
            for (auto row = first; row < end; ++row)
                ++counts[labels[std::size_t(row)]];
            const auto most =
                std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
            chosen = most->first;
        }
        const auto found =
            std::find_if(m_listing.classes.begin(), m_listing.classes.end(), [&](const auto& info) { return info.name == chosen; });
        return int(found - m_listing.classes.begin());
    }

    void addWindows(File& file, std::int32_t number)
    {
        const auto rows = file.recording.values.shape()[0];
        const auto stretches = std::clamp<std::int64_t>(rows / m_length, 1, 10);
        file.container = std::make_shared<RecordingContainer>(m_folder / m_paths[std::size_t(number)], file.recording.values, m_length);
        const auto container = std::uint32_t(m_listing.containers.size());
        m_listing.containers.push_back(file.container);
        const auto windowRows = file.recording.windowRows;
        const auto stride = windowRows > 0 ? windowRows : m_stride;
        const bool fewFiles = m_listing.undivided && m_files.size() < 3;
        for (std::int64_t first = 0; first < rows && (first == 0 || first + m_length <= rows); first += stride) {
            const auto end = std::min(rows, first + m_length);
            const auto stretch = first * stretches / rows;
            if (fewFiles && windowRows == 0 && stretches > 2 && (end - 1) * stretches / rows != stretch)
                continue;
            Sample sample{{}, std::uint64_t(end - first) * sizeof(float), labelOf(file, first, end), container, std::uint32_t(first)};
            sample.group = std::int32_t(fewFiles ? number * stretches + stretch : number);
            if (m_listing.targets == Targets::Values)
                sample.target = addValues(file.recording.targets, end - 1);
            m_listing.samples[std::size_t(file.split)].push_back(std::move(sample));
        }
    }

    std::uint32_t addValues(const Tensor& targets, std::int64_t row)
    {
        const auto width = std::size_t(m_listing.targetWidth);
        const auto values = targets.data<float>().subspan(std::size_t(row) * width, width);
        m_listing.values.insert(m_listing.values.end(), values.begin(), values.end());
        return std::uint32_t(m_listing.values.size() / width - 1);
    }

    const fs::path& m_folder;
    const DatasetConfig& m_config;
    const WindowRule& m_rule;
    Listing m_listing;
    std::vector<std::string> m_paths; // below the folder, by file
    std::vector<File> m_files;
    std::int64_t m_length = 0, m_stride = 0;
};

} // namespace

Listing listRecordings(const fs::path& folder, const DatasetConfig& config)
{
    return RecordingLister(folder, config).list();
}

} // namespace hone
