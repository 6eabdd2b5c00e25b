// SPDX-License-Identifier: GPL-3.0-or-later
// Operators that ONNX's test vectors don't reach (opset 23, ONNX Runtime's own): GraphModule against ONNX Runtime.
#include "autograd/graph_module.h"
#include "engine/operator_graph.h"
#include "onnx_io/onnx_io.h"
#include "runtime/session.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace hone;
using namespace hone::test;

namespace
{

constexpr double tolerance = 2e-5; // of the largest element

OperatorInput fed(Dimensions shape)
{
    return {floats(std::move(shape)), Feeding::Fed};
}

OperatorInput scalar(float value)
{
    return {Tensor::scalar(value), Feeding::Constant};
}

template<class T>
OperatorInput values(Dimensions shape, const std::vector<T>& numbers)
{
    return {Tensor::of(std::move(shape), numbers), Feeding::Fed};
}

OperatorInput bytes(Dimensions shape)
{
    Tensor tensor(DType::UInt8, std::move(shape));
    auto numbers = tensor.mutableData<std::uint8_t>();
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = static_cast<std::uint8_t>(i * 37 % 256);
    return {tensor, Feeding::Fed};
}

Attribute integer(std::int64_t value)
{
    return value;
}

std::vector<OperatorCase> attentionCases()
{
    const std::map<std::string, Attribute> heads = {{"q_num_heads", integer(4)}, {"kv_num_heads", integer(2)}};
    auto causal = heads;
    causal["is_causal"] = integer(1);
    Tensor mask(DType::Bool, {3, 5});
    for (std::size_t i = 0; i < 15; ++i)
        mask.mutableData<bool>()[i] = i % 3 != 1;
    return {
        {"Attention", 23, {fed({2, 3, 3, 4}), fed({2, 3, 5, 4}), fed({2, 3, 5, 6})}},
        {"Attention", 23, {fed({2, 3, 16}), fed({2, 5, 8}), fed({2, 5, 8})}, heads},
        {"Attention", 23, {fed({2, 3, 16}), fed({2, 3, 8}), fed({2, 3, 8})}, causal},
        {"Attention", 23, {fed({2, 3, 3, 4}), fed({2, 3, 5, 4}), fed({2, 3, 5, 6}), {mask, Feeding::Fed}}},
        {"Attention", 23, {fed({2, 3, 3, 4}), fed({2, 3, 5, 4}), fed({2, 3, 5, 6}), fed({3, 5})}, {{"scale", 0.3f}}},
        {"Attention",
         23,
         {fed({2, 3, 3, 4}), fed({2, 3, 5, 4}), fed({2, 3, 5, 6}), fed({3, 7}), fed({2, 3, 2, 4}), fed({2, 3, 2, 6})},
         {},
         3},
    };
}

std::vector<OperatorCase> allCases()
{
    auto cases = attentionCases();
    const std::vector<std::int64_t> positions{0, 2, 1, 3, 3, 0};
    for (const std::int64_t interleaved : {0, 1}) {
        cases.push_back({"RotaryEmbedding",
                         23,
                         {fed({2, 2, 3, 8}), fed({4, 4}), fed({4, 4}), values({2, 3}, positions)},
                         {{"interleaved", integer(interleaved)}}});
        cases.push_back({"RotaryEmbedding",
                         23,
                         {fed({2, 3, 16}), fed({2, 3, 4}), fed({2, 3, 4})},
                         {{"interleaved", integer(interleaved)}, {"num_heads", integer(2)}}});
    }
    cases.push_back({"RMSNormalization", 23, {fed({2, 3, 4}), fed({3, 4})}, {{"axis", integer(-2)}}});
    cases.push_back({"FastGelu", 17, {fed({2, 3}), fed({3})}, {}, 1, "com.microsoft"});
    cases.push_back({"BiasGelu", 17, {fed({2, 3}), fed({3})}, {}, 1, "com.microsoft"});
    cases.push_back({"QuickGelu", 17, {fed({2, 3})}, {}, 1, "com.microsoft"});
    cases.push_back({"Gelu", 17, {fed({2, 3})}, {}, 1, "com.microsoft"});
    const OperatorInput zero{Tensor::scalar(std::uint8_t{120}), Feeding::Constant};
    for (const char* op : {"QLinearAdd", "QLinearMul"})
        cases.push_back({op,
                         17,
                         {bytes({2, 3, 4}), scalar(0.1f), zero, bytes({3, 4}), scalar(0.07f), zero, scalar(0.2f), zero},
                         {},
                         1,
                         "com.microsoft"});
    cases.push_back({"MaxRoiPool",
                     17,
                     {fed({2, 3, 8, 9}), values<float>({2, 5}, {1, 0, 1, 6, 7, 0, 2.4f, 2.6f, 4, 3})},
                     {{"pooled_shape", std::vector<std::int64_t>{2, 3}}}});
    cases.push_back({"GlobalLpPool", 17, {fed({2, 3, 4, 5})}, {{"p", integer(3)}}});
    cases.push_back({"LpNormalization", 17, {fed({2, 3, 4})}, {{"p", integer(1)}, {"axis", integer(1)}}});
    return cases;
}

double relativeError(const Tensor& a, const Tensor& b)
{
    const auto x = toFloats(a), y = toFloats(b);
    double difference = 0, scale = 1e-30;
    for (std::size_t i = 0; i < y.size(); ++i) {
        difference = std::max(difference, static_cast<double>(std::abs(x.at(i) - y[i])));
        scale = std::max(scale, static_cast<double>(std::abs(y[i])));
    }
    return difference / scale;
}

} // namespace

