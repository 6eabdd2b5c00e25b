// SPDX-License-Identifier: GPL-3.0-or-later
// Which other builds are proposed of a quantized file, and what it was made by.
#include "explained_nets.h"
#include "project/noted_options.h"
#include "quantize/fastest_mix.h"
#include "quantize/in_float.h"
#include "quantize/keep_float.h"
#include "quantize/scheme.h"
#include "shared_models.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <set>

using namespace hone;
using namespace hone::test;

namespace
{

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

class TestProposedBuilds : public ExplainTest
{
    Q_OBJECT

private slots:
    void initTestCase() { drawPictures(); }

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
};

QTEST_GUILESS_MAIN(TestProposedBuilds)
#include "test_proposed_builds.moc"
