// SPDX-License-Identifier: GPL-3.0-or-later
#include "onnx_io/wire_format.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace hone
{
namespace
{

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// protobuf's encoding: a tag is (field number << 3 | wire type).
constexpr std::uint32_t irVersionTag = 1 << 3;
constexpr std::uint64_t highestPlausibleIrVersion = 100;
constexpr std::size_t deepestNesting = 100; // protobuf's own limit

// A message costs its object, some 200 bytes however few it has in the file; a text a string.
constexpr std::int64_t messageWeight = 8;
constexpr std::int64_t textWeight = 1;
constexpr std::int64_t mostWeight = std::int64_t{1} << 23;

enum class WireType : std::uint8_t
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    Fixed32 = 5
};

class Walk
{
public:
    Walk(google::protobuf::io::ZeroCopyInputStream& bytes, std::int64_t byteCount, const Descriptor& outermost)
        : m_in(&bytes),
          m_open{{&outermost, byteCount}}
    {
        m_in.SetTotalBytesLimit(std::numeric_limits<int>::max());
    }

    WireLook run()
    {
        WireLook look;
        bool first = true;
        while (closeFinished()) {
            const bool outside = m_open.size() == 1;
            std::uint32_t tag = 0;
            if (!m_in.ReadVarint32(&tag)) {
                look.finding = outside ? WireFinding::CutShort : WireFinding::Damaged;
                return look;
            }
            if (std::exchange(first, false) && tag == irVersionTag) {
                std::uint64_t version = 0;
                const bool read = m_in.ReadVarint64(&version);
                look.beginsAsModel = !read || (version > 0 && version <= highestPlausibleIrVersion);
                look.finding = read ? WireFinding::Whole : WireFinding::CutShort;
            } else {
                look.finding = field(tag);
            }
            // Where a message ends inside of a field, that field is what is wrong.
            if (look.finding == WireFinding::Whole && position() > m_open.back().end)
                look.finding = WireFinding::CutShort;
            if (look.finding == WireFinding::CutShort && !outside)
                look.finding = WireFinding::Damaged;
            if (look.finding != WireFinding::Whole)
                return look;
        }
        return look;
    }

private:
    struct Open
    {
        const Descriptor* kind;
        std::int64_t end;
    };

    std::int64_t position() const { return m_in.CurrentPosition(); }

    // False at the end of the outermost message.
    bool closeFinished()
    {
        while (m_open.size() > 1 && position() == m_open.back().end)
            m_open.pop_back();
        return position() != m_open.back().end;
    }

    WireFinding field(std::uint32_t tag)
    {
        std::uint64_t number = 0;
        const auto there = [](bool read) { return read ? WireFinding::Whole : WireFinding::CutShort; };
        if (tag >> 3 == 0)
            return WireFinding::Damaged;
        switch (static_cast<WireType>(tag & 7)) {
        case WireType::Varint: return there(m_in.ReadVarint64(&number));
        case WireType::Fixed64: return there(m_in.Skip(8));
        case WireType::Fixed32: return there(m_in.Skip(4));
        case WireType::Bytes: return bytes(tag >> 3);
        }
        return WireFinding::Damaged; // ONNX has no groups
    }

    WireFinding bytes(std::uint32_t number)
    {
        std::uint64_t length = 0;
        if (!m_in.ReadVarint64(&length))
            return WireFinding::CutShort;
        const auto& around = m_open.back();
        if (length > static_cast<std::uint64_t>(std::max<std::int64_t>(around.end - position(), 0)))
            return WireFinding::CutShort;
        const auto* known = around.kind->FindFieldByNumber(static_cast<int>(number));
        const bool isMessage = known && known->type() == FieldDescriptor::TYPE_MESSAGE;
        m_weight += isMessage ? messageWeight : textWeight;
        if (m_weight > mostWeight)
            return WireFinding::TooManyParts;
        if (!isMessage)
            return m_in.Skip(static_cast<int>(length)) ? WireFinding::Whole : WireFinding::CutShort;
        if (m_open.size() > deepestNesting)
            return WireFinding::Damaged;
        m_open.push_back({known->message_type(), position() + static_cast<std::int64_t>(length)});
        return WireFinding::Whole;
    }

    google::protobuf::io::CodedInputStream m_in;
    std::vector<Open> m_open;
    std::int64_t m_weight = 0;
};

} // namespace

WireLook lookAtWire(google::protobuf::io::ZeroCopyInputStream& bytes, std::int64_t byteCount, const Descriptor& outermost)
{
    return Walk(bytes, byteCount, outermost).run();
}

} // namespace hone
