// SPDX-License-Identifier: GPL-3.0-or-later
// Files for each runtime against its table (quantize/scheme.cpp), and files broken by hand, of which each must be told.
#include "quantize/in_float.h"
#include "quantize/plan.h"
#include "quantize/scheme.h"
#include "uneven_nets.h"

#include <QTemporaryDir>
#include <QtTest>

#include <functional>
#include <optional>
#include <set>
#include <string>

using namespace hone;
using namespace hone::test;

using Breaking = std::function<void(Graph&)>;
using Nodes = std::set<std::string>;

Q_DECLARE_METATYPE(hone::Scheme)
Q_DECLARE_METATYPE(Breaking)
Q_DECLARE_METATYPE(std::string)
Q_DECLARE_METATYPE(Nodes)

namespace
{

const QuantizeOptions plain{.biasCorrection = false, .repairGains = false, .samples = 64};

QuantizeOptions optionsFor(Scheme scheme)
{
    auto options = plain;
    options.scheme = scheme;
    return options;
}

void conv(Chain& chain, std::int64_t outputs, std::int64_t inputs, std::uint64_t seed)
{
    const auto number = std::to_string(seed);
    chain.then("Conv",
               {chain.constant("w" + number, randomTensor({outputs, inputs, 3, 3}, seed, -0.5, 0.5)),
                chain.constant("b" + number, randomTensor({outputs}, seed + 1, -0.1, 0.1))},
               same);
}

Graph finished(Chain& chain, std::int64_t outputs)
{
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{picture.front(), Dim::fixed(outputs)};
    return graph;
}

// Conv_0, Relu_1, AveragePool_2, Concat_3 of the two, Conv_4, Sigmoid_5, Conv_6, Tanh_7, Add_8 of Tanh and Sigmoid, Conv_9, Relu_10,
// GlobalAveragePool_11, Flatten_12, Gemm_13, Softmax_14.
Graph manyKinds()
{
    Chain chain(13, picture);
    conv(chain, channels, 1, 31);
    const auto behindRelu = chain.then("Relu").last();
    auto pooling = same;
    pooling["kernel_shape"] = std::vector<std::int64_t>{3, 3};
    chain.then("AveragePool", {}, pooling).then("Concat", {behindRelu}, {{"axis", std::int64_t{1}}});
    conv(chain, channels, 2 * channels, 33);
    const auto behindSigmoid = chain.then("Sigmoid").last();
    conv(chain, channels, channels, 35);
    chain.then("Tanh").then("Add", {behindSigmoid});
    conv(chain, channels, channels, 37);
    chain.then("Relu").then("GlobalAveragePool").then("Flatten");
    chain.then("Gemm", {chain.constant("w", randomTensor({classes, channels}, 39)), chain.constant("b", randomTensor({classes}, 40))},
               {{"transB", std::int64_t{1}}});
    chain.then("Softmax", {}, {{"axis", std::int64_t{-1}}});
    return finished(chain, classes);
}

// Conv_0, Relu_1, Conv_2, Add_3 of what Conv_2 read, Relu_4, Conv_5, GlobalAveragePool_6, Flatten_7.
Graph residual()
{
    Chain chain(13, picture);
    conv(chain, channels, 1, 41);
    const auto skipped = chain.then("Relu").last();
    conv(chain, channels, channels, 43);
    chain.then("Add", {skipped}).then("Relu");
    conv(chain, channels, channels, 45);
    chain.then("GlobalAveragePool").then("Flatten");
    return finished(chain, channels);
}

// Conv_0, Sigmoid_1, Concat_2 of it and of Conv_0, Conv_3, GlobalAveragePool_4, Flatten_5.
Graph joinedSigmoid()
{
    Chain chain(13, picture);
    conv(chain, channels, 1, 51);
    const auto straight = chain.last();
    chain.then("Sigmoid").then("Concat", {straight}, {{"axis", std::int64_t{1}}});
    conv(chain, channels, 2 * channels, 53);
    chain.then("GlobalAveragePool").then("Flatten");
    return finished(chain, channels);
}

const Node& nodeNamed(const Graph& graph, const std::string& name)
{
    return graph.node(graph.findNode(name).value());
}

// The DequantizeLinear that gives a node its input; none: it reads floats.
const Node* readingOf(const Graph& graph, const std::string& name, std::size_t input = 0)
{
    const auto producer = GraphUses(graph).producer(nodeNamed(graph, name).inputs.at(input));
    return producer.valid() && graph.node(producer).opType == "DequantizeLinear" ? &graph.node(producer) : nullptr;
}

NodeId quantizerBehind(const Graph& graph, const std::string& name)
{
    const GraphUses uses(graph);
    for (const auto& use : uses.users(nodeNamed(graph, name).outputs.at(0)))
        if (graph.node(use.node).opType == "QuantizeLinear")
            return use.node;
    return {};
}

FixedGrid gridOf(const Graph& graph, const Node& node)
{
    return {toFloats(graph.value(node.inputs.at(1)).constant).front(),
            static_cast<std::int32_t>(toInt64s(graph.value(node.inputs.at(2)).constant).front())};
}

FixedGrid gridBehind(const Graph& graph, const std::string& name)
{
    return gridOf(graph, graph.node(quantizerBehind(graph, name)));
}

FixedGrid gridRead(const Graph& graph, const std::string& name, std::size_t input = 0)
{
    return gridOf(graph, *readingOf(graph, name, input));
}

// Another constant at an input of the pair behind a node, or of its QuantizeLinear alone.
void replaceBehind(Graph& graph, const std::string& name, std::size_t input, const Tensor& by)
{
    const auto quantizer = quantizerBehind(graph, name);
    const auto constant = graph.addConstant("other", by);
    const auto integers = graph.node(quantizer).outputs.at(0);
    graph.node(quantizer).inputs.at(input) = constant;
    for (const auto id : graph.order())
        if (graph.node(id).opType == "DequantizeLinear" && graph.node(id).inputs.at(0) == integers)
            graph.node(id).inputs.at(input) = constant;
}

// Where a layer's weights (1) or bias (2) are restored.
Node& storedOf(Graph& graph, const std::string& name, std::size_t input)
{
    const GraphUses uses(graph);
    return graph.node(uses.producer(nodeNamed(graph, name).inputs.at(input)));
}

Nodes namesOf(const std::vector<SchemeProblem>& problems)
{
    Nodes names;
    for (const auto& problem : problems)
        names.insert(problem.node);
    return names;
}

QString listed(const std::vector<SchemeProblem>& problems)
{
    QString text;
    for (const auto& problem : problems)
        text += QString::fromStdString(problem.node + ": " + problem.reason + "; ");
    return text;
}

std::size_t count(const std::vector<Message>& notices, MessageCode code)
{
    return static_cast<std::size_t>(std::ranges::count(notices, code, &Message::code));
}

} // namespace

