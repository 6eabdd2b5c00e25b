// SPDX-License-Identifier: GPL-3.0-or-later
// Samples of one kind one after the other, as `hone-runner evaluate` reads them: eight letters for the kind, then each sample, then an
// end. Numbers are little-endian.
//
//     HONEPIX1  width, height, channels (32 bits each) and the pixels; a width of zero ends it
//     HONESND1  rate and count (32 bits each) and the samples (float32); a rate of zero ends it
//     HONENUM1  rank and as many extents (32 bits each) and the numbers (float32), of windows and tensors; a rank of zero ends it
#pragma once

#include "preprocess/preprocess.h"

#include <istream>
#include <optional>
#include <string>

namespace hone
{

std::string sampleStreamBegin(SampleKind kind);
std::string sampleStreamEnd(SampleKind kind);
std::string toSampleStream(const RawSample& sample);

class SampleStreamReader
{
public:
    // Reads the first letters. Throws Error(FileUnreadable) where they are not those of `kind`.
    SampleStreamReader(std::istream& stream, std::string nameForErrors, SampleKind kind);
    // nullopt at the end. Throws Error(FileUnreadable) where it is cut short or holds what can't be a sample.
    std::optional<RawSample> next();

private:
    std::optional<RawSample> nextPicture();
    std::optional<RawSample> nextSound();
    std::optional<RawSample> nextNumbers();
    std::vector<std::uint32_t> numbers(std::size_t count);
    void fill(void* target, std::size_t bytes);
    [[noreturn]] void refuse(const std::string& reason) const;

    std::istream& m_stream;
    std::string m_name;
    SampleKind m_kind;
};

} // namespace hone
