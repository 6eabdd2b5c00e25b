// SPDX-License-Identifier: GPL-3.0-or-later
// Dynamic INT8, weights alone in 8 and 4 bits, and half precision: against the float model in ONNX Runtime, and against values computed by
// hand.
#include "data/model_card.h"
#include "graph/cost.h"
#include "graph_building.h"
#include "onnx_io/onnx_io.h"
#include "quantize/half_precision.h"
#include "quantize/int4_blocks.h"
#include "quantize/quantize.h"
#include "runtime/session.h"
#include "shared_models.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <fstream>
#include <functional>
#include <set>

using namespace hone;
using namespace hone::test;
using hone::testing::Attributes;
using hone::testing::Chain;
using hone::testing::randomTensor;

Q_DECLARE_METATYPE(hone::Graph)
Q_DECLARE_METATYPE(hone::QuantizeOptions)

namespace
{

using Ints = std::vector<std::int64_t>;
const Attributes transB = {{"transB", std::int64_t{1}}};
const Attributes same = {{"pads", Ints{1, 1, 1, 1}}};

const QuantizeOptions dynamic = {.method = QuantizeMethod::Dynamic};
const QuantizeOptions bytes = {.method = QuantizeMethod::Weights};
const QuantizeOptions half = {.method = QuantizeMethod::Half};
QuantizeOptions blocksOf(int size)
{
    return {.method = QuantizeMethod::Weights, .bitsWeights = 4, .blockSize = size};
}

QuantizeResult quantizedBy(const Graph& graph, const QuantizeOptions& options)
{
    return quantize({graph, nullptr, options}, {});
}

std::vector<float> answers(const Graph& graph, const Tensor& input, Optimization optimization = Optimization::All)
{
    auto session = Session::fromBytes(serializeOnnx(graph), {.threads = 1, .optimization = optimization, .profilePrefix = {}}, "test");
    return toFloats(session.run({input}).at(0));
}

double cosine(const std::vector<float>& a, const std::vector<float>& b)
{
    double product = 0, left = 0, right = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        product += static_cast<double>(a[i]) * b[i];
        left += static_cast<double>(a[i]) * a[i];
        right += static_cast<double>(b[i]) * b[i];
    }
    return a.size() == b.size() ? product / std::sqrt(left * right) : -1;
}

// Largest difference, as a share of the largest expected value.
double difference(const std::vector<float>& got, const std::vector<float>& expected)
{
    double largest = got.size() == expected.size() ? 0 : 1e9;
    float top = 0;
    for (const float value : expected)
        top = std::max(top, std::abs(value));
    for (std::size_t i = 0; i < std::min(got.size(), expected.size()); ++i)
        largest = std::max(largest, static_cast<double>(std::abs(got[i] - expected[i])) / top);
    return largest;
}

int count(const Graph& graph, const std::string& opType)
{
    return static_cast<int>(std::ranges::count_if(graph.order(), [&](NodeId id) { return graph.node(id).opType == opType; }));
}

NodeId nodeOf(const Graph& graph, const std::string& opType)
{
    for (const auto id : graph.order())
        if (graph.node(id).opType == opType)
            return id;
    return {};
}

Tensor inputOf(const Graph& graph, std::uint64_t seed = 3)
{
    return randomTensor(withFreeAs(*graph.value(graph.inputs.at(0)).type.shape, 2), seed);
}

std::set<std::string> kernels(const Graph& graph)
{
    const QTemporaryDir folder;
    auto session = Session::fromBytes(
        serializeOnnx(graph), {.threads = 1, .optimization = Optimization::All, .profilePrefix = folder.filePath("profile").toStdString()});
    session.run({inputOf(graph)});
    std::set<std::string> names;
    for (const auto& event : Json::parse(std::ifstream(session.endProfiling())))
        if (event.value("cat", "") == "Node" && event["args"].contains("op_name"))
            names.insert(event["args"]["op_name"].get<std::string>());
    return names;
}

Tensor made(const Dimensions& shape, const std::function<float(std::int64_t)>& element)
{
    Tensor tensor(DType::Float32, shape);
    auto values = tensor.mutableData<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = element(static_cast<std::int64_t>(i));
    return tensor;
}

// Every 16 neighbours along any axis hold every step of the grid (q - 6) / 4 once, so that blocks of 16 or more lose nothing.
Tensor onGrid(const Dimensions& shape)
{
    return made(shape, [&](std::int64_t at) {
        std::int64_t sum = 0;
        for (auto axis = shape.rbegin(); axis != shape.rend(); ++axis) {
            sum += at % *axis;
            at /= *axis;
        }
        return static_cast<float>(sum % 16 - 6) / 4;
    });
}

// The same along rows of a matrix [outputs, the rest].
Tensor onGridInRows(const Dimensions& shape)
{
    const auto length = elementCount(shape) / shape[0];
    return made(shape, [&](std::int64_t at) { return static_cast<float>(at % length * 5 % 16 - 6) / 4; });
}

