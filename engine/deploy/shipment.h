// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that a release consists of, on the laptop, ready to be sent.
#pragma once

#include "core/file.h"
#include "data/dataset.h"
#include "data/pairing.h"
#include "deploy/bundle.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hone
{

struct ShippedFile
{
    std::string name; // in the release
    std::filesystem::path local;
    int mode = 0644;
    std::int64_t sizeBytes = 0;
    std::string sha256;
};

// The runner and its runtime for one architecture. Empty `folder`: the ones that come with this program
// (../lib/hone/device beside its bin/). Throws Error(RunnerMissing).
std::vector<ShippedFile> runnerFiles(const std::filesystem::path& folder, const std::string& architecture);

class Shipment
{
public:
    // A model with external data is sent as one file. With a dataset the labels and the preprocessing are as the two agree on them.
    // Throws what readOnnx, pairCompletely and runnerFiles throw.
    Shipment(const std::filesystem::path& model, const Dataset* dataset, const std::vector<ShippedFile>& runner);

    const Bundle& bundle() const { return m_bundle; }
    const std::vector<ShippedFile>& files() const { return m_files; }
    const std::filesystem::path& model() const { return m_files.front().local; } // the one file that is sent
    const std::string& modelHash() const { return m_files.front().sha256; }
    const std::optional<Pairing>& pairing() const { return m_pairing; } // with a dataset
    std::int64_t sizeBytes() const;

private:
    void add(const std::string& name, const std::filesystem::path& local, int mode);

    TemporaryFolder m_folder; // what had to be written for sending
    Bundle m_bundle;
    std::vector<ShippedFile> m_files;
    std::optional<Pairing> m_pairing;
};

} // namespace hone
