// SPDX-License-Identifier: GPL-3.0-or-later
// Quantization-aware training: gradients of steps against the formula worked out by hand, what is trained against the file that is written,
// in ONNX Runtime, and what training is worth on bars that the test draws.
#include "autograd/graph_module.h"
#include "data/loader.h"
#include "data/pairing.h"
#include "engine/bars_data.h"
#include "evaluate/evaluation.h"
#include "graph/fake_quantize.h"
#include "onnx_io/onnx_io.h"
#include "prune/pruner.h"
#include "quantize/calibration.h"
#include "quantize/qat.h"
#include "quantize/qat_export.h"
#include "runtime/session.h"
#include "shared_models.h"
#include "train/head.h"

#include <QProcess>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

const Shape picture = {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)};
const Attributes same = {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}};

// y = FakeQuantize(x), x [N, columns].
Graph fakeQuantizing(std::int64_t columns, const std::vector<float>& scales, const FakeQuantizeGrid& grid)
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(columns)});
    auto& graph = chain.graph();
    const auto step = graph.addConstant("step", Tensor::of<float>({static_cast<std::int64_t>(scales.size())}, scales));
    const auto y = graph.addComputed("y");
    graph.addNode(fakeQuantizeNode(chain.last(), step, y, grid));
    graph.opsets[std::string(honeDomain)] = 1;
    chain.setLast(y);
    return chain.finish();
}

std::vector<float> stepGradient(const Graph& graph, const Tensor& x, const Tensor& cotangent)
{
    GraphModule module(graph);
    for (const auto& [name, gradient] : module.gradients({x}, cotangent))
        if (name == "step")
            return toFloats(gradient);
    return {};
}

std::vector<float> inRuntime(const Graph& graph, const Tensor& inputs, Optimization optimization)
{
    auto session = Session::fromBytes(serializeOnnx(graph), {.threads = 1, .optimization = optimization, .profilePrefix = {}}, "test");
    return toFloats(session.run({inputs}).at(0));
}

struct Agreement
{
    double withinAStep = 0; // share of the values; a step: 1/255 of what the reference's outputs span
    double sameTop1 = 0;    // share of the samples
};

Agreement agreementOf(const std::vector<float>& reference, const std::vector<float>& other, std::size_t columns)
{
    const auto [low, high] = std::ranges::minmax(reference);
    const float step = (high - low) / 255;
    std::size_t near = 0, same = 0;
    for (std::size_t i = 0; i < reference.size(); ++i)
        near += std::abs(reference[i] - other[i]) <= step;
    const auto top1 = [&](const std::vector<float>& values, std::size_t row) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row * columns);
        return std::max_element(begin, begin + static_cast<std::ptrdiff_t>(columns)) - begin;
    };
    const std::size_t rows = reference.size() / columns;
    for (std::size_t row = 0; row < rows; ++row)
        same += top1(reference, row) == top1(other, row);
    return {static_cast<double>(near) / static_cast<double>(reference.size()), static_cast<double>(same) / static_cast<double>(rows)};
}

// A normalization that turns the sign of some channels, and shifts all.
void unusualNormalization(Graph& graph)
{
    std::uint64_t seed = 40;
    for (const NodeId id : graph.order()) {
        const Node node = graph.node(id);
        if (node.opType != "BatchNormalization")
            continue;
        const auto shape = graph.value(node.inputs[1]).constant.shape();
        const double lows[] = {-1.5, -0.3, -0.2, 0.3}, highs[] = {1.5, 0.3, 0.2, 2};
        for (std::size_t i = 0; i < 4; ++i)
            graph.value(node.inputs[i + 1]).constant = randomTensor(shape, ++seed, lows[i], highs[i]);
    }
}