Graph convolutions()
{
    Chain net(13, {Dim::free("N"), Dim::fixed(3), Dim::fixed(8), Dim::fixed(8)});
    net.then("Conv", {net.constant("w", randomTensor({16, 3, 3, 3}, 1, -0.5, 0.5)), net.constant("b", randomTensor({16}, 2))}, same)
        .then("Relu")
        .then("Conv", {net.constant("w", randomTensor({16, 1, 3, 3}, 3, -0.5, 0.5))},
              {{"group", std::int64_t{16}}, {"pads", Ints{1, 1, 1, 1}}})
        .then("Conv", {net.constant("w", randomTensor({24, 16, 1, 1}, 4, -0.5, 0.5)), net.constant("b", randomTensor({24}, 5))})
        .then("Relu")
        .then("ConvTranspose", {net.constant("w", randomTensor({24, 20, 2, 2}, 6, -0.5, 0.5))}, {{"strides", Ints{2, 2}}})
        .then("GlobalAveragePool")
        .then("Flatten")
        .then("Gemm", {net.constant("w", randomTensor({10, 20}, 7, -0.5, 0.5)), net.constant("b", randomTensor({10}, 8))}, transB);
    return net.finish();
}

// Products of [N, S, 40], whose rows are cut into blocks that don't divide 40.
Graph products()
{
    Chain net(13, {Dim::free("N"), Dim::fixed(5), Dim::fixed(40)});
    net.then("MatMul", {net.constant("w", randomTensor({40, 72}, 1, -0.5, 0.5))})
        .then("Add", {net.constant("b", randomTensor({72}, 2))})
        .then("Relu")
        .then("MatMul", {net.constant("w", randomTensor({72, 33}, 3, -0.5, 0.5))});
    return net.finish();
}

Graph recurrent(const std::string& opType = "LSTM", std::int64_t gates = 4)
{
    constexpr std::int64_t hidden = 24;
    Chain net(13, {Dim::fixed(6), Dim::fixed(2), Dim::fixed(16)});
    net.then(opType,
             {net.constant("w", randomTensor({2, gates * hidden, 16}, 1, -0.5, 0.5)),
              net.constant("r", randomTensor({2, gates * hidden, hidden}, 2, -0.3, 0.3)),
              net.constant("b", randomTensor({2, 2 * gates * hidden}, 3))},
             {{"hidden_size", hidden}, {"direction", std::string("bidirectional")}});
    return net.finish();
}

Graph product(const Dimensions& input, const Tensor& weights)
{
    Chain net(13, fixedShape(input));
    return net.then("MatMul", {net.constant("w", weights)}).finish();
}

// A smooth input as pictures and spectra are, from 0 to 1.
Tensor smoothInput(const Graph& graph)
{
    const auto shape = withFreeAs(*graph.value(graph.inputs.at(0)).type.shape, 2);
    const auto width = shape.back();
    const auto height = shape[shape.size() - 2];
    return made(shape, [&](std::int64_t at) {
        const auto x = static_cast<double>(at % width) / static_cast<double>(width);
        const auto y = static_cast<double>(at / width % height) / static_cast<double>(height);
        const auto plane = static_cast<double>(at / (width * height));
        return static_cast<float>(0.5 + 0.3 * std::sin(7 * x + plane) + 0.2 * std::cos(11 * y - 3 * x * plane));
    });
}

} // namespace

class TestQuantizeKinds : public QObject
{
    Q_OBJECT

private slots:
    void eachKindIsCloseToFloat_data();
    void eachKindIsCloseToFloat();
    void sharedModelsStayCloseToFloat_data();
    void sharedModelsStayCloseToFloat();

    void aBlockIsPackedAsComputedByHand();
    void shortBlocksAreFilledWithTheirZeroPoint();
    void productsInBlocksAreThoseOfTheirRealNumbers();
    void weightsOnTheGridLoseNothing_data();
    void weightsOnTheGridLoseNothing();
    void blocksLoseLessThanTheirWholeRange();
    void theFileShrinksAsComputedByHand();
    void weightsThatWouldNotShrinkStayFloat();
    void shortRowsTakeEightBits();
    void layersComputedInFloatAreNamed();
    void costsStayThoseOfTheFloatModel();

    void dynamicProductsBecomeOneKernel();
    void dynamicLayersShareAnActivation();
    void whatHasNoDynamicFormIsNamed();

    void halvesAreThoseOfOnnxRuntime();
    void halvesByHand();
    void endsStayFloatAndTheInsideIsHalf();
    void whatHalfCannotHoldStaysFloatAndIsNamed();
    void whatBecomesZeroIsCounted();

    void theSameOptionsGiveTheSameBytes_data() { kindRows(); }
    void theSameOptionsGiveTheSameBytes();
    void metadataStay_data() { kindRows(); }
    void metadataStay();
    void whatIsQuantizedAlreadyIsRefused_data() { kindRows(); }
    void whatIsQuantizedAlreadyIsRefused();
    void withoutWeightsThereIsNothingToQuantize_data() { kindRows(); }
    void withoutWeightsThereIsNothingToQuantize();
    void weightsThatAreNoNumbersAreNamed_data() { kindRows(); }
    void weightsThatAreNoNumbersAreNamed();
    void infinityMayBeABound_data() { kindRows(); }
    void infinityMayBeABound();
    void optionsOfAnotherMethodAreRefused_data();
    void optionsOfAnotherMethodAreRefused();
    void onlyStaticNeedsData();
    void quantizingStopsWhenAsked_data() { kindRows(); }
    void quantizingStopsWhenAsked();

private:
    static void kindRows()
    {
        QTest::addColumn<QuantizeOptions>("options");
        QTest::newRow("dynamic") << dynamic;
        QTest::newRow("weights in 8 bits") << bytes;
        QTest::newRow("weights in 4 bits") << blocksOf(32);
        QTest::newRow("half") << half;
    }
    static MessageCode failureOf(const Graph& graph, const QuantizeOptions& options)
    {
        try {
            quantizedBy(graph, options);
        } catch (const Error& error) {
            return error.code();
        }
        return MessageCode::InternalFault;
    }
};

