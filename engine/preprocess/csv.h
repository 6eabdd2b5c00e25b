// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of numbers as text (RFC 4180, and what spreadsheets make of it).
#pragma once

#include "core/tensor.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hone
{

struct CsvOptions
{
    std::vector<std::string> channels; // names of the columns to take; empty: every column of numbers that is neither of the next
    std::string label;                 // name of the column with a row's class; empty: found by its name or as the only one of text
    std::vector<std::string> targets;  // names of the columns with values to predict
};

struct CsvTable
{
    std::vector<std::string> channels; // names; empty without a header
    Tensor values;                     // float32 [rows, channels]
    std::vector<std::string> labels;   // one a row, or none
    Tensor targets;                    // float32 [rows, targets]; null without
};

// The delimiter (comma, semicolon, tab or bar) and whether there is a header are found by looking. Fields may be quoted ("a ""b""")
// and hold the delimiter or line ends then; lines end in LF or CRLF; empty lines are passed over; with semicolons a comma may be the
// decimal point. Columns called time, timestamp, date, datetime, index or id, and columns of text other than the label, are passed
// over unless `channels` names them. A label is a column called label, class, activity, target or y, or the only column of text.
// nullopt where a row has another number of fields than the first, or a field is not a finite number; `problem`, if given, then says
// which line.
std::optional<CsvTable> parseCsv(std::string_view text, const CsvOptions& options, std::string* problem = nullptr);

} // namespace hone