// Two branches of which one is negative, joined on one grid; a transposed convolution in groups; a constant that is added.
Graph branchedNetwork()
{
    Chain chain(13, picture);
    chain.then("Conv", {chain.constant("stem", randomTensor({6, 1, 3, 3}, 1, -0.5, 0.5))}, same);
    const auto normalization = [&](const std::string& name, std::uint64_t seed) {
        chain.then("BatchNormalization", {chain.constant(name + ".scale", randomTensor({6}, seed, -1, 1)),
                                          chain.constant(name + ".bias", randomTensor({6}, seed + 1)),
                                          chain.constant(name + ".mean", randomTensor({6}, seed + 2)),
                                          chain.constant(name + ".var", randomTensor({6}, seed + 3, 0.5, 2))});
    };
    normalization("first", 50);
    chain.then("Clip", {chain.constant("low", Tensor::scalar(0.0f)), chain.constant("high", Tensor::scalar(0.8f))});
    const auto trunk = chain.last();
    chain.then("Conv", {chain.constant("left", randomTensor({6, 1, 3, 3}, 2, -0.5, 0.5))},
               {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}, {"group", std::int64_t{6}}});
    normalization("second", 60);
    chain.then("Relu");
    const auto left = chain.last();
    chain.setLast(trunk);
    chain.then("Conv",
               {chain.constant("right", randomTensor({6, 6, 1, 1}, 3, -0.5, 0.5)), chain.constant("right.bias", randomTensor({6}, 4))});
    chain.then("Concat", {left}, {{"axis", std::int64_t{1}}});
    chain.then("ConvTranspose", {chain.constant("up", randomTensor({12, 3, 2, 2}, 5, -0.5, 0.5))},
               {{"group", std::int64_t{2}}, {"strides", std::vector<std::int64_t>{2, 2}}});
    normalization("third", 70);
    chain.then("Conv", {chain.constant("last", randomTensor({6, 6, 3, 3}, 6, -0.3, 0.3))}, same);
    chain.then("Add", {chain.constant("place", randomTensor({1, 6, 16, 16}, 7))}).then("Relu");
    chain.then("Conv", {chain.constant("scores", randomTensor({classCount, 6, 16, 16}, 8, -0.1, 0.1))}).then("Flatten");
    Graph graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classCount)};
    return graph;
}

// The node alone, from the integers that it reads to those that it makes; nothing where it reads or makes others.
std::optional<Graph> integerNode(const Graph& file, NodeId id)
{
    Graph cut = file;
    const GraphUses uses(file);
    cut.inputs.clear();
    for (const ValueId input : file.node(id).inputs) {
        if (!input.valid() || file.isConstant(input))
            continue;
        const NodeId dequantize = uses.producer(input);
        if (!dequantize.valid() || file.node(dequantize).opType != "DequantizeLinear")
            return std::nullopt;
        const ValueId integers = file.node(dequantize).input(0);
        if (file.isConstant(integers))
            continue;
        if (std::ranges::find(cut.inputs, integers) == cut.inputs.end())
            cut.inputs.push_back(integers);
        if (const NodeId quantize = uses.producer(integers); quantize.valid())
            cut.removeNode(quantize);
    }
    const auto& users = uses.users(file.node(id).outputs.at(0));
    if (cut.inputs.empty() || users.size() != 1 || file.node(users.front().node).opType != "QuantizeLinear")
        return std::nullopt;
    cut.outputs = {file.node(users.front().node).outputs.at(0)};
    cut.removeDeadNodes();
    return cut;
}

// The file with every integer tensor that is made inside as an output.
Graph watchingIntegers(const Graph& file)
{
    Graph watching = file;
    watching.outputs.clear();
    for (const NodeId id : file.order())
        if (file.node(id).opType == "QuantizeLinear") {
            watching.outputs.push_back(file.node(id).outputs.at(0));
            watching.value(watching.outputs.back()).type = {DType::UInt8, std::nullopt};
        }
    watching.removeDeadNodes();
    return watching;
}

// Of so many integers how many are the same, and at most one apart.
struct Counts
{
    std::size_t all = 0, same = 0, near = 0;

    void add(const Tensor& first, const Tensor& second)
    {
        const auto a = first.data<std::uint8_t>(), b = second.data<std::uint8_t>();
        for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
            same += a[i] == b[i];
            near += std::abs(static_cast<int>(a[i]) - static_cast<int>(b[i])) <= 1;
        }
        all += std::max(a.size(), b.size());
    }
    double nearShare() const { return static_cast<double>(near) / static_cast<double>(all); }
    double sameShare() const { return static_cast<double>(same) / static_cast<double>(all); }
};

} // namespace

class TestQat : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void aStepsGradientIsLearnedStepSizes_data();
    void aStepsGradientIsLearnedStepSizes();
    void whereTheGridEndsTheGradientIsTheSlope();
    void eachChannelOfAWeightHasAGradient();
    void fakeQuantizedValuesAreThoseOfTheRuntime_data();
    void fakeQuantizedValuesAreThoseOfTheRuntime();
    void theFileIsWhatWasTrained_data();
    void theFileIsWhatWasTrained();
    void keptLayersStayFloat();
    void aBodyThatStaysKeepsItsIntegers_data();
    void aBodyThatStaysKeepsItsIntegers();
    void foldingRoundsNothingAnew();
    void channelsThatNormalizationSilencesAreWritten();
    void trainingRecoversWhatRoundingLoses();
    void stepsMoveAndStayPositive();
    void frozenStatisticsStandStill();
    void theSameSeedGivesTheSameBytes();
    void anInterruptedTrainingEndsWithTheSameBytes();
    void aPrunedModelIsTrained();
    void whatCannotBeTrainedIsRefused();
    void aRealModelIsSimulated();

