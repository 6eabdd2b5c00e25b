// SPDX-License-Identifier: GPL-3.0-or-later
// TfIdfVectorizer over whole numbers.
#include "autograd/executors/support.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace hone
{

namespace
{

using Extents = std::vector<std::int64_t>;

struct NGrams
{
    std::vector<Extents> grams;
    Extents columns; // of each, in the output
    std::vector<float> weights;
    std::int64_t shortest, longest, mostSkips, width;
    std::string mode;
};

// The pool holds all 1-grams, then all 2-grams and so on; ngram_counts says where each length begins.
NGrams readNGrams(const Node& node)
{
    const Extents starts = node.intsAttribute("ngram_counts");
    const Extents pool = node.intsAttribute("pool_int64s");
    if (pool.empty())
        throw NodeUnsupported{"pool_strings"};
    NGrams result{{},
                  node.intsAttribute("ngram_indexes"),
                  floatsAttribute(node, "weights"),
                  node.intAttribute("min_gram_length", 1),
                  node.intAttribute("max_gram_length", 1),
                  node.intAttribute("max_skip_count", 0),
                  0,
                  node.stringAttribute("mode", "TF")};
    for (std::size_t i = 0; i < starts.size(); ++i) {
        const auto end = static_cast<std::size_t>(i + 1 < starts.size() ? starts[i + 1] : static_cast<std::int64_t>(pool.size()));
        for (auto at = static_cast<std::size_t>(starts[i]); at + i < end; at += i + 1)
            result.grams.emplace_back(pool.begin() + static_cast<std::ptrdiff_t>(at),
                                      pool.begin() + static_cast<std::ptrdiff_t>(at + i + 1));
    }
    if (result.columns.size() != result.grams.size())
        throw NodeUnsupported{"ngram_indexes"};
    for (const std::int64_t column : result.columns)
        result.width = std::max(result.width, column + 1);
    return result;
}

// How often the gram occurs in the row, its elements 1 to mostSkips + 1 apart. A 1-gram has no gaps to skip.
std::int64_t occurrences(const Extents& row, const Extents& gram, std::int64_t mostSkips)
{
    std::int64_t count = 0;
    const auto skips = gram.size() == 1 ? 0 : mostSkips;
    for (std::int64_t gap = 1; gap <= skips + 1; ++gap)
        for (std::size_t start = 0; start + (gram.size() - 1) * static_cast<std::size_t>(gap) < row.size(); ++start) {
            bool same = true;
            for (std::size_t i = 0; i < gram.size() && same; ++i)
                same = row[start + i * static_cast<std::size_t>(gap)] == gram[i];
            count += same ? 1 : 0;
        }
    return count;
}

Executor makeTfIdf(const NodeSpec& spec)
{
    return [grams = readNGrams(spec.node)](NodeRun& run) {
        const at::Tensor x = run.input(0).dim() == 1 ? run.input(0).unsqueeze(0) : run.input(0);
        at::Tensor counts = at::zeros({x.size(0), grams.width}, at::kFloat);
        auto cells = counts.accessor<float, 2>();
        for (std::int64_t i = 0; i < x.size(0); ++i) {
            const Extents row = integersIn(x.select(0, i));
            for (std::size_t g = 0; g < grams.grams.size(); ++g) {
                const auto length = static_cast<std::int64_t>(grams.grams[g].size());
                if (length < grams.shortest || length > grams.longest)
                    continue;
                const auto count = static_cast<float>(occurrences(row, grams.grams[g], grams.mostSkips));
                const float weight = g < grams.weights.size() ? grams.weights[g] : 1;
                const float frequency = grams.mode == "IDF" ? static_cast<float>(count > 0) : count;
                cells[i][grams.columns[g]] = frequency * (grams.mode == "TF" ? 1 : weight);
            }
        }
        run.setOutput(0, run.input(0).dim() == 1 ? counts.squeeze(0) : counts);
    };
}

} // namespace

void registerText(ExecutorRegistry& registry)
{
    registry.add("TfIdfVectorizer", 9, makeTfIdf);
}

} // namespace hone