class TestSchemes : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void filesAreAsTheRuntimeWantsThem_data();
    void filesAreAsTheRuntimeWantsThem();
    void brokenFilesAreTold_data();
    void brokenFilesAreTold();
    void tensorFlowLiteGetsItsGrids();
    void whatJoinsAtOneGridConverts();
    void sixteenBitSigmoidAndTanhHaveQnnsGrids();
    void tensorRtAddsInsideOfALayer();
    void matricesHaveOneScaleWhereTheRuntimeWantsIt();
    void keptLayersReadOneScaleForOtherRuntimes();
    void signedActivationsAreHeldAgainstTheRowThatHasThem();
    void modelsThatDoNotFitAreRefusedWithTheWayOut();

private:
    QuantizeResult quantizedFor(const Graph& graph, const QuantizeOptions& options) const
    {
        return quantize({graph, &*m_data, options, m_kept.path().toStdString()}, {});
    }
    Graph fileFor(const Graph& graph, Scheme scheme) const { return quantizedFor(graph, optionsFor(scheme)).graph; }

    QTemporaryDir m_folder;
    QTemporaryDir m_kept; // calibrations of all schemes beside one another
    std::optional<Dataset> m_data;
};

void TestSchemes::initTestCase()
{
    m_data = writeIdxDataset(m_folder.path().toStdString(), noise(120), noise(20), side, side);
}