private:
    // A float network that has learnt its bars.
    const Graph& learnt();
    QatResult trainedOn(const Graph& graph, const QatOptions& options) const
    {
        return trainQuantized({.graph = graph, .dataset = *m_data, .options = options, .teaching = {.teacher = &graph, .weight = 0.5}}, {});
    }
    double top1(const Graph& graph) const
    {
        const auto file = fs::path(m_folder.path().toStdString()) / "measured.onnx";
        writeFileAtomically(file, serializeOnnx(graph));
        return evaluate(file, &*m_data, {.split = Split::Validation, .latency = false}, {}).accuracy->top1;
    }
    Tensor samples(const Graph& graph) const
    {
        Loader loader(*m_data, Split::Train, pairForInput(graph, *m_data), {.batch = 400});
        return loader.next({})->inputs;
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
    std::optional<Graph> m_learnt;
};

namespace
{

QatOptions fewBits(int bits, int epochs)
{
    QatOptions options;
    options.quantize.bitsWeights = bits;
    options.train = fewEpochs();
    options.train.epochs = epochs;
    options.train.learningRate = 0.02;
    options.train.freezeNormalizationAfter = 0.5;
    return options;
}

} // namespace

void TestQat::initTestCase()
{
    m_data = drawBars(m_folder.path().toStdString());
}

const Graph& TestQat::learnt()
{
    if (!m_learnt)
        m_learnt = train(smallNetwork(classCount), *m_data, fewEpochs(), {}).graph;
    return *m_learnt;
}

void TestQat::aStepsGradientIsLearnedStepSizes_data()
{
    QTest::addColumn<int>("zeroPoint");
    QTest::addColumn<int>("rows");
    QTest::addColumn<double>("expected");
    // v = x / 0.5 is -2, 0.6, 1.48, 2.52, 10, and each counts 1 to 5 times. On 0 to 3: 0, 1 - 0.6, 1 - 1.48, 3 - 2.52, 3.
    QTest::newRow("from zero") << 0 << 1 << (0 * 1 + 0.4 * 2 - 0.48 * 3 + 0.48 * 4 + 3 * 5) / std::sqrt(5 * 3.0);
    // On -1 to 2: -1, 1 - 0.6, 1 - 1.48, 2, 2; the longer side has two steps.
    QTest::newRow("with a zero point") << 1 << 1 << (-1 * 1 + 0.4 * 2 - 0.48 * 3 + 2 * 4 + 2 * 5) / std::sqrt(5 * 2.0);
    // One element a sample.
    QTest::newRow("over a batch") << 0 << 5 << (0 * 1 + 0.4 * 2 - 0.48 * 3 + 0.48 * 4 + 3 * 5) / std::sqrt(1 * 3.0);
}

void TestQat::aStepsGradientIsLearnedStepSizes()
{
    QFETCH(int, zeroPoint);
    QFETCH(int, rows);
    QFETCH(double, expected);
    const Dimensions shape = {rows, 5 / rows};
    const auto graph = fakeQuantizing(5 / rows, {0.5f}, {.zeroPoint = zeroPoint, .lowest = 0, .highest = 3});
    const auto gradient =
        stepGradient(graph, Tensor::of<float>(shape, {-1, 0.3f, 0.74f, 1.26f, 5}), Tensor::of<float>(shape, {1, 2, 3, 4, 5}));
    QCOMPARE(gradient.size(), std::size_t{1});
    QVERIFY2(std::abs(gradient[0] - expected) < 1e-5, qPrintable(QString("%1, expected %2").arg(gradient[0]).arg(expected)));
}

// Outside of the grid the output is a bound times the step: its slope is seen by central differences, too.
void TestQat::whereTheGridEndsTheGradientIsTheSlope()
{
    const auto x = Tensor::of<float>({1, 4}, {-3, -2, 4, 9});
    const auto cotangent = Tensor::of<float>({1, 4}, {0.3f, -1.5f, 2, 0.7f});
    const FakeQuantizeGrid grid{.zeroPoint = 2, .lowest = 0, .highest = 5};
    const auto sum = [&](float step) {
        GraphModule module(fakeQuantizing(4, {step}, grid));
        const auto y = toFloats(module.forward({x}).at(0));
        const auto factors = toFloats(cotangent);
        double total = 0;
        for (std::size_t i = 0; i < y.size(); ++i)
            total += static_cast<double>(y[i]) * factors[i];
        return total;
    };
    constexpr float step = 0.25f, change = 0.015625f;
    const double slope = (sum(step + change) - sum(step - change)) / (2 * change);
    const double factor = 1 / std::sqrt(4 * 3.0);
    QVERIFY(std::abs(stepGradient(fakeQuantizing(4, {step}, grid), x, cotangent).at(0) - slope * factor) < 1e-5);
}

