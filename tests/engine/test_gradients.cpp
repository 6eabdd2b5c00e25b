// SPDX-License-Identifier: GPL-3.0-or-later
// Gradients of every differentiable family of operators against central differences in double precision.
#include "autograd/graph_module.h"
#include "autograd/parameters.h"
#include "engine/graph_building.h"

#include <QtTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>

using namespace hone;
using hone::testing::Attributes;
using hone::testing::Chain;
using hone::testing::integers;
using hone::testing::randomTensor;

namespace
{

using Ints = std::vector<std::int64_t>;
using Build = std::function<void(Chain&)>;

struct Case
{
    std::string name;
    std::int64_t opset;
    Dimensions input;
    Build build;
    double low = -2, high = 2; // of the input
    Mode mode = Mode::Inference;
};

Tensor toDouble(const Tensor& tensor)
{
    const auto values = toFloats(tensor);
    return Tensor::of(tensor.shape(), std::vector<double>(values.begin(), values.end()));
}

Tensor doubles(const Dimensions& shape, std::uint64_t seed, double low = -1, double high = 1)
{
    return toDouble(randomTensor(shape, seed, low, high));
}

Tensor numbers(const std::vector<double>& values)
{
    return Tensor::of({static_cast<std::int64_t>(values.size())}, values);
}

Tensor indices(const Dimensions& shape, const Ints& values)
{
    return Tensor::of(shape, values);
}

Attribute integer(std::int64_t value)
{
    return value;
}

Attribute text(const char* value)
{
    return std::string(value);
}

// The operator on the input and on constants; a null tensor is an omitted input.
Build with(const std::string& opType, const std::vector<Tensor>& inputs = {}, const Attributes& attributes = {}, std::size_t outputs = 1)
{
    return [=](Chain& chain) {
        std::vector<ValueId> more;
        for (const auto& tensor : inputs)
            more.push_back(tensor.isNull() ? ValueId{} : chain.constant("c", tensor));
        chain.then(opType, more, attributes, outputs);
    };
}

std::vector<Case> elementwiseCases()
{
    std::vector<Case> cases;
    for (const char* op : {"Relu",      "LeakyRelu", "Elu",      "Celu",     "Selu",    "Sigmoid", "HardSigmoid",
                           "HardSwish", "Tanh",      "Softplus", "Softsign", "Mish",    "Gelu",    "ThresholdedRelu",
                           "Shrink",    "Abs",       "Asinh",    "Atan",     "Cos",     "Cosh",    "Erf",
                           "Exp",       "Neg",       "Sin",      "Sinh",     "Identity"})
        cases.push_back({op, 20, {3, 4}, with(op)});
    for (const char* op : {"Acos", "Asin", "Atanh", "Tan"})
        cases.push_back({op, 20, {3, 4}, with(op), -0.9, 0.9});
    for (const char* op : {"Log", "Sqrt", "Reciprocal"})
        cases.push_back({op, 20, {3, 4}, with(op), 0.5, 2});
    cases.push_back({"Acosh", 20, {3, 4}, with("Acosh"), 1.5, 3});
    cases.push_back({"Clip", 13, {3, 4}, with("Clip", {Tensor::scalar(-0.5), Tensor::scalar(0.7)})});
    cases.push_back({"PRelu", 13, {2, 3, 4}, with("PRelu", {doubles({3, 1}, 3)})});
    cases.push_back({"Gelu tanh", 20, {3, 4}, with("Gelu", {}, {{"approximate", text("tanh")}})});
    for (const char* op : {"Add", "Sub", "Mul", "Div", "Min", "Max", "Sum", "Mean"})
        cases.push_back({op, 13, {2, 3, 4}, with(op, {doubles({3, 1}, 1, 0.5, 2)})});
    cases.push_back({"Pow", 13, {2, 3}, with("Pow", {doubles({2, 1}, 1, 0.5, 2)}), 0.5, 2});
    cases.push_back({"Mod", 13, {2, 3}, with("Mod", {doubles({2, 1}, 1, 0.5, 2)}, {{"fmod", integer(1)}})});
    for (const std::int64_t opset : {11, 13})
        for (const char* op : {"Softmax", "LogSoftmax"})
            cases.push_back({std::string(op) + " " + std::to_string(opset), opset, {2, 3, 4}, with(op, {}, {{"axis", integer(1)}})});
    cases.push_back({"Where", 13, {2, 3}, [](Chain& chain) {
                         const ValueId x = chain.last();
                         chain.then("Greater", {chain.constant("zero", numbers({0}))});
                         chain.then("Where", {x, chain.constant("other", doubles({3}, 1))});
                     }});
    return cases;
}

std::vector<Case> reductionCases()
{
    std::vector<Case> cases;
    for (const char* op : {"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare",
                           "ReduceLogSumExp"}) {
        cases.push_back({op, 18, {2, 3, 4}, with(op, {integers({0, -1})})});
        cases.push_back({std::string(op) + " 11", 11, {2, 3, 4}, with(op, {}, {{"axes", Ints{1}}, {"keepdims", integer(0)}})});
    }
    cases.push_back({"ReduceLogSum", 18, {2, 3, 4}, with("ReduceLogSum", {integers({1})}), 0.5, 2});
    cases.push_back(
        {"CumSum", 14, {2, 4}, with("CumSum", {Tensor::scalar(std::int64_t{1})}, {{"exclusive", integer(1)}, {"reverse", integer(1)}})});
    return cases;
}

std::vector<Case> productCases()
{
    const auto conv = [](const char* op, const Dimensions& weight, const Attributes& attributes) {
        return with(op, {doubles(weight, 11), doubles({4}, 12)}, attributes);
    };
    return {
        {"Gemm", 13, {4, 3}, with("Gemm", {doubles({3, 5}, 1), doubles({5}, 2)}, {{"alpha", 0.5f}, {"beta", 2.0f}})},
        {"MatMul", 13, {2, 3, 4}, with("MatMul", {doubles({4, 5}, 1)})},
        {"Einsum", 13, {2, 3, 4}, with("Einsum", {doubles({2, 5, 4}, 1)}, {{"equation", text("bij,bkj->bik")}})},
        {"Det", 13, {2, 3, 3}, with("Det")},
        {"Conv", 13, {2, 3, 5, 5}, conv("Conv", {4, 3, 3, 3}, {{"strides", Ints{2, 1}}, {"pads", Ints{1, 0, 0, 1}}})},
        {"Conv pointwise, strided", 13, {2, 3, 5, 5}, conv("Conv", {4, 3, 1, 1}, {{"strides", Ints{2, 2}}})},
        {"Conv dilated, grouped", 13, {2, 6, 6, 6}, conv("Conv", {4, 3, 2, 2}, {{"dilations", Ints{2, 2}}, {"group", integer(2)}})},
        {"Conv 1-D", 13, {2, 3, 6}, conv("Conv", {4, 3, 3}, {})},
        {"Conv 3-D", 13, {1, 2, 3, 4, 3}, conv("Conv", {4, 2, 2, 2, 2}, {})},
        {"ConvTranspose", 13, {2, 3, 3, 3}, conv("ConvTranspose", {3, 4, 3, 3}, {{"strides", Ints{2, 2}}, {"pads", Ints{1, 0, 0, 1}}})},
        {"DeformConv",
         19,
         {1, 2, 4, 4},
         with("DeformConv", {doubles({4, 2, 2, 2}, 1), doubles({1, 8, 3, 3}, 2, 0.1, 0.4), doubles({4}, 3), doubles({1, 4, 3, 3}, 4)})},
        {"RNN",
         14,
         {3, 2, 4},
         with("RNN", {doubles({1, 5, 4}, 1), doubles({1, 5, 5}, 2), doubles({1, 10}, 3)}, {{"hidden_size", integer(5)}}, 2)},
        {"GRU",
         14,
         {3, 2, 4},
         with("GRU", {doubles({2, 9, 4}, 1), doubles({2, 9, 3}, 2), doubles({2, 18}, 3)},
              {{"hidden_size", integer(3)}, {"direction", text("bidirectional")}}, 2)},
        {"GRU, linear before reset",
         14,
         {3, 2, 4},
         with("GRU", {doubles({1, 9, 4}, 1), doubles({1, 9, 3}, 2), doubles({1, 18}, 3)},
              {{"hidden_size", integer(3)}, {"linear_before_reset", integer(1)}}, 2)},
        {"LSTM with peepholes and lengths",
         14,
         {3, 2, 4},
         with("LSTM",
              {doubles({1, 12, 4}, 1),
               doubles({1, 12, 3}, 2),
               doubles({1, 24}, 3),
               Tensor::of({2}, std::vector<std::int32_t>{3, 2}),
               {},
               {},
               doubles({1, 9}, 4)},
              {{"hidden_size", integer(3)}, {"direction", text("reverse")}}, 3)},
    };
}

std::vector<Case> normalizationAndPoolingCases()
{
    const std::vector<Tensor> affine = {doubles({4}, 1), doubles({4}, 2)};
    const std::vector<Tensor> statistics = {doubles({4}, 1), doubles({4}, 2), doubles({4}, 3), doubles({4}, 4, 0.5, 2)};
    const Attributes window = {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"pads", Ints{1, 0, 1, 1}}};
    const auto ceiled = [&](const char* op) {
        return with(op, {}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"ceil_mode", integer(1)}});
    };
    return {
        {"BatchNormalization, training", 14, {3, 4, 3}, with("BatchNormalization", statistics), -2, 2, Mode::Training},
        {"BatchNormalization", 14, {3, 4, 3}, with("BatchNormalization", statistics)},
        {"InstanceNormalization", 13, {2, 4, 3, 2}, with("InstanceNormalization", affine)},
        {"LayerNormalization", 17, {3, 4}, with("LayerNormalization", affine)},
        {"GroupNormalization 18",
         18,
         {2, 4, 3},
         with("GroupNormalization", {doubles({2}, 1), doubles({2}, 2)}, {{"num_groups", integer(2)}})},
        {"GroupNormalization 21", 21, {2, 4, 3}, with("GroupNormalization", affine, {{"num_groups", integer(2)}})},
        {"RMSNormalization", 23, {3, 4}, with("RMSNormalization", {doubles({4}, 1)})},
        {"LRN", 13, {2, 5, 3}, with("LRN", {}, {{"size", integer(3)}, {"alpha", 0.5f}})},
        {"LpNormalization", 13, {2, 5}, with("LpNormalization")},
        {"MeanVarianceNormalization", 13, {2, 2, 3, 2}, with("MeanVarianceNormalization")},
        {"MaxPool", 12, {2, 3, 6, 6}, with("MaxPool", {}, window)},
        {"MaxPool ceil", 12, {2, 3, 5, 5}, ceiled("MaxPool")},
        {"AveragePool", 12, {2, 3, 6, 6}, with("AveragePool", {}, window)},
        {"AveragePool ceil", 12, {2, 3, 5, 5}, ceiled("AveragePool")},
        {"AveragePool dilated", 19, {2, 3, 6, 6}, with("AveragePool", {}, {{"kernel_shape", Ints{2, 2}}, {"dilations", Ints{2, 2}}})},
        {"LpPool", 12, {2, 3, 6, 6}, with("LpPool", {}, window), 0.5, 2},
        {"GlobalAveragePool", 12, {2, 3, 4, 4}, with("GlobalAveragePool")},
        {"GlobalMaxPool", 12, {2, 3, 4, 4}, with("GlobalMaxPool")},
        {"GlobalLpPool", 12, {2, 3, 4, 4}, with("GlobalLpPool")},
        {"MaxUnpool",
         12,
         {1, 1, 2, 2},
         with("MaxUnpool", {indices({1, 1, 2, 2}, {5, 7, 13, 15})}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}})},
    };
}