void TestQuantizeKinds::eachKindIsCloseToFloat_data()
{
    QTest::addColumn<Graph>("graph");
    QTest::addColumn<QuantizeOptions>("options");
    QTest::addColumn<double>("least"); // cosine of the outputs
    const std::pair<const char*, Graph> nets[] = {{"convolutions", convolutions()}, {"products", products()}, {"LSTM", recurrent()}};
    for (const auto& [name, graph] : nets) {
        const auto row = [&](const char* kind) -> QTestData& { return QTest::addRow("%s, %s", name, kind); };
        row("dynamic") << graph << dynamic << 0.999;
        row("weights in 8 bits") << graph << bytes << 0.9999;
        auto whole = bytes;
        whole.perChannelWeights = false;
        row("weights in 8 bits, one scale") << graph << whole << 0.9995;
        for (const int size : {16, 32, 64, 256})
            row(qPrintable(QString("blocks of %1").arg(size))) << graph << blocksOf(size) << 0.985;
        row("half") << graph << half << 0.999999;
    }
    auto dynamicWhole = dynamic;
    dynamicWhole.perChannelWeights = false;
    QTest::newRow("convolutions, dynamic, one scale") << convolutions() << dynamicWhole << 0.999;
    QTest::newRow("products, dynamic, one scale") << products() << dynamicWhole << 0.999;
    QTest::newRow("LSTM, dynamic, one scale") << recurrent() << dynamicWhole << 0.999;
    QTest::newRow("GRU, weights in 8 bits") << recurrent("GRU", 3) << bytes << 0.9999;
    QTest::newRow("GRU, blocks") << recurrent("GRU", 3) << blocksOf(16) << 0.985;
}

void TestQuantizeKinds::eachKindIsCloseToFloat()
{
    QFETCH(Graph, graph);
    QFETCH(QuantizeOptions, options);
    QFETCH(double, least);
    const auto result = quantizedBy(graph, options);
    const auto input = inputOf(graph);
    const auto close = cosine(answers(result.graph, input), answers(graph, input));
    QVERIFY2(close >= least && close < 1, qPrintable(QString::number(close, 'g', 8)));
    QVERIFY(serializeOnnx(result.graph).size() < serializeOnnx(graph).size());
}

void TestQuantizeKinds::sharedModelsStayCloseToFloat_data()
{
    addSharedModelRows();
}

// The first output: cosine, and largest difference as a share of the largest value. MobileNetV1 magnifies every rounding (its channels'
// ranges differ a hundredfold, and no picture looks like this one): what it keeps is measured on real pictures, in test_real_models.
void TestQuantizeKinds::sharedModelsStayCloseToFloat()
{
    QFETCH(QString, file);
    HONE_NEEDS_SHARED_MODEL(file.toStdString());
    const auto graph = readOnnx(file.toStdString());
    const auto input = smoothInput(graph);
    const auto wanted = answers(graph, input);
    const auto size = static_cast<double>(serializeOnnx(graph).size());
    const bool magnifies = file.contains("mobilenet");
    struct Limits
    {
        double cosine;
        double difference;
        double share; // of the float file
    };
    const auto check = [&](const char* kind, const QuantizeOptions& options, const Limits& limits) {
        const auto result = quantizedBy(graph, options).graph;
        const auto got = answers(result, input);
        const double share = static_cast<double>(serializeOnnx(result).size()) / size;
        const auto text = QString("%1: cosine %2, difference %3, size %4")
                              .arg(kind)
                              .arg(cosine(got, wanted), 0, 'g', 6)
                              .arg(difference(got, wanted), 0, 'g', 3)
                              .arg(share, 0, 'f', 3);
        QVERIFY2(cosine(got, wanted) >= limits.cosine && difference(got, wanted) <= limits.difference && share <= limits.share,
                 qPrintable(text));
    };
    check("dynamic", dynamic, magnifies ? Limits{0.85, 0.6, 0.27} : Limits{0.999, 0.1, 0.34});
    check("weights in 8 bits", bytes, magnifies ? Limits{0.9, 0.6, 0.27} : Limits{0.999, 0.1, 0.32});
    check("blocks of 32", blocksOf(32), magnifies ? Limits{0.2, 3, 0.18} : Limits{0.95, 0.6, 0.24});
    check("half", half, magnifies ? Limits{0.999, 0.03, 0.5} : Limits{0.9999, 1e-2, 0.52});
}

// Nine weights a channel take 9 bytes in a block and 13 in 8 bits.
void TestQuantizeKinds::shortRowsTakeEightBits()
{
    const auto result = quantizedBy(convolutions(), blocksOf(32)).graph;
    std::multiset<DType> stored;
    for (const auto id : result.order())
        if (result.node(id).opType == "DequantizeLinear")
            stored.insert(result.value(result.node(id).inputs[0]).constant.dtype());
    QCOMPARE(stored, (std::multiset<DType>{DType::Int8, DType::UInt4, DType::UInt4, DType::UInt4})); // the depthwise one is the first
}

