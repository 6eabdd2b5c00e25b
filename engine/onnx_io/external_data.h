// SPDX-License-Identifier: GPL-3.0-or-later
// Tensor bytes that lie in files beside a model, or in its own. A file beside it is mapped, once, and never one outside of the model's
// folder; from its own they are read, since exporters write a model again in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace hone
{

struct ExternalRange
{
    std::string location; // relative to the model's folder
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
};

class ModelFile;

class ExternalData
{
public:
    // An empty folder: the model isn't in a file, so nothing lies beside it. ownFile: where weights lie whose location is
    // ownFileLocation; it must live as long as this.
    ExternalData(std::filesystem::path folder, std::string modelPath, const ModelFile* ownFile = nullptr);

    // byteCount bytes that keep their file mapped; changing them changes a private copy, not the file. Aligned as malloc
    // aligns where alignment asks for it, else wherever they lie.
    // Throws Error(ExternalDataOutside, ExternalDataMissing, ModelInvalid).
    std::shared_ptr<const std::byte> read(const ExternalRange& range, std::size_t byteCount, std::size_t alignment);

private:
    struct Mapping;
    std::shared_ptr<const std::byte> readOwn(const ExternalRange& range, std::size_t byteCount) const;
    void requireFits(const ExternalRange& range, std::size_t byteCount, std::size_t fileBytes) const;
    std::shared_ptr<const Mapping> open(const std::string& location);

    std::filesystem::path m_folder;
    std::string m_modelPath;
    const ModelFile* m_ownFile;
    std::map<std::string, std::shared_ptr<const Mapping>> m_mappings; // by location
};

} // namespace hone