void TestSchemes::filesAreAsTheRuntimeWantsThem_data()
{
    QTest::addColumn<Scheme>("scheme");
    QTest::addColumn<Nodes>("inFloat"); // between the first layer and the last, for want of an integer form
    QTest::addColumn<int>("pairs");     // a lower bound on Q/DQ pairs of activations
    QTest::newRow("ort") << Scheme::OnnxRuntime << Nodes{} << 9;
    QTest::newRow("ort-signed") << Scheme::OnnxRuntimeSigned << Nodes{} << 9;
    QTest::newRow("openvino") << Scheme::OpenVino << Nodes{"Sigmoid_5", "Tanh_7"} << 8;
    QTest::newRow("tensorrt") << Scheme::TensorRt << Nodes{} << 8;
    QTest::newRow("qnn") << Scheme::Qnn << Nodes{} << 12;
    QTest::newRow("stm32") << Scheme::Stm32 << Nodes{} << 12;
    QTest::newRow("tflite") << Scheme::TfLite << Nodes{} << 12;
}

// In ONNX Runtime, as it loads them: noise at least 25 dB below the float model's answers.
void TestSchemes::filesAreAsTheRuntimeWantsThem()
{
    QFETCH(Scheme, scheme);
    QFETCH(Nodes, inFloat);
    QFETCH(int, pairs);
    const auto result = quantizedFor(manyKinds(), optionsFor(scheme));
    const auto problems = checkScheme(result.graph, scheme);
    QVERIFY2(namesOf(problems) == inFloat, qPrintable(listed(problems)));
    QVERIFY(std::ranges::all_of(problems, [](const auto& problem) { return problem.verdict == SchemeVerdict::InFloat; }));
    QCOMPARE(count(result.notices, MessageCode::SchemeNotRun), rulesOf(scheme).runsHere ? 0u : 1u);
    QCOMPARE(count(result.notices, MessageCode::SchemeRunsInFloat), inFloat.size());
    QCOMPARE(count(result.notices, MessageCode::SchemeRefuses), 0u);
    const auto quantizers =
        std::ranges::count_if(result.graph.order(), [&](NodeId id) { return result.graph.node(id).opType == "QuantizeLinear"; });
    QVERIFY2(quantizers >= pairs, qPrintable(QString::number(quantizers)));
    for (const auto optimization : {Optimization::None, Optimization::All}) {
        const double off = noiseToSignal(answers(result.graph, optimization), answers(manyKinds()));
        QVERIFY2(off > 0 && off < 3e-3, qPrintable(QString::number(off)));
    }
}