// (q - 5) / 2 with q = 0 ... 15: scale 1/2, zero point 5, halves of bytes 0, 1 | 2, 3 | ... with the first below.
void TestQuantizeKinds::aBlockIsPackedAsComputedByHand()
{
    const auto rows = quantizeBlocks(made({16}, [](auto i) { return static_cast<float>(i - 5) / 2; }).data<float>(),
                                     {.rows = 1, .length = 16, .blockSize = 16});
    QCOMPARE(rows.scales, std::vector<float>{0.5f});
    QCOMPARE(rows.zeroPoints, std::vector<std::uint8_t>{5});
    const auto packed = matMulBlocks(rows);
    QCOMPARE(packed.weights, Tensor::of<std::uint8_t>({1, 1, 8}, {0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE}));
    QCOMPARE(packed.zeroPoints, Tensor::of<std::uint8_t>({1, 1}, {0x85}));
    QCOMPARE(packed.scales, Tensor::of<float>({1}, {0.5f}));
    QCOMPARE(rows.real(0, 7), 1.0f);
}

void TestQuantizeKinds::shortBlocksAreFilledWithTheirZeroPoint()
{
    // Two rows of 18: a block of 16 that ends at 0 and one of 2 from 0 to 15 / 4.
    const auto matrix = made({2, 18}, [](auto i) { return i % 18 < 16 ? static_cast<float>(i % 18 - 15) : (i % 18 == 16 ? 0 : 3.75f); });
    const auto packed = matMulBlocks(quantizeBlocks(matrix.data<float>(), {.rows = 2, .length = 18, .blockSize = 16}));
    QCOMPARE(packed.weights.shape(), (Dimensions{2, 2, 8}));
    QCOMPARE(packed.zeroPoints, Tensor::of<std::uint8_t>({2, 1}, {0x0F, 0x0F}));
    for (const std::size_t row : {0, 1}) {
        QCOMPARE(packed.scales.data<float>()[2 * row], 1.0f);
        QCOMPARE(packed.scales.data<float>()[2 * row + 1], 0.25f);
        QCOMPARE(packed.weights.data<std::uint8_t>()[16 * row + 8], std::uint8_t{0xF0});
        for (std::size_t i = 9; i < 16; ++i)
            QCOMPARE(packed.weights.data<std::uint8_t>()[16 * row + i], std::uint8_t{0});
    }
}

// ONNX Runtime's MatMulNBits against its float product with what the blocks stand for.
void TestQuantizeKinds::productsInBlocksAreThoseOfTheirRealNumbers()
{
    for (const std::int64_t k : {16, 40, 64, 257})
        for (const int size : {16, 32, 128, 256}) {
            constexpr std::int64_t n = 19;
            const auto weights = randomTensor({n, k}, static_cast<std::uint64_t>(k + size));
            const auto rows = quantizeBlocks(weights.data<float>(), {.rows = n, .length = k, .blockSize = size});
            Chain given(13, fixedShape(Dimensions{3, k}));
            const auto graph = given.then("Gemm", {given.constant("w", weights)}, transB).finish();
            Chain real(13, fixedShape(Dimensions{3, k}));
            const auto restored = made({n, k}, [&](auto i) { return rows.real(i / k, i % k); });
            const auto expected = real.then("Gemm", {real.constant("w", restored)}, transB).finish();
            auto options = blocksOf(size);
            if (failureOf(graph, options) == MessageCode::NothingToQuantize)
                continue; // too small for blocks of this size
            const auto result = quantizedBy(graph, options).graph;
            QCOMPARE(count(result, "MatMulNBits"), 1);
            const auto input = inputOf(graph);
            const auto off = difference(answers(result, input), answers(expected, input));
            QVERIFY2(off < 1e-4, qPrintable(QString("%1 in blocks of %2: %3").arg(k).arg(size).arg(off)));
        }
}

