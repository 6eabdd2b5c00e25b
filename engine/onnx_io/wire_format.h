// SPDX-License-Identifier: GPL-3.0-or-later
// A walk over a serialized message before it is parsed: what is wrong with a damaged file, and how much memory its parts
// would take. Tags and lengths are read and nothing else, so a file's size hardly matters.
#pragma once

#include <cstdint>

namespace google::protobuf
{
class Descriptor;
namespace io
{
class ZeroCopyInputStream;
}
} // namespace google::protobuf

namespace hone
{

enum class WireFinding
{
    Whole,       // every field, at any depth, is all there
    CutShort,    // an outermost field promises more bytes than there are
    Damaged,     // a field inside of another one does, or no such field can be, or messages are nested too deeply
    TooManyParts // so many messages or texts that a small file would fill the memory
};

struct WireLook
{
    WireFinding finding = WireFinding::Whole;
    // The first field is a plausible IR version: every protobuf library writes fields in order of number.
    bool beginsAsModel = false;
};

// outermost: the kind of message that the bytes are taken for. byteCount is at most 2^31 - 1.
WireLook lookAtWire(google::protobuf::io::ZeroCopyInputStream& bytes, std::int64_t byteCount,
                    const google::protobuf::Descriptor& outermost);

} // namespace hone
