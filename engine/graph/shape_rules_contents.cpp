// SPDX-License-Identifier: GPL-3.0-or-later
// Operators whose output's contents, and not only its shape, follow from shapes and constants.
#include "graph/shape_rules.h"

#include <algorithm>
#include <cmath>

namespace hone
{
namespace
{

void shapeOf(RuleContext& node)
{
    const auto& data = node.shape(0);
    if (!data) {
        node.output(0, DType::Int64, Shape{Dim::free("")});
        return;
    }
    const auto rank = static_cast<std::int64_t>(data->size());
    const auto bound = [&](const std::string& key, std::int64_t fallback) {
        const auto index = node.node().intAttribute(key, fallback);
        return std::clamp<std::int64_t>(index < 0 ? index + rank : index, 0, rank);
    };
    const auto start = bound("start", 0), end = std::max(start, bound("end", rank));
    node.output(0, DType::Int64, Shape{Dim::fixed(end - start)});
    node.outputContents(0, toContents(Shape(data->begin() + start, data->begin() + end)));
}

void sizeOf(RuleContext& node)
{
    node.output(0, DType::Int64, Shape());
    const auto& data = node.shape(0);
    if (!data || !std::ranges::all_of(*data, &Dim::isFixed))
        return;
    node.outputContents(0, {{elementCount(withFreeAs(*data, 0))}});
}

void constant(RuleContext& node)
{
    const auto& attributes = node.node().attributes;
    const auto get = [&]<class T>(const std::string& key, T*) {
        const auto found = attributes.find(key);
        return found == attributes.end() ? nullptr : std::get_if<T>(&found->second);
    };
    const auto length = [](const auto& values) { return Dimensions{static_cast<std::int64_t>(values.size())}; };
    if (const auto* tensor = get("value", static_cast<Tensor*>(nullptr)))
        node.outputConstant(0, *tensor);
    else if (const auto* number = get("value_int", static_cast<std::int64_t*>(nullptr)))
        node.outputConstant(0, Tensor::scalar(*number));
    else if (const auto* real = get("value_float", static_cast<float*>(nullptr)))
        node.outputConstant(0, Tensor::scalar(*real));
    else if (const auto* text = get("value_string", static_cast<std::string*>(nullptr)))
        node.outputConstant(0, Tensor::ofStrings({}, {*text}));
    else if (const auto* numbers = get("value_ints", static_cast<std::vector<std::int64_t>*>(nullptr)))
        node.outputConstant(0, Tensor::of(length(*numbers), *numbers));
    else if (const auto* reals = get("value_floats", static_cast<std::vector<float>*>(nullptr)))
        node.outputConstant(0, Tensor::of(length(*reals), *reals));
    else if (const auto* texts = get("value_strings", static_cast<std::vector<std::string>*>(nullptr)))
        node.outputConstant(0, Tensor::ofStrings(length(*texts), *texts));
}

void constantOfShape(RuleContext& node)
{
    Tensor value;
    if (const auto found = node.node().attributes.find("value"); found != node.node().attributes.end())
        if (const auto* tensor = std::get_if<Tensor>(&found->second))
            value = *tensor;
    const auto dtype = value.isNull() ? DType::Float32 : value.dtype();
    if (!node.contents(0)) {
        node.output(0, dtype, std::nullopt);
        return;
    }
    Shape shape;
    for (const auto& element : *node.contents(0)) {
        if (element.number && *element.number < 0)
            node.mismatch("an extent of " + std::to_string(*element.number));
        shape.push_back(toDim(element));
    }
    const bool isNumber = (dtype == DType::Int64 || dtype == DType::Int32) && value.size() == 1;
    const auto count = shape.empty() ? Dim::fixed(1) : shape.front();
    node.output(0, dtype, shape);
    if (isNumber && shape.size() <= 1 && count.isFixed() && count.extent <= static_cast<std::int64_t>(mostContents))
        node.outputContents(0, Contents(static_cast<std::size_t>(count.extent), Element{toInt64s(value).front()}));
}

std::optional<double> realScalar(const Tensor& tensor)
{
    if (tensor.isNull() || tensor.size() != 1 || tensor.dtype() == DType::String)
        return std::nullopt;
    return isFloatingPoint(tensor.dtype()) ? static_cast<double>(toFloats(tensor).front()) : static_cast<double>(toInt64s(tensor).front());
}

// max(ceil((limit - start) / delta), 0) numbers.
void range(RuleContext& node)
{
    const auto start = realScalar(node.constant(0)), limit = realScalar(node.constant(1)), delta = realScalar(node.constant(2));
    if (!start || !limit || !delta) {
        node.output(0, node.dtype(0), Shape{Dim::free("")});
        return;
    }
    const auto count = std::ceil((*limit - *start) / *delta);
    if (*delta == 0 || !(count < 0x1p40))
        node.mismatch("a range by steps of " + std::to_string(*delta));
    const auto extent = static_cast<std::int64_t>(std::max(count, 0.0));
    node.output(0, node.dtype(0), Shape{Dim::fixed(extent)});
    constexpr double exact = 0x1p53; // beyond, a double no longer tells one whole number from the next
    const bool isExact = std::abs(*start) < exact && std::abs(*delta) < exact;
    if (isFloatingPoint(node.dtype(0)) || !isExact || extent > static_cast<std::int64_t>(mostContents))
        return;
    Contents contents;
    for (std::int64_t i = 0; i < extent; ++i)
        contents.push_back({static_cast<std::int64_t>(*start) + i * static_cast<std::int64_t>(*delta)});
    node.outputContents(0, std::move(contents));
}

void randomLike(RuleContext& node)
{
    const auto dtype = node.node().intAttribute("dtype", static_cast<std::int64_t>(node.dtype(0)));
    node.output(0, static_cast<DType>(dtype), node.shape(0));
}

void randomOfShape(RuleContext& node)
{
    Shape shape;
    for (const auto extent : node.node().intsAttribute("shape"))
        shape.push_back(toDim({extent}));
    node.output(0, static_cast<DType>(node.node().intAttribute("dtype", 1)), std::move(shape));
}

void multinomial(RuleContext& node)
{
    const auto count = toDim({node.node().intAttribute("sample_size", 1)});
    node.output(0, static_cast<DType>(node.node().intAttribute("dtype", 6)),
                Shape{node.shape(0) && !node.shape(0)->empty() ? node.shape(0)->front() : Dim::free(""), count});
}

} // namespace

void addContentsRules(ShapeRules& rules)
{
    rules.add("", {"Shape"}, shapeOf);
    rules.add("", {"Size"}, sizeOf);
    rules.add("", {"Constant"}, constant);
    rules.add("", {"ConstantOfShape"}, constantOfShape);
    rules.add("", {"Range"}, range);
    rules.add("", {"EyeLike", "RandomNormalLike", "RandomUniformLike", "Bernoulli"}, randomLike);
    rules.add("", {"RandomNormal", "RandomUniform"}, randomOfShape);
    rules.add("", {"Multinomial"}, multinomial);
}

} // namespace hone
