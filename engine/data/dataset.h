// SPDX-License-Identifier: GPL-3.0-or-later
// A set of samples with train, validation and test splits: pictures (image folders, IDX files, CIFAR binary files), sounds,
// windows of sensors' recordings, and tensors; with a class each, with values to predict, or with neither.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "data/task.h"
#include "preprocess/preprocess.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hone
{

enum class Split
{
    Train,
    Validation,
    Test
};

std::string_view name(Split split); // "train", "validation", "test"
// Throws Error(BadOption).
Split splitFromName(const std::string& name);

enum class DataFormat
{
    ImageFolder,
    Idx,
    CifarBinary,
    WavFolder,
    Recordings, // of sensors, cut into windows
    Npz
};
// As in dataset.yaml: "image-folder", "idx", "cifar-binary", "wav-folder", "recordings", "npz".
std::string_view name(DataFormat format);
std::span<const DataFormat> allDataFormats();

// What a sample comes with.
enum class Targets
{
    Classes, // an index into classes()
    Values,  // numbers to be predicted
    None
};

struct ClassInfo
{
    std::string name;          // folder or label
    std::optional<int> output; // index in the model's output that dataset.yaml states, if it does
    bool anomaly = false;      // Task::Anomaly: not what a model should learn
};

// Of each channel, over the train split.
struct ChannelStatistics
{
    std::vector<double> mean;
    std::vector<double> std; // 1 where a channel never changes
};

class Dataset
{
public:
    // Finds out the format by looking, or reads it from dataset.yaml in the folder. Lists files, decodes none.
    // Throws Error(DataNotFound, DataFormatUnknown, DataConfigInvalid, DataEmpty, SingleClass (of classification), TaskUnsupported,
    // FileUnreadable).
    static Dataset open(const std::filesystem::path& folder);

    const std::string& name() const;
    DataFormat format() const;
    const std::filesystem::path& folder() const;
    SampleKind kind() const;
    Targets targets() const;
    // As dataset.yaml states it; else by targets: Classification, Regression, Agreement. For Anomaly, train holds normal samples only.
    Task task() const;
    const std::vector<ClassInfo>& classes() const;       // empty unless targets() are Classes
    int targetWidth() const;                             // values a sample; 0 unless targets() are Values
    const std::optional<Preprocess>& preprocess() const; // as dataset.yaml states it
    const Dimensions& sampleShape() const;               // windows: [length, channels]; tensors: as they come; otherwise empty
    // Of windows; computed at the first call, which reads the train split. Thread-safe.
    // Throws Error(SplitMissing) without one.
    const ChannelStatistics& trainStatistics() const;
    std::vector<Split> splits() const; // those that hold samples
    std::size_t size(Split split) const;
    // Throws Error(SplitMissing) where size(split) is 0.
    void require(Split split) const;
    int label(Split split, std::size_t index) const;                     // index into classes(); -1 unless targets() are Classes
    std::span<const float> values(Split split, std::size_t index) const; // empty unless targets() are Values
    // A file's path, or "file#index" inside a container.
    std::string sampleName(Split split, std::size_t index) const;
    // Decodes one sample; thread-safe. nullopt where it is unreadable.
    std::optional<RawSample> sample(Split split, std::size_t index) const;
    // The same where kind() is Picture.
    std::optional<Picture> picture(Split split, std::size_t index) const;
    // Hash of the list of samples (names, sizes, labels, splits) and of dataset.yaml: what a build records of its data.
    std::string fingerprint() const;

private:
    void checkTask() const;
    struct Contents;
    std::shared_ptr<const Contents> m_contents; // copies are cheap
};

} // namespace hone