void TestQuantizeKinds::weightsOnTheGridLoseNothing_data()
{
    QTest::addColumn<Graph>("graph");
    QTest::addColumn<QString>("reader"); // of the weights
    const auto row = [](const char* name, const Graph& graph, const char* reader) { QTest::newRow(name) << graph << QString(reader); };
    const auto convolution = [](const Dimensions& weights, const Tensor& values, const char* opType, std::int64_t channels) {
        Chain net(13, fixedShape(Dimensions{2, channels, 6, 6}));
        net.then(opType, {net.constant("w", values)}, {{"group", channels / (opType[4] == 'T' ? weights[0] : weights[1])}});
        return net.finish();
    };
    row("Conv along its input channels", convolution({8, 32, 3, 3}, onGrid({8, 32, 3, 3}), "Conv", 32), "Conv");
    row("Conv, last block short", convolution({8, 24, 1, 1}, onGridInRows({8, 24, 1, 1}), "Conv", 24), "Conv");
    row("Conv as a matrix", convolution({8, 4, 4, 4}, onGridInRows({8, 4, 4, 4}), "Conv", 4), "Conv");
    row("depthwise Conv", convolution({48, 1, 4, 4}, onGridInRows({48, 1, 4, 4}), "Conv", 48), "Conv");
    row("ConvTranspose", convolution({32, 6, 3, 3}, onGrid({32, 6, 3, 3}), "ConvTranspose", 32), "ConvTranspose");
    row("product of three axes", product({2, 3, 32}, onGrid({32, 20})), "MatMulNBits");
    row("product of stacked matrices", product({2, 3, 32}, onGrid({2, 32, 20})), "MatMul");
    Chain left(13, fixedShape(Dimensions{32, 5}));
    left.then("MatMul", {left.constant("w", onGrid({20, 32}))});
    auto swapped = left.graph();
    std::swap(swapped.node(swapped.order()[0]).inputs[0], swapped.node(swapped.order()[0]).inputs[1]);
    swapped.outputs = {left.last()};
    swapped.value(left.last()).type.dtype = DType::Float32;
    row("product with the matrix on the left", swapped, "MatMul");
    Chain turned(13, fixedShape(Dimensions{32, 3}));
    turned.then("Gemm", {turned.constant("w", onGrid({32, 20})), turned.constant("b", randomTensor({20}, 4))},
                {{"transA", std::int64_t{1}}});
    row("Gemm with its input turned", turned.finish(), "Gemm");
    Chain cells(13, fixedShape(Dimensions{4, 2, 32}));
    cells.then("LSTM", {cells.constant("w", onGrid({1, 64, 32})), cells.constant("r", onGrid({1, 64, 16}))},
               {{"hidden_size", std::int64_t{16}}});
    row("LSTM", cells.finish(), "LSTM");
}

void TestQuantizeKinds::weightsOnTheGridLoseNothing()
{
    QFETCH(Graph, graph);
    QFETCH(QString, reader);
    const auto result = quantizedBy(graph, blocksOf(16)).graph;
    QVERIFY(nodeOf(result, reader.toStdString()).valid());
    QVERIFY(count(result, "MatMulNBits") + count(result, "DequantizeLinear") > 0);
    const auto input = inputOf(graph);
    QVERIFY(difference(answers(result, input), answers(graph, input)) < 1e-5);
}

// Against the grid from the lowest to the highest value, on normal noise: at least 5 % less squared error in blocks of 32.
void TestQuantizeKinds::blocksLoseLessThanTheirWholeRange()
{
    constexpr std::int64_t size = 32;
    constexpr std::int64_t blocks = 200;
    Tensor noise(DType::Float32, {blocks * size});
    Random random(9);
    for (auto& value : noise.mutableData<float>())
        value = static_cast<float>(random.uniform(-1, 1) + random.uniform(-1, 1) + random.uniform(-1, 1));
    const auto rows = quantizeBlocks(noise.data<float>(), {.rows = blocks, .length = size, .blockSize = size});
    double plain = 0;
    double searched = 0;
    for (std::int64_t b = 0; b < blocks; ++b) {
        const auto block = noise.data<float>().subspan(static_cast<std::size_t>(b * size), size);
        const auto [low, high] = std::ranges::minmax(block);
        const float scale = (high - low) / 15;
        const float zeroPoint = std::nearbyint(-low / scale);
        for (std::int64_t i = 0; i < size; ++i) {
            const float value = block[static_cast<std::size_t>(i)];
            const float step = std::clamp(std::nearbyint(value / scale) + zeroPoint, 0.0f, 15.0f);
            plain += std::pow(value - scale * (step - zeroPoint), 2);
            searched += std::pow(value - rows.real(b, i), 2);
        }
    }
    QVERIFY2(searched < 0.95 * plain, qPrintable(QString::number(searched / plain)));
}

// 64 x 64 weights: 16384 bytes. In 8 bits 4096 and 64 scales of 4 bytes; in blocks of 32 half as many bytes, 128 scales and 128 zero
// points of half a byte; in half 8192. Nodes, names and headers take up to 400 bytes more.
void TestQuantizeKinds::theFileShrinksAsComputedByHand()
{
    const auto graph = product({3, 2, 64}, randomTensor({64, 64}, 1));
    const auto before = static_cast<int>(serializeOnnx(graph).size());
    for (const auto& [options, weights] : {std::pair{bytes, 4096 + 256}, std::pair{blocksOf(32), 2048 + 512 + 64}, std::pair{half, 8192},
                                           std::pair{dynamic, 4096 + 256 + 64}}) {
        const auto result = quantizedBy(graph, options).graph;
        const auto after = static_cast<int>(serializeOnnx(result).size());
        const int more = after - (before - 16384 + weights);
        QVERIFY2(more >= 0 && more <= 500, qPrintable(QString::number(more)));
        std::int64_t constants = 0;
        for (std::uint32_t i = 0; i < result.valueCount(); ++i)
            if (const auto& value = result.value(ValueId{i}); !value.constant.isNull() && !value.name.ends_with("_float"))
                constants += static_cast<std::int64_t>(value.constant.byteCount());
        QCOMPARE(constants, weights);
    }
}

