// SPDX-License-Identifier: GPL-3.0-or-later
// One sensor's recording, read from its file. Internal to this room.
#pragma once

#include "data/dataset_yaml.h"
#include "data/sample_container.h"

namespace hone
{

struct Recording
{
    std::vector<std::string> channels; // names, where the file has them
    Tensor values;                     // float32 [rows, channels]
    std::vector<std::string> labels;   // one a row, or none
    Tensor targets;                    // float32 [rows, targets]; null without
    std::int64_t windowRows = 0;       // above 0: the file holds windows of so many rows, one after the other
};

// Throws Error(FileUnreadable) with the line where one is to blame.
Recording readRecording(const std::filesystem::path& path, const WindowRule& rule);

// Gives windows of a recording: record is the row at which one begins.
class RecordingContainer : public SampleContainer
{
public:
    RecordingContainer(std::filesystem::path path, Tensor values, std::int64_t length);

    const std::filesystem::path& path() const override { return m_path; }
    std::uint64_t fileBytes() const override { return m_fileBytes; }
    std::optional<RawSample> sample(std::uint32_t record) const override;

private:
    std::filesystem::path m_path;
    std::uint64_t m_fileBytes;
    Tensor m_values;
    std::int64_t m_length;
};

} // namespace hone
