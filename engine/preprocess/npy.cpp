// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/npy.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace hone
{
namespace
{

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t mostAxes = 32;
constexpr std::int64_t mostElements = std::int64_t{1} << 40;

struct Refusal
{
    std::string why;
};

// What stands behind 'key': in the header's dictionary.
std::string_view entryOf(std::string_view dictionary, const std::string& key)
{
    for (const auto* quote : {"'", "\""}) {
        const auto found = dictionary.find(quote + key + quote);
        if (found == dictionary.npos)
            continue;
        auto rest = dictionary.substr(found + key.size() + 2);
        const auto colon = rest.find_first_not_of(' ');
        if (colon == rest.npos || rest[colon] != ':')
            break;
        rest.remove_prefix(colon + 1);
        const auto first = rest.find_first_not_of(' ');
        if (first != rest.npos)
            return rest.substr(first);
    }
    throw Refusal{"its header has no " + key};
}

std::int64_t wholeNumber(std::string_view& text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 0)
        throw Refusal{"its shape is not whole numbers"};
    text.remove_prefix(std::size_t(end - text.data()));
    if (text.starts_with('L')) // as Python 2 wrote them
        text.remove_prefix(1);
    return value;
}

Dimensions shapeOf(std::string_view text)
{
    if (!text.starts_with('('))
        throw Refusal{"its shape is not a tuple"};
    text.remove_prefix(1);
    Dimensions shape;
    std::int64_t elements = 1;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
        if (text.empty())
            throw Refusal{"its shape does not end"};
        if (text.front() == ')')
            return shape;
        const auto extent = wholeNumber(text);
        if (shape.size() == mostAxes)
            throw Refusal{"it has more than 32 axes"};
        if (extent > 0 && elements > mostElements / extent)
            throw Refusal{"it states more elements than Hone takes"};
        elements *= extent;
        shape.push_back(extent);
    }
}

void setType(NpyHeader& header, std::string_view text)
{
    static const std::map<std::string_view, DType> types = {{"f2", DType::Float16}, {"f4", DType::Float32}, {"f8", DType::Float64},
                                                            {"i1", DType::Int8},    {"i2", DType::Int16},   {"i4", DType::Int32},
                                                            {"i8", DType::Int64},   {"u1", DType::UInt8},   {"u2", DType::UInt16},
                                                            {"u4", DType::UInt32},  {"u8", DType::UInt64},  {"b1", DType::Bool}};
    if (text.empty() || (text.front() != '\'' && text.front() != '"'))
        throw Refusal{"its elements are records"};
    const auto end = text.find(text.front(), 1);
    if (end == text.npos || end < 3)
        throw Refusal{"its type can't be read"};
    const auto order = text[1];
    const auto kind = text.substr(2, end - 2);
    header.bigEndian = order == '>';
    if (const auto found = types.find(kind); found != types.end()) {
        header.dtype = found->second;
        header.elementBytes = elementBits(found->second) / 8;
        return;
    }
    if (kind.front() != 'U' && kind.front() != 'S')
        throw Refusal{"its elements are of type " + std::string(text.substr(1, end - 1)) + ", which is neither a number nor text"};
    auto width = kind.substr(1);
    header.dtype = DType::String;
    header.wideText = kind.front() == 'U';
    const auto characters = wholeNumber(width);
    if (characters > 1 << 16)
        throw Refusal{"its texts are too wide"};
    header.elementBytes = std::size_t(characters) * (header.wideText ? 4 : 1);
}

NpyHeader parsedHeader(std::string_view bytes)
{
    if (bytes.size() < 10 || bytes.substr(0, 6) != magic)
        throw Refusal{"it does not begin as an NPY file does"};
    const int version = bytes[6];
    const std::size_t lengthBytes = version == 1 ? 2 : 4;
    if (version < 1 || version > 3 || bytes.size() < 8 + lengthBytes)
        throw Refusal{"it is of version " + std::to_string(version) + " of the format"};
    std::size_t length = 0;
    for (std::size_t i = lengthBytes; i > 0; --i)
        length = length << 8 | static_cast<unsigned char>(bytes[8 + i - 1]);
    NpyHeader header;
    header.dataOffset = 8 + lengthBytes + length;
    if (header.dataOffset > bytes.size())
        throw Refusal{"its header ends early"};
    const auto dictionary = bytes.substr(8 + lengthBytes, length);
    setType(header, entryOf(dictionary, "descr"));
    header.fortranOrder = entryOf(dictionary, "fortran_order").starts_with("True");
    header.shape = shapeOf(entryOf(dictionary, "shape"));
    return header;
}