void TestQuantizeKinds::weightsThatWouldNotShrinkStayFloat()
{
    Chain net(13, fixedShape(Dimensions{3, 64}));
    const auto graph = net.then("Gemm", {net.constant("large", randomTensor({64, 32}, 1))})
                           .then("Relu")
                           .then("Gemm", {net.constant("small", randomTensor({32, 1}, 2))})
                           .finish();
    for (const auto& options : {bytes, blocksOf(32)}) {
        const auto result = quantizedBy(graph, options);
        QCOMPARE(result.graph.value(*result.graph.findValue("small")).constant.dtype(), DType::Float32);
        QVERIFY(result.graph.value(*result.graph.findValue("large")).constant.dtype() != DType::Float32);
        QVERIFY(std::ranges::find(result.floatNodes, "Gemm_2") != result.floatNodes.end());
    }
    QCOMPARE(failureOf(product({3, 8}, randomTensor({8, 4}, 1)), blocksOf(32)), MessageCode::NothingToQuantize);
}

void TestQuantizeKinds::layersComputedInFloatAreNamed()
{
    const auto inBytes = quantizedBy(convolutions(), bytes);
    QCOMPARE(inBytes.floatNodes.size(), std::size_t{5});
    QCOMPARE(inBytes.quantizedNodes, 0);
    QCOMPARE(inBytes.notices.at(0).code, MessageCode::WeightsForSize);
    const auto inBlocks = quantizedBy(convolutions(), blocksOf(16));
    QCOMPARE(inBlocks.quantizedNodes, 1); // the Gemm
    QCOMPARE(inBlocks.floatNodes.size(), std::size_t{4});
    QCOMPARE(inBlocks.notices.at(0).arguments.at("bits"), std::string("4"));
    QVERIFY(quantizedBy(products(), blocksOf(32)).notices.empty());
    QCOMPARE(quantizedBy(products(), blocksOf(32)).graph.opset(), std::int64_t{13}); // nothing there needs a newer one
    QCOMPARE(inBlocks.graph.opset(), std::int64_t{21});
}

void TestQuantizeKinds::costsStayThoseOfTheFloatModel()
{
    for (const auto& graph : {products(), convolutions(), recurrent()})
        for (const auto& options : {dynamic, bytes, blocksOf(16), half}) {
            const auto before = cost(graph);
            const auto after = cost(quantizedBy(graph, options).graph);
            QCOMPARE(after.macs, before.macs);
            QVERIFY(std::abs(static_cast<double>(after.parameters - before.parameters)) < 0.1 * static_cast<double>(before.parameters));
            QVERIFY(after.parameterBytes < before.parameterBytes);
        }
}

void TestQuantizeKinds::dynamicProductsBecomeOneKernel()
{
    const auto names = kernels(quantizedBy(products(), dynamic).graph);
    QVERIFY(names.contains("DynamicQuantizeMatMul"));
    QVERIFY(!names.contains("MatMul") && !names.contains("MatMulInteger"));
    const auto convolved = kernels(quantizedBy(convolutions(), dynamic).graph);
    QVERIFY(convolved.contains("ConvInteger") && !convolved.contains("Conv") && !convolved.contains("Gemm"));
    QVERIFY(kernels(quantizedBy(recurrent(), dynamic).graph).contains("DynamicQuantizeLSTM"));
}

void TestQuantizeKinds::dynamicLayersShareAnActivation()
{
    Chain net(13, fixedShape(Dimensions{3, 2, 32}));
    const auto input = net.last();
    net.then("MatMul", {net.constant("w", randomTensor({32, 8}, 1))});
    const auto first = net.last();
    net.setLast(input);
    const auto graph = net.then("MatMul", {net.constant("w", randomTensor({32, 8}, 2))}).then("Add", {first}).finish();
    const auto result = quantizedBy(graph, dynamic).graph;
    QCOMPARE(count(result, "DynamicQuantizeLinear"), 1);
    QVERIFY(cosine(answers(result, inputOf(graph)), answers(graph, inputOf(graph))) > 0.999);
}

void TestQuantizeKinds::whatHasNoDynamicFormIsNamed()
{
    const auto result = quantizedBy(convolutions(), dynamic);
    QCOMPARE(result.floatNodes.size(), std::size_t{1});
    QVERIFY(result.floatNodes[0].starts_with("ConvTranspose"));
    QCOMPARE(failureOf(recurrent("GRU", 3), dynamic), MessageCode::NothingToQuantize);
}

void TestQuantizeKinds::halvesAreThoseOfOnnxRuntime()
{
    constexpr std::int64_t many = 20000;
    Tensor values(DType::Float32, {many});
    Random random(4);
    for (auto& value : values.mutableData<float>())
        value = static_cast<float>(random.uniform(-1, 1) * std::exp2(std::floor(random.uniform(-30, 18))));
    Chain net(13, fixedShape(Dimensions{many}));
    const auto graph = net.then("Cast", {}, {{"to", static_cast<std::int64_t>(DType::Float16)}}).finish(DType::Float16);
    auto session = Session::fromBytes(serializeOnnx(graph));
    const auto result = session.run({values}).at(0);
    const auto* expected = reinterpret_cast<const std::uint16_t*>(result.bytes().data());
    for (std::size_t i = 0; i < static_cast<std::size_t>(many); ++i)
        QCOMPARE(toHalfBits(values.data<float>()[i]), expected[i]);
}

