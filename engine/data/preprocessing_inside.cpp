// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/preprocessing_inside.h"

#include "data/model_card.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

constexpr std::int64_t broadcastingOpset = 7;

// Nodes from the new input to the old one, which the last of them computes.
class FrontNodes
{
public:
    FrontNodes(Graph& graph, const ValueType& raw) : m_graph(graph), m_end(graph.inputs.at(0))
    {
        const auto name = graph.value(m_end).name;
        graph.renameValue(m_end, graph.uniqueName(name + "_preprocessed"));
        m_last = graph.addValue({.name = name, .type = raw});
        graph.inputs[0] = m_last;
    }

    void add(const std::string& opType, const std::vector<ValueId>& more, const std::map<std::string, Attribute>& attributes = {})
    {
        m_nodes.push_back({.name = "preprocess_" + opType, .opType = opType, .inputs = {m_last}, .attributes = attributes});
        m_nodes.back().inputs.insert(m_nodes.back().inputs.end(), more.begin(), more.end());
        m_last = m_graph.addComputed(m_graph.value(m_graph.inputs[0]).name + "_" + opType);
        m_nodes.back().outputs = {m_last};
    }
    // The last value as the second input.
    void addBehind(const std::string& opType, ValueId first)
    {
        add(opType, {});
        m_nodes.back().inputs.insert(m_nodes.back().inputs.begin(), first);
    }
    void addWith(const std::string& opType, const std::string& name, Tensor constant)
    {
        add(opType, {m_graph.addConstant(name, std::move(constant))});
    }

    void finish()
    {
        m_nodes.back().outputs = {m_end};
        const auto first = m_graph.order().empty() ? std::nullopt : std::optional(m_graph.order().front());
        for (auto& node : m_nodes)
            first ? m_graph.insertNodeBefore(*first, std::move(node)) : m_graph.addNode(std::move(node));
        m_graph.sortTopologically();
        m_graph.removeDeadNodes();
    }

private:
    Graph& m_graph;
    ValueId m_end;
    ValueId m_last;
    std::vector<Node> m_nodes;
};

[[noreturn]] void throwNotWritable(const std::string& detail)
{
    throw Error(MessageCode::PreprocessingNotWritable, {{"detail", detail}});
}

// value = (x - offset) * factor
void addNormalization(FrontNodes& nodes, Tensor offset, Tensor factor)
{
    nodes.addWith("Sub", "preprocess_offset", std::move(offset));
    nodes.addWith("Mul", "preprocess_factor", std::move(factor));
}

// [to, from]: Pillow's triangle filter, as wide as the reduction (see resized()).
Tensor resizingMatrix(int from, int to)
{
    const double scale = static_cast<double>(from) / to;
    const double support = std::max(1.0, scale);
    Tensor matrix(DType::Float32, {to, from});
    const auto weights = matrix.mutableData<float>();
    for (int row = 0; row < to; ++row) {
        const double centre = (row + 0.5) * scale;
        const int begin = std::max(0, static_cast<int>(centre - support + 0.5));
        const int end = std::min(from, static_cast<int>(centre + support + 0.5));
        std::vector<double> line;
        double sum = 0;
        for (int at = begin; at < end; ++at) {
            line.push_back(std::max(0.0, 1 - std::abs((at + 0.5 - centre) / support)));
            sum += line.back();
        }
        for (int at = begin; at < end; ++at)
            weights[static_cast<std::size_t>(row) * from + at] = static_cast<float>(line[static_cast<std::size_t>(at - begin)] / sum);
    }
    return matrix;
}

// Of [N, C, H, W].
void addResizing(FrontNodes& nodes, Graph& graph, const PictureSize& from, const PictureSize& to)
{
    // Two products with the filter's weights. ONNX's own Resize has antialiasing from opset 18 on only, and weighs a picture's edges
    // otherwise.
    const auto across = resizingMatrix(from.width, to.width);
    Tensor transposed(DType::Float32, {from.width, to.width});
    for (int x = 0; x < from.width; ++x)
        for (int i = 0; i < to.width; ++i)
            transposed.mutableData<float>()[static_cast<std::size_t>(x) * to.width + i] =
                across.data<float>()[static_cast<std::size_t>(i) * from.width + x];
    nodes.addWith("MatMul", "preprocess_across", std::move(transposed));
    nodes.addBehind("MatMul", graph.addConstant("preprocess_down", resizingMatrix(from.height, to.height)));
}

