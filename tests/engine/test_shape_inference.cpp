// SPDX-License-Identifier: GPL-3.0-or-later
// Inferred types against what ONNX Runtime gives for the same node, and chains worked out by hand.
#include "core/error.h"
#include "engine/shared_models.h"
#include "graph/shape_inference.h"
#include "onnx_io/onnx_io.h"
#include "operator_graph.h"
#include "runtime/session.h"

#include <QTest>

#include <algorithm>
#include <filesystem>
#include <utility>

using namespace hone;
using namespace hone::test;
namespace fs = std::filesystem;

namespace
{

using Ints = std::vector<std::int64_t>;

OperatorInput fed(Dimensions shape)
{
    return {floats(std::move(shape)), Feeding::Fed};
}
OperatorInput weights(Dimensions shape)
{
    return {floats(std::move(shape)), Feeding::Constant};
}
OperatorInput numbers(const Ints& values)
{
    return {int64s(values), Feeding::Constant};
}
OperatorInput number(std::int64_t value)
{
    return {Tensor::scalar(value), Feeding::Constant};
}
OperatorInput reals(const std::vector<float>& values)
{
    return {Tensor::of(Dimensions{static_cast<std::int64_t>(values.size())}, values), Feeding::Constant};
}
OperatorInput bytes(Dimensions shape)
{
    return {Tensor(DType::UInt8, std::move(shape)), Feeding::Fed};
}
OperatorInput zero(DType dtype)
{
    return {Tensor(dtype, {}), Feeding::Constant};
}
OperatorInput omitted()
{
    return {{}, Feeding::Omitted};
}
Attribute ints(Ints values)
{
    return values;
}
Attribute integer(std::int64_t value)
{
    return value;
}
Attribute text(const char* value)
{
    return std::string(value);
}

std::vector<OperatorCase> convolutionCases()
{
    return {
        {"Conv", 13, {fed({2, 3, 9, 11}), weights({8, 3, 3, 3})}},
        {"Conv",
         13,
         {fed({2, 4, 9, 11}), weights({8, 2, 3, 5}), weights({8})},
         {{"group", integer(2)}, {"strides", ints({2, 1})}, {"pads", ints({1, 0, 2, 3})}, {"dilations", ints({2, 1})}}},
        {"Conv", 13, {fed({1, 3, 9, 10}), weights({4, 3, 4, 4})}, {{"auto_pad", text("SAME_UPPER")}, {"strides", ints({2, 3})}}},
        {"Conv", 13, {fed({1, 3, 9, 10}), weights({4, 3, 4, 4})}, {{"auto_pad", text("VALID")}, {"strides", ints({2, 3})}}},
        {"Conv", 22, {fed({1, 3, 20}), weights({4, 3, 5})}},
        {"ConvTranspose",
         13,
         {fed({1, 4, 5, 6}), weights({4, 3, 3, 3})},
         {{"strides", ints({2, 3})}, {"pads", ints({1, 0, 1, 1})}, {"output_padding", ints({1, 0})}}},
        {"ConvTranspose", 13, {fed({1, 4, 5, 6}), weights({4, 3, 3, 3})}, {{"group", integer(2)}, {"dilations", ints({2, 1})}}},
        {"ConvTranspose", 13, {fed({1, 4, 5, 6}), weights({4, 3, 3, 3})}, {{"auto_pad", text("SAME_LOWER")}, {"strides", ints({2, 2})}}},
        {"MaxPool", 13, {fed({1, 2, 9, 10})}, {{"kernel_shape", ints({3, 2})}, {"strides", ints({2, 2})}}, 2},
        {"MaxPool", 13, {fed({1, 2, 8, 10})}, {{"kernel_shape", ints({3, 3})}, {"strides", ints({2, 2})}, {"ceil_mode", integer(1)}}},
        {"MaxPool",
         13,
         {fed({1, 2, 4, 4})},
         {{"kernel_shape", ints({1, 1})}, {"strides", ints({2, 2})}, {"ceil_mode", integer(1)}, {"pads", ints({0, 0, 0, 0})}}},
        {"AveragePool",
         13,
         {fed({1, 2, 7, 7})},
         {{"kernel_shape", ints({2, 2})}, {"strides", ints({3, 3})}, {"ceil_mode", integer(1)}, {"pads", ints({1, 1, 1, 1})}}},
        {"AveragePool",
         13,
         {fed({1, 2, 9, 9})},
         {{"kernel_shape", ints({3, 3})}, {"auto_pad", text("SAME_LOWER")}, {"strides", ints({2, 2})}}},
        {"GlobalAveragePool", 13, {fed({2, 3, 5, 7})}},
        {"GlobalMaxPool", 13, {fed({2, 3, 5, 7})}},
    };
}

std::vector<OperatorCase> linearCases()
{
    return {
        {"Gemm", 13, {fed({2, 5}), weights({5, 7}), weights({7})}},
        {"Gemm", 13, {fed({5, 2}), weights({7, 5}), weights({1, 7})}, {{"transA", integer(1)}, {"transB", integer(1)}}},
        {"MatMul", 13, {fed({2, 3, 4, 5}), weights({5, 6})}},
        {"MatMul", 13, {fed({4, 5}), fed({3, 5, 6})}},
        {"MatMul", 13, {fed({5}), fed({3, 5, 6})}},
        {"MatMul", 13, {fed({5}), fed({5})}},
        {"LSTM",
         14,
         {fed({6, 2, 3}), weights({2, 20, 3}), weights({2, 20, 5})},
         {{"hidden_size", integer(5)}, {"direction", text("bidirectional")}},
         3},
        {"GRU", 14, {fed({6, 2, 3}), weights({1, 15, 3}), weights({1, 15, 5})}, {{"hidden_size", integer(5)}}, 2},
        {"RNN", 14, {fed({6, 2, 3}), weights({1, 5, 3}), weights({1, 5, 5})}, {{"hidden_size", integer(5)}}, 2},
    };
}

std::vector<OperatorCase> elementwiseCases()
{
    std::vector<OperatorCase> cases;
    for (const auto* op : {"Relu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "LeakyRelu", "Elu", "Erf", "Exp", "Log", "Sqrt", "Neg",
                           "Abs", "Floor", "Ceil", "Softplus", "Softmax", "LogSoftmax", "Identity"})
        cases.push_back({op, 17, {fed({2, 3, 4})}});
    for (const auto* op : {"Add", "Sub", "Mul", "Div", "Pow", "Equal", "Greater", "LessOrEqual", "Max", "Mean"})
        cases.push_back({op, 17, {fed({2, 1, 4}), fed({3, 1})}});
    cases.push_back({"Gelu", 20, {fed({2, 3})}});
    cases.push_back({"Clip", 13, {fed({2, 3}), {Tensor::scalar(0.0f), Feeding::Constant}}});
    cases.push_back({"PRelu", 16, {fed({2, 3, 4, 4}), weights({3, 1, 1})}});
    cases.push_back({"Sum", 13, {fed({2, 1}), fed({1, 3}), fed({4, 1, 1})}});
    cases.push_back({"Where", 16, {{Tensor(DType::Bool, {3, 1}), Feeding::Fed}, fed({2, 1, 4}), fed({1})}});
    cases.push_back({"Cast", 13, {fed({2, 3})}, {{"to", integer(7)}}});
    cases.push_back({"Dropout", 13, {fed({2, 3})}, {}, 2});
    cases.push_back({"IsNaN", 13, {fed({2, 3})}});
    cases.push_back({"BatchNormalization",
                     15,
                     {fed({2, 3, 4}),
                      weights({3}),
                      weights({3}),
                      weights({3}),
                      {Tensor::of<float>({3}, std::vector<float>{1, 2, 3}), Feeding::Constant}}});
    cases.push_back({"LayerNormalization", 17, {fed({2, 3, 4}), weights({3, 4})}, {{"axis", integer(-2)}}, 3});
    cases.push_back({"InstanceNormalization", 6 + 11, {fed({2, 3, 4, 5}), weights({3}), weights({3})}});
    cases.push_back({"QuantizeLinear", 13, {fed({2, 3}), {Tensor::scalar(0.1f), Feeding::Constant}, zero(DType::Int8)}});
    cases.push_back({"QuantizeLinear", 13, {fed({2, 3}), {Tensor::scalar(0.1f), Feeding::Constant}}});
    cases.push_back({"DequantizeLinear", 13, {bytes({2, 3}), {Tensor::scalar(0.1f), Feeding::Constant}, zero(DType::UInt8)}});
    cases.push_back({"DynamicQuantizeLinear", 11, {fed({2, 3})}, {}, 3});
    return cases;
}

std::vector<OperatorCase> layoutCases()
{
    return {
        {"Reshape", 14, {fed({2, 3, 4}), numbers({0, -1, 2})}},
        {"Reshape", 14, {fed({2, 3, 4}), numbers({-1})}},
        {"Reshape", 14, {fed({0, 3, 4}), numbers({3, 0})}, {{"allowzero", integer(1)}}},
        {"Flatten", 13, {fed({2, 3, 4, 5})}, {{"axis", integer(2)}}},
        {"Flatten", 13, {fed({2, 3, 4, 5})}, {{"axis", integer(0)}}},
        {"Flatten", 13, {fed({2, 3, 4, 5})}, {{"axis", integer(-1)}}},
        {"Transpose", 13, {fed({2, 3, 4, 5})}},
        {"Transpose", 13, {fed({2, 3, 4, 5})}, {{"perm", ints({0, 3, 1, 2})}}},
        {"Squeeze", 13, {fed({1, 3, 1, 5}), numbers({-2})}},
        {"Squeeze", 11, {fed({1, 3, 1, 5})}, {{"axes", ints({0, 2})}}},
        {"Squeeze", 13, {fed({1, 3, 1, 5})}},
        {"Unsqueeze", 13, {fed({3, 5}), numbers({0, -1})}},
        {"Unsqueeze", 11, {fed({3, 5})}, {{"axes", ints({1})}}},
        {"DepthToSpace", 13, {fed({1, 8, 2, 3})}, {{"blocksize", integer(2)}}},
        {"SpaceToDepth", 13, {fed({1, 2, 4, 6})}, {{"blocksize", integer(2)}}},
        {"Expand", 13, {fed({3, 1}), numbers({2, 1, 4})}},
        {"Tile", 13, {fed({3, 2}), numbers({2, 3})}},
        {"Pad", 13, {fed({1, 2, 5, 6}), numbers({0, 0, 1, 2, 0, 0, 3, -1})}},
        {"Pad", 18, {fed({1, 2, 5, 6}), numbers({1, 2}), omitted(), numbers({-1})}},
        {"Pad", 10, {fed({2, 3})}, {{"pads", ints({0, 1, 0, 2})}}},
        {"Slice", 13, {fed({4, 9, 8}), numbers({1, -1}), numbers({INT64_MAX, INT64_MIN}), numbers({0, 2}), numbers({2, -3})}},
        {"Slice", 13, {fed({4, 9}), numbers({-3}), numbers({-1}), numbers({1})}},
        {"Slice", 13, {fed({4, 9}), numbers({3, 1}), numbers({2, 5})}},
        {"Slice", 9, {fed({4, 9})}, {{"starts", ints({1, 2})}, {"ends", ints({3, 100})}}},
        {"Resize", 13, {fed({1, 2, 5, 7}), omitted(), reals({1, 1, 2.5f, 0.6f})}, {{"mode", text("nearest")}}},
        {"Resize", 13, {fed({1, 2, 5, 7}), omitted(), omitted(), numbers({1, 2, 9, 3})}, {{"mode", text("linear")}}},
        {"Resize",
         18,
         {fed({1, 2, 5, 7}), omitted(), omitted(), numbers({12, 11})},
         {{"axes", ints({2, 3})}, {"keep_aspect_ratio_policy", text("not_larger")}, {"mode", text("linear")}}},
        {"Resize", 10, {fed({1, 2, 5, 7}), reals({1, 1, 2, 2})}, {{"mode", text("nearest")}}},
        {"Upsample", 9, {fed({1, 2, 5, 7}), reals({1, 1, 2, 3})}, {{"mode", text("nearest")}}},
    };
}

std::vector<OperatorCase> indexingCases()
{
    return {
        {"Gather", 13, {fed({4, 5, 6}), {Tensor::of<std::int64_t>({2, 2}, Ints{0, 3, -1, 2}), Feeding::Constant}}, {{"axis", integer(1)}}},
        {"Gather", 13, {fed({4, 5}), number(1)}},
        {"GatherElements", 13, {fed({3, 3}), {Tensor::of<std::int64_t>({2, 3}, Ints{0, 1, 2, 2, 1, 0}), Feeding::Constant}}},
        {"GatherND", 13, {fed({3, 4, 5}), {Tensor::of<std::int64_t>({2, 2}, Ints{0, 1, 2, 3}), Feeding::Constant}}},
        {"ScatterND", 13, {fed({4, 3}), {Tensor::of<std::int64_t>({1, 1}, Ints{2}), Feeding::Constant}, fed({1, 3})}},
        {"Concat", 13, {fed({2, 3, 4}), fed({2, 5, 4}), weights({2, 1, 4})}, {{"axis", integer(-2)}}},
        {"Split", 13, {fed({2, 7}), numbers({3, 4})}, {{"axis", integer(1)}}, 2},
        {"Split", 13, {fed({2, 8})}, {{"axis", integer(-1)}}, 4},
        {"Split", 11, {fed({6, 2})}, {{"split", ints({1, 5})}}, 2},
        {"Split", 18, {fed({2, 8})}, {{"axis", integer(1)}, {"num_outputs", integer(3)}}, 3},
        {"TopK", 11, {fed({3, 7}), numbers({4})}, {}, 2},
        {"OneHot",
         11,
         {{Tensor::of<std::int64_t>({2, 3}, Ints{0, 1, 2, 1, 0, 2}), Feeding::Fed}, number(5), reals({0, 1})},
         {{"axis", integer(1)}}},
        {"ReduceMean", 13, {fed({2, 3, 4})}, {{"axes", ints({-1, 0})}, {"keepdims", integer(0)}}},
        {"ReduceMean", 18, {fed({2, 3, 4}), numbers({1})}},
        {"ReduceMean", 18, {fed({2, 3, 4})}},
        {"ReduceSum", 13, {fed({2, 3, 4}), numbers({})}, {{"noop_with_empty_axes", integer(1)}}},
        {"ReduceMax", 13, {fed({2, 3, 4})}, {{"keepdims", integer(0)}}},
        {"ArgMax", 13, {fed({2, 3, 4})}, {{"axis", integer(-1)}, {"keepdims", integer(0)}}},
        {"ArgMin", 13, {fed({2, 3, 4})}, {{"axis", integer(1)}}},
        {"Shape", 13, {fed({2, 3, 4})}},
        {"Shape", 15, {fed({2, 3, 4})}, {{"start", integer(-2)}, {"end", integer(5)}}},
        {"Size", 13, {fed({2, 3, 4})}},
        {"ConstantOfShape", 9, {numbers({2, 3})}, {{"value", Tensor::of<std::int64_t>({1}, Ints{7})}}},
        {"ConstantOfShape", 9, {numbers({2, 3})}},
        {"Range", 11, {number(2), number(11), number(4)}},
        {"Range",
         11,
         {{Tensor::scalar(1.0f), Feeding::Constant},
          {Tensor::scalar(-1.0f), Feeding::Constant},
          {Tensor::scalar(-0.3f), Feeding::Constant}}},
        {"Constant", 13, {}, {{"value_ints", ints({1, 2, 3})}}},
        {"CumSum", 14, {fed({2, 3}), number(1)}},
        {"Trilu", 14, {fed({3, 3})}},
    };
}

std::vector<OperatorCase> allCases()
{
    std::vector<OperatorCase> all;
    for (const auto& family : {convolutionCases(), linearCases(), elementwiseCases(), layoutCases(), indexingCases()})
        all.insert(all.end(), family.begin(), family.end());
    return all;
}

// Every computed value becomes an output, with no declared shape, so that ONNX Runtime says all shapes.
Graph withEverythingOut(const Graph& graph, const InferredTypes& types)
{
    auto open = graph;
    open.outputs.clear();
    for (const auto id : open.order())
        for (const auto output : open.node(id).outputs)
            if (output.valid()) {
                open.value(output).type = {types.type(output).dtype, std::nullopt};
                open.outputs.push_back(output);
            }
    return open;
}

std::vector<Tensor> inputsAtBatch(const Graph& graph, std::int64_t batch)
{
    std::vector<Tensor> tensors;
    for (const auto id : graph.inputs)
        tensors.push_back(floats(withFreeAs(*graph.value(id).type.shape, batch)));
    return tensors;
}

Shape free(const char* symbol, const Ints& rest)
{
    auto shape = fixedShape(rest);
    shape.insert(shape.begin(), Dim::free(symbol));
    return shape;
}

} // namespace