void TestQuantizeKinds::halvesByHand()
{
    const std::pair<float, int> known[] = {{0.0f, 0},          {-0.0f, 0x8000},      {1.0f, 0x3C00},     {-2.0f, 0xC000},
                                           {65504.0f, 0x7BFF}, {65519.0f, 0x7BFF},   {65520.0f, 0x7C00}, {0x1p-24f, 0x0001},
                                           {0x1p-25f, 0x0000}, {0x1.8p-25f, 0x0001}, {0x1p-14f, 0x0400}, {0.1f, 0x2E66},
                                           {-INFINITY, 0xFC00}};
    for (const auto& [value, bits] : known)
        QCOMPARE(toHalfBits(value), static_cast<std::uint16_t>(bits));
    QVERIFY((toHalfBits(std::nanf("")) & 0x7FFF) > 0x7C00);
}

void TestQuantizeKinds::endsStayFloatAndTheInsideIsHalf()
{
    Chain net(13, {Dim::free("N"), Dim::fixed(3), Dim::fixed(8), Dim::fixed(8)});
    const auto graph = net.then("Conv", {net.constant("w", randomTensor({8, 3, 3, 3}, 1)), net.constant("b", randomTensor({8}, 2))})
                           .then("Clip", {net.constant("low", Tensor::scalar(0.0f)), net.constant("high", Tensor::scalar(1e30f))})
                           .then("Flatten")
                           .then("Softmax", {}, {{"axis", std::int64_t{1}}})
                           .finish();
    const auto result = quantizedBy(graph, half);
    QVERIFY(result.floatNodes.empty());
    QVERIFY(result.notices.empty()); // a bound beyond half's range is none
    auto session = Session::fromBytes(serializeOnnx(result.graph));
    QCOMPARE(session.inputs().at(0).dtype, DType::Float32);
    QCOMPARE(session.outputs().at(0).dtype, DType::Float32);
    QCOMPARE(session.inputs().at(0).name, graph.value(graph.inputs[0]).name);
    QCOMPARE(session.outputs().at(0).name, graph.value(graph.outputs[0]).name);
    QCOMPARE(count(result.graph, "Cast"), 2); // before Conv and before Softmax, which stays float
    QCOMPARE(result.graph.value(*result.graph.findValue("w")).constant.dtype(), DType::Float16);
    QVERIFY(difference(answers(result.graph, inputOf(graph)), answers(graph, inputOf(graph))) < 1e-2);
}

void TestQuantizeKinds::whatHalfCannotHoldStaysFloatAndIsNamed()
{
    auto large = randomTensor({32, 8}, 1);
    large.mutableData<float>()[7] = 70000;
    Chain net(13, fixedShape(Dimensions{3, 2, 32}));
    const auto graph =
        net.then("MatMul", {net.constant("large", large)}).then("MatMul", {net.constant("w", randomTensor({8, 32}, 2))}).finish();
    const auto result = quantizedBy(graph, half);
    QCOMPARE(result.floatNodes, std::vector<std::string>{"MatMul_0"});
    QCOMPARE(result.quantizedNodes, 1);
    QCOMPARE(result.notices.at(0).code, MessageCode::BeyondHalf);
    QCOMPARE(result.notices.at(0).arguments.at("layers"), std::string("MatMul_0"));
    QCOMPARE(result.graph.value(*result.graph.findValue("large")).constant.dtype(), DType::Float32);
}

void TestQuantizeKinds::whatBecomesZeroIsCounted()
{
    auto small = randomTensor({32, 8}, 1);
    for (const std::size_t at : {0, 5, 9})
        small.mutableData<float>()[at] = 1e-9f;
    small.mutableData<float>()[11] = 0; // was none before
    const auto result = quantizedBy(product({3, 2, 32}, small), half);
    QCOMPARE(result.notices.at(0).code, MessageCode::FlushedToZero);
    QCOMPARE(result.notices.at(0).arguments.at("count"), std::string("3"));
}

void TestQuantizeKinds::theSameOptionsGiveTheSameBytes()
{
    QFETCH(QuantizeOptions, options);
    for (const auto& graph : {convolutions(), products()})
        QVERIFY(serializeOnnx(quantizedBy(graph, options).graph) == serializeOnnx(quantizedBy(graph, options).graph));
}

void TestQuantizeKinds::metadataStay()
{
    QFETCH(QuantizeOptions, options);
    auto graph = convolutions();
    writeModelCard(graph, {.classes = {{"a", 0}, {"b", 1}}, .preprocess = {}});
    graph.metadata["made.by"] = "a test";
    const auto result = parseOnnx(serializeOnnx(quantizedBy(graph, options).graph));
    QCOMPARE(result.metadata, graph.metadata);
    QCOMPARE(result.value(result.inputs.at(0)).name, graph.value(graph.inputs[0]).name);
    QCOMPARE(result.value(result.outputs.at(0)).name, graph.value(graph.outputs[0]).name);
}

void TestQuantizeKinds::whatIsQuantizedAlreadyIsRefused()
{
    QFETCH(QuantizeOptions, options);
    for (const auto& before : {dynamic, bytes, blocksOf(32)})
        for (const auto& graph : {convolutions(), products(), recurrent()})
            QCOMPARE(failureOf(quantizedBy(graph, before).graph, options), MessageCode::AlreadyQuantized);
    QCOMPARE(failureOf(quantizedBy(products(), half).graph, options), MessageCode::NothingToQuantize);
}