std::vector<Case> arrangementCases()
{
    const Tensor none;
    const auto resize = [&](const char* mode, const Attributes& more) {
        Attributes attributes = {{"mode", text(mode)}};
        attributes.insert(more.begin(), more.end());
        return with("Resize", {none, none, integers({1, 1, 3, 7})}, attributes);
    };
    std::vector<Case> cases = {
        {"Concat", 13, {2, 3}, with("Concat", {doubles({2, 2}, 1)}, {{"axis", integer(1)}})},
        {"Split", 13, {5, 2}, with("Split", {integers({2, 3})}, {}, 2)},
        {"Slice", 13, {5, 4}, with("Slice", {integers({4, 0}), integers({-6, 3}), integers({0, 1}), integers({-2, 1})})},
        {"Gather", 13, {4, 3}, with("Gather", {indices({2, 2}, {0, 3, -1, 0})})},
        {"GatherElements", 13, {3, 3}, with("GatherElements", {indices({2, 3}, {1, 2, 0, 2, 0, 0})})},
        {"GatherND", 13, {2, 3, 2}, with("GatherND", {indices({2, 1}, {2, 0})}, {{"batch_dims", integer(1)}})},
        {"Tile", 13, {2, 3}, with("Tile", {integers({2, 2})})},
        {"Expand", 13, {3, 1}, with("Expand", {integers({2, 3, 4})})},
        {"Transpose", 13, {2, 3, 4}, with("Transpose", {}, {{"perm", Ints{2, 0, 1}}})},
        {"Reshape", 13, {2, 6}, with("Reshape", {integers({3, -1})})},
        {"DepthToSpace", 13, {1, 8, 2, 2}, with("DepthToSpace", {}, {{"blocksize", integer(2)}})},
        {"SpaceToDepth", 13, {1, 2, 4, 4}, with("SpaceToDepth", {}, {{"blocksize", integer(2)}})},
        {"ScatterND", 16, {4, 2}, with("ScatterND", {indices({2, 1}, {1, 3}), doubles({2, 2}, 1)}, {{"reduction", text("add")}})},
        {"Trilu", 14, {3, 4}, with("Trilu")},
        {"ReverseSequence", 13, {4, 2}, with("ReverseSequence", {integers({3, 2})})},
        {"CenterCropPad", 18, {3, 6}, with("CenterCropPad", {integers({5, 3})})},
        {"Col2Im", 18, {1, 8, 4}, with("Col2Im", {integers({3, 3}), integers({2, 2})})},
        {"TopK", 13, {3, 5}, with("TopK", {integers({2})}, {}, 2)},
        {"Compress",
         13,
         {3, 2},
         with("Compress", {Tensor::of({3}, std::span<const bool>(std::array{true, false, true}))}, {{"axis", integer(0)}})},
        {"Resize nearest", 13, {1, 1, 4, 4}, resize("nearest", {})},
        {"Resize linear", 13, {1, 1, 4, 4}, resize("linear", {})},
        {"Resize cubic", 13, {1, 1, 4, 4}, resize("cubic", {})},
        {"Resize antialiased", 18, {1, 1, 4, 4}, resize("linear", {{"antialias", integer(1)}})},
        {"GridSample", 16, {1, 2, 3, 4}, with("GridSample", {doubles({1, 2, 3, 2}, 4, -0.8, 0.8)})},
        {"RoiAlign",
         16,
         {1, 2, 6, 6},
         with("RoiAlign", {Tensor::of({1, 4}, std::vector<double>{0.6, 1.1, 4.7, 5.2}), integers({0})},
              {{"output_height", integer(2)}, {"output_width", integer(3)}})},
        {"DFT", 17, {1, 5, 1}, with("DFT")},
        {"STFT", 17, {1, 8, 1}, with("STFT", {Tensor::scalar(std::int64_t{2}), doubles({4}, 1)})},
        {"NegativeLogLikelihoodLoss", 13, {3, 4}, with("NegativeLogLikelihoodLoss", {integers({1, 0, 3}), doubles({4}, 1, 0.5, 1)})},
        {"SoftmaxCrossEntropyLoss", 13, {3, 4}, with("SoftmaxCrossEntropyLoss", {integers({1, 0, 3})}, {{"reduction", text("sum")}}, 2)},
    };
    for (const char* mode : {"constant", "reflect", "edge", "wrap"})
        cases.push_back({std::string("Pad ") + mode, 19, {3, 4}, with("Pad", {integers({1, 2, 0, 1})}, {{"mode", text(mode)}})});
    for (const char* reduction : {"none", "add", "mul", "max"})
        cases.push_back(
            {std::string("ScatterElements ") + reduction,
             18,
             {3, 3},
             with("ScatterElements", {indices({2, 3}, {1, 0, 2, 0, 2, 1}), doubles({2, 3}, 1)}, {{"reduction", text(reduction)}})});
    return cases;
}