void TestQat::eachChannelOfAWeightHasAGradient()
{
    // x W' with W' = W on the grid of its rows: for x = 1 the cotangent is the gradient of W'.
    Chain chain(13, {Dim::free("N"), Dim::fixed(2)});
    auto& graph = chain.graph();
    const auto w = graph.addConstant("w", Tensor::of<float>({2, 3}, {0.1f, -0.26f, 2, 0.5f, -4, 0.3f}));
    const auto step = graph.addConstant("step", Tensor::of<float>({2}, {0.1f, 0.2f}));
    const auto onGrid = graph.addComputed("on grid");
    graph.addNode(fakeQuantizeNode(w, step, onGrid, {.axis = 0, .lowest = -7, .highest = 7}));
    chain.then("MatMul", {onGrid});
    GraphModule module(chain.finish());
    std::map<std::string, std::vector<float>> gradients;
    for (const auto& [name, gradient] : module.gradients({Tensor::of<float>({1, 2}, {1, 10})}, Tensor::of<float>({1, 3}, {1, 2, 3})))
        gradients[name] = toFloats(gradient);
    QCOMPARE(gradients["w"], (std::vector<float>{1, 2, 0, 10, 0, 30})); // none where the grid ends
    // v: 1, -2.6, 20 and 2.5, -20, 1.5 with ties to even.
    const double first = 0 * 1 + (-3 + 2.6) * 2 + 7 * 3, second = (2 - 2.5) * 10 - 7 * 20 + (2 - 1.5) * 30;
    QVERIFY2(std::abs(gradients["step"].at(0) - first / std::sqrt(3 * 7.0)) < 1e-4, qPrintable(QString::number(gradients["step"].at(0))));
    QVERIFY2(std::abs(gradients["step"].at(1) - second / std::sqrt(3 * 7.0)) < 1e-4, qPrintable(QString::number(gradients["step"].at(1))));
}

void TestQat::fakeQuantizedValuesAreThoseOfTheRuntime_data()
{
    QTest::addColumn<int>("zeroPoint");
    QTest::addColumn<bool>("perChannel");
    QTest::newRow("unsigned, from zero") << 0 << false;
    QTest::newRow("unsigned, odd zero point") << 101 << false;
    QTest::newRow("one scale a channel") << 128 << true;
}

void TestQat::fakeQuantizedValuesAreThoseOfTheRuntime()
{
    QFETCH(int, zeroPoint);
    QFETCH(bool, perChannel);
    constexpr std::int64_t columns = 40;
    std::vector<float> scales = {0.031f};
    if (perChannel)
        for (std::int64_t i = 1; i < columns; ++i)
            scales.push_back(0.01f + 0.002f * static_cast<float>(i));
    Tensor x = randomTensor({500, columns}, 9, -6, 6);
    for (std::size_t i = 0; i < 100; ++i)
        x.mutableData<float>()[i] = scales[i % scales.size()] * (static_cast<float>(i) - 50.5f); // halfway between two integers
    Chain chain(13, {Dim::free("N"), Dim::fixed(columns)});
    const auto scale = perChannel ? Tensor::of<float>({columns}, scales) : Tensor::scalar(scales[0]);
    const auto zero = perChannel
                          ? Tensor::of<std::uint8_t>({columns}, std::vector<std::uint8_t>(columns, static_cast<std::uint8_t>(zeroPoint)))
                          : Tensor::scalar(static_cast<std::uint8_t>(zeroPoint));
    const auto s = chain.constant("s", scale), z = chain.constant("z", zero);
    chain.then("QuantizeLinear", {s, z}).then("DequantizeLinear", {s, z});
    GraphModule module(fakeQuantizing(columns, scales, {.axis = 1, .zeroPoint = zeroPoint, .lowest = 0, .highest = 255}));
    QCOMPARE(toFloats(module.forward({x}).at(0)), inRuntime(chain.finish(), x, Optimization::None));
}

void TestQat::theFileIsWhatWasTrained_data()
{
    QTest::addColumn<QByteArray>("model");
    QTest::addColumn<int>("bits");
    QTest::addColumn<bool>("perChannel");
    QTest::addColumn<bool>("isSigned");
    const auto bytesOf = [](const Graph& graph) {
        const auto bytes = serializeOnnx(graph);
        return QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size()));
    };
    Graph unusual = smallNetwork(classCount);
    unusualNormalization(unusual);
    QTest::newRow("4 bits") << bytesOf(unusual) << 4 << true << false;
    QTest::newRow("8 bits") << bytesOf(unusual) << 8 << true << false;
    QTest::newRow("one scale for all channels") << bytesOf(unusual) << 8 << false << false;
    QTest::newRow("signed activations") << bytesOf(unusual) << 4 << true << true;
    QTest::newRow("without normalization") << bytesOf(plainNetwork()) << 4 << true << false;
    QTest::newRow("branches, groups, a constant") << bytesOf(branchedNetwork()) << 4 << true << false;
}