class TestShapeInference : public QObject
{
    Q_OBJECT

private slots:
    void anOperatorsOutputsAreAsOnnxRuntimeMakesThem_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; const auto& wanted : allCases()) {
            const auto number = i++;
            QTest::addRow("%d %s opset %d", number, wanted.opType.c_str(), static_cast<int>(wanted.opset)) << number;
        }
    }
    void anOperatorsOutputsAreAsOnnxRuntimeMakesThem()
    {
        QFETCH(int, index);
        const auto wanted = allCases().at(static_cast<std::size_t>(index));
        auto graph = graphOf(wanted);
        const auto types = inferShapes(graph);
        QVERIFY(types.unknownOperators.empty());

        const auto open = withEverythingOut(graph, types);
        const auto outputs = Session::fromBytes(serializeOnnx(open)).run(fedTensors(wanted));
        QCOMPARE(outputs.size(), wanted.outputs);
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto& type = types.type(graph.outputs[i]);
            QCOMPARE(name(type.dtype), name(outputs[i].dtype()));
            QVERIFY(type.shape.has_value());
            QCOMPARE(toText(*type.shape), toText(outputs[i].shape()));
            // Where contents are claimed, they are the runtime's.
            if (const auto known = types.constant(graph.outputs[i]); !known.isNull())
                QVERIFY(known == outputs[i]);
        }
    }

    void everyValueOfARealModelIsAsOnnxRuntimeMakesIt_data() { addSharedModelRows(); }
    void everyValueOfARealModelIsAsOnnxRuntimeMakesIt()
    {
        QFETCH(QString, file);
        HONE_NEEDS_SHARED_MODEL(file.toStdString());
        const fs::path path = file.toStdString();
        const auto graph = readOnnx(path);
        const bool fixedBatch = graph.value(graph.inputs[0]).type.shape->front().isFixed();
        const std::int64_t batch = fixedBatch ? 1 : 2;
        const auto types = inferShapes(graph);
        QCOMPARE(types.unknownOperators, std::vector<std::string>());
        const auto open = withEverythingOut(graph, types);
        const auto outputs = Session::fromBytes(serializeOnnx(open)).run(inputsAtBatch(graph, batch));
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto& type = types.type(open.outputs[i]);
            QVERIFY2(type.shape.has_value(), open.value(open.outputs[i]).name.c_str());
            QCOMPARE(toText(withFreeAs(*type.shape, batch)), toText(outputs[i].shape()));
            QVERIFY(type.dtype == outputs[i].dtype());
        }
        if (!fixedBatch)
            QCOMPARE(types.type(graph.outputs[0]).shape->front().symbol, graph.value(graph.inputs[0]).type.shape->front().symbol);
    }

    // Each declares its outputs' shapes; they are hidden from inference and compared with what it says.
    void onnxsOwnOperatorTestsAreInferredAsTheyDeclare()
    {
        const fs::path folder = "/usr/share/libonnx-testdata/data/node";
        if (!fs::exists(folder))
            QSKIP("libonnx-testdata is not installed");
        int compared = 0, open = 0;
        std::string wrong;
        for (const auto& entry : fs::directory_iterator(folder)) {
            try {
                auto graph = readOnnx(entry.path() / "model.onnx");
                std::vector<ValueType> declared;
                for (const auto output : graph.outputs)
                    declared.push_back(std::exchange(graph.value(output).type, {}));
                const auto types = inferShapes(graph);
                if (!types.unknownOperators.empty())
                    continue;
                for (std::size_t i = 0; i < declared.size(); ++i) {
                    const auto& type = types.type(graph.outputs[i]);
                    if (!declared[i].shape)
                        continue;
                    const bool fits = !type.shape || std::ranges::equal(*type.shape, *declared[i].shape, [](const Dim& a, const Dim& b) {
                        return !a.isFixed() || !b.isFixed() || a == b;
                    });
                    if (!fits || type.dtype != declared[i].dtype)
                        wrong += entry.path().filename().string() + " " + (type.shape ? toText(*type.shape) : "?") + " is not " +
                                 toText(*declared[i].shape) + "; ";
                    (type.shape ? compared : open)++;
                }
            } catch (const Error& error) {
                if (error.code() == MessageCode::ShapeMismatch)
                    wrong += entry.path().filename().string() + " " + error.what() + "; ";
            }
        }
        QVERIFY2(wrong.empty(), wrong.c_str());
        QVERIFY2(compared > 750, qPrintable(QString("%1 compared, %2 open").arg(compared).arg(open)));
    }

    // torch's x.view(x.size(0), -1), as its exporter writes it.
    void aFreeBatchKeepsItsNameThroughShapeArithmetic()
    {
        auto graph = emptyGraph(13);
        const auto data = addInput(graph, "x", DType::Float32, free("batch", {64, 4, 4}));
        const auto first =
            addOperator(graph, "Gather", {addOperator(graph, "Shape", {data}), graph.addConstant("zero", Tensor::scalar<std::int64_t>(0))});
        const auto unsqueezed = addOperator(graph, "Unsqueeze", {first, graph.addConstant("axes", int64s({0}))});
        const auto target = addOperator(graph, "Concat", {unsqueezed, graph.addConstant("rest", int64s({-1}))}, {{"axis", integer(0)}});
        const auto reshaped = addOperator(graph, "Reshape", {data, target});
        graph.outputs = {reshaped};
        QCOMPARE(toText(*inferShapes(graph).type(reshaped).shape), std::string("[batch, 1024]"));

        const auto fixed = inferShapes(graph, {.inputShapes = {{"x", {5, 64, 4, 4}}}});
        QCOMPARE(toText(*fixed.type(reshaped).shape), std::string("[5, 1024]"));
        QCOMPARE(toInt64s(fixed.constant(target)), (Ints{5, -1}));
    }

    void aReshapeOfAFreeBatchIsWorkedOut()
    {
        auto graph = emptyGraph(13);
        const auto data = addInput(graph, "x", DType::Float32, free("N", {8, 6}));
        const auto split = addOperator(graph, "Reshape", {data, graph.addConstant("a", int64s({-1, 2, 4, 6}))});
        const auto kept = addOperator(graph, "Reshape", {split, graph.addConstant("b", int64s({0, -1}))});
        const auto merged = addOperator(graph, "Reshape", {split, graph.addConstant("c", int64s({-1, 6}))});
        const auto flat = addOperator(graph, "Flatten", {split});
        graph.outputs = {kept, merged, flat};
        const auto types = inferShapes(graph);
        QCOMPARE(toText(*types.type(split).shape), std::string("[N, 2, 4, 6]"));
        QCOMPARE(toText(*types.type(kept).shape), std::string("[N, 48]"));
        QCOMPARE(toText(*types.type(merged).shape), std::string("[?1, 6]"));
        QCOMPARE(toText(*types.type(flat).shape), std::string("[N, 48]"));
    }

    void anUnknownOperatorIsNamedOnceAndItsOutputStaysUnknown()
    {
        auto graph = emptyGraph(13);
        const auto data = addInput(graph, "x", DType::Float32, fixedShape(Ints{2, 3}));
        const auto first = addOperator(graph, "Frobnicate", {data});
        const auto second = addOperator(graph, "Frobnicate", {first});
        graph.outputs = {addOperator(graph, "Relu", {second})};
        const auto types = inferShapes(graph);
        QCOMPARE(types.unknownOperators, std::vector<std::string>{"Frobnicate"});
        QVERIFY(!types.type(first).shape);
        QVERIFY(!types.type(graph.outputs[0]).shape);
    }

    void inputsThatDoNotFitAreAMismatchThatNamesTheNode_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(misfits().size()); ++i)
            QTest::addRow("%d %s", i, misfits()[static_cast<std::size_t>(i)].opType.c_str()) << i;
    }
    void inputsThatDoNotFitAreAMismatchThatNamesTheNode()
    {
        QFETCH(int, index);
        try {
            inferShapes(graphOf(misfits()[static_cast<std::size_t>(index)]));
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QCOMPARE(name(error.code()), name(MessageCode::ShapeMismatch));
            QCOMPARE(error.message().arguments.at("node"), std::string("node"));
            QVERIFY(!error.message().arguments.at("detail").empty());
        }
    }

    void anInputThatIsNotThereCannotBeGivenAShape()
    {
        auto graph = graphOf({"Relu", 13, {fed({2})}});
        QVERIFY_THROWS_EXCEPTION(Error, inferShapes(graph, {.inputShapes = {{"nobody", {1}}}}));
    }