// A body: its inputs and one value made of the first by the operator and the captured "p", given as carried value and as a slice.
std::shared_ptr<const Graph> bodyWith(const std::string& opType, const std::vector<std::pair<std::string, DType>>& inputs,
                                      const std::vector<std::string>& outputs)
{
    auto body = std::make_shared<Graph>();
    body->name = "body";
    std::map<std::string, ValueId> values;
    for (const auto& [name, dtype] : inputs) {
        values[name] = body->addValue({name, {dtype, std::nullopt}, {}});
        body->inputs.push_back(values[name]);
    }
    const ValueId captured = body->addValue({"p", {DType::Float64, std::nullopt}, {}});
    const ValueId left = values.contains("state") ? values["state"] : body->addValue({"x", {DType::Float64, std::nullopt}, {}});
    values["made"] = body->addComputed("made");
    body->addNode({.name = "step", .opType = opType, .inputs = {left, captured}, .outputs = {values["made"]}});
    values["again"] = body->addComputed("again");
    body->addNode({.name = "again", .opType = "Tanh", .inputs = {values["made"]}, .outputs = {values["again"]}});
    for (const auto& name : outputs)
        body->outputs.push_back(values[name]);
    return body;
}

std::vector<Case> controlFlowCases()
{
    const auto named = [](Chain& chain) {
        chain.graph().renameValue(chain.last(), "x");
        const ValueId p = chain.constant("p", doubles({2, 3}, 5));
        chain.graph().addNode({.name = "read", .opType = "Mul", .inputs = {p, p}, .outputs = {chain.graph().addComputed("square")}});
    };
    return {
        {"If",
         16,
         {2, 3},
         [=](Chain& chain) {
             named(chain);
             chain.then("ReduceSum", {}, {{"keepdims", integer(0)}}).then("Greater", {chain.constant("low", Tensor::scalar(-100.0))});
             chain.then("If", {}, {{"then_branch", bodyWith("Mul", {}, {"again"})}, {"else_branch", bodyWith("Add", {}, {"again"})}});
         }},
        {"Loop",
         16,
         {2, 3},
         [=](Chain& chain) {
             named(chain);
             const ValueId x = chain.last();
             chain.setLast(chain.constant("rounds", Tensor::scalar(std::int64_t{3})));
             chain.then("Loop", {ValueId{}, x},
                        {{"body", bodyWith("Mul", {{"round", DType::Int64}, {"goes", DType::Bool}, {"state", DType::Float64}},
                                           {"goes", "again", "made"})}},
                        2);
         }},
        {"Scan",
         16,
         {2, 3},
         [=](Chain& chain) {
             named(chain);
             chain.then("Scan", {chain.constant("steps", doubles({3, 2}, 6))},
                        {{"num_scan_inputs", integer(1)},
                         {"body", bodyWith("Mul", {{"state", DType::Float64}, {"slice", DType::Float64}}, {"again", "made"})}},
                        2);
         }},
    };
}