void TestQat::theFileIsWhatWasTrained()
{
    QFETCH(QByteArray, model);
    QFETCH(int, bits);
    QFETCH(bool, perChannel);
    QFETCH(bool, isSigned);
    const Graph graph = parseOnnx(std::string(model.data(), static_cast<std::size_t>(model.size())));
    QatOptions options = fewBits(bits, 1);
    options.quantize.perChannelWeights = perChannel;
    options.quantize.activations = isSigned ? ActivationType::Signed : ActivationType::Unsigned;
    options.train.head = HeadPolicy::Keep;
    options.train.keepBest = false;

    const auto prepared = prepareForQat(graph, options.quantize);
    const auto calibration = calibrate(prepared.prepared, *m_data, {.samples = options.quantize.samples}, {});
    const auto start = encodingsFromRanges(prepared.prepared, prepared.plan, rangesOf(calibration, prepared.prepared, options.quantize),
                                           gridTypeOf(options.quantize));
    auto learning = fakeQuantized(prepared, start, options.quantize);
    learning.graph = train(learning.graph, *m_data, options.train, {}).graph;
    const auto encodings = learntEncodings(prepared, learning, start, options.quantize);
    const auto file = insertQdq(encodings.prepared, encodings.plan, encodings.encodings, options.quantize).graph;

    const auto inputs = samples(graph);
    GraphModule module(learning.graph);
    const auto simulated = toFloats(module.forward({inputs}).at(0));
    const auto plain = agreementOf(simulated, inRuntime(file, inputs, Optimization::None), classCount);
    const auto fused = agreementOf(simulated, inRuntime(file, inputs, Optimization::All), classCount);
    const auto text = QString("plain: %1 within a step, %2 same; fused: %3 within a step, %4 same")
                          .arg(plain.withinAStep)
                          .arg(plain.sameTop1)
                          .arg(fused.withinAStep)
                          .arg(fused.sameTop1);
    qInfo() << text;
    QVERIFY2(plain.withinAStep >= 0.999, qPrintable(text));
    QVERIFY2(plain.sameTop1 >= 0.999, qPrintable(text));
    QVERIFY2(fused.sameTop1 >= 0.995, qPrintable(text));
}

// Named as in the file that training starts from; everything else is on integers, and what was trained is what is written.
void TestQat::keptLayersStayFloat()
{
    const Graph& graph = learnt();
    QatOptions options = fewBits(4, 1);
    const auto plan = prepareForQat(graph, options.quantize).plan;
    const auto layers = plan.weighted.size();
    QVERIFY(layers > 2);
    const std::string kept = graph.node(graph.order().front()).name;
    options.quantize.keepFloat = {kept};
    const auto prepared = prepareForQat(graph, options.quantize);
    QCOMPARE(prepared.plan.weighted.size(), layers - 1);
    const auto result = trainedOn(graph, options);
    QCOMPARE(result.floatNodes, std::vector<std::string>{kept});
    const auto layer = result.graph.findNode(kept);
    QVERIFY(layer.has_value());
    QVERIFY(result.graph.value(result.graph.node(*layer).inputs.at(1)).constant.dtype() == DType::Float32);
    QVERIFY(top1(result.graph) > 0.5); // of four classes
    options.quantize.keepFloat = {"nobody"};
    QCOMPARE(codeOf([&] { trainedOn(graph, options); }), MessageCode::LayerUnknown);
    options.quantize.keepFloat = {"*"}; // nothing would be left
    QCOMPARE(codeOf([&] { trainedOn(graph, options); }), MessageCode::BadOption);
}

void TestQat::aBodyThatStaysKeepsItsIntegers_data()
{
    QTest::addColumn<bool>("frozen");
    QTest::newRow("frozen") << true;
    QTest::newRow("at no rate") << false;
}

// Between the head's weights and the head there is a grid, and behind it what rounds its bias.
void TestQat::aBodyThatStaysKeepsItsIntegers()
{
    QFETCH(bool, frozen);
    const Graph& graph = learnt();
    const auto integersAfter = [&](int epochs) {
        QatOptions options = fewBits(4, epochs);
        options.train.freezeBody = frozen;
        options.train.bodyRateFactor = frozen ? 1 : 0;
        options.train.learningRate = 0.05;
        options.train.keepBest = false;
        const auto result = trainedOn(graph, options).graph;
        const GraphUses uses(result);
        std::map<std::string, std::vector<std::int64_t>> integers;
        for (const NodeId id : result.order()) {
            const Node& node = result.node(id);
            if (node.opType != "Conv" && node.opType != "Gemm")
                continue;
            const Node& stored = result.node(uses.producer(node.inputs.at(1)));
            for (const std::int64_t integer : toInt64s(result.value(stored.inputs.at(0)).constant))
                integers[node.name].push_back(std::abs(integer)); // a normalization that is folded in may turn a sign
        }
        return integers;
    };
    const auto once = integersAfter(1), thrice = integersAfter(3);
    const std::string head = graph.node(findHead(graph)).name;
    QVERIFY(once.size() > 2 && once.contains(head));
    for (const auto& [name, integers] : once)
        QVERIFY2((integers == thrice.at(name)) == (name != head), name.c_str());
}

