// SPDX-License-Identifier: GPL-3.0-or-later
// What is told of quantized models whose faults were made on purpose.
#include "core/file.h"
#include "core/stored_weights.h"
#include "graph_building.h"
#include "idx_dataset.h"
#include "onnx_io/onnx_io.h"
#include "project/noted_options.h"
#include "quantize/calibration.h"
#include "quantize/encodings.h"
#include "quantize/explain.h"
#include "quantize/fastest_mix.h"
#include "quantize/in_float.h"
#include "quantize/keep_float.h"
#include "quantize/kernels.h"
#include "quantize/layer_errors.h"
#include "quantize/quantize.h"
#include "quantize/scheme.h"
#include "runtime/profile.h"
#include "runtime/session.h"
#include "shared_models.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <limits>

using namespace hone;
using namespace hone::test;
using hone::testing::Attributes;
using hone::testing::Chain;
using hone::testing::randomTensor;

namespace
{

constexpr int side = 8;
constexpr std::int64_t channels = 6;
constexpr std::int64_t classes = 4;
const Attributes same = {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}};

std::vector<GrayPicture> noise(std::size_t count)
{
    std::vector<GrayPicture> all;
    for (std::size_t i = 0; i < count; ++i) {
        Random random(5, i);
        GrayPicture made{std::vector<std::uint8_t>(side * side), static_cast<std::uint8_t>(i % classes)};
        for (auto& pixel : made.pixels)
            pixel = static_cast<std::uint8_t>(random.uniform(0, 255));
        all.push_back(made);
    }
    return all;
}

class Net : public Chain
{
public:
    Net() : Chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)}) {}
    Net& conv(std::int64_t in, std::int64_t out)
    {
        then("Conv", {weights({out, in, 3, 3}), weights({out})}, same);
        return *this;
    }
    Graph scores(std::int64_t in)
    {
        then("GlobalAveragePool").then("Flatten").then("Gemm", {weights({classes, in}), weights({classes})}, {{"transB", std::int64_t{1}}});
        auto made = finish();
        made.value(made.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classes)};
        return made;
    }

private:
    ValueId weights(const Dimensions& shape) { return constant("w", randomTensor(shape, ++m_seed, -0.5, 0.5)); }
    std::uint64_t m_seed = 0;
};

// Conv_0, Conv_2, Conv_4, Add_5, GlobalAveragePool_7, Gemm_9.
Graph residualNet()
{
    Net net;
    net.conv(1, channels).then("Relu");
    const auto shortcut = net.last();
    net.conv(channels, channels).then("Relu");
    net.conv(channels, channels).then("Add", {shortcut}).then("Relu");
    return net.scores(channels);
}

// Conv_0 and Conv_2, each with a Relu.
Graph plainNet()
{
    Net net;
    net.conv(1, channels).then("Relu");
    net.conv(channels, channels).then("Relu");
    return net.scores(channels);
}

// plainNet() with one more layer in the middle, the values around it named as there.
Graph deeperNet()
{
    Net net;
    net.conv(1, channels).then("Relu");
    net.conv(channels, channels).then("Relu");
    net.conv(channels, channels).then("Relu");
    auto graph = net.scores(channels);
    const auto plain = plainNet();
    constexpr std::size_t before = 2; // and as many that are new
    const auto output = [](Graph& in, std::size_t node) -> std::string& { return in.value(in.node(in.order().at(node)).outputs[0]).name; };
    for (std::size_t node = before; node < 2 * before; ++node)
        output(graph, node) = "new " + std::to_string(node);
    for (std::size_t node = before; node < plain.order().size(); ++node)
        output(graph, node + before) = plain.value(plain.node(plain.order()[node]).outputs[0]).name;
    return graph;
}

Tensor samplePictures(std::int64_t count)
{
    Tensor tensor(DType::Float32, {count, 1, side, side});
    auto value = tensor.mutableData<float>().begin();
    for (const auto& made : noise(static_cast<std::size_t>(count)))
        for (const auto pixel : made.pixels)
            *value++ = static_cast<float>(pixel) / 255;
    return tensor;
}

std::vector<float> answers(const Graph& graph, const Tensor& input)
{
    return toFloats(Session::fromBytes(serializeOnnx(graph)).run({input}).at(0));
}

