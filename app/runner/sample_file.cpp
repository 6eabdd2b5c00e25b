// SPDX-License-Identifier: GPL-3.0-or-later
#include "sample_file.h"

#include "core/file.h"
#include "failure.h"
#include "picture_file.h"
#include "preprocess/csv.h"
#include "preprocess/npy.h"
#include "preprocess/wav.h"

namespace hone::runner
{
namespace
{

template<class Value>
Value require(std::optional<Value> value, const std::string& path, const std::string& problem)
{
    if (!value)
        throw Failure(Failure::Kind::Input, path + " can't be read: " + problem + ".");
    return std::move(*value);
}

Tensor readArray(const std::string& path, const std::string& bytes)
{
    std::string problem;
    const auto array = require(decodeNpy(bytes, &problem), path, problem);
    if (array.dtype() == DType::String)
        throw Failure(Failure::Kind::Input, path + " holds text, not numbers.");
    return Tensor::of<float>(array.shape(), toFloats(array));
}

SensorWindow readWindow(const std::string& path, const std::string& bytes)
{
    if (bytes.starts_with("\x93NUMPY"))
        return {readArray(path, bytes)};
    std::string problem;
    return {require(parseCsv(bytes, {}, &problem), path, problem).values};
}

} // namespace

RawSample readSample(const std::string& path, SampleKind kind)
{
    std::string problem;
    switch (kind) {
    case SampleKind::Sound: return require(decodeWav(readFile(path), &problem), path, problem);
    case SampleKind::Window: return readWindow(path, readFile(path));
    case SampleKind::Tensor: return readArray(path, readFile(path));
    case SampleKind::Picture: break;
    }
    return readPicture(path);
}

} // namespace hone::runner