// The integers in the file are those of the weights as they were trained, on the unfolded grid.
void TestQat::foldingRoundsNothingAnew()
{
    Graph graph = smallNetwork(classCount);
    unusualNormalization(graph);
    const QuantizeOptions options{.bitsWeights = 4};
    const auto model = prepareForQat(graph, options);
    const auto start = encodingsFromRanges(
        model.prepared, model.plan, rangesOf(calibrate(model.prepared, *m_data, {.samples = options.samples}, {}), model.prepared, options),
        gridTypeOf(options));
    const auto learning = fakeQuantized(model, start, options);
    const auto learnt = learntEncodings(model, learning, start, options);
    int negative = 0;
    for (const auto& [name, weights] : learnt.encodings.weights) {
        const auto& node = model.trainable.node(model.trainable.findNode(name).value());
        const auto floats = toFloats(model.trainable.value(node.inputs[1]).constant);
        const auto steps = toFloats(initializer(learning.graph, learning.weights.at(name).step));
        const auto normalization = model.trainable.findNode(name == "conv1" ? "bn1" : "");
        const auto integers = weights.values.data<std::int8_t>();
        const auto perChannel = floats.size() / steps.size();
        for (std::size_t i = 0; i < floats.size(); ++i) {
            const auto c = i / perChannel;
            const int expected = static_cast<int>(std::clamp(std::nearbyint(floats[i] / steps[c]), -7.0f, 7.0f));
            QCOMPARE(std::abs(static_cast<int>(integers[i])), std::abs(expected));
            if (normalization) {
                const auto gamma = toFloats(model.trainable.value(model.trainable.node(*normalization).inputs[1]).constant)[c];
                QCOMPARE(static_cast<int>(integers[i]), gamma < 0 ? -expected : expected);
                negative += gamma < 0;
            }
        }
    }
    QVERIFY(negative > 0);
}

void TestQat::channelsThatNormalizationSilencesAreWritten()
{
    Graph graph = smallNetwork(classCount);
    const auto normalization = graph.node(graph.findNode("bn1").value());
    graph.value(normalization.inputs[1]).constant.mutableData<float>()[0] = 0;
    graph.value(normalization.inputs[2]).constant.mutableData<float>()[0] = 0.75f; // says this, whatever comes
    QatOptions options = fewBits(8, 1);
    options.train.learningRate = 1e-9;
    options.train.freezeNormalizationAfter = 0;
    const auto result = trainedOn(graph, options);
    const auto inputs = samples(graph);
    const auto wanted = inRuntime(graph, inputs, Optimization::None);
    const auto found = inRuntime(result.graph, inputs, Optimization::None);
    QVERIFY(std::ranges::all_of(found, [](float value) { return std::isfinite(value); }));
    const auto [low, high] = std::ranges::minmax(wanted);
    double error = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        error += std::abs(found[i] - wanted[i]) / static_cast<double>(found.size());
    QVERIFY2(error < 0.03 * (high - low), qPrintable(QString::number(error / (high - low))));
}

void TestQat::trainingRecoversWhatRoundingLoses()
{
    constexpr int bits = 2; // -1, 0, 1: rounding alone ruins the network
    const double whole = top1(learnt());
    const double rounded = top1(quantize({learnt(), &*m_data, {.biasCorrection = false, .bitsWeights = bits}}, {}).graph);
    const auto result = trainedOn(learnt(), fewBits(bits, 4));
    const double trained = top1(result.graph);
    qInfo() << "top-1: float" << whole << "rounded" << rounded << "trained" << trained;
    QVERIFY(whole > 0.9);
    QVERIFY(trained > rounded + 0.1);
    QVERIFY(trained > whole - 0.1);
    QCOMPARE(result.epochs.size(), std::size_t{4});
    // What was validated while training is what the file reaches.
    QVERIFY(std::abs(trained - result.epochs.at(static_cast<std::size_t>(result.keptEpoch) - 1).validationTop1) < 0.015);
    QVERIFY(isQuantized(result.graph));
    QCOMPARE(readModelCard(result.graph).classes.size(), std::size_t{classCount});
}

