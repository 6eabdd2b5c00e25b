// SPDX-License-Identifier: GPL-3.0-or-later
// dataset.yaml, which may stand in a data folder:
//
//     name: text                                       default: the folder's name
//     task: classification | regression | anomaly | agreement   default: by what the samples come with
//     format: image-folder | idx | cifar-binary | wav-folder | recordings | npz   default: found by looking
//     splits: {train: train, validation: val, test: test}
//                    folders; for the other formats how the files' names begin; each may be a list
//     validation: {from: train, fraction: 0.1, seed: 0}  where no split of that name is there; fraction 0: none
//     classes: [a, b, ...]                             folder names (or names of labels 0, 1, ...) in the model's order
//     classes: {a: 0, b: 217, ...}                     or each with its index in the model's output
//     windows: {length: rows, stride: rows, label: column, targets: [column, ...], channels: [column, ...], take: majority | last}
//     groups: regular expression                       of files' names; files of which its first bracket holds the same stay in one split
//     normal: [good], anomaly: [bad, scratched]        task anomaly: either; default: the class "normal" is normal
//     preprocess: {...}                                keys by the kind of sample, see preprocess/preprocess.h
//
// Internal to this room.
#pragma once

#include "data/dataset_contents.h"
#include "data/split.h"

#include <functional>
#include <map>
#include <regex>

namespace hone
{

// Collects everything that is wrong with one file, so that it can be mended in one go.
class ConfigProblems
{
public:
    explicit ConfigProblems(std::filesystem::path path) : m_path(std::move(path)) {}

    // line: from 1; 0 where there is none.
    void add(int line, const std::string& text);
    // Throws Error(DataConfigInvalid) if there are any.
    void throwIfAny() const;

private:
    std::filesystem::path m_path;
    std::string m_detail;
};

enum class WindowLabel
{
    Majority, // what most rows say; of equals the first by name
    Last      // what the last row says
};

// How recordings are cut.
struct WindowRule
{
    std::int64_t length = 0; // rows; 0: not stated
    std::int64_t stride = 0;
    std::string label; // column names; empty: not stated
    std::vector<std::string> targets;
    std::vector<std::string> channels;
    WindowLabel take = WindowLabel::Majority;
};

struct DatasetConfig
{
    std::filesystem::path path; // of the file, whether it is there or not
    std::string bytes;          // empty: there is none
    std::optional<std::string> name;
    std::optional<Task> task;
    std::optional<DataFormat> format;
    std::map<Split, std::vector<std::string>> splits;
    std::optional<ValidationRule> validation;
    std::vector<ClassInfo> classes; // empty: not stated
    int classesLine = 0;
    std::vector<std::string> normal, anomalies; // classes of task anomaly; empty: not stated
    int anomalyLine = 0;
    WindowRule windows;
    std::optional<std::regex> groups;
    int splitsLine = 0;
    std::optional<Preprocess> preprocess;
};

// What dataset.yaml in the folder says; the defaults where there is none. `kindOf`: the kind of samples in a format, none for the one
// that the folder looks like.
// Throws Error(DataConfigInvalid, TaskUnsupported, FileUnreadable).
using KindOfFormat = std::function<SampleKind(std::optional<DataFormat>)>;
DatasetConfig readDatasetConfig(const std::filesystem::path& folder, const KindOfFormat& kindOf);

} // namespace hone
