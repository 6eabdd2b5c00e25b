// SPDX-License-Identifier: GPL-3.0-or-later
// Layers that take more than 8 bits: which are chosen, and what the file computes then.
#include "quantize/calibration.h"
#include "quantize/encodings.h"
#include "quantize/layer_damage.h"
#include "quantize/plan.h"
#include "quantize/raise_opset.h"
#include "uneven_nets.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <set>
#include <string>

using namespace hone;
using namespace hone::test;

namespace
{

// Conv, Relu and behind them another Conv that is added to what it read, then a third one.
Graph residualNet()
{
    Chain chain(13, picture);
    const auto conv = [&](const std::string& name, std::int64_t inputs, std::uint64_t seed) {
        chain.then("Conv",
                   {chain.constant("w" + name, randomTensor({channels, inputs, 3, 3}, seed, -0.5, 0.5)),
                    chain.constant("b" + name, randomTensor({channels}, seed + 1))},
                   same);
    };
    conv("1", 1, 31);
    chain.then("Relu");
    const auto skipped = chain.last();
    conv("2", channels, 33);
    chain.then("Add", {skipped}).then("Relu");
    conv("3", channels, 35);
    chain.then("GlobalAveragePool").then("Flatten");
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{picture.front(), Dim::fixed(channels)};
    return graph;
}

struct Grid
{
    double scale = 0;
    DType type = DType::Float32;
};

// On which a node reads an input; no integers: float32.
Grid gridReadBy(const Graph& graph, const std::string& name, std::size_t input = 0)
{
    const GraphUses uses(graph);
    const auto id = uses.producer(graph.node(graph.findNode(name).value()).inputs.at(input));
    if (!id.valid() || graph.node(id).opType != "DequantizeLinear")
        return {};
    const auto& reader = graph.node(id);
    return {toFloats(graph.value(reader.inputs.at(1)).constant).front(), graph.value(reader.inputs.at(2)).constant.dtype()};
}

// On which what a node computes is stored.
Grid gridBehind(const Graph& graph, const std::string& name)
{
    const GraphUses uses(graph);
    for (const auto& use : uses.users(graph.node(graph.findNode(name).value()).outputs.at(0)))
        if (const auto& node = graph.node(use.node); node.opType == "QuantizeLinear")
            return {toFloats(graph.value(node.inputs.at(1)).constant).front(), graph.value(node.inputs.at(2)).constant.dtype()};
    return {};
}

} // namespace

class TestMixedPrecision : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void layersKeptInFloatAreComputedInFloat();
    void unknownLayersAreNamed();
    void theLayerThatHarmsMostIsFound();
    void layersKeptInFloatHarmNothing();
    void aBoundOnAccuracyIsMet();
    void aBudgetOfBytesIsUsedUp();
    void aBoundNeedsLabels();
    void sixteenBitsInEveryLayerAreSixteenBitsEverywhere();
    void layersOfAnotherWidthConvertWhatTheyRead();
    void sumsAreAsWideAsTheWidestTheyRead();
    void harmedLayersTakeSixteenBits();
    void sixteenBitsAreForRuntimesThatTakeThem();