void TestQat::stepsMoveAndStayPositive()
{
    const QuantizeOptions options{.bitsWeights = 4};
    const auto model = prepareForQat(learnt(), options);
    const auto start = encodingsFromRanges(
        model.prepared, model.plan, rangesOf(calibrate(model.prepared, *m_data, {.samples = options.samples}, {}), model.prepared, options),
        gridTypeOf(options));
    const auto before = fakeQuantized(model, start, options);
    TrainOptions training = fewEpochs();
    training.epochs = 1;
    training.learningRate = 5; // far too much: the guard has work to do
    training.warmUpEpochs = 0;
    training.clipNorm = 1;
    const auto after = train(before.graph, *m_data, training, {}).graph;
    int moved = 0;
    for (const auto& [name, weight] : before.weights) {
        const auto steps = toFloats(initializer(after, weight.step));
        QVERIFY2(std::ranges::all_of(steps, [](float step) { return step > 0; }), name.c_str());
        moved += !(initializer(after, weight.step) == initializer(before.graph, weight.step));
    }
    for (const auto& [name, activation] : before.activations)
        QVERIFY2(toFloats(initializer(after, activation.step)).at(0) > 0, name.c_str());
    QCOMPARE(moved, static_cast<int>(before.weights.size()));
}

void TestQat::frozenStatisticsStandStill()
{
    TrainOptions options = fewEpochs();
    options.epochs = 2;
    options.keepBest = false;
    const auto statisticsAfter = [&](double share) {
        options.freezeNormalizationAfter = share;
        const auto graph = train(learnt(), *m_data, options, {}).graph;
        return std::pair(initializer(graph, "bn1.running_mean"), initializer(graph, "bn1.weight"));
    };
    const auto never = statisticsAfter(1), late = statisticsAfter(0.5), always = statisticsAfter(0);
    QVERIFY(always.first == initializer(learnt(), "bn1.running_mean"));
    QVERIFY(!(always.second == initializer(learnt(), "bn1.weight"))); // which goes on learning
    QVERIFY(!(late.first == always.first));
    QVERIFY(!(late.first == never.first));
    // Late is frozen after the first of two epochs: as a training of which the second is left out has them.
    options.freezeNormalizationAfter = 1;
    std::stop_source stop;
    const JobContext stopping(stop.get_token(), [&](const Progress& progress) {
        if (progress.step == 2)
            stop.request_stop();
    });
    const CheckpointPlace place{fs::path(m_folder.path().toStdString()) / ".one", "k"};
    try {
        train({learnt(), *m_data, options, place}, stopping);
        QFAIL("it should have stopped");
    } catch (const Cancelled&) {
    }
    options.freezeNormalizationAfter = 0.5;
    const auto resumed = train({learnt(), *m_data, options, place}, {}).graph;
    QVERIFY(initializer(resumed, "bn1.running_mean") == late.first);
}

void TestQat::theSameSeedGivesTheSameBytes()
{
    QatOptions options = fewBits(4, 1);
    options.train.threads = 2;
    const auto first = trainedOn(learnt(), options), second = trainedOn(learnt(), options);
    QCOMPARE(serializeOnnx(first.graph), serializeOnnx(second.graph));
    options.train.seed = 8;
    QVERIFY(serializeOnnx(trainedOn(learnt(), options).graph) != serializeOnnx(first.graph));
}

void TestQat::anInterruptedTrainingEndsWithTheSameBytes()
{
    const QatOptions options = fewBits(4, 3); // normalization freezes after the second epoch
    const auto undisturbed = trainedOn(learnt(), options);
    const CheckpointPlace place{fs::path(m_folder.path().toStdString()) / ".checkpoint", "k"};
    const QatInput input{learnt(), *m_data, options, place, {.teacher = &learnt(), .weight = 0.5}};
    std::stop_source stop;
    const JobContext stopping(stop.get_token(), [&](const Progress& progress) {
        if (progress.step == 3)
            stop.request_stop();
    });
    try {
        trainQuantized(input, stopping);
        QFAIL("it should have stopped");
    } catch (const Cancelled&) {
    }
    const auto resumed = trainQuantized(input, {});
    QVERIFY(std::ranges::any_of(resumed.notices, [](const Message& notice) { return notice.code == MessageCode::TrainingResumed; }));
    QCOMPARE(serializeOnnx(resumed.graph), serializeOnnx(undisturbed.graph));
}

void TestQat::aPrunedModelIsTrained()
{
    PruneOptions pruning;
    pruning.ratio = 0.25;
    pruning.importance = ImportanceKind::L1;
    const Graph pruned = prune(learnt(), pruning, {}).graph;
    const auto result = trainedOn(pruned, fewBits(4, 2));
    QVERIFY(isQuantized(result.graph));
    QVERIFY(top1(result.graph) > 0.8);
}

