// SPDX-License-Identifier: GPL-3.0-or-later
// Grows a network layer by layer, each on the last one's output, with weights drawn from one seed.
#pragma once

#include "core/random.h"
#include "graph/graph.h"
#include "train/architecture.h"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hone
{

// How a layer's weights are drawn.
enum class Initialization
{
    He,     // normal, variance 2 / fan-in (He et al. 2015, equation 10)
    Xavier, // uniform, variance 2 / (fan-in + fan-out) (Glorot and Bengio 2010, equation 16)
    LeCun   // uniform within 1 / sqrt(fan-in) (LeCun et al. 1998)
};

struct ConvolutionShape
{
    int outputs = 0;
    std::array<int, 2> kernel = {3, 3}; // height, width
    int stride = 1;
    int groups = 1;
    bool bias = false;
};

class ArchitectureBuilder
{
public:
    // The input is [N, channels, height, width], or [N, numbers].
    ArchitectureBuilder(const ArchitectureOptions& options, const Shape& input);

    ValueId last() const { return m_last; }
    std::int64_t channels() const { return m_channels; }
    std::array<std::int64_t, 2> extents() const { return m_extents; } // height, width
    void goBackTo(ValueId value, std::int64_t channels);
    void goBackTo(ValueId value, std::int64_t channels, std::array<std::int64_t, 2> extents);

    // Padded so that stride 1 keeps the picture and stride s makes it ceil(extent / s) (for even kernels one
    // more behind).
    void convolution(const std::string& name, const ConvolutionShape& shape);
    void normalization(const std::string& name);
    void relu(const std::string& name) { node("Relu", name, {m_last}); }
    void relu6(const std::string& name); // Clip from 0 to 6 (Howard et al. 2017)
    void sum(const std::string& name, ValueId other) { node("Add", name, {m_last, other}); }
    // Of [N, inputs], by Gemm.
    void dense(const std::string& name, std::int64_t outputs, Initialization initialization);
    // Mean over the picture, [N, channels].
    void pool();
    // Dense to the classes, which ends the network.
    Graph head(int classes);
    // Ends the network at the last value under that name; shape: of the output without the batch.
    Graph finish(const std::string& outputName, const std::vector<std::int64_t>& shape);

    // For layers that this class knows nothing of.
    void node(const std::string& opType, const std::string& name, std::vector<ValueId> inputs,
              std::map<std::string, Attribute> attributes = {});
    ValueId constant(const std::string& name, Tensor tensor) { return m_graph.addConstant(name, std::move(tensor)); }
    ValueId filled(const std::string& name, std::int64_t count, float value);
    Tensor normal(const Dimensions& shape, double deviation);
    Tensor uniform(const Dimensions& shape, double bound);

private:
    Graph m_graph;
    Random m_random;
    ValueId m_last;
    std::int64_t m_channels = 0;
    std::array<std::int64_t, 2> m_extents = {1, 1};
};

// [N, channels, height, width] of the options.
Shape pictureShape(const ArchitectureOptions& options);
// The options' width times their multiplier, at least 1.
int scaledWidth(const ArchitectureOptions& options);

} // namespace hone
