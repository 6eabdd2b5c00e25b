// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/npz.h"

#include "core/error.h"
#include "core/file.h"

#include <zip.h>

#include <algorithm>
#include <mutex>

namespace hone
{
namespace
{

constexpr zip_uint64_t largestArray = std::uint64_t{8} << 30;
constexpr zip_uint64_t enoughForHeader = 1 << 16;
constexpr std::string_view suffix = ".npy";

} // namespace

void throwUnreadable(const std::filesystem::path& path, const std::string& why)
{
    throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", why}});
}

struct NpzFile::Archive
{
    std::filesystem::path path;
    std::unique_ptr<zip_t, decltype(&zip_discard)> zip{nullptr, &zip_discard};
    std::vector<std::string> names;
    mutable std::mutex mutex; // libzip's handles are for one thread at a time

    // Grows with what is there rather than with what the archive states.
    std::string bytesOf(const std::string& name, zip_uint64_t most) const
    {
        const std::lock_guard lock(mutex);
        const std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen(zip.get(), (name + std::string(suffix)).c_str(), 0),
                                                                      &zip_fclose);
        if (!file)
            throwUnreadable(path, "its array " + name + " can't be opened (" + zip_strerror(zip.get()) + ")");
        std::string bytes;
        while (bytes.size() < most) {
            constexpr zip_uint64_t chunk = 1 << 22;
            const auto before = bytes.size();
            bytes.resize(std::min<zip_uint64_t>(most, before + chunk));
            const auto got = zip_fread(file.get(), bytes.data() + before, bytes.size() - before);
            if (got < 0)
                throwUnreadable(path, "its array " + name + " is damaged (" + zip_file_strerror(file.get()) + ")");
            bytes.resize(before + std::size_t(got));
            if (got == 0)
                break;
        }
        return bytes;
    }
};

NpzFile::NpzFile(std::filesystem::path path) : m_archive(std::make_unique<Archive>())
{
    openForReading(path); // for its errors; libzip's say less
    m_archive->path = std::move(path);
    int code = 0;
    m_archive->zip.reset(zip_open(m_archive->path.c_str(), ZIP_RDONLY, &code));
    if (!m_archive->zip) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        const std::string why = zip_error_strerror(&error);
        zip_error_fini(&error);
        throwUnreadable(m_archive->path, "it is no zip archive that can be opened (" + why + ")");
    }
    const auto entries = zip_get_num_entries(m_archive->zip.get(), 0);
    for (zip_int64_t i = 0; i < entries; ++i) {
        const auto* entry = zip_get_name(m_archive->zip.get(), zip_uint64_t(i), 0);
        const std::string name = entry ? entry : "";
        if (name.ends_with(suffix))
            m_archive->names.push_back(name.substr(0, name.size() - suffix.size()));
    }
    std::sort(m_archive->names.begin(), m_archive->names.end());
}

NpzFile::~NpzFile() = default;

const std::vector<std::string>& NpzFile::names() const
{
    return m_archive->names;
}

bool NpzFile::contains(const std::string& name) const
{
    return std::binary_search(m_archive->names.begin(), m_archive->names.end(), name);
}

NpyHeader NpzFile::header(const std::string& name) const
{
    std::string problem;
    const auto header = readNpyHeader(m_archive->bytesOf(name, enoughForHeader), &problem);
    if (!header)
        throwUnreadable(m_archive->path, "array " + name + ": " + problem);
    return *header;
}

Tensor NpzFile::read(const std::string& name) const
{
    std::string problem;
    auto tensor = decodeNpy(m_archive->bytesOf(name, largestArray), &problem);
    if (!tensor)
        throwUnreadable(m_archive->path, "array " + name + ": " + problem);
    return std::move(*tensor);
}

} // namespace hone
