// SPDX-License-Identifier: GPL-3.0-or-later
// What is told of quantized models whose faults were made on purpose.
#include "core/file.h"
#include "core/stored_weights.h"
#include "explained_nets.h"
#include "quantize/in_float.h"
#include "quantize/kernels.h"
#include "quantize/layer_errors.h"
#include "runtime/profile.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <set>

using namespace hone;
using namespace hone::test;

namespace
{

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

} // namespace

class TestExplain : public ExplainTest
{
    Q_OBJECT

private slots:
    void initTestCase() { drawPictures(); }

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

    // Operators of ONNX Runtime's own stand for layers, and constants that are multiplied are folded.
    void whatQuantizingMakesOfLayersIsKnownForThem()
    {
        Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
        constexpr std::int64_t hidden = 4;
        const auto axes = chain.constant("axes", Tensor::of<std::int64_t>({1}, {1}));
        chain.then("Squeeze", {axes}).then("Transpose", {}, {{"perm", std::vector<std::int64_t>{1, 0, 2}}});
        chain.then("LSTM",
                   {chain.constant("w", randomTensor({1, 4 * hidden, side}, 1, -0.5, 0.5)),
                    chain.constant("r", randomTensor({1, 4 * hidden, hidden}, 2, -0.5, 0.5))},
                   {{"hidden_size", hidden}});
        chain.then("Transpose", {}, {{"perm", std::vector<std::int64_t>{2, 0, 1, 3}}}).then("Flatten");
        chain.then("Gemm", {chain.constant("fc", randomTensor({side * hidden, classes}, 3, -0.5, 0.5))});
        auto sequences = chain.finish();
        sequences.value(sequences.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classes)};
        auto folding = plainNet();
        const auto last = folding.order().back();
        const auto product = folding.addComputed("product");
        folding.insertNodeBefore(last, {.name = "product",
                                        .opType = "MatMul",
                                        .inputs = {folding.addConstant("left", randomTensor({1, 2}, 4)),
                                                   folding.addConstant("right", randomTensor({2, classes}, 5))},
                                        .outputs = {product}});
        folding.node(last).inputs.at(2) = product;
        for (const auto& graph : {sequences, folding})
            for (const auto method : {QuantizeMethod::Static, QuantizeMethod::Dynamic, QuantizeMethod::Weights}) {
                const auto integers = quantize({graph, &*m_data, {.method = method}}, {}).graph;
                const auto explanation = explained(graph, integers);
                QCOMPARE(explanation.compared, explanation.weighted);
                QVERIFY(explanation.notices.empty());
            }
    }

    void layersWithoutAPartnerAreCounted()
    {
        auto integers = quantized(plainNet());
        for (const auto id : integers.order())
            for (const auto output : integers.node(id).outputs)
                if (!GraphUses(integers).isGraphOutput(output))
                    integers.renameValue(output, "another " + integers.value(output).name);
        const auto explanation = explained(plainNet(), integers);
        QCOMPARE(explanation.weighted, std::size_t{3});
        QCOMPARE(explanation.compared, std::size_t{0});
        QCOMPARE(explanation.notices.front().code, MessageCode::LayersUnmatched);
        QVERIFY(!advises(explanation, MessageCode::AdviceNothing));
    }

    // Each way of quantizing has options of its own.
    void adviceNamesWhatTheFileCanTake()
    {
        using Activations = QuantizedForm::Activations;
        Explanation explanation;
        explanation.compared = explanation.weighted = 1;
        explanation.layers = {{.name = "noisy", .snrDb = 10, .snrAloneDb = 10}};
        explanation.totals.floatLatencyMs = 1;
        explanation.totals.quantizedLatencyMs = 2;
        explanation.processor = {{"processor", "one"}, {"features", "avx2"}};
        const auto told = [&](Activations activations, bool isSigned, bool fourBits) {
            explanation.form = {activations, isSigned, fourBits};
            explanation.advice = adviceFor(explanation);
            std::set<MessageCode> codes;
            for (const auto& advice : explanation.advice)
                codes.insert(advice.code);
            codes.erase(MessageCode::AdviceNoDotProducts);
            return codes;
        };
        using Code = MessageCode;
        QCOMPARE(told(Activations::Ranges, false, false), (std::set{Code::AdviceNoisiest, Code::AdviceOtherRange}));
        QCOMPARE(told(Activations::Ranges, true, false), (std::set{Code::AdviceNoisiest, Code::AdviceOtherRange, Code::AdviceUnsigned}));
        QCOMPARE(told(Activations::Dynamic, false, false),
                 (std::set{Code::AdviceNoisiest, Code::AdviceStaticForNoise, Code::AdviceStatic}));
        QCOMPARE(told(Activations::Float, false, true), (std::set{Code::AdviceNoisiest, Code::AdviceMoreBits}));
        explanation.madeBy.elsewhere = "another runtime"; // whose speed is not told
        QCOMPARE(told(Activations::Ranges, true, false), (std::set{Code::AdviceNoisiest, Code::AdviceOtherRange}));
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
        QCOMPARE(failureOf(quantize({floating, nullptr, {.method = QuantizeMethod::Half}}, {}).graph, integers),
                 MessageCode::ReferenceUnlike);
    }

private:
    MessageCode failureOf(const Graph& floating, const Graph& integers) const
    {
        try {
            explained(floating, integers);
        } catch (const Error& error) {
            return error.code();
        }
        return MessageCode::InternalFault;
    }
};

QTEST_GUILESS_MAIN(TestExplain)
#include "test_explain.moc"