void TestSchemes::brokenFilesAreTold_data()
{
    QTest::addColumn<Scheme>("scheme");
    QTest::addColumn<Breaking>("breaking");
    QTest::addColumn<std::string>("node");
    QTest::addColumn<std::string>("reason");
    const auto row = [](const char* name, Scheme scheme, const Breaking& breaking, const std::string& node, const std::string& reason) {
        QTest::newRow(name) << scheme << breaking << node << reason;
    };
    row(
        "zero point", Scheme::TensorRt,
        [](Graph& graph) { replaceBehind(graph, "GlobalAveragePool_11", 2, Tensor::scalar<std::int8_t>(12)); }, "GlobalAveragePool_11",
        "its zero point is 12, not 0");
    row(
        "unsigned integers", Scheme::TfLite, [](Graph& graph) { replaceBehind(graph, "Conv_9", 2, Tensor::scalar<std::uint8_t>(0)); },
        "Conv_9", "its integers are uint8, not int8");
    row(
        "a scale a channel", Scheme::Qnn,
        [](Graph& graph) {
            const GraphUses uses(graph);
            const auto reading = uses.producer(nodeNamed(graph, "Conv_6").inputs.at(0));
            const auto own = readForFloat(graph, uses.producer(graph.node(reading).inputs.at(0)), channels);
            graph.node(graph.findNode("Conv_6").value()).inputs[0] = own;
            graph.sortTopologically();
        },
        "Sigmoid_5", "its result has a scale for each channel, not one for all");
    row(
        "scales around pooling", Scheme::TfLite,
        [](Graph& graph) {
            const float other = 2 * gridBehind(graph, "AveragePool_2").scale;
            replaceBehind(graph, "AveragePool_2", 1, Tensor::scalar(other));
        },
        "AveragePool_2", "what it reads and what it gives have different scales or zero points");
    row(
        "a Sigmoid's grid", Scheme::TfLite, [](Graph& graph) { replaceBehind(graph, "Sigmoid_5", 1, Tensor::scalar(1.0f / 255)); },
        "Sigmoid_5", "its result has scale 0.00392157 and zero point -128, not 0.00390625 and -128");
    row(
        "a float operator", Scheme::Stm32, [](Graph& graph) { graph.node(graph.findNode("Tanh_7").value()).opType = "Erf"; }, "Tanh_7",
        "Hone knows no integer form of Erf there");
    row(
        "a float input", Scheme::Stm32,
        [](Graph& graph) {
            const GraphUses uses(graph);
            const auto& reading = graph.node(uses.producer(nodeNamed(graph, "Conv_0").inputs.at(0)));
            const auto& quantizer = graph.node(uses.producer(reading.inputs.at(0)));
            graph.node(graph.findNode("Conv_0").value()).inputs[0] = quantizer.inputs.at(0);
        },
        "Conv_0", "what it reads is not on integers");
    row(
        "a float result", Scheme::Qnn,
        [](Graph& graph) {
            const auto quantizer = quantizerBehind(graph, "Softmax_14");
            graph.outputs[0] = graph.node(quantizer).inputs.at(0);
            graph.removeDeadNodes();
        },
        "Softmax_14", "its result is not on integers");
    row(
        "least weight", Scheme::TfLite,
        [](Graph& graph) {
            const auto weights = storedOf(graph, "Conv_4", 1).inputs.at(0);
            graph.value(weights).constant.mutableData<std::int8_t>()[0] = -128;
        },
        "Conv_4", "its weights reach -128, where -127 is the least");
    row(
        "a bias' scale", Scheme::TfLite,
        [](Graph& graph) {
            const auto scale = storedOf(graph, "Conv_4", 2).inputs.at(1);
            graph.value(scale).constant.mutableData<float>()[1] *= 1.01f;
        },
        "Conv_4", "its bias' scale is not the input's times the weights'");
    row(
        "operator set", Scheme::Stm32, [](Graph& graph) { graph.opsets[""] = 21; }, "chain",
        "its operator set is 21, and 20 is the newest that is read");
}

void TestSchemes::brokenFilesAreTold()
{
    QFETCH(Scheme, scheme);
    QFETCH(Breaking, breaking);
    QFETCH(std::string, node);
    QFETCH(std::string, reason);
    auto file = fileFor(manyKinds(), scheme);
    QVERIFY(checkScheme(file, scheme).empty());
    breaking(file);
    const auto problems = checkScheme(file, scheme);
    QVERIFY2(std::ranges::any_of(problems, [&](const auto& problem) { return problem.node == node && problem.reason == reason; }),
             qPrintable(listed(problems)));
}