void TestQuantizeKinds::withoutWeightsThereIsNothingToQuantize()
{
    QFETCH(QuantizeOptions, options);
    Chain chain(13, fixedShape(Dimensions{2, 3}));
    QCOMPARE(failureOf(chain.then("Relu").finish(), options), MessageCode::NothingToQuantize);
}

void TestQuantizeKinds::weightsThatAreNoNumbersAreNamed()
{
    QFETCH(QuantizeOptions, options);
    const auto detailOf = [&](Graph graph, const char* name, float value) -> std::string {
        graph.value(graph.findValue(name).value()).constant.mutableData<float>()[3] = value;
        try {
            quantizedBy(graph, options);
        } catch (const Error& error) {
            const auto& arguments = error.message().arguments;
            return error.code() == MessageCode::ModelInvalid ? arguments.at("path") + ": " + arguments.at("detail") : error.what();
        }
        return "nothing was thrown";
    };
    const std::string nan = " holds NaN among its numbers";
    for (const auto& graph : {convolutions(), products()})
        for (const char* name : {"w", "b"})
            QCOMPARE(detailOf(graph, name, std::nanf("")), "chain: its initializer '" + std::string(name) + "'" + nan);
    QCOMPARE(detailOf(convolutions(), "b", -INFINITY), std::string("chain: its initializer 'b' holds infinity among its numbers"));
    QCOMPARE(detailOf(products(), "w", INFINITY), std::string("chain: its initializer 'w' holds infinity among its numbers"));
    QCOMPARE(detailOf(recurrent(), "r", std::nanf("")), "chain: its initializer 'r'" + nan);
}

void TestQuantizeKinds::infinityMayBeABound()
{
    QFETCH(QuantizeOptions, options);
    Chain net(13, {Dim::free("N"), Dim::fixed(3), Dim::fixed(8), Dim::fixed(8)});
    const auto graph = net.then("Conv", {net.constant("w", randomTensor({32, 3, 3, 3}, 1)), net.constant("b", randomTensor({32}, 2))})
                           .then("Clip", {net.constant("low", Tensor::scalar(0.0f)), net.constant("high", Tensor::scalar(INFINITY))})
                           .then("Flatten")
                           .then("Gemm", {net.constant("m", randomTensor({32 * 36, 16}, 3))})
                           .finish();
    const auto result = quantizedBy(graph, options);
    QVERIFY(cosine(answers(result.graph, inputOf(graph)), answers(graph, inputOf(graph))) > 0.95);
}

void TestQuantizeKinds::optionsOfAnotherMethodAreRefused_data()
{
    QTest::addColumn<QuantizeOptions>("options");
    QTest::addColumn<QString>("option");
    const auto row = [](const QuantizeOptions& options, const char* option) {
        QTest::addRow("%s %d", option, static_cast<int>(options.method)) << options << QString(option);
    };
    for (const auto method : {QuantizeMethod::Dynamic, QuantizeMethod::Weights, QuantizeMethod::Half}) {
        row({.ranges = RangeMethod::Percentile, .method = method}, "ranges");
        row({.percentile = 99, .method = method}, "percentile");
        row({.activations = ActivationType::Signed, .method = method}, "activations");
        row({.samples = 5, .method = method}, "samples");
        row({.damage = true, .method = method}, "damage");
    }
    row({.percentile = 99}, "percentile");
    row({.weightRange = WeightRange::Reduced, .method = QuantizeMethod::Half}, "reduceRange");
    row({.weightRange = WeightRange::Full, .method = QuantizeMethod::Weights}, "reduceRange");
    row({.weightRange = WeightRange::Reduced, .bitsWeights = 4}, "reduceRange");
    row({.method = QuantizeMethod::Dynamic, .bitsWeights = 4}, "bitsWeights");
    row({.method = QuantizeMethod::Half, .bitsWeights = 4}, "bitsWeights");
    row({.method = QuantizeMethod::Weights, .bitsWeights = 5}, "bitsWeights");
    row({.method = QuantizeMethod::Weights, .blockSize = 64}, "blockSize");
    for (const int size : {0, -16, 8, 24, 512})
        QTest::addRow("block size %d", size) << blocksOf(size) << QString("blockSize");
    row({.perChannelWeights = false, .method = QuantizeMethod::Half}, "perChannelWeights");
}

void TestQuantizeKinds::optionsOfAnotherMethodAreRefused()
{
    QFETCH(QuantizeOptions, options);
    QFETCH(QString, option);
    try {
        quantizedBy(convolutions(), options);
        QFAIL("nothing was thrown");
    } catch (const Error& error) {
        QCOMPARE(error.code(), MessageCode::BadOption);
        QCOMPARE(error.message().arguments.at("option"), option.toStdString());
    }
}

void TestQuantizeKinds::onlyStaticNeedsData()
{
    QCOMPARE(failureOf(convolutions(), {}), MessageCode::DataRequired);
    QVERIFY(readsSamples({}) && !readsSamples(dynamic) && !readsSamples(bytes) && !readsSamples(half));
}

void TestQuantizeKinds::quantizingStopsWhenAsked()
{
    QFETCH(QuantizeOptions, options);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY_EXCEPTION_THROWN(quantize({convolutions(), nullptr, options}, JobContext(stop.get_token())), Cancelled);
}

QTEST_GUILESS_MAIN(TestQuantizeKinds)
#include "test_quantize_kinds.moc"
