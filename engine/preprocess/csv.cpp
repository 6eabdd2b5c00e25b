// SPDX-License-Identifier: GPL-3.0-or-later
#include "preprocess/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>

namespace hone
{
namespace
{

struct Refusal
{
    std::string why;
};

[[noreturn]] void refuseLine(std::size_t line, const std::string& what)
{
    throw Refusal{"line " + std::to_string(line) + ": " + what};
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
    return first == text.npos ? std::string_view() : text.substr(first, last - first + 1);
}

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return c < 128 ? char(std::tolower(c)) : char(c); });
    return lower;
}

char delimiterOf(std::string_view text)
{
    constexpr std::array candidates = {',', ';', '\t', '|'};
    std::array<std::size_t, candidates.size()> counts = {};
    bool quoted = false, anything = false;
    for (const char c : text) {
        if (c == '"')
            quoted = !quoted;
        if (!quoted && c == '\n' && anything)
            break;
        anything = anything || (c != '\n' && c != '\r');
        for (std::size_t i = 0; i < candidates.size() && !quoted; ++i)
            counts[i] += c == candidates[i];
    }
    // A semicolon goes first: with it commas are decimal points.
    if (counts[1] > 0 && counts[2] == 0)
        return ';';
    return candidates[std::size_t(std::max_element(counts.begin(), counts.end()) - counts.begin())];
}

// One record after the other, with the line that each begins on.
class RecordReader
{
public:
    RecordReader(std::string_view text, char delimiter) : m_text(text), m_delimiter(delimiter) {}

    // false at the end. Fields point into the text, or into `unquoted` where quotes had to be taken off.
    bool next(std::vector<std::string_view>& fields)
    {
        while (m_at < m_text.size() && (m_text[m_at] == '\n' || m_text[m_at] == '\r'))
            m_lines += m_text[m_at++] == '\n';
        if (m_at >= m_text.size())
            return false;
        fields.clear();
        m_unquoted.clear();
        m_line = m_lines;
        while (true) {
            fields.push_back(field());
            if (m_at >= m_text.size() || m_text[m_at] == '\n' || m_text[m_at] == '\r')
                return true;
            ++m_at; // the delimiter
        }
    }

    std::size_t line() const { return m_line; }

private:
    bool ends(char c) const { return c == m_delimiter || c == '\n' || c == '\r'; }

    std::string_view field()
    {
        while (m_at < m_text.size() && m_text[m_at] == ' ' && m_delimiter != ' ')
            ++m_at;
        if (m_at < m_text.size() && m_text[m_at] == '"')
            return quotedField();
        const auto begin = m_at;
        while (m_at < m_text.size() && !ends(m_text[m_at]))
            ++m_at;
        return trimmed(m_text.substr(begin, m_at - begin));
    }

    std::string_view quotedField()
    {
        auto content = std::make_unique<std::string>();
        for (++m_at;; ++m_at) {
            if (m_at >= m_text.size())
                refuseLine(m_line, "a quoted field does not end");
            if (m_text[m_at] == '"' && (m_at + 1 >= m_text.size() || m_text[m_at + 1] != '"'))
                break;
            m_at += m_text[m_at] == '"';
            m_lines += m_text[m_at] == '\n';
            *content += m_text[m_at];
        }
        ++m_at;
        while (m_at < m_text.size() && m_text[m_at] == ' ')
            ++m_at;
        if (m_at < m_text.size() && !ends(m_text[m_at]))
            refuseLine(m_line, "something stands behind a quoted field");
        m_unquoted.push_back(std::move(content));
        return *m_unquoted.back();
    }

    std::string_view m_text;
    char m_delimiter;
    std::size_t m_at = 0, m_lines = 1, m_line = 1;
    std::vector<std::unique_ptr<std::string>> m_unquoted;
};

std::optional<float> numberIn(std::string_view field, char delimiter)
{
    if (field.starts_with('+'))
        field.remove_prefix(1);
    float value = 0;
    auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (delimiter == ';' && error == std::errc() && end != field.data() + field.size() && *end == ',') {
        std::string pointed(field);
        pointed[std::size_t(end - field.data())] = '.';
        const auto again = std::from_chars(pointed.data(), pointed.data() + pointed.size(), value);
        return again.ec == std::errc() && again.ptr == pointed.data() + pointed.size() ? std::optional(value) : std::nullopt;
    }
    if (field.empty() || error != std::errc() || end != field.data() + field.size())
        return std::nullopt;
    return value;
}

enum class Role
{
    PassedOver,
    Channel,
    Label,
    Target
};

struct Layout
{
    std::vector<std::string> names; // empty without a header
    std::vector<Role> roles;
    std::vector<std::size_t> targets; // columns in the order wanted
};

bool isOneOf(const std::string& name, std::initializer_list<std::string_view> names)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::size_t columnOf(const std::vector<std::string>& names, const std::string& wanted)
{
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return lowerCase(name) == lowerCase(wanted); });
    if (found == names.end())
        throw Refusal{"it has no column \"" + wanted + "\""};
    return std::size_t(found - names.begin());
}

using TextRow = std::vector<std::string>;

// A header is what has text where the row below has a number.
bool isHeader(const TextRow& first, const TextRow& second, char delimiter)
{
    for (std::size_t c = 0; c < first.size(); ++c)
        if (!numberIn(first[c], delimiter) && (second.empty() || (c < second.size() && numberIn(second[c], delimiter))))
            return true;
    return false;
}