// Its specification's numbers.
void TestSchemes::tensorFlowLiteGetsItsGrids()
{
    const auto file = fileFor(manyKinds(), Scheme::TfLite);
    QVERIFY((gridBehind(file, "Sigmoid_5") == FixedGrid{1.0f / 256, -128}));
    QVERIFY((gridBehind(file, "Tanh_7") == FixedGrid{1.0f / 128, 0}));
    QVERIFY((gridBehind(file, "Softmax_14") == FixedGrid{1.0f / 256, -128}));
    for (const std::string name : {"AveragePool_2", "GlobalAveragePool_11", "Flatten_12"})
        QVERIFY2(gridRead(file, name) == gridBehind(file, name), name.c_str());
    for (const std::size_t input : {0, 1})
        QVERIFY(gridRead(file, "Concat_3", input) == gridBehind(file, "Concat_3"));
    const auto other = fileFor(manyKinds(), Scheme::Stm32); // whose grids are those of the ranges
    QVERIFY(gridRead(other, "AveragePool_2") != gridBehind(other, "AveragePool_2"));
    QVERIFY((gridBehind(other, "Sigmoid_5") != FixedGrid{1.0f / 256, -128}));
}

void TestSchemes::whatJoinsAtOneGridConverts()
{
    const auto result = quantizedFor(joinedSigmoid(), optionsFor(Scheme::TfLite));
    const auto problems = checkScheme(result.graph, Scheme::TfLite);
    QVERIFY2(problems.empty(), qPrintable(listed(problems)));
    QVERIFY((gridBehind(result.graph, "Sigmoid_1") == FixedGrid{1.0f / 256, -128}));
    QVERIFY(gridBehind(result.graph, "Concat_2") != gridBehind(result.graph, "Sigmoid_1"));
    for (const std::size_t input : {0, 1})
        QVERIFY(gridRead(result.graph, "Concat_2", input) == gridBehind(result.graph, "Concat_2"));
    QVERIFY(noiseToSignal(answers(result.graph), answers(joinedSigmoid())) < 3e-3);
}

// ONNX Runtime's own tool for QNN: 1/65536 with zero point 0, 1/32768 with zero point 32768.
void TestSchemes::sixteenBitSigmoidAndTanhHaveQnnsGrids()
{
    auto options = optionsFor(Scheme::Qnn);
    options.bitsActivations = 16;
    const auto result = quantizedFor(manyKinds(), options);
    QVERIFY((gridBehind(result.graph, "Sigmoid_5") == FixedGrid{1.0f / 65536, 0}));
    QVERIFY((gridBehind(result.graph, "Tanh_7") == FixedGrid{1.0f / 32768, 32768}));
    QVERIFY(checkScheme(result.graph, Scheme::Qnn).empty());
    QVERIFY(noiseToSignal(answers(result.graph), answers(manyKinds())) < 1e-3);
}

// The layer's own result stays float, the skipped value is quantized, and so is what the next layer reads, behind its Relu.
void TestSchemes::tensorRtAddsInsideOfALayer()
{
    const auto file = fileFor(residual(), Scheme::TensorRt);
    QVERIFY(!readingOf(file, "Add_3", 0));
    QVERIFY(readingOf(file, "Add_3", 1));
    for (const std::string name : {"Conv_0", "Conv_2", "Add_3"})
        QVERIFY2(!quantizerBehind(file, name).valid(), name.c_str());
    for (const std::string name : {"Conv_2", "Conv_5"})
        QVERIFY2(readingOf(file, name), name.c_str());
    QVERIFY(quantizerBehind(file, "Relu_4").valid());
    QVERIFY(!readingOf(file, "Conv_5", 2)); // its bias
    QVERIFY(noiseToSignal(answers(file), answers(residual())) < 3e-3);
    const auto other = fileFor(residual(), Scheme::OnnxRuntime); // whose Add has an integer kernel of its own
    QVERIFY(readingOf(other, "Add_3", 0));
}

void TestSchemes::matricesHaveOneScaleWhereTheRuntimeWantsIt()
{
    for (const auto& [scheme, scales] : {std::pair(Scheme::TfLite, 1u), std::pair(Scheme::Stm32, 4u)}) {
        auto file = fileFor(manyKinds(), scheme);
        QCOMPARE(toFloats(file.value(storedOf(file, "Gemm_13", 1).inputs.at(1)).constant).size(), scales);
        QVERIFY(toFloats(file.value(storedOf(file, "Conv_9", 1).inputs.at(1)).constant).size() > 1);
    }
}

