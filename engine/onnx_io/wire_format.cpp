// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/wire_format.h"

#include <cstdint>
#include <optional>

namespace hone
{
namespace
{

// protobuf's encoding: a tag is (field number << 3 | wire type).
constexpr std::uint64_t irVersionTag = 1 << 3;
constexpr std::uint64_t highestPlausibleIrVersion = 100;

enum class WireType : std::uint8_t
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5
};

class Cursor
{
public:
    explicit Cursor(std::string_view bytes) : m_rest(bytes) {}

    bool atEnd() const { return m_rest.empty(); }
    // None at the end of the bytes, or where a number has more than ten of them.
    std::optional<std::uint64_t> varint()
    {
        std::uint64_t number = 0;
        for (int shift = 0; shift < 70 && !m_rest.empty(); shift += 7) {
            const auto byte = static_cast<std::uint8_t>(m_rest.front());
            m_rest.remove_prefix(1);
            number |= std::uint64_t{byte & 0x7Fu} << shift;
            if (byte < 0x80)
                return number;
        }
        return std::nullopt;
    }
    bool skip(std::uint64_t count)
    {
        if (count > m_rest.size())
            return false;
        m_rest.remove_prefix(count);
        return true;
    }

private:
    std::string_view m_rest;
};

enum class Skipped
{
    Yes,
    PastEnd,
    NoSuchType
};

Skipped skipField(Cursor& cursor, std::uint64_t tag)
{
    const auto done = [](bool inside) { return inside ? Skipped::Yes : Skipped::PastEnd; };
    switch (static_cast<WireType>(tag & 7)) {
    case WireType::Varint: return done(cursor.varint().has_value());
    case WireType::Fixed64: return done(cursor.skip(8));
    case WireType::Fixed32: return done(cursor.skip(4));
    case WireType::Bytes: {
        const auto length = cursor.varint();
        return done(length && cursor.skip(*length));
    }
    }
    return Skipped::NoSuchType;
}

} // namespace

WireFinding lookAtWire(std::string_view bytes)
{
    Cursor cursor(bytes);
    if (cursor.varint() != irVersionTag)
        return WireFinding::NotOnnx;
    const auto irVersion = cursor.varint();
    if (!irVersion)
        return WireFinding::CutShort;
    if (*irVersion == 0 || *irVersion > highestPlausibleIrVersion)
        return WireFinding::NotOnnx;
    while (!cursor.atEnd()) {
        const auto tag = cursor.varint();
        if (!tag)
            return WireFinding::CutShort;
        switch (skipField(cursor, *tag)) {
        case Skipped::Yes: break;
        case Skipped::PastEnd: return WireFinding::CutShort;
        case Skipped::NoSuchType: return WireFinding::Whole; // damaged, but not by cutting
        }
    }
    return WireFinding::Whole;
}

} // namespace hone