private:
    QuantizeResult quantizedBy(const Graph& graph, const QuantizeOptions& options, const std::filesystem::path& kept = {}) const
    {
        return quantize({graph, &*m_data, options, kept}, {});
    }
    // Layers of that name take 16 bits. Ranges are those for 16 bits.
    Graph with16Bits(const Graph& graph, const std::set<std::string>& layers, int bitsOfOthers = 8) const
    {
        const QuantizeOptions options{.biasCorrection = false, .bitsActivations = bitsOfOthers};
        auto prepared = prepareForQuantization(graph);
        raiseOpset(prepared, 21);
        const auto plan = planQuantization(prepared, {.sixteenBits = layers});
        const auto calibration = calibrate(prepared, *m_data, {.samples = 32}, {});
        const auto ranges = rangesOf(calibration, prepared, {.bitsActivations = 16});
        auto encodings = encodingsFromRanges(prepared, plan, ranges, gridTypeOf(options));
        encodeWeights(prepared, plan, options, encodings);
        return insertQdq(prepared, plan, encodings, options).graph;
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

void TestMixedPrecision::initTestCase()
{
    m_data = writeIdxDataset(m_folder.path().toStdString(), noise(120), noise(20), side, side);
}

// ONNX Runtime must not give such a layer integer weights of its own: its answers are those of the file read word by word.
void TestMixedPrecision::layersKeptInFloatAreComputedInFloat()
{
    const auto prepared = prepareForQuantization(unevenNet());
    for (const auto id : prepared.order()) {
        if (prepared.node(id).opType != "Conv")
            continue;
        const auto& name = prepared.node(id).name;
        const auto result = quantizedBy(unevenNet(), {.keepFloat = {name}, .biasCorrection = false});
        QVERIFY(std::ranges::find(result.floatNodes, name) != result.floatNodes.end());
        const auto node = result.graph.findNode(name).value();
        QCOMPARE(result.graph.value(result.graph.node(node).inputs.at(1)).constant.dtype(), DType::Float32);
        const double off = noiseToSignal(answers(result.graph), answers(result.graph, Optimization::None));
        QVERIFY2(off < 1e-4, qPrintable(QString::fromStdString(name + " %1").arg(off)));
    }
}

void TestMixedPrecision::unknownLayersAreNamed()
{
    QCOMPARE(failureOf(unevenNet(), *m_data, {.keepFloat = {"nowhere"}}), MessageCode::LayerUnknown);
}

// What quantize() makes of each layer alone says the same.
void TestMixedPrecision::theLayerThatHarmsMostIsFound()
{
    const auto prepared = prepareForQuantization(unevenNet());
    const auto plan = planQuantization(prepared);
    const QuantizeOptions options{.perChannelWeights = false, .biasCorrection = false};
    const auto calibration = calibrate(prepared, *m_data, {.samples = 32}, {});
    auto encodings = encodingsFromRanges(prepared, plan, rangesOf(calibration, prepared, options), gridTypeOf(options));
    encodeWeights(prepared, plan, options, encodings);
    const auto damage = measureDamage({prepared, plan, encodings, *m_data, options}, 32, {});
    QCOMPARE(damage.size(), plan.weighted.size());
    const auto wanted = answers(unevenNet());
    const auto decibels = [&](const std::string& name) {
        auto alone = options;
        for (const auto& weighted : plan.weighted)
            if (const auto& other = prepared.node(weighted.node).name; other != name)
                alone.keepFloat.push_back(other);
        return -10 * std::log10(noiseToSignal(answers(quantizedBy(unevenNet(), alone).graph), wanted));
    };
    std::vector<double> expected;
    for (const auto& layer : damage)
        expected.push_back(decibels(layer.name));
    const auto worst = std::ranges::min_element(damage, {}, &LayerDamage::snrDb) - damage.begin();
    QCOMPARE(worst, std::ranges::min_element(expected) - expected.begin());
    for (std::size_t i = 0; i < damage.size(); ++i) // on other samples
        QVERIFY2(std::abs(damage[i].snrDb - expected[i]) < 3, qPrintable(QString("%1 %2").arg(damage[i].snrDb).arg(expected[i])));
    QCOMPARE(damage.front().macs, std::int64_t(channels * side * side * 9));
}

// What the plan leaves float has no ranges.
void TestMixedPrecision::layersKeptInFloatHarmNothing()
{
    const auto prepared = prepareForQuantization(unevenNet());
    const auto kept = prepared.node(planQuantization(prepared).weighted.at(1).node).name;
    const auto result = quantizedBy(unevenNet(), {.keepFloat = {kept}, .damage = true});
    QCOMPARE(result.damage.size(), planQuantization(prepared).weighted.size() - 1);
    QVERIFY(std::ranges::find(result.damage, kept, &LayerDamage::name) == result.damage.end());
}

void TestMixedPrecision::aBoundOnAccuracyIsMet()
{
    const QuantizeOptions rough{.perChannelWeights = false, .biasCorrection = false, .bitsWeights = 4};
    auto bounded = rough;
    bounded.maxDrop = 0;
    const auto result = quantizedBy(unevenNet(), bounded);
    QVERIFY(!result.precisionSteps.empty());
    QVERIFY(result.precisionSteps.back().drop <= 0 || result.precisionSteps.size() > 1);
    auto budget = rough;
    budget.floatMacs = 0.999;
    const auto wanted = answers(unevenNet());
    QVERIFY(noiseToSignal(answers(quantizedBy(unevenNet(), budget).graph), wanted) <
            noiseToSignal(answers(quantizedBy(unevenNet(), rough).graph), wanted));
}

void TestMixedPrecision::aBudgetOfBytesIsUsedUp()
{
    const auto sizeOf = [](const Graph& graph) { return static_cast<double>(serializeOnnx(graph).size()); };
    const auto all = quantizedBy(outlierNet(), {});
    QuantizeOptions options;
    options.targetBytes = sizeOf(all.graph) + 300; // the first layer would take 1,500 more, the last fits
    const auto within = quantizedBy(outlierNet(), options);
    QCOMPARE(within.floatNodes.size(), all.floatNodes.size() + 1);
    QVERIFY(sizeOf(within.graph) <= options.targetBytes);
    QVERIFY(within.precisionSteps.front().bytes.has_value());
    options.targetBytes = 100;
    QCOMPARE(failureOf(outlierNet(), *m_data, options), MessageCode::TargetUnreachable);
    options.targetBytes = 1e6;
    QCOMPARE(failureOf(outlierNet(), *m_data, options), MessageCode::NothingToQuantize);
}

void TestMixedPrecision::aBoundNeedsLabels()
{
    const QTemporaryDir folder;
    const std::filesystem::path root = folder.path().toStdString();
    writeIdx(root, "train", noise(40), side, side);
    std::ofstream(root / "dataset.yaml")
        << "name: Train only\ntask: agreement\nformat: idx\nsplits: {train: train}\n"
        << "validation: {from: train, fraction: 0.5, seed: 0}\n"
        << "preprocess: {size: [8, 8], range: [0, 1], mean: [0], std: [1], channels: gray, layout: nchw}\n";
    QCOMPARE(failureOf(unevenNet(), Dataset::open(root), {.maxDrop = 0.5}), MessageCode::LabelsMissing);
}

void TestMixedPrecision::sixteenBitsInEveryLayerAreSixteenBitsEverywhere()
{
    for (const auto& graph : {unevenNet(), residualNet()}) {
        std::set<std::string> all;
        for (const auto id : graph.order())
            all.insert(graph.node(id).name);
        QCOMPARE(answers(with16Bits(graph, all)), answers(with16Bits(graph, {}, 16)));
    }
}

void TestMixedPrecision::layersOfAnotherWidthConvertWhatTheyRead()
{
    const auto eight = with16Bits(unevenNet(), {});
    const auto one = with16Bits(unevenNet(), {"Conv_2"});
    const auto two = with16Bits(unevenNet(), {"Conv_0", "Conv_2"});
    const auto three = with16Bits(unevenNet(), {"Conv_0", "Conv_2", "Conv_4"});
    QCOMPARE(gridReadBy(one, "Conv_0").type, DType::UInt8);
    QCOMPARE(gridBehind(one, "Conv_0").type, DType::UInt8);
    QCOMPARE(gridReadBy(one, "Conv_2").type, DType::UInt16);
    QCOMPARE(gridBehind(one, "Conv_2").type, DType::UInt16);
    QCOMPARE(gridReadBy(one, "Conv_4").type, DType::UInt8);
    // Both grids hold the same range.
    QVERIFY(std::abs(gridReadBy(one, "Conv_2").scale * 65535 / (gridBehind(one, "Conv_0").scale * 255) - 1) < 0.01);
    QVERIFY(std::abs(gridReadBy(one, "Conv_4").scale * 255 / (gridBehind(one, "Conv_2").scale * 65535) - 1) < 0.01);
    // Floats go onto the wide grid at once, and nothing between two wide layers has 8 bits.
    QCOMPARE(gridReadBy(two, "Conv_0").type, DType::UInt16);
    QCOMPARE(gridBehind(two, "Conv_0").type, DType::UInt16);
    // Against the same weights with activations that are as good as floats.
    const auto wanted = answers(with16Bits(unevenNet(), {}, 16));
    const double none = noiseToSignal(answers(eight), wanted);
    const double most = noiseToSignal(answers(three), wanted);
    QVERIFY2(most < 0.1 * none, qPrintable(QString("%1 %2").arg(none).arg(most)));
    // Fused or read word by word.
    for (const auto& graph : {one, two}) {
        const double off = noiseToSignal(answers(graph), answers(graph, Optimization::None));
        QVERIFY2(off < 1e-4, qPrintable(QString::number(off)));
    }
}

void TestMixedPrecision::sumsAreAsWideAsTheWidestTheyRead()
{
    const auto graph = with16Bits(residualNet(), {"Conv_2"});
    QCOMPARE(gridBehind(graph, "Conv_0").type, DType::UInt8);
    QCOMPARE(gridReadBy(graph, "Conv_2").type, DType::UInt16);
    for (const std::size_t input : {0, 1})
        QCOMPARE(gridReadBy(graph, "Add_3", input).type, DType::UInt16);
    QCOMPARE(gridBehind(graph, "Add_3").type, DType::UInt16);
    QCOMPARE(gridReadBy(graph, "Conv_5").type, DType::UInt8);
    QVERIFY(noiseToSignal(answers(graph), answers(residualNet())) < 1e-3);
}

void TestMixedPrecision::harmedLayersTakeSixteenBits()
{
    QuantizeOptions options{.biasCorrection = false, .scheme = Scheme::Qnn};
    const auto wanted = answers(unevenNet());
    const double eight = noiseToSignal(answers(quantizedBy(unevenNet(), options).graph), wanted);
    options.floatMacs = 0.999;
    options.raiseTo = HigherPrecision::SixteenBits;
    const auto result = quantizedBy(unevenNet(), options);
    QVERIFY(noiseToSignal(answers(result.graph), wanted) < eight);
    QVERIFY(result.floatNodes.empty());
    std::size_t wide = 0;
    for (const auto id : result.graph.order())
        if (const auto& node = result.graph.node(id); node.opType == "Conv" || node.opType == "Gemm")
            wide += gridReadBy(result.graph, node.name).type == DType::UInt16;
    QVERIFY(wide > 0 && wide < 4);
    QVERIFY(checkScheme(result.graph, Scheme::Qnn).empty());
    options = {.biasCorrection = false, .maxDrop = 100, .raiseTo = HigherPrecision::SixteenBits, .targetBytes = 1e6};
    QVERIFY(gridReadBy(quantizedBy(unevenNet(), options).graph, "Gemm_8").type == DType::UInt16); // that costs no bytes
}

void TestMixedPrecision::sixteenBitsAreForRuntimesThatTakeThem()
{
    const QuantizeOptions wanted{.floatMacs = 0.5, .raiseTo = HigherPrecision::SixteenBits, .scheme = Scheme::Qnn};
    requireConsistent(wanted);
    auto options = wanted;
    options.scheme = Scheme::TfLite;
    QCOMPARE(failureOf(unevenNet(), *m_data, options), MessageCode::BadOption);
    options = wanted;
    options.floatMacs = 0; // nothing says how many layers
    QCOMPARE(failureOf(unevenNet(), *m_data, options), MessageCode::BadOption);
    options = wanted;
    options.bitsActivations = 16;
    QCOMPARE(failureOf(unevenNet(), *m_data, options), MessageCode::BadOption);
    options = wanted;
    options.scheme = Scheme::OnnxRuntime;
    options.method = QuantizeMethod::Dynamic;
    QCOMPARE(failureOf(unevenNet(), *m_data, options), MessageCode::BadOption);
}

QTEST_GUILESS_MAIN(TestMixedPrecision)
#include "test_mixed_precision.moc"
