// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/tensor_proto.h"

#include "core/error.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace hone
{
namespace
{

static_assert(std::endian::native == std::endian::little, "raw data is taken as it lies");

constexpr int largestRank = 64;
// More than any file can hold inline, and far from overflow.
constexpr std::int64_t mostElements = std::int64_t{1} << 40;
// A sparse tensor of more elements must give one in so many, or a small file would fill the memory.
constexpr std::int64_t smallTensor = 4096;
constexpr std::int64_t sparsest = 256;

[[noreturn]] void throwInvalid(const std::string& detail)
{
    throw Error(MessageCode::ModelInvalid, {{"path", ""}, {"detail", detail}});
}

template<class Proto> // TensorProto or SparseTensorProto
Dimensions readDimensions(const Proto& proto, const std::string& owner)
{
    if (proto.dims_size() > largestRank)
        throwInvalid(owner + " has " + std::to_string(proto.dims_size()) + " dimensions");
    const Dimensions shape(proto.dims().begin(), proto.dims().end());
    std::int64_t count = 1;
    for (const auto extent : shape) {
        if (extent < 0)
            throwInvalid(owner + " has the shape " + toText(shape));
        // An extent of 0 mustn't hide an absurd one.
        if (__builtin_mul_overflow(count, std::max<std::int64_t>(extent, 1), &count) || count >= mostElements)
            throw Error(MessageCode::ModelTooLarge, {{"path", ""}, {"detail", owner + " has the shape " + toText(shape)}});
    }
    return shape;
}

std::uint64_t readNumber(const std::string& text, const std::string& owner)
{
    std::uint64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || end != text.data() + text.size())
        throwInvalid(owner + " lies at '" + text + "' of its external file");
    return number;
}

ExternalRange externalRange(const onnx::TensorProto& proto, const std::string& owner)
{
    ExternalRange range;
    for (const auto& entry : proto.external_data()) {
        if (entry.key() == "location")
            range.location = entry.value();
        else if (entry.key() == "offset")
            range.offset = readNumber(entry.value(), owner);
        else if (entry.key() == "length")
            range.length = readNumber(entry.value(), owner);
    }
    return range;
}

void requireEntries(std::int64_t found, std::int64_t wanted, const Dimensions& shape, const std::string& owner)
{
    if (found != wanted)
        throwInvalid(owner + " of shape " + toText(shape) + " holds " + std::to_string(found) + " entries, not " + std::to_string(wanted));
}

struct TensorPlan
{
    DType dtype;
    Dimensions shape;
    std::int64_t byteCount = 0;
    const std::string& owner;
};

// One of the typed fields, each entry narrowed to its own width: Stored is an integer of that width or the entry's own type.
template<class Stored, class Entries>
Tensor fromEntries(const TensorPlan& plan, const Entries& entries)
{
    const auto wanted = plan.byteCount / static_cast<std::int64_t>(sizeof(Stored));
    requireEntries(entries.size(), wanted, plan.shape, plan.owner);
    Tensor tensor(plan.dtype, plan.shape);
    auto* target = tensor.mutableBytes().data();
    for (const auto entry : entries) {
        const auto stored = static_cast<Stored>(entry);
        std::memcpy(target, &stored, sizeof stored);
        target += sizeof stored;
    }
    return tensor;
}

Tensor fromTypedField(const TensorPlan& plan, const onnx::TensorProto& proto)
{
    switch (plan.dtype) {
    case DType::Float32:
    case DType::Complex64: return fromEntries<float>(plan, proto.float_data());
    case DType::Float64:
    case DType::Complex128: return fromEntries<double>(plan, proto.double_data());
    case DType::Int64: return fromEntries<std::int64_t>(plan, proto.int64_data());
    case DType::UInt64: return fromEntries<std::uint64_t>(plan, proto.uint64_data());
    case DType::UInt32: return fromEntries<std::uint32_t>(plan, proto.uint64_data());
    case DType::Int32: return fromEntries<std::int32_t>(plan, proto.int32_data());
    case DType::Int16:
    case DType::UInt16:
    case DType::Float16:
    case DType::BFloat16: return fromEntries<std::uint16_t>(plan, proto.int32_data());
    default: return fromEntries<std::uint8_t>(plan, proto.int32_data()); // bytes, and pairs of half bytes
    }
}

Tensor fromStrings(const TensorPlan& plan, onnx::TensorProto& proto)
{
    requireEntries(proto.string_data_size(), elementCount(plan.shape), plan.shape, plan.owner);
    std::vector<std::string> values;
    values.reserve(static_cast<std::size_t>(proto.string_data_size()));
    for (auto& text : *proto.mutable_string_data())
        values.push_back(std::move(text));
    return Tensor::ofStrings(plan.shape, std::move(values));
}

Tensor fromRawData(TensorPlan& plan, onnx::TensorProto& proto)
{
    const auto found = static_cast<std::int64_t>(proto.raw_data().size());
    if (found != plan.byteCount)
        throwInvalid(plan.owner + " of shape " + toText(plan.shape) + " holds " + std::to_string(found) + " bytes, not " +
                     std::to_string(plan.byteCount));
    const std::shared_ptr<std::string> raw(proto.release_raw_data());
    // A short string lies inside of its object, aligned as a pointer; a long one as malloc aligns.
    return {plan.dtype, std::move(plan.shape), {raw, reinterpret_cast<const std::byte*>(raw->data())}, raw->size()};
}

// What the bytes must be aligned to so that they can be read as elements.
std::size_t alignmentOf(DType dtype)
{
    return std::min<std::size_t>(std::max<std::size_t>(elementBits(dtype) / 8, 1), alignof(double));
}

} // namespace