void TestQat::whatCannotBeTrainedIsRefused()
{
    const auto refusal = [&](const Graph& graph, const Dataset& data, const QatOptions& options) {
        return codeOf([&] { trainQuantized({.graph = graph, .dataset = data, .options = options}, {}); });
    };
    const QatOptions options = fewBits(4, 1);
    QCOMPARE(refusal(quantize({learnt(), &*m_data, {}}, {}).graph, *m_data, options), MessageCode::AlreadyQuantized);

    Chain chain(13, picture);
    const Graph empty = chain.then("Relu").then("Flatten").finish();
    QCOMPARE(refusal(empty, *m_data, options), MessageCode::NothingToQuantize);

    QTemporaryDir folder;
    writeBars(folder.path().toStdString(), "t10k", 8, 2);
    QCOMPARE(refusal(learnt(), Dataset::open(folder.path().toStdString()), options), MessageCode::SplitMissing);

    QatOptions other = options;
    other.train.head = HeadPolicy::Replace;
    QCOMPARE(refusal(learnt(), *m_data, other), MessageCode::BadOption);
    other = options;
    other.train.insertNormalization = true;
    QCOMPARE(refusal(learnt(), *m_data, other), MessageCode::BadOption);
}

// ResNet-20, quantized without training, on pictures of CIFAR-10's test split: the file on LibTorch and in ONNX Runtime, and each node
// of it as ONNX Runtime fuses it, fed what it is fed in the whole.
void TestQat::aRealModelIsSimulated()
{
    const auto model = hone::test::sharedModel("resnet20_cifar10.onnx");
    const auto archive = fs::path(HONE_SOURCE_DIR) / ".." / "shared" / "data" / "cifar10.tar.xz";
    HONE_NEEDS_SHARED_MODEL(model);
    HONE_NEEDS_SHARED_MODEL(archive);
    QCOMPARE(QProcess::execute("tar", {"xf", QString::fromStdString(archive.string()), "-C", m_folder.path()}), 0);
    const auto data = Dataset::open(fs::path(m_folder.path().toStdString()) / "cifar10");
    const Graph file =
        quantize({readOnnx(model), &data, {.ranges = RangeMethod::MinMax, .biasCorrection = false, .samples = 128}}, {}).graph;
    constexpr std::size_t classes = 10;

    const Graph watching = watchingIntegers(file);
    Loader loader(data, Split::Test, pairForInput(file, data), {.batch = 100, .limit = 2000});
    GraphModule module(file), inside(watching);
    auto runtimeInside =
        Session::fromBytes(serializeOnnx(watching), {.threads = 1, .optimization = Optimization::None, .profilePrefix = {}}, "test");
    std::vector<float> simulated, plain, fused;
    std::map<std::string, Counts> values, nodes;
    while (const auto batch = loader.next({})) {
        const auto add = [](std::vector<float>& to, const std::vector<float>& more) { to.insert(to.end(), more.begin(), more.end()); };
        add(simulated, toFloats(module.forward({batch->inputs}).at(0)));
        add(plain, inRuntime(file, batch->inputs, Optimization::None));
        add(fused, inRuntime(file, batch->inputs, Optimization::All));
        if (!nodes.empty())
            continue; // one batch has millions of integers
        const auto computed = inside.forward({batch->inputs}), wanted = runtimeInside.run({batch->inputs});
        std::map<std::string, Tensor> integers;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            integers[watching.value(watching.outputs[i]).name] = wanted[i];
            values[watching.value(watching.outputs[i]).name].add(computed[i], wanted[i]);
        }
        for (const NodeId id : file.order()) {
            auto cut = integerNode(file, id);
            if (!cut)
                continue;
            std::vector<Tensor> fed;
            for (const ValueId input : cut->inputs) {
                fed.push_back(integers.at(file.value(input).name));
                cut->value(input).type = {DType::UInt8, fixedShape(fed.back().shape())};
            }
            const auto& expected = integers.at(file.value(cut->outputs.at(0)).name);
            cut->value(cut->outputs[0]).type = {DType::UInt8, fixedShape(expected.shape())};
            auto session = Session::fromBytes(serializeOnnx(*cut), {}, "node");
            nodes[file.node(id).name].add(session.run(fed).at(0), expected);
        }
    }
    const auto unfused = agreementOf(simulated, plain, classes), whole = agreementOf(simulated, fused, classes);
    Counts all;
    for (const auto& [name, count] : values)
        all = {all.all + count.all, all.same + count.same, all.near + count.near};
    qInfo() << "plain: scores" << unfused.withinAStep << "within a step," << unfused.sameTop1 << "same top-1, inside" << all.sameShare()
            << "the same and" << all.nearShare() << "within a step; fused:" << whole.sameTop1 << "same of" << simulated.size() / classes
            << "pictures;" << nodes.size() << "nodes";
    QVERIFY(all.nearShare() >= 0.999);
    QVERIFY(unfused.sameTop1 >= 0.999);
    QVERIFY(whole.sameTop1 >= 0.995);
    QVERIFY(nodes.size() >= 30);
    for (const auto& [name, count] : nodes)
        QVERIFY2(count.nearShare() >= 0.999, name.c_str());
}

QTEST_GUILESS_MAIN(TestQat)
#include "test_qat.moc"
