// SPDX-License-Identifier: GPL-3.0-or-later
// A small ViT: Dosovitskiy et al. 2021, "An Image Is Worth 16x16 Words", with the patches' mean in place of a
// class token (their appendix D.3 finds both alike), so that nothing has to be repeated for a batch of any
// size.
#include "core/error.h"
#include "train/architecture_builder.h"
#include "train/architecture_families.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace hone
{

namespace
{

using Integers = std::vector<std::int64_t>;

// 16 pixels as in the paper; less for small pictures, so that an 8x8 grid or so remains.
int patchOf(const ArchitectureOptions& options)
{
    const int side = std::min(options.height(), options.columns());
    return side >= 128 ? 16 : side >= 64 ? 8 : side >= 16 ? 4 : 2;
}

// DeiT's 64 numbers a head; fewer where the width doesn't allow it.
int headsOf(int width)
{
    int heads = std::max(1, width / 64);
    while (width % heads != 0)
        --heads;
    return heads;
}

// What the blocks share.
class VitBuilder
{
public:
    VitBuilder(const ArchitectureOptions& options, int width)
        : m_builder(options, pictureShape(options)),
          m_width(width),
          m_heads(headsOf(width))
    {
        embed(options);
    }

    void block(const std::string& name)
    {
        const ValueId input = m_builder.last();
        normalize(name + ".norm1");
        attend(name + ".attention");
        m_builder.sum(name + ".add1", input);
        const ValueId attended = m_builder.last();
        normalize(name + ".norm2");
        linear(name + ".mlp.fc1", 4 * m_width);
        gelu(name + ".mlp.gelu");
        linear(name + ".mlp.fc2", m_width);
        m_builder.sum(name + ".add2", attended);
    }

    Graph head(int classes)
    {
        normalize("norm");
        m_builder.node("ReduceMean", "pool", {m_builder.last()}, {{"axes", Integers{1}}, {"keepdims", std::int64_t{0}}});
        return m_builder.head(classes);
    }

private:
    // [N, C, H, W] to [N, patches, width], and where each patch is.
    void embed(const ArchitectureOptions& options)
    {
        const std::int64_t patch = patchOf(options);
        const std::int64_t patches = (options.height() / patch) * (options.columns() / patch);
        const auto inputs = static_cast<double>(options.inputChannels * patch * patch);
        m_builder.node(
            "Conv", "patches",
            {m_builder.last(),
             m_builder.constant("patches.weight", m_builder.normal({m_width, options.inputChannels, patch, patch}, std::sqrt(1 / inputs))),
             m_builder.filled("patches.bias", m_width, 0)},
            {{"kernel_shape", Integers{patch, patch}}, {"strides", Integers{patch, patch}}});
        reshape("patches.flat", {0, m_width, patches});
        m_builder.node("Transpose", "patches.sequence", {m_builder.last()}, {{"perm", Integers{0, 2, 1}}});
        m_patches = patches;
        m_builder.goBackTo(m_builder.last(), m_width);
        m_builder.sum("positions.add", m_builder.constant("positions", m_builder.normal({1, patches, m_width}, 0.02)));
    }

    void reshape(const std::string& name, const Integers& target)
    {
        const auto rank = static_cast<std::int64_t>(target.size());
        m_builder.node("Reshape", name, {m_builder.last(), m_builder.constant(name + ".shape", Tensor::of({rank}, target))});
    }

    void normalize(const std::string& name)
    {
        m_builder.node("LayerNormalization", name,
                       {m_builder.last(), m_builder.filled(name + ".weight", m_width, 1), m_builder.filled(name + ".bias", m_width, 0)},
                       {{"axis", std::int64_t{-1}}, {"epsilon", 1e-6F}});
    }

    // Of the last axis; weights [inputs, outputs], as MatMul takes them.
    void linear(const std::string& name, int outputs)
    {
        const auto inputs = m_builder.channels();
        const double bound = std::sqrt(6 / static_cast<double>(inputs + outputs)); // Glorot and Bengio 2010
        m_builder.node("MatMul", name,
                       {m_builder.last(), m_builder.constant(name + ".weight", m_builder.uniform({inputs, outputs}, bound))});
        m_builder.node("Add", name + ".add", {m_builder.last(), m_builder.filled(name + ".bias", outputs, 0)});
        m_builder.goBackTo(m_builder.last(), outputs);
    }

    // x / 2 (1 + erf(x / sqrt(2))), Hendrycks and Gimpel 2016; opset 17 has no operator for it.
    void gelu(const std::string& name)
    {
        const ValueId x = m_builder.last();
        m_builder.node("Div", name + ".scaled", {x, m_builder.constant(name + ".root", Tensor::scalar(std::sqrt(2.0F)))});
        m_builder.node("Erf", name + ".erf", {m_builder.last()});
        m_builder.node("Add", name + ".raised", {m_builder.last(), m_builder.constant(name + ".one", Tensor::scalar(1.0F))});
        m_builder.node("Mul", name + ".gated", {x, m_builder.last()});
        m_builder.node("Mul", name, {m_builder.last(), m_builder.constant(name + ".half", Tensor::scalar(0.5F))});
    }

    // softmax(Q K' / sqrt(d)) V, head by head (Vaswani et al. 2017, section 3.2).
    void attend(const std::string& name)
    {
        const ValueId input = m_builder.last();
        const std::int64_t each = m_width / m_heads;
        const auto projected = [&](const std::string& which, const Integers& permutation) {
            m_builder.goBackTo(input, m_width);
            linear(name + "." + which, m_width);
            reshape(name + "." + which + ".heads", {0, m_patches, m_heads, each});
            m_builder.node("Transpose", name + "." + which + ".turned", {m_builder.last()}, {{"perm", permutation}});
            return m_builder.last();
        };
        const ValueId query = projected("query", {0, 2, 1, 3});
        const ValueId key = projected("key", {0, 2, 3, 1});
        const ValueId value = projected("value", {0, 2, 1, 3});
        m_builder.node("MatMul", name + ".products", {query, key});
        m_builder.node("Mul", name + ".scaled",
                       {m_builder.last(), m_builder.constant(name + ".scale", Tensor::scalar(1 / std::sqrt(static_cast<float>(each))))});
        m_builder.node("Softmax", name + ".weights", {m_builder.last()}, {{"axis", std::int64_t{-1}}});
        m_builder.node("MatMul", name + ".mixed", {m_builder.last(), value});
        m_builder.node("Transpose", name + ".mixed.turned", {m_builder.last()}, {{"perm", Integers{0, 2, 1, 3}}});
        reshape(name + ".mixed.flat", {0, m_patches, m_width});
        m_builder.goBackTo(m_builder.last(), m_width);
        linear(name + ".output", m_width);
    }

    ArchitectureBuilder m_builder;
    int m_width;
    int m_heads;
    std::int64_t m_patches = 0;
};

} // namespace

Graph makeVit(const ArchitectureOptions& options)
{
    const int patch = patchOf(options);
    for (const int extent : {options.height(), options.columns()})
        if (extent % patch != 0)
            throw Error(MessageCode::BadOption, {{"option", "input size"},
                                                 {"value", std::to_string(extent)},
                                                 {"expected", "a multiple of " + std::to_string(patch) + ", the patches' side"}});
    VitBuilder builder(options, scaledWidth(options));
    for (int block = 1; block <= options.depth; ++block)
        builder.block("block" + std::to_string(block));
    return builder.head(options.classes);
}

} // namespace hone