std::vector<Case> allCases()
{
    std::vector<Case> all;
    for (const auto& family :
         {elementwiseCases(), reductionCases(), productCases(), normalizationAndPoolingCases(), arrangementCases(), controlFlowCases()})
        all.insert(all.end(), family.begin(), family.end());
    return all;
}

// The operator on input + shift, where the shift is a parameter: its gradient is the input's.
Graph graphOf(const Case& item)
{
    Chain chain(item.opset, fixedShape(item.input), DType::Float64);
    chain.then("Add", {chain.constant("shift", doubles(item.input, 31, -0.01, 0.01))});
    item.build(chain);
    return chain.finish(DType::Float64);
}

double weightedSum(const Tensor& output, const Tensor& cotangent)
{
    double sum = 0;
    for (std::size_t i = 0; i < output.data<double>().size(); ++i)
        sum += output.data<double>()[i] * cotangent.data<double>()[i];
    return sum;
}

} // namespace

class TestGradients : public QObject
{
    Q_OBJECT

private slots:
    void gradientsEqualCentralDifferences_data();
    void gradientsEqualCentralDifferences();
    void quantizationPassesGradientsStraightThroughUntilItSaturates();
    void quantizedWeightsTrainAsTheRealNumbersThatTheyStandFor();
    void halfWeightsTrainInFloatAndComeBackAsHalves();
};