std::size_t layerNamed(const std::vector<LayerPair>& pairs, const std::string& name)
{
    const auto found = std::ranges::find(pairs, name, &LayerPair::name);
    if (found == pairs.end())
        qFatal("no layer %s", name.c_str());
    return static_cast<std::size_t>(found - pairs.begin());
}

const ExplainedLayer& layerNamed(const Explanation& explanation, const std::string& name)
{
    const auto found = std::ranges::find(explanation.layers, name, &ExplainedLayer::name);
    if (found == explanation.layers.end())
        qFatal("no layer %s", name.c_str());
    return *found;
}

bool advises(const Explanation& explanation, MessageCode code)
{
    return std::ranges::find(explanation.advice, code, &Message::code) != explanation.advice.end();
}

// What a choice of layers in float costs, by definition.
double costOf(const std::vector<LayerCost>& layers, const std::set<std::size_t>& floats)
{
    double total = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const bool isFloat = floats.contains(i);
        if (!isFloat && !layers[i].canBeInteger)
            return std::numeric_limits<double>::infinity();
        total += isFloat ? layers[i].floating : layers[i].integer;
        bool readOtherwise = false;
        for (std::size_t j = 0; j < layers.size(); ++j)
            readOtherwise |= std::ranges::count(layers[j].reads, i) > 0 && floats.contains(j) != isFloat;
        if (readOtherwise)
            total += isFloat ? layers[i].toInteger : layers[i].toFloat;
    }
    return total;
}

} // namespace

