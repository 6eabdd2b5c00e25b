// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/model_parser.h"

#include "core/error.h"
#include "core/file.h"
#include "onnx_io/wire_format.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hone
{
namespace
{

constexpr int readBlockBytes = 1 << 18;

const MessageArguments unnamed{{"path", ""}};

void requireSize(std::uint64_t bytes)
{
    if (bytes == 0)
        throw Error(MessageCode::ModelEmpty, unnamed);
    if (bytes > mostModelBytes)
        throwModelTooLarge(bytes);
}

[[noreturn]] void throwDamaged()
{
    throw Error(MessageCode::ModelInvalid, {{"path", ""}, {"detail", "its content is damaged or nested too deeply"}});
}

// Before anything is allocated for its content.
WireLook requireWhole(google::protobuf::io::ZeroCopyInputStream& bytes, std::uint64_t byteCount)
{
    const auto look = lookAtWire(bytes, static_cast<std::int64_t>(byteCount), *onnx::ModelProto::descriptor());
    if (look.finding == WireFinding::TooManyParts)
        throw Error(MessageCode::ModelTooLarge, {{"path", ""}, {"detail", "more than a million parts"}});
    if (look.finding == WireFinding::Whole)
        return look;
    if (!look.beginsAsModel)
        throw Error(MessageCode::ModelNotOnnx, unnamed);
    if (look.finding == WireFinding::CutShort)
        throw Error(MessageCode::ModelTruncated, unnamed);
    throwDamaged();
}

onnx::ModelProto parse(google::protobuf::io::ZeroCopyInputStream& bytes, const WireLook& look)
{
    onnx::ModelProto model;
    const bool parsed = model.ParseFromZeroCopyStream(&bytes);
    if (parsed && model.has_graph())
        return model;
    if (!look.beginsAsModel)
        throw Error(MessageCode::ModelNotOnnx, unnamed);
    if (parsed)
        throw Error(MessageCode::ModelTruncated, unnamed);
    throwDamaged();
}

[[noreturn]] void throwUnreadable(const std::filesystem::path& path, const std::string& reason)
{
    throw Error(MessageCode::FileUnreadable, {{"path", path.string()}, {"reason", reason}});
}

class OpenFile
{
public:
    // O_NONBLOCK: a pipe in the file's place must not make us wait for its writer.
    explicit OpenFile(const std::filesystem::path& path)
        : m_path(path), m_number(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK))
    {
        if (m_number < 0 && (errno == ENOENT || errno == ENOTDIR))
            throw Error(MessageCode::FileNotFound, {{"path", path.string()}});
        if (m_number < 0)
            throwUnreadable(path, std::strerror(errno));
    }
    ~OpenFile() { ::close(m_number); }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    std::uint64_t size() const
    {
        struct stat facts = {};
        if (::fstat(m_number, &facts) != 0)
            throwUnreadable(m_path, std::strerror(errno));
        if (!S_ISREG(facts.st_mode))
            throwUnreadable(m_path, S_ISDIR(facts.st_mode) ? "it is a folder" : "it is not a regular file");
        return static_cast<std::uint64_t>(facts.st_size);
    }

    // From its first byte on.
    template<class Work>
    auto read(Work work) const
    {
        ::lseek(m_number, 0, SEEK_SET);
        google::protobuf::io::FileInputStream stream(m_number, readBlockBytes);
        const auto throwIfFailed = [&] {
            if (stream.GetErrno() != 0)
                throwUnreadable(m_path, std::strerror(stream.GetErrno()));
        };
        try {
            auto result = work(stream);
            throwIfFailed();
            return result;
        } catch (const Error&) {
            throwIfFailed(); // the disk's fault, not the content's
            throw;
        }
    }

private:
    std::filesystem::path m_path;
    int m_number;
};

} // namespace

void throwModelTooLarge(std::uint64_t bytes)
{
    throw Error(MessageCode::ModelTooLarge, {{"path", ""}, {"detail", std::to_string(bytes) + " bytes"}});
}

onnx::ModelProto parseModelFile(const std::filesystem::path& path)
{
    const OpenFile file(path);
    const auto byteCount = file.size();
    requireSize(byteCount);
    const auto look = file.read([&](auto& stream) { return requireWhole(stream, byteCount); });
    return file.read([&](auto& stream) { return parse(stream, look); });
}

onnx::ModelProto parseModelBytes(std::string_view bytes)
{
    requireSize(bytes.size());
    const auto byteCount = static_cast<int>(bytes.size());
    google::protobuf::io::ArrayInputStream looked(bytes.data(), byteCount);
    const auto look = requireWhole(looked, bytes.size());
    google::protobuf::io::ArrayInputStream read(bytes.data(), byteCount);
    return parse(read, look);
}

} // namespace hone