void TestGradients::gradientsEqualCentralDifferences_data()
{
    QTest::addColumn<int>("index");
    const auto cases = allCases();
    for (std::size_t i = 0; i < cases.size(); ++i)
        QTest::newRow(cases[i].name.c_str()) << static_cast<int>(i);
}

void TestGradients::gradientsEqualCentralDifferences()
{
    QFETCH(int, index);
    static const auto cases = allCases();
    const Case& item = cases.at(static_cast<std::size_t>(index));
    try {
        const Graph graph = graphOf(item);
        const Tensor input = doubles(item.input, 21, item.low, item.high);
        const Tensor cotangent = doubles(GraphModule(graph).forward({input}, item.mode)[0].shape(), 22);
        const auto gradients = GraphModule(graph).gradients({input}, cotangent, item.mode);
        QVERIFY(!gradients.empty());
        QCOMPARE(gradients.size(), static_cast<std::size_t>(std::ranges::count_if(
                                       findParameters(graph), [](const auto& entry) { return entry.second != ParameterRole::Statistic; })));
        constexpr double step = 1e-6;
        for (const auto& [name, gradient] : gradients)
            for (std::int64_t element = 0; element < gradient.size(); element += std::max<std::int64_t>(1, gradient.size() / 7)) {
                const auto at = [&](double shift) {
                    Graph moved = graph;
                    moved.value(moved.findValue(name).value()).constant.mutableData<double>()[static_cast<std::size_t>(element)] += shift;
                    return weightedSum(GraphModule(moved).forward({input}, item.mode)[0], cotangent);
                };
                const double expected = (at(step) - at(-step)) / (2 * step);
                const double actual = gradient.data<double>()[static_cast<std::size_t>(element)];
                QVERIFY2(std::abs(actual - expected) <= 1e-5 * std::max(1.0, std::abs(expected)),
                         qPrintable(QString("%1[%2]: %3, expected %4").arg(name.c_str()).arg(element).arg(actual).arg(expected)));
            }
    } catch (const Error& error) {
        QFAIL(error.what());
    }
}