class TestExplain : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_data = writeIdxDataset(m_folder.path().toStdString(), noise(80), noise(20), side, side); }

    void everyKernelOfAResidualNetIsCountedAsInteger()
    {
        const auto census = kernelCensus(serializeOnnx(quantized(residualNet())));
        QCOMPARE(census.integerNodes.size(), std::size_t{6}); // three Convs, the Add, the pooling, the Gemm
        QVERIFY(census.floatNodes.empty());
        QCOMPARE(census.unfused.size(), std::size_t{1}); // the input's own
        QCOMPARE(census.unfused[0].opType, std::string("QuantizeLinear"));
        QCOMPARE(census.unfused[0].around.front(), std::string("input"));
    }

    void aFloatModelHasNoIntegerKernel()
    {
        const auto census = kernelCensus(serializeOnnx(residualNet()));
        QVERIFY(census.integerNodes.empty() && census.unfused.empty());
        QCOMPARE(census.floatNodes.size(), std::size_t{4});
    }

    // Of as many channels as ONNX Runtime puts into blocks, whose nodes it names anew.
    void floatLayersHaveTheModelsNames()
    {
        constexpr std::int64_t wide = 32;
        Net net;
        net.conv(1, wide).then("Relu");
        net.conv(wide, wide).then("Relu");
        const auto graph = net.scores(wide);
        std::vector<std::string> names;
        for (const auto id : graph.order())
            if (const auto& node = graph.node(id); node.opType == "Conv" || node.opType == "Gemm")
                names.push_back(node.name);
        std::ranges::sort(names);
        for (const auto method : {QuantizeMethod::Weights, QuantizeMethod::Half}) {
            auto found = kernelCensus(serializeOnnx(hone::quantize({graph, nullptr, {.method = method}}, {}).graph)).floatNodes;
            std::ranges::sort(found);
            QCOMPARE(found, names);
        }
        auto found = kernelCensus(serializeOnnx(graph)).floatNodes;
        std::ranges::sort(found);
        QCOMPARE(found, names);
    }

    void storedWeightsAreRestoredOnceAtLoad()
    {
        const auto floating = serializeOnnx(residualNet());
        const auto weights = serializeOnnx(hone::quantize({residualNet(), nullptr, {.method = QuantizeMethod::Weights}}, {}).graph);
        const auto integers = serializeOnnx(quantized(residualNet()));
        QVERIFY(storesWeightsOnly(std::string_view(weights)));
        QVERIFY(!storesWeightsOnly(std::string_view(floating)));
        QVERIFY(!storesWeightsOnly(std::string_view(integers)));
        // ONNX Runtime by itself would leave a DequantizeLinear before every layer, and do without its blocked layout.
        const auto census = kernelCensus(weights);
        QVERIFY(census.unfused.empty() && census.integerNodes.empty());
        QCOMPARE(census.floatNodes.size(), kernelCensus(floating).floatNodes.size());
        const auto path = std::filesystem::path(m_folder.path().toStdString()) / "weights.onnx";
        writeFileAtomically(path, weights);
        QVERIFY(storesWeightsOnly(path));
        // Nor is what is cut short, or no model.
        for (std::size_t length = 0; length < weights.size(); length += 7)
            storesWeightsOnly(std::string_view(weights).substr(0, length));
        QVERIFY(!storesWeightsOnly(std::string_view(weights).substr(0, weights.size() / 2)));
        QVERIFY(!storesWeightsOnly(std::string_view("DequantizeLinear")));
        QVERIFY(!storesWeightsOnly(path.parent_path() / "nowhere.onnx"));
    }

    void aQuantizerInABranchCounts()
    {
        // Model{graph{node{op_type "DequantizeLinear"}, node{op_type "If", attribute{g{node{op_type "QuantizeLinear"}}}}}}
        const auto field = [](int number, const std::string& content) {
            return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} + content;
        };
        const auto restoring = field(1, field(4, "DequantizeLinear"));
        const auto branch = [&](const std::string& opType) {
            return field(7, restoring + field(1, field(4, "If") + field(5, field(6, field(1, field(4, opType))))));
        };
        QVERIFY(storesWeightsOnly(std::string_view(branch("Relu"))));
        QVERIFY(!storesWeightsOnly(std::string_view(branch("QuantizeLinear"))));
        QVERIFY(!storesWeightsOnly(std::string_view(branch("QLinearAdd"))));
    }

    void aLayerKeptInFloatIsCountedAndItsConversionsAreFound()
    {
        const auto floating = plainNet();
        const auto integers = quantized(floating);
        const auto pairs = pairLayers(floating, integers);
        const auto mixed = withLayersInFloat(floating, integers, pairs, {layerNamed(pairs, "Conv_2")});
        const auto census = kernelCensus(serializeOnnx(mixed));
        QCOMPARE(census.floatNodes.size(), std::size_t{1});
        QCOMPARE(census.integerNodes.size(), std::size_t{3});
        // Onto integers at the input and behind the layer, off them before it.
        QCOMPARE(std::ranges::count(census.unfused, std::string("QuantizeLinear"), &UnfusedConversion::opType), 2);
        QCOMPARE(std::ranges::count(census.unfused, std::string("DequantizeLinear"), &UnfusedConversion::opType), 1);
    }

    void allLayersInFloatGiveTheFloatModel()
    {
        const auto floating = residualNet();
        const auto integers = quantized(floating);
        const auto pairs = pairLayers(floating, integers);
        std::set<std::size_t> all;
        for (std::size_t i = 0; i < pairs.size(); ++i)
            all.insert(i);
        const auto restored = withLayersInFloat(floating, integers, pairs, all);
        QVERIFY(!isQuantized(restored));
        QCOMPARE(restored.value(restored.outputs[0]).name, floating.value(floating.outputs[0]).name);
        const auto expected = answers(floating, samplePictures(4));
        const auto got = answers(restored, samplePictures(4));
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::abs(got[i] - expected[i]) < 1e-6);
    }

    void valuesOfOnnxRuntimesToolAreMatchedByTheirNames()
    {
        Chain made(13, {Dim::free("N"), Dim::fixed(2)});
        const auto scale = made.constant("scale", Tensor::scalar(0.5f));
        const auto zero = made.constant("zero", Tensor::scalar(std::uint8_t{3}));
        const auto named = [&](const std::string& name) { made.graph().renameValue(made.last(), name); };
        const auto onGrid = [&](const std::string& before, const std::string& after) {
            made.then("QuantizeLinear", {scale, zero});
            named(before);
            made.then("DequantizeLinear", {scale, zero});
            named(after);
        };
        onGrid("input_QuantizeLinear_Output", "input_DequantizeLinear_Output");
        made.then("Relu");
        named("hidden");
        onGrid("hidden_QuantizeLinear_Output", "hidden_DequantizeLinear_Output");
        made.then("Sigmoid");
        named("scores_QuantizeLinear_Input");
        onGrid("scores_QuantizeLinear_Output", "scores");
        Chain original(13, {Dim::free("N"), Dim::fixed(2)});
        original.then("Relu");
        original.graph().renameValue(original.last(), "hidden");
        original.then("Sigmoid");
        original.graph().renameValue(original.last(), "scores");
        const auto integers = made.finish();
        const auto pairs = pairLayers(original.finish(), integers);
        QCOMPARE(pairs.size(), std::size_t{3});
        for (const auto& [place, restored] :
             {std::pair{0, "input_DequantizeLinear_Output"}, {1, "hidden_DequantizeLinear_Output"}, {2, "scores"}})
            QCOMPARE(integers.value(pairs[static_cast<std::size_t>(place)].restoredValue).name, std::string(restored));
        QCOMPARE(pairs[2].reads, std::vector<std::size_t>{1});
        QCOMPARE(gridOf(integers, pairs[1].quantizer)->zeroPoint, 3);
    }

    void sharesOfAGridAreCounted()
    {
        // From 0 to 25.5 in steps of 0.1. 25.54 rounds to the last step; 25.56, 30 and -1 are outside; what is no number doesn't count.
        RangeUse use({.scale = 0.1f, .zeroPoint = 0, .lowest = 0, .highest = 255});
        use.add(Tensor::of<float>({4, 2}, std::vector<float>{-1, 0, 10, 25.54f, 25.56f, 30, 0.02f, std::nanf("")}));
        const auto result = use.result();
        QCOMPARE(result.saturatedShare, 3.0 / 7);
        QCOMPARE(result.usedShare, 3.0 / 256); // 0, 100 and 255
    }

    void outliersAndUnequalChannelsAreMeasured()
    {
        // Channel 0 in [0, 1], channel 1 in [0, 1], channel 2 in [0, 40] by one value of a thousand and two hundred.
        Tensor values(DType::Float32, {1, 3, 400});
        auto data = values.mutableData<float>();
        for (std::size_t i = 0; i < data.size(); ++i)
            data[i] = static_cast<float>(i % 400) / 399;
        data[1000] = 40;
        RangeUse use({.scale = 40.0f / 255, .zeroPoint = 0, .lowest = 0, .highest = 255});
        use.add(values);
        QCOMPARE(*use.result().channelRatio, 40.0);
        // The percentile is read from a bin from 1 to 1 + 1/64.
        QVERIFY(use.result().outlierRatio <= 40 && use.result().outlierRatio > 40 / (1 + 1.0 / 64) - 1e-6);
    }

    void channelsOfWeightsAreCompared()
    {
        const auto weights = Tensor::of<float>({3, 2}, std::vector<float>{0.5f, -8, 1, 2, 0, 0});
        QCOMPARE(channelDisparity(weights, 0), 4.0); // 8 over 2; the third is all zero
        QCOMPARE(channelDisparity(weights, 1), 8.0); // 8 over 1
    }

    void noiseIsMeasuredInDecibels()
    {
        SignalToNoise ratio;
        ratio.add(Tensor::of<float>({2}, std::vector<float>{3, 4}), Tensor::of<float>({2}, std::vector<float>{3, 5}));
        QVERIFY(std::abs(ratio.decibels() - 10 * std::log10(25.0)) < 1e-12);
    }

    void theFirstLayerBelowTheThresholdIsWhereAnswersPart()
    {
        const std::vector<std::vector<std::size_t>> chain{{}, {0}, {1}, {2}};
        const auto layers = [](const std::vector<double>& ratios) {
            std::vector<ExplainedLayer> made;
            for (const double ratio : ratios)
                made.push_back({.name = std::to_string(made.size()), .snrDb = ratio});
            return made;
        };
        const auto below = firstDivergence(layers({50, 22, 19, 2}), chain);
        QVERIFY(below && below->below);
        QCOMPARE(below->layer, std::string("2"));
        QCOMPARE(below->before, 22.0);
        const auto fall = firstDivergence(layers({50, 45, 30, 28}), chain);
        QVERIFY(fall && !fall->below);
        QCOMPARE(fall->layer, std::string("2"));
        QVERIFY(!firstDivergence(layers({50, 48, 47, 46}), chain));
        // The first rounding of what was exact is no fall.
        QVERIFY(!firstDivergence(layers({200, 48, 47, 46}), chain));
    }

    void theFastestMixIsTheBestOfAll()
    {
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            Random random(seed);
            constexpr std::size_t count = 8;
            std::vector<LayerCost> layers(count);
            for (std::size_t i = 0; i < count; ++i) {
                layers[i] = {random.uniform(0, 10), random.uniform(0, 10), random.uniform(0, 5), random.uniform(0, 5), i > 0, {}};
                for (std::size_t j = 0; j < i; ++j)
                    if (j + 1 == i || random.chance(0.2))
                        layers[i].reads.push_back(j);
            }
            double least = std::numeric_limits<double>::infinity();
            for (unsigned mask = 0; mask < 1u << count; ++mask) {
                std::set<std::size_t> floats;
                for (std::size_t i = 0; i < count; ++i)
                    if (mask >> i & 1)
                        floats.insert(i);
                least = std::min(least, costOf(layers, floats));
            }
            QVERIFY(std::abs(costOf(layers, fastestMix(layers)) - least) < 1e-6);
        }
    }

    void theBuildThatIsProposedIsFastEnoughWithTheFewestFloatLayers()
    {
        const auto mixes = std::vector<MeasuredBuilds::Mix>{{4, 0.90}, {2, 0.99}, {1, 1.30}};
        const auto chosen = chooseBuilds({.floating = 1, .quantized = 2, .mixes = mixes, .weightsOnly = 0.5});
        QCOMPARE(chosen.mix, std::optional<std::size_t>(1));
        QVERIFY(!chosen.weightsOnly); // a mix is as fast
        // Where none is, the fastest one that beats the quantized file.
        QCOMPARE(chooseBuilds({.floating = 0.5, .quantized = 2, .mixes = mixes, .weightsOnly = {}}).mix, std::optional<std::size_t>(0));
        QVERIFY(!chooseBuilds({.floating = 0.5, .quantized = 0.8, .mixes = mixes, .weightsOnly = {}}).mix);
        // One that is fast already: of the mixes that are clearly faster, and alike, the one with the fewest layers in float.
        const std::vector<MeasuredBuilds::Mix> faster = {{5, 0.70}, {2, 0.715}, {1, 0.76}, {9, 0.705}};
        const auto fast = chooseBuilds({.floating = 1, .quantized = 0.8, .mixes = faster, .weightsOnly = 0.5});
        QCOMPARE(fast.mix, std::optional<std::size_t>(1));
        QVERIFY(!fast.weightsOnly);
        QVERIFY(!chooseBuilds({.floating = 1, .quantized = 0.72, .mixes = faster, .weightsOnly = 0.5}).mix); // by chance
        QVERIFY(!chooseBuilds({.floating = 1, .quantized = 1, .mixes = {}, .weightsOnly = 0.5}).mix);
    }

    void weightsAloneAreProposedOnlyWhereNothingOnIntegersIsAsFastAsFloat()
    {
        const auto isProposed = [](double quantized, double mix, std::optional<double> weightsOnly) {
            return chooseBuilds({.floating = 1, .quantized = quantized, .mixes = {{1, mix}}, .weightsOnly = weightsOnly}).weightsOnly;
        };
        QVERIFY(isProposed(1.5, 1.06, 1.01));
        QVERIFY(isProposed(1.5, 1.6, 1.01));
        QVERIFY(!isProposed(1.5, 1.02, 1.01)); // within what two measurements of one file differ by
        QVERIFY(!isProposed(1.02, 1.5, 0.99));
        QVERIFY(!isProposed(1.5, 1.06, 1.05)); // no faster itself
        QVERIFY(!isProposed(1.5, 1.06, std::nullopt));
    }

    void weightsAloneAreToldByTheirCommandAndForTheirSize()
    {
        Explanation explanation;
        explanation.quantized = "int8.onnx";
        explanation.floating = "a model.onnx";
        explanation.weightsOnly =
            WeightsOnlyProposal{7000, 20000, 0.5, 0.49, 0.6, "hone quantize 'a model.onnx' --method weights --out FILE"};
        const auto told = sentence(*explanation.weightsOnly);
        for (const auto* part : {"(hone quantize 'a model.onnx' --method weights --out FILE)", "7000 bytes, 0.35 of its 20000", "0.500 ms",
                                 "0.490 ms", "size is gained and not speed."})
            QVERIFY2(told.find(part) != told.npos, part);
        QVERIFY(told.find(". ") == told.npos); // one sentence
        const auto json = toJson(explanation).at("weightsOnly");
        QCOMPARE(json.at("method").get<std::string>(), std::string("weights"));
        QCOMPARE(json.at("bits").get<int>(), 8);
        QCOMPARE(json.at("command").get<std::string>(), explanation.weightsOnly->command);
        QCOMPARE(json.at("sentence").get<std::string>(), told);
        const auto page = explanationHtml(explanation, [](const Message& message) { return std::string(name(message.code)); });
        QVERIFY(page.find("size is gained and not speed") != page.npos && page.find("--method weights") != page.npos);
        explanation.weightsOnly.reset();
        QVERIFY(!toJson(explanation).contains("weightsOnly"));
    }

    void findingsThatWereKeptBecomeAReportsSection()
    {
        const auto floating = plainNet();
        auto found = explained(floating, quantized(floating, "Relu_3_0", 0.2f));
        found.proposal = KeepFloatProposal{{"Conv_2"}, 0.5, 0.6, 0.7, "hone quantize /home/me/float.onnx --keep-float Conv_2 --out FILE"};
        found.weightsOnly = WeightsOnlyProposal{7, 20, 0.5, 0.49, 0.6, "hone quantize /home/me/float.onnx --method weights --out FILE"};
        found.advice = adviceFor(found);
        // What was kept comes back as it was, but for what only advice goes by.
        auto kept = toJson(found);
        const auto back = explanationFromJson(Json::parse(kept.dump()));
        auto again = toJson(back);
        for (auto* json : {&kept, &again})
            json->erase("ranges");
        QCOMPARE(again.dump(), kept.dump());

        const auto text = [](const Message& message) { return std::string(name(message.code)); };
        const auto section = explanationSection(back, {.quantized = "int8 <a>", .floating = "fine-tuned"}, text);
        for (const auto* part :
             {"Why int8 &lt;a&gt; is as it is", "Against fine-tuned; 16 samples of ", "The answers part at <strong>Conv_2</strong>",
              "AdviceSaturates", "--keep-float Conv_2</code>", "(--method weights)", "<svg", "<td>Conv_2</td>"})
            QVERIFY2(section.find(part) != section.npos, part);
        QVERIFY(section.find("/home/me") == section.npos); // reports are passed on
    }

    // Kernels of a few microseconds, of which INT8's conversions are a large part.
    void aSmallModelHasABuildAsFastAsFloat()
    {
        const auto model = sharedModel("mnist_cntk.onnx");
        HONE_NEEDS_SHARED_MODEL(model);
        const auto data = model.parent_path() / ".." / "data" / "mnist";
        HONE_NEEDS_SHARED_MODEL(data);
        const auto dataset = Dataset::open(data);
        const std::filesystem::path folder = m_folder.path().toStdString();
        const auto floating = readOnnx(model);
        writeOnnx(quantize({floating, &dataset, {.samples = 32}}, {}).graph, folder / "int8.onnx");
        // Others may use the machine just then: one of three times is enough.
        for (int time = 0; time < 3; ++time) {
            const auto explanation = explain(
                {.quantized = folder / "int8.onnx", .floating = model, .dataset = dataset, .samples = 8, .threads = 1, .runs = 300}, {});
            const auto& proposed = explanation.weightsOnly;
            if (!proposed) {
                const auto& mix = explanation.proposal;
                if (mix ? mix->latencyMs <= asFastAs * mix->floatLatencyMs : !advises(explanation, MessageCode::AdviceNoFasterMix))
                    return;
                continue;
            }
            QVERIFY(proposed->latencyMs <= asFastAs * proposed->floatLatencyMs);
            QVERIFY(proposed->quantizedLatencyMs > asFastAs * proposed->floatLatencyMs);
            QCOMPARE(proposed->command, "hone quantize " + model.string() + " --method weights --out FILE");
            writeOnnx(quantize({floating, nullptr, {.method = QuantizeMethod::Weights}}, {}).graph, folder / "weights.onnx");
            QCOMPARE(static_cast<std::uintmax_t>(proposed->sizeBytes), std::filesystem::file_size(folder / "weights.onnx"));
            QVERIFY(proposed->sizeBytes * 10 < proposed->floatSizeBytes * 4);
            return;
        }
        QFAIL("no build as fast as float was proposed");
    }

    void profilesAreReadAsTheirMiddle()
    {
        std::string json = "[";
        for (const int duration : {900, 7, 3, 4, 5, 100}) // the first one warms up; in order 3 4 5 7 100, the middle is 4 5 7
            json += R"({"cat":"Node","name":"a_kernel_time","dur":)" + std::to_string(duration) + R"(,"args":{"op_name":"Conv"}},)";
        json += R"({"cat":"Session","name":"model_run","dur":1},{"cat":"Node","name":"a_fence_before","dur":1,"args":{}}])";
        const auto nodes = readProfile(json, 1);
        QCOMPARE(nodes.size(), std::size_t{1});
        QCOMPARE(nodes[0].name, std::string("a"));
        QCOMPARE(nodes[0].opType, std::string("Conv"));
        QVERIFY(std::abs(nodes[0].microseconds - (16.0 / 3 + 0.5)) < 1e-12);
        QVERIFY_THROWS_EXCEPTION(Error, readProfile("{}", 0));
    }

    void everyKernelBelongsToALayer()
    {
        const auto floating = residualNet();
        const auto integers = quantized(floating);
        const auto pairs = pairLayers(floating, integers);
        const auto check = [&](const Graph& graph, std::vector<NodeId> LayerPair::*nodes) {
            std::vector<std::vector<NodeId>> nodesOfLayers;
            for (const auto& pair : pairs)
                nodesOfLayers.push_back(pair.*nodes);
            const auto bytes = serializeOnnx(graph);
            const auto profile = profileInTurns({{bytes, "test"}}, {.warmUpRuns = 1, .runs = 3}, {}).at(0);
            const auto kernels = kernelsOfLayers(optimizedByRuntime(bytes), graph, nodesOfLayers, profile.nodes);
            QCOMPARE(kernels.size(), profile.nodes.size());
            for (const auto& kernel : kernels) {
                QVERIFY2(kernel.layer, kernel.name.c_str());
                QVERIFY2(kernel.microseconds > 0, kernel.name.c_str());
            }
        };
        check(floating, &LayerPair::floatNodes);
        check(integers, &LayerPair::quantizedNodes);
    }

    void aRangeThatIsWrongIsWhereAnswersPart()
    {
        const auto floating = plainNet();
        const auto right = explained(floating, quantized(floating));
        QVERIFY(!right.firstDivergence || !right.firstDivergence->below);
        QVERIFY(!advises(right, MessageCode::AdviceDivergence) && !advises(right, MessageCode::AdviceSaturates));
        // The input's rounding is the first error: nothing comes before it.
        QCOMPARE(right.layers.at(0).opType, std::string("Input"));
        QCOMPARE(right.layers[0].snrDb, right.layers[0].snrAloneDb);
        QCOMPARE(right.totals.integerNodes, std::size_t{4});

        const auto wrong = explained(floating, quantized(floating, "Relu_3_0", 0.2f));
        QVERIFY(wrong.firstDivergence && wrong.firstDivergence->below);
        QCOMPARE(wrong.firstDivergence->layer, std::string("Conv_2"));
        QVERIFY(layerNamed(wrong, "Conv_0").snrDb > 30);
        QVERIFY(layerNamed(wrong, "Conv_2").snrAloneDb < divergenceDb);
        QVERIFY(layerNamed(wrong, "Gemm_6").snrAloneDb > 30); // it only hands on what came before
        QVERIFY(layerNamed(wrong, "Conv_2").use->saturatedShare > 0.1);
        QCOMPARE(layerNamed(wrong, "Conv_0").use->saturatedShare, 0.0);
        QVERIFY(advises(wrong, MessageCode::AdviceDivergence) && advises(wrong, MessageCode::AdviceSaturates));
        const auto json = toJson(wrong);
        QCOMPARE(json.at("firstDivergence").at("layer").get<std::string>(), std::string("Conv_2"));
        QCOMPARE(json.at("layers").size(), wrong.layers.size());
        const auto page = explanationHtml(wrong, [](const Message& message) { return std::string(name(message.code)); });
        QVERIFY(page.find("Conv_2") != page.npos && page.find("AdviceSaturates") != page.npos);
    }

    void aSharedScaleOfUnequalWeightsIsTold()
    {
        auto floating = plainNet();
        for (std::uint32_t i = 0; i < floating.valueCount(); ++i) {
            auto& constant = floating.value(ValueId{i}).constant;
            if (constant.shape() == Dimensions{channels, channels, 3, 3})
                for (std::size_t k = 0; k < 9 * channels; ++k) // the first output channel
                    constant.mutableData<float>()[k] *= 40;
        }
        QuantizeOptions options;
        options.perChannelWeights = false;
        const auto explanation = explained(floating, quantized(floating, {}, 1, options));
        QVERIFY(*layerNamed(explanation, "Conv_2").weightDisparity > 20);
        QVERIFY(advises(explanation, MessageCode::AdvicePerChannel));
        QVERIFY(!layerNamed(explained(floating, quantized(floating)), "Conv_2").weightDisparity);
    }

    void whatCanNotBeComparedIsRefused()
    {
        const auto floating = plainNet();
        const auto integers = quantized(floating);
        QCOMPARE(failureOf(floating, floating), MessageCode::NotQuantized);
        QCOMPARE(failureOf(integers, integers), MessageCode::AlreadyQuantized);
        auto other = floating;
        other.value(other.inputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(1), Dim::fixed(16), Dim::fixed(16)};
        QCOMPARE(failureOf(other, integers), MessageCode::ReferenceUnlike);
        QCOMPARE(failureOf(deeperNet(), integers), MessageCode::ReferenceUnlike);
    }

    // What is proposed must be to be had: layers that stay float where ranges are the file's own, and where this runtime is to run it.
    void filesWhoseLayersCanNotBeChosenGetNoMix()
    {
        const auto floating = residualNet();
        const auto mixed = explained(floating, quantized(floating));
        QVERIFY(mixed.triedMixes && mixed.notices.empty());
        for (const auto method : {QuantizeMethod::Dynamic, QuantizeMethod::Weights}) {
            const auto explanation = explained(floating, quantize({floating, nullptr, {.method = method}}, {}).graph);
            QVERIFY(!explanation.triedMixes && !explanation.proposal);
            QVERIFY(!advises(explanation, MessageCode::AdviceNoFasterMix));
        }
        const auto elsewhere = explained(floating, quantized(floating), {.elsewhere = "another runtime"});
        QVERIFY(!elsewhere.triedMixes && !elsewhere.proposal && !elsewhere.weightsOnly);
        QVERIFY(!advises(elsewhere, MessageCode::AdviceNoFasterMix));
        QCOMPARE(elsewhere.notices.size(), std::size_t{1});
        QCOMPARE(elsewhere.notices.front().code, MessageCode::SchemeNotRun);
    }

    void aFileSaysWhatMadeIt()
    {
        auto graph = plainNet();
        QCOMPARE(notedBy(graph).verb, std::string("quantize"));
        QCOMPARE(notedBy(graph).options, std::string());
        noteOptions(graph, QuantizeParameters{{.ranges = RangeMethod::MinMax, .scheme = Scheme::Qnn}});
        QCOMPARE(notedBy(graph).options, std::string("--ranges minmax --scheme qnn"));
        QCOMPARE(notedBy(graph).elsewhere, std::string(rulesOf(Scheme::Qnn).runtime));
        auto trained = plainNet();
        QatParameters parameters;
        parameters.qat.train.epochs = 7;
        noteOptions(trained, parameters);
        QCOMPARE(notedBy(trained).verb, std::string("qat"));
        QVERIFY(notedBy(trained).options.find("--epochs 7") != std::string::npos);
        QVERIFY(notedBy(trained).elsewhere.empty());
    }