// The elements, each turned to this machine's byte order, in the order of rows.
std::string orderedBytes(std::string_view data, const NpyHeader& header)
{
    const auto count = std::size_t(elementCount(header.shape)), width = header.elementBytes;
    std::string bytes(count * width, '\0');
    std::vector<std::size_t> strides(header.shape.size()), index(header.shape.size());
    std::size_t stride = 1;
    for (std::size_t axis = 0; axis < strides.size(); ++axis) { // of Fortran's order
        strides[axis] = stride;
        stride *= std::size_t(header.shape[axis]);
    }
    const std::size_t unit = header.wideText ? 4 : width; // what byte order is about
    std::size_t source = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto* from = data.data() + (header.fortranOrder ? source : i) * width;
        auto* to = bytes.data() + i * width;
        for (std::size_t part = 0; part < width; part += unit) {
            if (header.bigEndian && header.dtype != DType::String)
                std::reverse_copy(from + part, from + part + unit, to + part);
            else if (header.bigEndian && header.wideText)
                std::reverse_copy(from + part, from + part + 4, to + part);
            else
                std::copy_n(from + part, unit, to + part);
        }
        for (std::size_t axis = index.size(); axis-- > 0;) {
            source += strides[axis];
            if (++index[axis] < std::size_t(header.shape[axis]))
                break;
            source -= strides[axis] * index[axis];
            index[axis] = 0;
        }
    }
    return bytes;
}

void appendUtf8(std::string& text, std::uint32_t code)
{
    if (code < 0x80) {
        text += char(code);
    } else if (code < 0x800) {
        text += char(0xC0 | code >> 6);
        text += char(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        text += char(0xE0 | code >> 12);
        text += char(0x80 | (code >> 6 & 0x3F));
        text += char(0x80 | (code & 0x3F));
    } else {
        text += char(0xF0 | (code >> 18 & 0x07));
        text += char(0x80 | (code >> 12 & 0x3F));
        text += char(0x80 | (code >> 6 & 0x3F));
        text += char(0x80 | (code & 0x3F));
    }
}

std::vector<std::string> textsOf(std::string_view bytes, const NpyHeader& header, std::size_t count)
{
    std::vector<std::string> texts(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto element = bytes.substr(i * header.elementBytes, header.elementBytes);
        if (!header.wideText) {
            texts[i] = element.substr(0, element.find('\0'));
            continue;
        }
        for (std::size_t k = 0; k + 4 <= element.size(); k += 4) {
            std::uint32_t code = 0;
            for (std::size_t b = 4; b > 0; --b)
                code = code << 8 | static_cast<unsigned char>(element[k + b - 1]);
            if (code == 0)
                break;
            appendUtf8(texts[i], code);
        }
    }
    return texts;
}

} // namespace

std::optional<NpyHeader> readNpyHeader(std::string_view bytes, std::string* problem)
try {
    return parsedHeader(bytes);
} catch (const Refusal& refusal) {
    if (problem)
        *problem = refusal.why;
    return std::nullopt;
}

std::optional<Tensor> decodeNpy(std::string_view bytes, std::string* problem)
try {
    const auto header = parsedHeader(bytes);
    const auto count = std::size_t(elementCount(header.shape));
    const auto data = bytes.substr(header.dataOffset);
    if (header.elementBytes > 0 && data.size() / header.elementBytes < count)
        throw Refusal{"it is shorter than its shape " + toText(header.shape) + " says"};
    if (header.elementBytes == 0 && count > data.size() + 1)
        throw Refusal{"its texts are empty"};
    const auto ordered = orderedBytes(data, header);
    if (header.dtype == DType::String)
        return Tensor::ofStrings(header.shape, textsOf(ordered, header, count));
    Tensor tensor(header.dtype, header.shape);
    std::ranges::copy(std::as_bytes(std::span(ordered)), tensor.mutableBytes().begin());
    return tensor;
} catch (const Refusal& refusal) {
    if (problem)
        *problem = refusal.why;
    return std::nullopt;
}

} // namespace hone