// Rounding has no gradient of its own; the estimator of Bengio et al. 2013 passes it on, and saturation stops it.
void TestGradients::quantizationPassesGradientsStraightThroughUntilItSaturates()
{
    Chain chain(13, fixedShape(Dimensions{4}));
    chain.then("Add", {chain.constant("shift", Tensor::of({4}, std::vector<float>{0, 0, 0, 0}))});
    const ValueId scale = chain.constant("scale", Tensor::scalar(0.1f));
    const ValueId zero = chain.constant("zero", Tensor::scalar(std::int8_t{3}));
    chain.then("QuantizeLinear", {scale, zero}).then("DequantizeLinear", {scale, zero});
    GraphModule module(chain.finish());
    const Tensor input = Tensor::of({4}, std::vector<float>{-40.0f, 0.26f, 1.04f, 40.0f});
    const Tensor cotangent = Tensor::of({4}, std::vector<float>{1, 2, 3, 4});
    const auto output = module.forward({input})[0];
    const std::vector<float> expected{-13.1f, 0.3f, 1.0f, 12.4f}; // (-128 - 3) * 0.1 and (127 - 3) * 0.1
    for (std::size_t i = 0; i < 4; ++i)
        QVERIFY(std::abs(output.data<float>()[i] - expected[i]) < 1e-5f);
    const auto gradients = module.gradients({input}, cotangent);
    QCOMPARE(gradients.size(), std::size_t{1});
    QVERIFY(gradients[0].second == Tensor::of({4}, std::vector<float>{0, 2, 3, 0}));
}