private:
    static std::vector<OperatorCase> misfits()
    {
        return {
            {"Conv", 13, {fed({1, 3, 8, 8}), weights({8, 4, 3, 3})}},
            {"Conv", 13, {fed({1, 3, 2, 8}), weights({8, 3, 3, 3})}},
            {"Conv", 13, {fed({1, 3, 8, 8}), weights({8, 3, 3, 3})}, {{"strides", ints({0, 1})}}},
            {"Conv", 13, {fed({1, 3, 8, 8}), weights({8, 3, 3, 3})}, {{"pads", ints({1, 1})}}},
            {"Conv", 13, {fed({1, 3, 8, 8}), weights({8, 3, 3, 3})}, {{"pads", ints({INT64_MAX, 0, 0, 0})}}},
            {"MaxPool", 13, {fed({1, 3, 8, 8})}, {}},
            {"Gemm", 13, {fed({2, 5}), weights({4, 7})}},
            {"Gemm", 13, {fed({2, 5}), weights({5, 7}), weights({6})}},
            {"MatMul", 13, {fed({2, 5}), fed({4, 5})}},
            {"Add", 13, {fed({2, 5}), fed({4, 5})}},
            {"Concat", 13, {fed({2, 5}), fed({2, 4})}, {{"axis", integer(0)}}},
            {"Reshape", 13, {fed({2, 5}), numbers({3, -1})}},
            {"Reshape", 13, {fed({2, 5}), numbers({-1, -1})}},
            {"Transpose", 13, {fed({2, 5})}, {{"perm", ints({0, 0})}}},
            {"Squeeze", 13, {fed({2, 5}), numbers({0})}},
            {"Split", 13, {fed({2, 7}), numbers({3, 3})}, {{"axis", integer(1)}}, 2},
            {"Slice", 13, {fed({4}), numbers({0}), numbers({1}), numbers({0}), numbers({0})}},
            {"Tile", 13, {fed({4, 4}), numbers({1 << 30, 1 << 30})}},
            {"ConstantOfShape", 13, {numbers({1 << 30, 1 << 30})}},
            {"BatchNormalization", 15, {fed({2, 3, 4}), weights({4}), weights({4}), weights({4}), weights({4})}},
        };
    }
};

QTEST_GUILESS_MAIN(TestShapeInference)
#include "test_shape_inference.moc"