Layout layoutOf(std::vector<std::string> names, const TextRow& row, char delimiter, const CsvOptions& options)
{
    Layout layout{std::move(names), std::vector<Role>(row.size(), Role::PassedOver), {}};
    auto& roles = layout.roles;
    std::vector<std::size_t> texts;
    for (std::size_t c = 0; c < row.size(); ++c) {
        const auto name = c < layout.names.size() ? lowerCase(layout.names[c]) : std::string();
        if (!numberIn(row[c], delimiter))
            texts.push_back(c);
        else if (options.channels.empty() && !isOneOf(name, {"time", "timestamp", "date", "datetime", "index", "id", ""}))
            roles[c] = Role::Channel;
        else if (options.channels.empty() && layout.names.empty())
            roles[c] = Role::Channel;
    }
    for (const auto& channel : options.channels)
        roles[columnOf(layout.names, channel)] = Role::Channel;
    for (const auto& target : options.targets) {
        layout.targets.push_back(columnOf(layout.names, target));
        roles[layout.targets.back()] = Role::Target;
    }
    if (!options.label.empty()) {
        roles[columnOf(layout.names, options.label)] = Role::Label;
        return layout;
    }
    for (std::size_t c = 0; c < layout.names.size() && options.targets.empty(); ++c)
        if (isOneOf(lowerCase(layout.names[c]), {"label", "class", "activity", "target", "y"})) {
            roles[c] = Role::Label;
            return layout;
        }
    if (options.targets.empty() && texts.size() == 1 &&
        !(texts[0] < layout.names.size() && isOneOf(lowerCase(layout.names[texts[0]]), {"time", "timestamp", "date", "datetime"})))
        roles[texts[0]] = Role::Label;
    return layout;
}

class TableBuilder
{
public:
    TableBuilder(Layout layout, char delimiter) : m_layout(std::move(layout)), m_delimiter(delimiter) {}

    template<class Row>
    void add(const Row& row, std::size_t line)
    {
        if (row.size() != m_layout.roles.size())
            refuseLine(line, std::to_string(row.size()) + " fields where " + std::to_string(m_layout.roles.size()) + " are wanted");
        for (std::size_t c = 0; c < row.size(); ++c) {
            if (m_layout.roles[c] == Role::Channel)
                m_values.push_back(number(row[c], c, line));
            else if (m_layout.roles[c] == Role::Label)
                m_labels.emplace_back(row[c]);
        }
        for (const auto c : m_layout.targets)
            m_targets.push_back(number(row[c], c, line));
        ++m_rows;
    }

    CsvTable finish()
    {
        CsvTable table;
        for (std::size_t c = 0; c < m_layout.names.size(); ++c)
            if (m_layout.roles[c] == Role::Channel)
                table.channels.push_back(m_layout.names[c]);
        const auto channels = std::count(m_layout.roles.begin(), m_layout.roles.end(), Role::Channel);
        if (channels == 0)
            throw Refusal{"it has no column of numbers"};
        table.values = Tensor::of<float>({m_rows, channels}, m_values);
        if (!m_layout.targets.empty())
            table.targets = Tensor::of<float>({m_rows, std::int64_t(m_layout.targets.size())}, m_targets);
        table.labels = std::move(m_labels);
        return table;
    }

private:
    float number(std::string_view field, std::size_t column, std::size_t line) const
    {
        const auto value = numberIn(field, m_delimiter);
        if (!value || !std::isfinite(*value))
            refuseLine(line, "\"" + std::string(field.substr(0, 40)) + "\" in " +
                                 (column < m_layout.names.size() ? "column \"" + m_layout.names[column] + "\""
                                                                 : "column " + std::to_string(column + 1)) +
                                 " is not a finite number");
        return *value;
    }

    Layout m_layout;
    char m_delimiter;
    std::vector<float> m_values, m_targets;
    std::vector<std::string> m_labels;
    std::int64_t m_rows = 0;
};

CsvTable parsed(std::string_view text, const CsvOptions& options)
{
    if (text.starts_with("\xEF\xBB\xBF")) // a byte order mark
        text.remove_prefix(3);
    const char delimiter = delimiterOf(text);
    RecordReader records(text, delimiter);
    std::vector<std::string_view> fields;
    struct Kept
    {
        TextRow row;
        std::size_t line = 0;
    };
    std::vector<Kept> begin;
    while (begin.size() < 2 && records.next(fields))
        begin.push_back({TextRow(fields.begin(), fields.end()), records.line()});
    if (begin.empty())
        throw Refusal{"it is empty"};
    const bool header = isHeader(begin[0].row, begin.size() > 1 ? begin[1].row : TextRow(), delimiter);
    if (header && begin.size() < 2)
        throw Refusal{"it has a header and no rows"};
    if (header && begin[1].row.size() != begin[0].row.size())
        refuseLine(begin[1].line,
                   std::to_string(begin[1].row.size()) + " fields where " + std::to_string(begin[0].row.size()) + " are wanted");
    TableBuilder builder(layoutOf(header ? begin[0].row : TextRow(), begin[header ? 1 : 0].row, delimiter, options), delimiter);
    for (std::size_t i = header ? 1 : 0; i < begin.size(); ++i)
        builder.add(begin[i].row, begin[i].line);
    while (records.next(fields))
        builder.add(fields, records.line());
    return builder.finish();
}

} // namespace

std::optional<CsvTable> parseCsv(std::string_view text, const CsvOptions& options, std::string* problem)
try {
    return parsed(text, options);
} catch (const Refusal& refusal) {
    if (problem)
        *problem = refusal.why;
    return std::nullopt;
}

} // namespace hone
