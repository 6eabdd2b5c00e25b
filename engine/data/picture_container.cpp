// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/picture_container.h"

#include "core/error.h"
#include "core/file.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace hone
{
namespace
{

// More than any of these files unpack to (EMNIST's largest is 550 MB); a hostile one must not take the memory away.
constexpr std::size_t largestUnpacked = std::size_t{2} << 30;

bool startsGzipped(int file)
{
    unsigned char magic[2] = {};
    return ::pread(file, magic, 2, 0) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
}

bool readFully(int file, char* target, std::size_t count, std::size_t offset)
{
    while (count > 0) {
        const auto got = ::pread(file, target, count, off_t(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        target += got;
        offset += std::size_t(got);
        count -= std::size_t(got);
    }
    return true;
}

} // namespace

std::string readPlainOrGzipped(const std::filesystem::path& path, std::size_t limit)
{
    openForReading(path); // for its errors; zlib's say less
    const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rb"), &gzclose);
    if (!file)
        throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", std::strerror(errno)}});
    std::string bytes;
    while (bytes.size() < limit) {
        const std::size_t before = bytes.size(), chunk = std::min(limit - before, std::size_t{1} << 22);
        bytes.resize(before + chunk);
        const int got = gzread(file.get(), bytes.data() + before, unsigned(chunk));
        bytes.resize(before + std::size_t(std::max(got, 0)));
        if (got <= 0)
            break;
    }
    return bytes;
}

PictureContainer::PictureContainer(std::filesystem::path path, const RecordLayout& layout) : m_path(std::move(path)), m_layout(layout)
{
    openForReading(m_path);
    m_fileBytes = std::filesystem::file_size(m_path);
    m_file = ::open(m_path.c_str(), O_RDONLY | O_CLOEXEC);
    if (m_file < 0)
        throw Error(MessageCode::FileUnreadable, {{"path", m_path.string()}, {"reason", std::strerror(errno)}});
    m_gzipped = startsGzipped(m_file);
}

PictureContainer::~PictureContainer()
{
    if (m_file >= 0)
        ::close(m_file);
}

std::optional<RawSample> PictureContainer::sample(std::uint32_t record) const
{
    const std::size_t count = m_layout.pixelBytes();
    const std::size_t offset = m_layout.headerBytes + record * m_layout.recordBytes() + m_layout.labelBytes;
    Picture result{m_layout.width, m_layout.height, m_layout.channels, std::vector<std::uint8_t>(count)};
    auto* target = reinterpret_cast<char*>(result.pixels.data());
    if (m_gzipped) {
        std::call_once(m_unpackOnce, [this] { m_unpacked = readPlainOrGzipped(m_path, largestUnpacked); });
        if (offset + count > m_unpacked.size())
            return std::nullopt;
        std::copy_n(m_unpacked.data() + offset, count, target);
    } else if (!readFully(m_file, target, count, offset)) {
        return std::nullopt;
    }
    if (m_layout.channels == 1)
        return result;
    std::vector<std::uint8_t> interleaved(count);
    const std::size_t plane = count / m_layout.channels;
    for (std::size_t i = 0; i < plane; ++i)
        for (int c = 0; c < m_layout.channels; ++c)
            interleaved[i * m_layout.channels + c] = result.pixels[c * plane + i];
    result.pixels = std::move(interleaved);
    return result;
}

} // namespace hone