// Conv's weight and bias as a quantized model has them, one scale a channel: their gradients are those of the real numbers.
void TestGradients::quantizedWeightsTrainAsTheRealNumbersThatTheyStandFor()
{
    Tensor weight = Tensor::of({2, 3}, std::vector<std::int8_t>{10, -20, 127, -128, 0, 5});
    Tensor bias = Tensor::of({2}, std::vector<std::int32_t>{1000, -500});
    Chain chain(13, fixedShape(Dimensions{1, 3}));
    const ValueId x = chain.last();
    const ValueId w = chain.constant("w", weight), b = chain.constant("b", bias);
    chain.setLast(w);
    chain.then("DequantizeLinear",
               {chain.constant("ws", Tensor::of({2}, std::vector<float>{0.1f, 0.5f})),
                chain.constant("wz", Tensor::of({2}, std::vector<std::int8_t>{0, 0}))},
               {{"axis", std::int64_t{0}}});
    const ValueId realWeight = chain.last();
    chain.setLast(b);
    chain.then("DequantizeLinear", {chain.constant("bs", Tensor::scalar(0.001f))});
    const ValueId realBias = chain.last();
    chain.setLast(x);
    chain.then("Gemm", {realWeight, realBias}, {{"transB", std::int64_t{1}}});
    GraphModule module(chain.finish());
    const Tensor input = Tensor::of({1, 3}, std::vector<float>{1, 2, 3});
    QCOMPARE(toFloats(module.forward({input})[0]), (std::vector<float>{1 - 4 + 3 * 12.7f + 1, -64 + 7.5f - 0.5f}));
    const auto gradients = module.gradients({input}, Tensor::of({1, 2}, std::vector<float>{1, 10}));
    QCOMPARE(gradients.size(), std::size_t{2});
    for (const auto& [name, gradient] : gradients)
        QCOMPARE(toFloats(gradient), name == "w" ? (std::vector<float>{1, 2, 3, 10, 20, 30}) : (std::vector<float>{1, 10}));
    const Graph back = module.graph();
    QVERIFY(back.value(*back.findValue("w")).constant == weight);
    QVERIFY(back.value(*back.findValue("b")).constant == bias);
}

void TestGradients::halfWeightsTrainInFloatAndComeBackAsHalves()
{
    const std::vector<std::uint16_t> one{0x3c00, 0xbc00}; // 1 and -1
    Tensor weight(DType::Float16, {1, 2});
    std::memcpy(weight.mutableBytes().data(), one.data(), 4);
    Tensor input(DType::Float16, {2, 1});
    std::memcpy(input.mutableBytes().data(), one.data(), 4);
    Chain chain(13, fixedShape(Dimensions{2, 1}), DType::Float16);
    chain.then("MatMul", {chain.constant("w", weight)});
    GraphModule module(chain.finish(DType::Float16));
    const auto output = module.forward({input})[0];
    QCOMPARE(output.dtype(), DType::Float16);
    QCOMPARE(toFloats(output), (std::vector<float>{1, -1, -1, 1}));
    const auto gradients = module.gradients({input}, Tensor::of({2, 2}, std::vector<float>{1, 2, 3, 5}));
    QCOMPARE(gradients.at(0).second.dtype(), DType::Float32);
    QCOMPARE(toFloats(gradients.at(0).second), (std::vector<float>{-2, -3}));
    const Graph back = module.graph();
    QVERIFY(back.value(*back.findValue("w")).constant == weight);
}

QTEST_GUILESS_MAIN(TestGradients)
#include "test_gradients.moc"
