// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stored_weights.h"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <istream>
#include <limits>
#include <streambuf>
#include <string>

namespace hone
{
namespace
{

// Fields of onnx.proto.
constexpr std::uint64_t modelGraph = 7;
constexpr std::uint64_t graphNode = 1;
constexpr std::uint64_t nodeOperator = 4;
constexpr std::uint64_t nodeAttribute = 5;
constexpr std::uint64_t attributeGraph = 6;

// Of graphs in graphs; deeper ones are no model's.
constexpr int deepest = 32;

// protobuf.dev/programming-guides/encoding
class OperatorReader
{
public:
    explicit OperatorReader(std::istream& in) : m_in(in) {}

    bool storesWeightsOnly()
    {
        const bool whole = fields(std::numeric_limits<std::uint64_t>::max(),
                                  [this](std::uint64_t field, std::uint64_t end) { return field != modelGraph || graph(end, 0); });
        return whole && m_restores && !m_quantizes;
    }

private:
    bool graph(std::uint64_t end, int depth)
    {
        return depth < deepest &&
               fields(end, [&](std::uint64_t field, std::uint64_t nodeEnd) { return field != graphNode || node(nodeEnd, depth); });
    }

    bool node(std::uint64_t end, int depth)
    {
        return fields(end, [&](std::uint64_t field, std::uint64_t fieldEnd) {
            if (field == nodeOperator)
                return name(fieldEnd);
            return field != nodeAttribute || fields(fieldEnd, [&](std::uint64_t inner, std::uint64_t innerEnd) {
                       return inner != attributeGraph || graph(innerEnd, depth + 1);
                   });
        });
    }

    bool name(std::uint64_t end)
    {
        constexpr std::uint64_t longest = 256;
        std::string text(std::min(longest, end - m_at), '\0');
        m_in.read(text.data(), static_cast<std::streamsize>(text.size()));
        m_at += text.size();
        m_restores |= text == "DequantizeLinear";
        m_quantizes |= text == "QuantizeLinear" || text == "DynamicQuantizeLinear" || text.starts_with("QLinear");
        return m_in.good();
    }

    // Of a message that ends at `end`: what `each` leaves of a field is passed over. False where it isn't one.
    template<class Each>
    bool fields(std::uint64_t end, const Each& each)
    {
        while (m_at < end) {
            std::uint64_t tag = 0;
            if (!number(tag))
                return m_in.eof() && end == std::numeric_limits<std::uint64_t>::max();
            std::uint64_t length = 0;
            switch (tag & 7) {
            case 0:
                if (!number(length))
                    return false;
                continue;
            case 1: length = 8; break;
            case 5: length = 4; break;
            case 2:
                if (!number(length))
                    return false;
                break;
            default: return false;
            }
            if (length > end - m_at)
                return false;
            const auto next = m_at + length;
            if (((tag & 7) == 2 && !each(tag >> 3, next)) || !passOver(next))
                return false;
        }
        return m_at == end;
    }

    bool number(std::uint64_t& value)
    {
        value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            const int byte = m_in.get();
            if (byte == std::istream::traits_type::eof())
                return false;
            ++m_at;
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0)
                return true;
        }
        return false;
    }

    bool passOver(std::uint64_t end)
    {
        const auto rest = end - m_at;
        if (rest > static_cast<std::uint64_t>(std::numeric_limits<std::streamsize>::max()))
            return false;
        m_in.ignore(static_cast<std::streamsize>(rest));
        m_at = end;
        return static_cast<std::uint64_t>(m_in.gcount()) == rest;
    }

    std::istream& m_in;
    std::uint64_t m_at = 0;
    bool m_restores = false;
    bool m_quantizes = false;
};

class View : public std::streambuf
{
public:
    explicit View(std::string_view bytes)
    {
        auto* begin = const_cast<char*>(bytes.data()); // read only
        setg(begin, begin, begin + bytes.size());
    }
};

} // namespace

bool storesWeightsOnly(std::string_view model)
{
    View view(model);
    std::istream in(&view);
    return OperatorReader(in).storesWeightsOnly();
}

bool storesWeightsOnly(const std::filesystem::path& model)
{
    std::ifstream in(model, std::ios::binary);
    return in && OperatorReader(in).storesWeightsOnly();
}

} // namespace hone
