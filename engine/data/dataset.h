// SPDX-License-Identifier: GPL-3.0-or-later
// A labelled set of pictures with train, validation and test splits: image folders, IDX files, CIFAR binary files.
#pragma once

#include "core/error.h"
#include "core/job_context.h"
#include "preprocess/preprocess.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
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
    CifarBinary
};
std::string_view name(DataFormat format); // as in dataset.yaml: "image-folder", "idx", "cifar-binary"

struct ClassInfo
{
    std::string name;              // folder or label
    std::optional<int> output;     // index in the model's output that dataset.yaml states, if it does
};

class Dataset
{
public:
    // Finds out the format by looking, or reads it from dataset.yaml in the folder. Lists files, decodes none.
    // Throws Error(DataNotFound, DataFormatUnknown, DataConfigInvalid, DataEmpty, SingleClass, TaskUnsupported).
    static Dataset open(const std::filesystem::path& folder);

    const std::string& name() const;
    DataFormat format() const;
    const std::filesystem::path& folder() const;
    const std::vector<ClassInfo>& classes() const;
    const std::optional<Preprocess>& preprocess() const; // as dataset.yaml states it
    std::vector<Split> splits() const;                   // those that hold samples
    std::size_t size(Split split) const;
    // Throws Error(SplitMissing) where size(split) is 0.
    void require(Split split) const;
    int label(Split split, std::size_t index) const; // index into classes()
    // A file's path, or "file#index" inside a container.
    std::string sampleName(Split split, std::size_t index) const;
    // Decodes one sample; thread-safe. nullopt where it is unreadable.
    std::optional<Picture> picture(Split split, std::size_t index) const;
    // Hash of the list of samples (names, sizes, labels, splits) and of dataset.yaml: what a build records of its data.
    std::string fingerprint() const;

private:
    struct Contents;
    std::shared_ptr<const Contents> m_contents; // copies are cheap
};

} // namespace hone
