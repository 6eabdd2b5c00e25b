// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/freeze.h"

#include "core/error.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

namespace hone
{

namespace
{

// Levenshtein 1966.
std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j] + 1, diagonal + 1, replaced});
        }
    }
    return row.back();
}

// Those that hold the text first, the shortest of them at the front; then those that it takes the fewest changes to.
std::string namesLike(const Graph& graph, const std::string& pattern)
{
    std::vector<std::tuple<bool, std::size_t, std::string>> names;
    for (const NodeId id : graph.order()) {
        const std::string& name = graph.node(id).name;
        names.emplace_back(pattern.empty() || name.find(pattern) == std::string::npos, editDistance(name, pattern), name);
    }
    const auto count = std::min<std::size_t>(3, names.size());
    std::partial_sort(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count), names.end());
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
        list += (i > 0 ? ", " : "") + std::get<2>(names[i]);
    return list;
}

} // namespace

bool matchesPattern(std::string_view text, std::string_view pattern)
{
    std::size_t t = 0;
    std::size_t p = 0;
    std::size_t star = std::string_view::npos; // the last '*', and the text that it has taken so far ends at `taken`
    std::size_t taken = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<NodeId> nodesMatching(const Graph& graph, const std::vector<std::string>& patterns)
{
    std::set<NodeId> matching;
    for (const auto& pattern : patterns) {
        bool any = false;
        for (const NodeId id : graph.order()) {
            if (!matchesPattern(graph.node(id).name, pattern))
                continue;
            any = true;
            matching.insert(id);
        }
        if (!any)
            throw Error(MessageCode::LayerUnknown, {{"layer", pattern}, {"similar", namesLike(graph, pattern)}});
    }
    return {matching.begin(), matching.end()};
}

} // namespace hone