DType dtypeOf(int elementType, const std::string& owner)
{
    if (elementType < 0 || elementType > static_cast<int>(DType::Float4E2M1))
        throwInvalid(owner + " has the unknown element type " + std::to_string(elementType));
    return static_cast<DType>(elementType);
}

Tensor readTensor(onnx::TensorProto& proto, ExternalData& external, const std::string& owner)
{
    TensorPlan plan{.dtype = dtypeOf(proto.data_type(), owner), .shape = readDimensions(proto, owner), .owner = owner};
    if (plan.dtype == DType::Undefined)
        throwInvalid(owner + " has no element type");
    if (proto.has_segment())
        throwInvalid(owner + " is cut into segments");
    const bool isExternal = proto.data_location() == onnx::TensorProto::EXTERNAL;
    if (plan.dtype == DType::String) {
        if (isExternal)
            throwInvalid(owner + " holds text in an external file");
        return fromStrings(plan, proto);
    }

    const auto elements = elementCount(plan.shape);
    plan.byteCount = (elements * static_cast<std::int64_t>(elementBits(plan.dtype)) + 7) / 8;
    if (isExternal) {
        const auto byteCount = static_cast<std::size_t>(plan.byteCount);
        auto bytes = external.read(externalRange(proto, owner), byteCount, alignmentOf(plan.dtype));
        return {plan.dtype, std::move(plan.shape), std::move(bytes), byteCount};
    }
    if (proto.has_raw_data())
        return fromRawData(plan, proto);
    auto tensor = fromTypedField(plan, proto);
    // Both at once only for as long as it takes: a message that is cleared keeps its memory.
    onnx::TensorProto().Swap(&proto);
    return tensor;
}

Tensor readSparseTensor(onnx::SparseTensorProto& proto, ExternalData& external, const std::string& owner)
{
    const auto shape = readDimensions(proto, owner);
    const auto values = readTensor(*proto.mutable_values(), external, owner);
    const auto indices = readTensor(*proto.mutable_indices(), external, owner);
    const auto elementBytes = elementBits(values.dtype()) / 8;
    const auto rank = static_cast<std::int64_t>(shape.size());
    const bool linear = indices.shape() == Dimensions{values.size()};
    if (values.rank() != 1 || elementBytes == 0 || indices.dtype() != DType::Int64 ||
        (!linear && indices.shape() != Dimensions{values.size(), rank}))
        throwInvalid(owner + " is no list of elements and their places");
    const auto count = elementCount(shape);
    if (count > smallTensor && count / sparsest > values.size())
        throw Error(MessageCode::ModelTooLarge, {{"path", ""}, {"detail", owner + " has the shape " + toText(shape)}});

    Tensor dense(values.dtype(), shape);
    auto* target = dense.mutableBytes().data();
    const auto places = indices.data<std::int64_t>();
    for (std::int64_t i = 0; i < values.size(); ++i) {
        std::int64_t place = linear ? places[static_cast<std::size_t>(i)] : 0;
        for (std::int64_t axis = 0; axis < rank && !linear; ++axis) {
            const auto index = places[static_cast<std::size_t>(i * rank + axis)];
            const auto extent = shape[static_cast<std::size_t>(axis)];
            place = place < 0 || index < 0 || index >= extent ? -1 : place * extent + index;
        }
        if (place < 0 || place >= count)
            throwInvalid(owner + " gives an element outside of its shape " + toText(shape));
        std::memcpy(target + static_cast<std::size_t>(place) * elementBytes,
                    values.bytes().data() + static_cast<std::size_t>(i) * elementBytes, elementBytes);
    }
    return dense;
}

void writeTensor(const Tensor& tensor, onnx::TensorProto& proto)
{
    proto.set_data_type(static_cast<int>(tensor.dtype()));
    for (const auto extent : tensor.shape())
        proto.add_dims(extent);
    if (tensor.dtype() == DType::String) {
        for (const auto& text : tensor.strings())
            proto.add_string_data(text);
        return;
    }
    const auto bytes = tensor.bytes();
    proto.set_raw_data(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

} // namespace hone
