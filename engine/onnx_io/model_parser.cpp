// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/model_parser.h"

#include "core/error.h"
#include "onnx_io/model_file.h"
#include "onnx_io/slim_model.h"
#include "onnx_io/wire_format.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <onnx/onnx_pb.h>

#include <unistd.h>

#include <cstring>

namespace hone
{
namespace
{

constexpr int readBlockBytes = 1 << 16;

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

// From its first byte on.
template<class Work>
auto read(const ModelFile& file, Work work)
{
    ::lseek(file.descriptor(), 0, SEEK_SET);
    google::protobuf::io::FileInputStream stream(file.descriptor(), readBlockBytes);
    const auto throwIfFailed = [&] {
        if (stream.GetErrno() != 0)
            file.throwUnreadable(std::strerror(stream.GetErrno()));
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

} // namespace

void throwModelTooLarge(std::uint64_t bytes)
{
    throw Error(MessageCode::ModelTooLarge, {{"path", ""}, {"detail", std::to_string(bytes) + " bytes"}});
}

onnx::ModelProto parseModelFile(const ModelFile& file)
{
    requireSize(file.size());
    const auto look = read(file, [&](auto& stream) { return requireWhole(stream, file.size()); });
    const auto slim = read(file, [](auto& stream) { return slimModel(stream); });
    if (!slim)
        return read(file, [&](auto& stream) { return parse(stream, look); });
    google::protobuf::io::ArrayInputStream stream(slim->data(), static_cast<int>(slim->size()));
    return parse(stream, look);
}

onnx::ModelProto parseModelBytes(std::string_view bytes)
{
    requireSize(bytes.size());
    const auto byteCount = static_cast<int>(bytes.size());
    google::protobuf::io::ArrayInputStream looked(bytes.data(), byteCount);
    const auto look = requireWhole(looked, bytes.size());
    google::protobuf::io::ArrayInputStream stream(bytes.data(), byteCount);
    return parse(stream, look);
}

} // namespace hone