Preprocess pictureInside(Graph& graph, const PicturePreprocess& preprocess, const RawInputOptions& options)
{
    const auto& shape = graph.value(graph.inputs[0]).type.shape;
    if (!shape || shape->size() != 4)
        throwNotWritable("the model's input is not a picture");
    const auto extent = [&](std::size_t axis, int otherwise) {
        return (*shape)[axis].isFixed() ? static_cast<int>((*shape)[axis].extent) : otherwise;
    };
    const std::size_t rows = preprocess.layout == Layout::Nchw ? 2 : 1;
    const PictureSize own{extent(rows, preprocess.height), extent(rows + 1, preprocess.width)};
    const auto given = options.size.value_or(own);
    const bool resizes = given.height != own.height || given.width != own.width;
    if (given.height <= 0 || given.width <= 0)
        throwNotWritable("a picture of " + std::to_string(given.height) + " x " + std::to_string(given.width) + " pixels");
    if (resizes && preprocess.fit == Fit::CenterCrop)
        throwNotWritable("it cuts out the picture's middle, and another size was asked for");
    const auto channels = preprocess.channelCount();
    const auto fixed = [](int extent) { return Dim::fixed(extent); };
    const Shape raw = options.layout == Layout::Nhwc ? Shape{(*shape)[0], fixed(given.height), fixed(given.width), fixed(channels)}
                                                     : Shape{(*shape)[0], fixed(channels), fixed(given.height), fixed(given.width)};
    std::vector<float> offset, factor;
    const double range = preprocess.range[1] - preprocess.range[0];
    for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        offset.push_back(static_cast<float>((preprocess.mean.at(c) - preprocess.range[0]) * 255 / range));
        factor.push_back(static_cast<float>(range / 255 / preprocess.std.at(c)));
    }

    FrontNodes nodes(graph, {DType::UInt8, raw});
    nodes.add("Cast", {}, {{"to", static_cast<std::int64_t>(DType::Float32)}});
    auto layout = options.layout;
    const auto turn = [&](Layout wanted) {
        if (layout == wanted)
            return;
        const std::vector<std::int64_t> toPlanes = {0, 3, 1, 2}, toPixels = {0, 2, 3, 1};
        nodes.add("Transpose", {}, {{"perm", wanted == Layout::Nchw ? toPlanes : toPixels}});
        layout = wanted;
    };
    if (resizes) {
        turn(Layout::Nchw);
        addResizing(nodes, graph, given, own);
    }
    turn(preprocess.layout);
    const Dimensions extents = layout == Layout::Nchw ? Dimensions{1, channels, 1, 1} : Dimensions{1, 1, 1, channels};
    addNormalization(nodes, Tensor::of<float>(extents, offset), Tensor::of<float>(extents, factor));
    nodes.finish();

    auto rawPreprocess = preprocess;
    rawPreprocess.height = given.height;
    rawPreprocess.width = given.width;
    rawPreprocess.layout = options.layout;
    rawPreprocess.range = {0, 255};
    rawPreprocess.mean.assign(static_cast<std::size_t>(channels), 0);
    rawPreprocess.std.assign(static_cast<std::size_t>(channels), 1);
    return rawPreprocess;
}

// Which of the means and deviations an element of a sample takes: along the last axis, or where time is last along the first.
struct Normalized
{
    const std::vector<double>& mean;
    const std::vector<double>& std;
    std::size_t bands = 1;
    bool bandsLast = true;
};

void numbersInside(Graph& graph, const Dimensions& sampleShape, const Normalized& normalized, const std::string& name)
{
    const auto ofBand = [](const std::vector<double>& values, std::size_t band, double otherwise) {
        return values.empty() ? otherwise : values[values.size() == 1 ? 0 : band];
    };
    const auto isOne = [](const std::vector<double>& values, double wanted) {
        return std::ranges::all_of(values, [wanted](double value) { return value == wanted; });
    };
    if (isOne(normalized.mean, 0) && isOne(normalized.std, 1))
        throw Error(MessageCode::PreprocessingInside, {{"path", name}});
    auto extents = sampleShape;
    extents.insert(extents.begin(), 1);
    const bool uniform = normalized.mean.size() <= 1 && normalized.std.size() <= 1;
    if (uniform)
        std::ranges::fill(extents, 1);
    Tensor offset(DType::Float32, extents), factor(DType::Float32, extents);
    const auto count = static_cast<std::size_t>(offset.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto band = uniform ? 0 : normalized.bandsLast ? i % normalized.bands : i / (count / normalized.bands);
        offset.mutableData<float>()[i] = static_cast<float>(ofBand(normalized.mean, band, 0));
        factor.mutableData<float>()[i] = static_cast<float>(1 / ofBand(normalized.std, band, 1));
    }
    FrontNodes nodes(graph, graph.value(graph.inputs[0]).type);
    addNormalization(nodes, std::move(offset), std::move(factor));
    nodes.finish();
}

} // namespace

Graph withPreprocessingInside(const Graph& graph, const Preprocess& preprocess, const RawInputOptions& options, const std::string& name)
{
    auto result = graph;
    if (result.opset() < broadcastingOpset)
        throwNotWritable("opset " + std::to_string(result.opset()) + " is too old");
    if (result.inputs.size() != 1)
        throwNotWritable("the model has " + std::to_string(result.inputs.size()) + " inputs");
    if (result.value(result.inputs[0]).type.dtype == DType::UInt8)
        throw Error(MessageCode::PreprocessingInside, {{"path", name}});
    if (options.size && preprocess.kind() != SampleKind::Picture)
        throwNotWritable("only pictures have a size");
    auto card = readModelCard(result);
    const auto shape = inputShape(preprocess);
    switch (preprocess.kind()) {
    case SampleKind::Picture: card.preprocess = pictureInside(result, preprocess.picture(), options); break;
    case SampleKind::Sound: {
        auto raw = preprocess.sound();
        numbersInside(result, shape, {raw.mean, raw.std, bandsOf(raw), raw.time == TimeAxis::First}, name);
        raw.mean = {0};
        raw.std = {1};
        card.preprocess = raw;
        break;
    }
    case SampleKind::Window: {
        auto raw = preprocess.window();
        numbersInside(result, shape, {raw.mean, raw.std, static_cast<std::size_t>(raw.channels), raw.time == TimeAxis::First}, name);
        raw.mean = {0};
        raw.std = {1};
        card.preprocess = raw;
        break;
    }
    case SampleKind::Tensor: {
        auto raw = preprocess.tensor();
        const auto last = raw.shape.empty() ? 1 : static_cast<std::size_t>(raw.shape.back());
        numbersInside(result, shape, {raw.mean, raw.std, last, true}, name);
        raw.mean = {0};
        raw.std = {1};
        card.preprocess = raw;
        break;
    }
    }
    writeModelCard(result, card);
    return result;
}

} // namespace hone