private:
    // The range of the value `narrowed` multiplied by `factor`.
    Graph quantized(const Graph& graph, const std::string& narrowed = {}, float factor = 1,
                    const QuantizeOptions& options = {.ranges = RangeMethod::MinMax}) const
    {
        const auto prepared = prepareForQuantization(graph);
        const auto plan = planQuantization(prepared);
        auto ranges = rangesOf(calibrate(prepared, *m_data, {.samples = options.samples}, {}), prepared, options);
        if (!narrowed.empty())
            ranges.at(narrowed).high *= factor;
        auto encodings = encodingsFromRanges(prepared, plan, ranges, gridTypeOf(options));
        encodeWeights(prepared, plan, options, encodings);
        return insertQdq(prepared, plan, encodings, options).graph;
    }

    Explanation explained(const Graph& floating, const Graph& integers, const MadeBy& madeBy = {}) const
    {
        const std::filesystem::path folder = m_folder.path().toStdString();
        writeOnnx(floating, folder / "float.onnx");
        writeOnnx(integers, folder / "quantized.onnx");
        return explain({.quantized = folder / "quantized.onnx",
                        .floating = folder / "float.onnx",
                        .dataset = *m_data,
                        .samples = 16,
                        .threads = 1,
                        .runs = 10,
                        .madeBy = madeBy},
                       {});
    }

    MessageCode failureOf(const Graph& floating, const Graph& integers) const
    {
        try {
            explained(floating, integers);
        } catch (const Error& error) {
            return error.code();
        }
        return MessageCode::InternalFault;
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

QTEST_GUILESS_MAIN(TestExplain)
#include "test_explain.moc"
