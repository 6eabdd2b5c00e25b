// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/recording_file.h"

#include "core/file.h"
#include "data/class_folders.h"
#include "data/npz.h"
#include "preprocess/csv.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

Recording fromCsv(const fs::path& path, const WindowRule& rule)
{
    std::string problem;
    auto table = parseCsv(readFile(path), {rule.channels, rule.label, rule.targets}, &problem);
    if (!table)
        throwUnreadable(path, problem);
    return {std::move(table->channels), std::move(table->values), std::move(table->labels), std::move(table->targets), 0};
}

// [rows, channels] of an array of one, two or three axes.
Recording fromArray(const fs::path& path, const Tensor& array)
{
    if (array.dtype() == DType::String || array.rank() < 1 || array.rank() > 3 || array.size() < 1)
        throwUnreadable(path, "its shape " + toText(array.shape()) + " is not [rows, channels] of numbers");
    const auto& shape = array.shape();
    Recording recording;
    const auto channels = array.rank() == 1 ? 1 : shape.back();
    recording.values = Tensor::of<float>({array.size() / channels, channels}, toFloats(array));
    recording.windowRows = array.rank() == 3 ? shape[1] : 0;
    const auto values = recording.values.data<float>();
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
        throwUnreadable(path, "a value is not a finite number");
    return recording;
}

Recording fromNpz(const fs::path& path)
{
    const NpzFile file(path);
    const auto pick = [&](std::initializer_list<const char*> names) {
        for (const auto* name : names)
            if (file.contains(name))
                return std::string(name);
        return std::string();
    };
    auto x = pick({"x", "X", "data", "values"});
    if (x.empty() && file.names().size() == 1)
        x = file.names().front();
    if (x.empty())
        throwUnreadable(path, "it has no array x");
    auto recording = fromArray(path, file.read(x));
    const auto y = pick({"y", "Y", "label", "labels"});
    if (y.empty())
        return recording;
    const auto labels = file.read(y);
    const auto rows = recording.values.shape()[0], each = std::max<std::int64_t>(1, recording.windowRows);
    const auto given = labels.size();
    if (given != 1 && given != rows / each)
        throwUnreadable(path, "array " + y + " has " + std::to_string(given) + " labels for " + std::to_string(rows / each) + " rows");
    std::vector<std::string> texts;
    if (labels.dtype() == DType::String)
        texts = labels.strings();
    else
        for (const auto number : toInt64s(labels))
            texts.push_back(std::to_string(number));
    for (std::int64_t row = 0; row < rows; ++row)
        recording.labels.push_back(texts[given == 1 ? 0 : std::size_t(row / each)]);
    return recording;
}

} // namespace

Recording readRecording(const fs::path& path, const WindowRule& rule)
{
    const auto extension = extensionOf(path.filename().string());
    if (extension == "npz")
        return fromNpz(path);
    if (extension != "npy")
        return fromCsv(path, rule);
    std::string problem;
    const auto array = decodeNpy(readFile(path), &problem);
    if (!array)
        throwUnreadable(path, problem);
    return fromArray(path, *array);
}

RecordingContainer::RecordingContainer(fs::path path, Tensor values, std::int64_t length)
    : m_path(std::move(path)),
      m_fileBytes(fs::file_size(m_path)),
      m_values(std::move(values)),
      m_length(length)
{}

std::optional<RawSample> RecordingContainer::sample(std::uint32_t record) const
{
    const auto rows = m_values.shape()[0], channels = m_values.shape()[1];
    const auto count = std::min(m_length, rows - std::int64_t(record));
    if (count < 1)
        return std::nullopt;
    const auto all = m_values.data<float>();
    return SensorWindow{Tensor::of<float>({count, channels}, all.subspan(record * std::size_t(channels), std::size_t(count * channels)))};
}

} // namespace hone