class TestNewerOperators : public QObject
{
    Q_OBJECT

private slots:
    void outputsEqualOnnxRuntimes_data();
    void outputsEqualOnnxRuntimes();
    void aModelThatComesInQuantizedAnswersTheSameAndTrains();
};

void TestNewerOperators::outputsEqualOnnxRuntimes_data()
{
    QTest::addColumn<int>("index");
    const auto cases = allCases();
    for (std::size_t i = 0; i < cases.size(); ++i)
        QTest::addRow("%d %s", static_cast<int>(i), cases[i].opType.c_str()) << static_cast<int>(i);
}

void TestNewerOperators::outputsEqualOnnxRuntimes()
{
    QFETCH(int, index);
    static const auto cases = allCases();
    const OperatorCase& item = cases.at(static_cast<std::size_t>(index));
    try {
        const Graph graph = graphOf(item);
        const auto inputs = fedTensors(item);
        const auto theirs = Session::fromBytes(serializeOnnx(graph)).run(inputs);
        const auto ours = GraphModule(parseOnnx(serializeOnnx(graph))).forward(inputs);
        QCOMPARE(ours.size(), theirs.size());
        for (std::size_t i = 0; i < ours.size(); ++i) {
            QCOMPARE(ours[i].shape(), theirs[i].shape());
            QVERIFY2(relativeError(ours[i], theirs[i]) <= tolerance, qPrintable(QString::number(relativeError(ours[i], theirs[i]))));
        }
    } catch (const Error& error) {
        QFAIL(error.what());
    }
}

// x -> Q -> DQ -> Conv with DQ(weight) a channel and DQ(bias) -> Relu -> Q -> DQ, as quantizers write it.
void TestNewerOperators::aModelThatComesInQuantizedAnswersTheSameAndTrains()
{
    auto graph = emptyGraph(17);
    const auto constant = [&](const char* name, Tensor tensor) { return graph.addConstant(name, std::move(tensor)); };
    const auto quantizedThere = [&](ValueId x, float step, std::int8_t zero) {
        const auto scale = constant("scale", Tensor::scalar(step)), point = constant("zero", Tensor::scalar(zero));
        return addOperator(graph, "DequantizeLinear", {addOperator(graph, "QuantizeLinear", {x, scale, point}), scale, point});
    };
    Tensor weight(DType::Int8, {4, 3, 3, 3});
    for (std::size_t i = 0; i < 108; ++i)
        weight.mutableData<std::int8_t>()[i] = static_cast<std::int8_t>(static_cast<int>(i * 53 % 255) - 127);
    const auto scales = constant("w_scale", Tensor::of({4}, std::vector<float>{0.01f, 0.02f, 0.005f, 0.013f}));
    const auto w = addOperator(graph, "DequantizeLinear", {constant("w", weight), scales, constant("w_zero", Tensor(DType::Int8, {4}))},
                               {{"axis", integer(0)}});
    const auto b = addOperator(
        graph, "DequantizeLinear",
        {constant("b", Tensor::of({4}, std::vector<std::int32_t>{100, -200, 300, 0})), constant("b_scale", Tensor::scalar(0.001f))});
    const auto x = quantizedThere(addInput(graph, "x", DType::Float32, fixedShape(Dimensions{2, 3, 8, 8})), 0.01f, 2);
    const auto y = addOperator(graph, "Relu", {addOperator(graph, "Conv", {x, w, b}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}})});
    constexpr float step = 0.05f;
    graph.outputs = {quantizedThere(y, step, -128)};
    graph.value(graph.outputs[0]).type.dtype = DType::Float32;
    try {
        const Tensor input = floats({2, 3, 8, 8});
        const auto theirs = toFloats(Session::fromBytes(serializeOnnx(graph)).run({input})[0]);
        GraphModule module(graph);
        const auto output = module.forward({input})[0];
        const auto ours = toFloats(output);
        std::size_t others = 0;
        for (std::size_t i = 0; i < ours.size(); ++i) {
            QVERIFY(std::abs(ours[i] - theirs[i]) <= step * 1.001f); // a sum may fall on the other side of a half
            others += std::abs(ours[i] - theirs[i]) > step / 2 ? 1 : 0;
        }
        QVERIFY2(others * 100 <= ours.size(), qPrintable(QString("%1 of %2 differ").arg(others).arg(ours.size())));
        const auto gradients = module.gradients({input}, floats(output.shape()));
        QCOMPARE(gradients.size(), std::size_t{2});
        for (const auto& [name, gradient] : gradients)
            QVERIFY2(std::ranges::any_of(toFloats(gradient), [](float number) { return number != 0; }), name.c_str());
    } catch (const Error& error) {
        QFAIL(error.what());
    }
}

QTEST_GUILESS_MAIN(TestNewerOperators)
#include "test_newer_operators.moc"
