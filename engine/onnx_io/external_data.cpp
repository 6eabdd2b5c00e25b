// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/external_data.h"

#include "core/error.h"
#include "onnx_io/model_file.h"
#include "onnx_io/slim_model.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace hone
{
namespace fs = std::filesystem;

struct ExternalData::Mapping
{
    std::byte* bytes = nullptr;
    std::size_t size = 0;

    Mapping() = default;
    ~Mapping()
    {
        if (bytes)
            ::munmap(bytes, size);
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
};

namespace
{

// Both canonical.
bool isInside(const fs::path& path, const fs::path& folder)
{
    const auto [inFolder, inPath] = std::ranges::mismatch(folder, path);
    return inFolder == folder.end() && inPath != path.end();
}

// An open file descriptor that is closed when this goes.
struct Descriptor
{
    int number;
    ~Descriptor()
    {
        if (number >= 0)
            ::close(number);
    }
};

} // namespace

ExternalData::ExternalData(fs::path folder, std::string modelPath, const ModelFile* ownFile)
    : m_folder(std::move(folder)),
      m_modelPath(std::move(modelPath)),
      m_ownFile(ownFile)
{}

std::shared_ptr<const ExternalData::Mapping> ExternalData::open(const std::string& location)
{
    const auto known = m_mappings.find(location);
    if (known != m_mappings.end())
        return known->second;

    const MessageArguments where{{"path", m_modelPath}, {"location", location}};
    // Refused by its form first, so that the answer doesn't tell whether such a file exists.
    const fs::path relative(location);
    if (relative.is_absolute() || std::ranges::find(relative, fs::path("..")) != relative.end())
        throw Error(MessageCode::ExternalDataOutside, where);
    if (location.empty() || location.find('\0') != std::string::npos || m_folder.empty())
        throw Error(MessageCode::ExternalDataMissing, where);

    std::error_code failed;
    const auto folder = fs::canonical(m_folder, failed);
    const auto path = failed ? fs::path() : fs::canonical(folder / relative, failed);
    if (failed)
        throw Error(MessageCode::ExternalDataMissing, where);
    if (!isInside(path, folder))
        throw Error(MessageCode::ExternalDataOutside, where);

    // O_NONBLOCK: a pipe in the file's place must not make us wait for its writer.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    struct stat facts = {};
    if (file.number < 0 || ::fstat(file.number, &facts) != 0)
        throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", std::strerror(errno)}});
    if (!S_ISREG(facts.st_mode))
        throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", "it is not a regular file"}});

    const auto mapping = std::make_shared<Mapping>();
    if (facts.st_size > 0) {
        const auto size = static_cast<std::size_t>(facts.st_size);
        // Private and writable: a tensor that is the last to hold its bytes may change them in place.
        void* bytes = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.number, 0);
        if (bytes == MAP_FAILED)
            throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", std::strerror(errno)}});
        mapping->bytes = static_cast<std::byte*>(bytes);
        mapping->size = size;
    }
    m_mappings.emplace(location, mapping);
    return mapping;
}

void ExternalData::requireFits(const ExternalRange& range, std::size_t byteCount, std::size_t fileBytes) const
{
    const auto fits = range.offset <= fileBytes && byteCount <= fileBytes - range.offset;
    if (fits && range.length.value_or(byteCount) == byteCount)
        return;
    const bool isOwn = range.location == ownFileLocation;
    throw Error(MessageCode::ModelInvalid,
                {{"path", m_modelPath},
                 {"detail", "a tensor needs " + std::to_string(byteCount) + " bytes from byte " + std::to_string(range.offset) +
                                (isOwn ? "" : " of '" + range.location + "'") + ", which " +
                                (fits ? "are given as " + std::to_string(*range.length) : "has " + std::to_string(fileBytes))}});
}

std::shared_ptr<const std::byte> ExternalData::readOwn(const ExternalRange& range, std::size_t byteCount) const
{
    requireFits(range, byteCount, m_ownFile->size());
    const auto bytes = std::make_shared_for_overwrite<std::byte[]>(std::max<std::size_t>(byteCount, 1));
    m_ownFile->readAt(range.offset, {bytes.get(), byteCount});
    return {bytes, bytes.get()};
}

std::shared_ptr<const std::byte> ExternalData::read(const ExternalRange& range, std::size_t byteCount, std::size_t alignment)
{
    if (m_ownFile && range.location == ownFileLocation)
        return readOwn(range, byteCount);
    const auto mapping = open(range.location);
    requireFits(range, byteCount, mapping->size);
    const auto* start = mapping->bytes + range.offset;
    if (range.offset % alignment == 0)
        return {mapping, start};
    const auto copy = std::make_shared<std::string>(reinterpret_cast<const char*>(start), byteCount);
    return {copy, reinterpret_cast<const std::byte*>(copy->data())};
}

} // namespace hone