// ONNX Runtime alone is kept from quantizing a float layer by a reading with a scale for each channel.
void TestSchemes::keptLayersReadOneScaleForOtherRuntimes()
{
    for (const auto scheme : {Scheme::OnnxRuntime, Scheme::OpenVino, Scheme::TensorRt, Scheme::Qnn, Scheme::Stm32, Scheme::TfLite}) {
        auto options = optionsFor(scheme);
        options.keepFloat = {"Conv_9"};
        const auto result = quantizedFor(manyKinds(), options);
        const auto* reading = readingOf(result.graph, "Conv_9");
        if (scheme == Scheme::OnnxRuntime) {
            QVERIFY(reading && toFloats(result.graph.value(reading->inputs.at(1)).constant).size() == channels);
            continue;
        }
        for (const auto id : result.graph.order())
            if (const auto& node = result.graph.node(id); node.opType == "DequantizeLinear" && !result.graph.isConstant(node.inputs.at(0)))
                QCOMPARE(toFloats(result.graph.value(node.inputs.at(1)).constant).size(), 1u);
        const auto problems = checkScheme(result.graph, scheme);
        QVERIFY2(std::ranges::any_of(problems,
                                     [](const auto& problem) {
                                         return problem.node == "Conv_9" && problem.reason == "its weights are float" &&
                                                problem.verdict == SchemeVerdict::InFloat;
                                     }),
                 qPrintable(listed(problems)));
    }
}

void TestSchemes::signedActivationsAreHeldAgainstTheRowThatHasThem()
{
    auto options = optionsFor(Scheme::OnnxRuntime);
    options.activations = ActivationType::Signed;
    QVERIFY(schemeOf(options) == Scheme::OnnxRuntimeSigned);
    const auto result = quantizedFor(manyKinds(), options);
    QCOMPARE(count(result.notices, MessageCode::SchemeRefuses), 0u);
    QVERIFY(checkScheme(result.graph, Scheme::OnnxRuntimeSigned).empty());
    QVERIFY(!checkScheme(result.graph, Scheme::OnnxRuntime).empty()); // which is of the other type
    for (const auto scheme : {Scheme::OnnxRuntime, Scheme::Stm32})
        QVERIFY(schemeOf(optionsFor(scheme)) == scheme);
}

void TestSchemes::modelsThatDoNotFitAreRefusedWithTheWayOut()
{
    const auto refusal = [&](const Graph& graph, Scheme scheme) -> std::string {
        try {
            quantizedFor(graph, optionsFor(scheme));
        } catch (const Error& error) {
            return std::string(name(error.code())) + ": " + error.message().arguments.at("expected");
        }
        return "none";
    };
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(4), Dim::fixed(side), Dim::fixed(side)});
    chain.then("Conv", {chain.constant("w", randomTensor({channels, 1, 3, 3, 3}, 61))}).then("Relu");
    const auto inDepth = chain.finish();
    for (const auto scheme : {Scheme::TfLite, Scheme::Stm32})
        QCOMPARE(refusal(inDepth, scheme),
                 "BadOption: ort here, or another model: " + std::string(rulesOf(scheme).runtime) +
                     " would run every layer in float, such as Conv_0 (Hone knows no integer convolution over 3 dimensions there)");
    auto newer = manyKinds();
    newer.opsets[""] = 21;
    QCOMPARE(
        refusal(newer, Scheme::Stm32),
        std::string(
            "BadOption: ort here, or another model: ST Edge AI reads operator sets to 20, and chain has 21: export it with such a one"));
    QCOMPARE(refusal(newer, Scheme::TfLite), std::string("none"));
}

QTEST_GUILESS_MAIN(TestSchemes)
#include "test_schemes.moc"
