// SPDX-License-Identifier: GPL-3.0-or-later
// What calibration keeps, and what layers become of it: equalized, repaired.
#include "core/file.h"
#include "core/json.h"
#include "data/pairing.h"
#include "layerwise/activations.h"
#include "quantize/calibration.h"
#include "quantize/encodings.h"
#include "quantize/equalize.h"
#include "quantize/layer_biases.h"
#include "quantize/layerwise_repair.h"
#include "quantize/plan.h"
#include "quantize/smooth.h"
#include "runtime/session.h"
#include "uneven_nets.h"

#include <QTemporaryDir>
#include <QtTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <limits>
#include <vector>

using namespace hone;
using namespace hone::test;

namespace
{

std::vector<std::filesystem::path> keptBiases(const std::filesystem::path& folder)
{
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().string().ends_with(".biases.cbor"))
            files.push_back(entry.path());
    return files;
}

} // namespace

class TestCalibration : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void statisticsDontDependOnTheBatch();
    void whatWasKeptIsReadBack();
    void aKeptCalibrationIsUsed();
    void biasesAreKeptForOtherRanges();
    void biasesAreFoundAnewWhereRangesClip();
    void keptBiasesAreReadAgain();
    void calibrationOfSomethingElseIsMadeAgain();
    void anotherSeedTakesOtherSamples();
    void tooFewSamplesAreRefused();
    void activationsThatAreNotFiniteAreRefused();
    void inputsThatAreConstantAreRefused();
    void equalizingLeavesTheModelWhatItWas();
    void equalizedChannelsFillTheirRange();
    void equalizingHelps();
    void smoothingLeavesTheModelWhatItWas();
    void smoothingHelpsWhereThereAreOutliers();
    void whatOthersReadIsNotSmoothed();
    void everyRepairTellsItsGain();
    void biasesAreCorrectedToFloatsMean();
    void adaptiveRoundingHelps();
    void aPatternOfZerosOutlivesAdaptiveRounding_data();
    void aPatternOfZerosOutlivesAdaptiveRounding();
    void aFolderThatCannotBeMadeIsTold();

private:
    QuantizeResult quantizedBy(const Graph& graph, const QuantizeOptions& options, const std::filesystem::path& kept = {}) const
    {
        return quantize({graph, &*m_data, options, kept}, {});
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

void TestCalibration::initTestCase()
{
    m_data = writeIdxDataset(m_folder.path().toStdString(), noise(120), noise(20), side, side);
}

void TestCalibration::statisticsDontDependOnTheBatch()
{
    auto one = unevenNet();
    one.value(one.inputs[0]).type.shape->front() = Dim::fixed(1);
    const auto alone = calibrate(prepareForQuantization(one), *m_data, {.samples = 32}, {});
    const auto together = calibrate(prepareForQuantization(unevenNet()), *m_data, {.samples = 32}, {});
    QCOMPARE(alone.samples, together.samples);
    QCOMPARE(alone.values.size(), together.values.size());
    for (const auto& [name, statistics] : alone.values) {
        const auto& other = together.values.at(name);
        QVERIFY(std::abs(statistics.high - other.high) <= 1e-6f * std::abs(other.high));
        QVERIFY(std::abs(statistics.averageHigh - other.averageHigh) <= 1e-6 * std::abs(other.averageHigh));
        QCOMPARE(statistics.histogram.total(), other.histogram.total());
    }
}

void TestCalibration::whatWasKeptIsReadBack()
{
    const auto made = calibrate(prepareForQuantization(unevenNet()), *m_data, {.samples = 16}, {});
    const std::filesystem::path file = m_folder.filePath("kept.cbor").toStdString();
    writeCalibration(file, made);
    const auto read = readCalibration(file, made.key);
    QVERIFY(read.has_value());
    QCOMPARE(read->samples, made.samples);
    QCOMPARE(read->values.size(), made.values.size());
    for (const auto& [name, statistics] : made.values) {
        const auto& other = read->values.at(name);
        QCOMPARE(other.low, statistics.low);
        QCOMPARE(other.averageHigh, statistics.averageHigh);
        QCOMPARE(other.histogram.exponent(), statistics.histogram.exponent());
        QVERIFY(std::ranges::equal(other.histogram.counts(), statistics.histogram.counts()));
    }
    QVERIFY(!readCalibration(file, "another key").has_value());
    auto bytes = readFile(file);
    bytes.resize(bytes.size() / 2);
    writeFileAtomically(file, bytes);
    QVERIFY(!readCalibration(file, made.key).has_value());
}

// The file says something else than the data: where that shows, the data weren't asked again.
void TestCalibration::aKeptCalibrationIsUsed()
{
    const QTemporaryDir kept;
    const std::filesystem::path folder = kept.path().toStdString();
    const QuantizeOptions options{.ranges = RangeMethod::MinMax, .biasCorrection = false};
    const auto fresh = serializeOnnx(quantizedBy(unevenNet(), options, folder).graph);
    QCOMPARE(serializeOnnx(quantizedBy(unevenNet(), options, folder).graph), fresh);
    const auto prepared = prepareForQuantization(unevenNet());
    const auto key = calibrationKey(prepared, *m_data, {.samples = options.samples, .seed = options.seed});
    auto calibration = readCalibration(calibrationFile(folder, key), key).value();
    for (auto& [name, statistics] : calibration.values)
        statistics.high *= 2;
    writeCalibration(calibrationFile(folder, key), calibration);
    QVERIFY(serializeOnnx(quantizedBy(unevenNet(), options, folder).graph) != fresh);
}

void TestCalibration::biasesAreKeptForOtherRanges()
{
    const QTemporaryDir kept;
    const std::filesystem::path folder = kept.path().toStdString();
    const QuantizeOptions other{.ranges = RangeMethod::Percentile, .percentile = 99.99};
    const auto alone = serializeOnnx(quantizedBy(unevenNet(), other).graph);
    quantizedBy(unevenNet(), {.ranges = RangeMethod::MinMax}, folder);
    QCOMPARE(keptBiases(folder).size(), std::size_t(1));
    QCOMPARE(serializeOnnx(quantizedBy(unevenNet(), other, folder).graph), alone); // whatever was built before
    QCOMPARE(keptBiases(folder).size(), std::size_t(1));
    QVERIFY(serializeOnnx(quantizedBy(unevenNet(), {.ranges = RangeMethod::MinMax}, folder).graph) != alone);

    // The file says something else than the data: where that shows, the data weren't asked again.
    const auto file = keptBiases(folder).front();
    auto json = Json::from_cbor(readFile(file));
    for (auto& biases : json.at("biases"))
        for (auto& bias : biases)
            bias = bias.get<float>() + 1;
    const auto bytes = Json::to_cbor(json);
    writeFileAtomically(file, std::string(bytes.begin(), bytes.end()));
    QVERIFY(serializeOnnx(quantizedBy(unevenNet(), other, folder).graph) != alone);
}

void TestCalibration::biasesAreFoundAnewWhereRangesClip()
{
    const QTemporaryDir kept;
    const std::filesystem::path folder = kept.path().toStdString();
    const QuantizeOptions clipping{.ranges = RangeMethod::Percentile, .percentile = 80};
    const auto alone = serializeOnnx(quantizedBy(unevenNet(), clipping).graph);
    quantizedBy(unevenNet(), {.ranges = RangeMethod::MinMax}, folder);
    QCOMPARE(serializeOnnx(quantizedBy(unevenNet(), clipping, folder).graph), alone);
    QCOMPARE(keptBiases(folder).size(), std::size_t(2));
}

void TestCalibration::keptBiasesAreReadAgain()
{
    const LayerBiases biases{{"a", {1, -2.5f}}, {"b", {0.1f}}};
    const std::filesystem::path file = biasesFile(m_folder.path().toStdString(), "0123456789abcdef and more");
    QCOMPARE(file.filename().string(), std::string("0123456789abcdef.biases.cbor"));
    writeBiases(file, "its key", biases);
    QVERIFY(readBiases(file, "its key") == biases);
    QVERIFY(!readBiases(file, "another key"));
    writeFileAtomically(file, "nothing of the kind");
    QVERIFY(!readBiases(file, "its key"));
    QVERIFY(!readBiases({}, "its key"));
    // Of another model.
    const auto prepared = prepareForQuantization(unevenNet());
    QVERIFY_THROWS_EXCEPTION(Error, withBiases(prepared, planQuantization(prepared), biases));
}

void TestCalibration::calibrationOfSomethingElseIsMadeAgain()
{
    const QTemporaryDir kept;
    const std::filesystem::path folder = kept.path().toStdString();
    const QuantizeOptions options{.biasCorrection = false};
    quantizedBy(unevenNet(), options, folder);
    auto changed = unevenNet();
    changed.value(changed.findValue("w1").value()).constant = randomTensor({channels, 1, 3, 3}, 77);
    QCOMPARE(serializeOnnx(quantizedBy(changed, options, folder).graph), serializeOnnx(quantizedBy(changed, options).graph));
}

void TestCalibration::anotherSeedTakesOtherSamples()
{
    const auto prepared = prepareForQuantization(unevenNet());
    const auto first = calibrate(prepared, *m_data, {.samples = 10, .seed = 0}, {});
    const auto second = calibrate(prepared, *m_data, {.samples = 10, .seed = 1}, {});
    const auto again = calibrate(prepared, *m_data, {.samples = 10, .seed = 1}, {});
    const auto& name = first.values.begin()->first;
    QVERIFY(!std::ranges::equal(first.values.at(name).histogram.counts(), second.values.at(name).histogram.counts()));
    QVERIFY(std::ranges::equal(again.values.at(name).histogram.counts(), second.values.at(name).histogram.counts()));
}

void TestCalibration::tooFewSamplesAreRefused()
{
    QCOMPARE(failureOf(unevenNet(), *m_data, {.samples = 1}), MessageCode::CalibrationTooSmall);
}

void TestCalibration::activationsThatAreNotFiniteAreRefused()
{
    Chain chain(13, picture);
    chain.then("Conv", {chain.constant("w1", randomTensor({channels, 1, 3, 3}, 1))}).then("Sqrt"); // also of what is below 0
    chain.then("Conv", {chain.constant("w2", randomTensor({classes, channels, 6, 6}, 2))}).then("Flatten");
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{picture.front(), Dim::fixed(classes)};
    QCOMPARE(failureOf(graph, *m_data), MessageCode::CalibrationNotFinite);
}

void TestCalibration::inputsThatAreConstantAreRefused()
{
    const QTemporaryDir folder;
    std::vector<GrayPicture> black(20, GrayPicture{std::vector<std::uint8_t>(side * side), 0});
    for (std::size_t i = 0; i < black.size(); ++i)
        black[i].label = static_cast<std::uint8_t>(i % classes);
    const auto data = writeIdxDataset(folder.path().toStdString(), black, black, side, side);
    QCOMPARE(failureOf(unevenNet(), data), MessageCode::CalibrationConstant);
}

void TestCalibration::equalizingLeavesTheModelWhatItWas()
{
    const auto prepared = prepareForQuantization(unevenNet());
    const auto equalized = equalize(prepared, planQuantization(prepared), *m_data, {.samples = 32}, {});
    QVERIFY(!equalized.scaled.empty());
    QVERIFY(noiseToSignal(answers(equalized.graph), answers(prepared)) < 1e-10);
}

// In front of the depthwise layer every channel may fill the range, but for the margin of 1.1.
void TestCalibration::equalizedChannelsFillTheirRange()
{
    const auto prepared = prepareForQuantization(unevenNet());
    const auto equalized = equalize(prepared, planQuantization(prepared), *m_data, {.samples = 32}, {});
    QCOMPARE(equalized.scaled.front().factors.size(), std::size_t(channels));
    const auto read = equalized.graph.node(equalized.graph.findNode(equalized.scaled.front().second.front()).value()).inputs.at(0);
    Activations activations(equalized.graph, {read}, 1);
    Loader loader(*m_data, Split::Train, pairForInput(equalized.graph, *m_data), {.limit = 32});
    std::vector<float> largest(channels);
    while (const auto batch = loader.next({})) {
        const auto values = activations.run(batch->inputs).at(0);
        for (std::size_t i = 0; i < static_cast<std::size_t>(values.size()); ++i) {
            auto& channel = largest[i / (side * side) % channels];
            channel = std::max(channel, values.data<float>()[i]);
        }
    }
    const float range = std::ranges::max(largest);
    for (const float channel : largest)
        QVERIFY2(channel > 0.99f * range / 1.1f && channel <= range, qPrintable(QString("%1 of %2").arg(channel).arg(range)));
}

void TestCalibration::equalizingHelps()
{
    const auto wanted = answers(unevenNet());
    const auto errorWith = [&](bool equalized) {
        return noiseToSignal(answers(quantizedBy(unevenNet(), {.equalize = equalized, .biasCorrection = false}).graph), wanted);
    };
    const double without = errorWith(false);
    const double with = errorWith(true);
    QVERIFY2(with < 0.5 * without, qPrintable(QString("%1 %2").arg(without).arg(with)));
}

void TestCalibration::smoothingLeavesTheModelWhatItWas()
{
    const auto prepared = prepareForQuantization(outlierNet());
    const auto smoothed = smooth(prepared, planQuantization(prepared), *m_data, {.samples = 32}, {});
    QCOMPARE(smoothed.scaled.size(), std::size_t(2)); // behind LayerNormalization, and behind the product and Relu
    QCOMPARE(smoothed.scaled.front().factors.size(), std::size_t(side * side));
    QVERIFY(smoothed.scaled.front().largestFactor() > 5);
    QVERIFY(noiseToSignal(answers(smoothed.graph), answers(prepared)) < 1e-10);
}

void TestCalibration::smoothingHelpsWhereThereAreOutliers()
{
    const auto wanted = answers(outlierNet());
    const auto errorWith = [&](bool smoothed) {
        return noiseToSignal(answers(quantizedBy(outlierNet(), {.smoothQuant = smoothed, .biasCorrection = false}).graph), wanted);
    };
    const double without = errorWith(false);
    const double with = errorWith(true);
    QVERIFY2(with < 0.1 * without, qPrintable(QString("%1 %2").arg(without).arg(with)));
}

// A residual path takes the value as it is.
void TestCalibration::whatOthersReadIsNotSmoothed()
{
    auto graph = prepareForQuantization(outlierNet());
    const auto normalization =
        std::ranges::find_if(graph.order(), [&](NodeId id) { return graph.node(id).opType == "LayerNormalization"; });
    graph.outputs.push_back(graph.node(*normalization).outputs.at(0));
    const auto smoothed = smooth(graph, planQuantization(graph), *m_data, {.samples = 32}, {});
    QCOMPARE(smoothed.scaled.size(), std::size_t(1));
    QVERIFY(smoothed.scaled.front().factors.size() != std::size_t(side * side));
}

void TestCalibration::everyRepairTellsItsGain()
{
    const auto gains = quantizedBy(unevenNet(), {.equalize = true, .smoothQuant = true, .adaptiveRounding = true}).repairs;
    std::vector<std::string> names;
    for (const auto& stage : gains.stages)
        names.push_back(stage.name);
    QCOMPARE(names, (std::vector<std::string>{"rounded to nearest", "channels equalized", "outliers smoothed", "biases corrected",
                                              "rounded adaptively"}));
    QVERIFY(gains.samples > 0);
    QVERIFY(gains.floatMetric && gains.stages.back().metric && gains.stages.back().sameTop1);
    QVERIFY2(gains.stages[1].snrDb > gains.stages[0].snrDb + 3,
             qPrintable(QString("%1 %2").arg(gains.stages[0].snrDb).arg(gains.stages[1].snrDb)));
    QVERIFY(quantizedBy(unevenNet(), {.repairGains = false}).repairs.stages.empty());
    const auto one = quantizedBy(unevenNet(), {}).repairs;
    QCOMPARE(one.stages.size(), std::size_t(2));
    QCOMPARE(one.stages.back().name, std::string("biases corrected"));
}

// The mean of every score over the calibration samples is float's once the last bias is corrected.
void TestCalibration::biasesAreCorrectedToFloatsMean()
{
    const auto graph = unevenNet();
    const auto meansOf = [&](const Graph& model) {
        Loader loader(*m_data, Split::Train, pairForInput(model, *m_data), {.batch = 16});
        auto session = Session::fromBytes(serializeOnnx(model), {.threads = 1}, "test");
        std::vector<double> sums(classes);
        double count = 0;
        while (const auto batch = loader.next({})) {
            const auto scores = session.run({batch->inputs}).at(0);
            for (std::size_t i = 0; i < static_cast<std::size_t>(scores.size()); ++i)
                sums[i % classes] += scores.data<float>()[i];
            count += static_cast<double>(batch->indices.size());
        }
        for (double& sum : sums)
            sum /= count;
        return sums;
    };
    const auto wanted = meansOf(graph);
    const auto offBy = [&](bool corrected) {
        const auto means = meansOf(quantizedBy(graph, {.biasCorrection = corrected, .bitsWeights = 4}).graph);
        double sum = 0;
        for (std::size_t i = 0; i < classes; ++i)
            sum += std::abs(means[i] - wanted[i]);
        return sum;
    };
    const double without = offBy(false);
    const double with = offBy(true);
    QVERIFY2(with < 0.15 * without, qPrintable(QString("%1 %2").arg(without).arg(with)));
}

void TestCalibration::adaptiveRoundingHelps()
{
    const auto prepared = prepareForQuantization(unevenNet());
    const auto plan = planQuantization(prepared);
    const QuantizeOptions options{.adaptiveRounding = true, .samples = 32, .bitsWeights = 4};
    const auto calibration = calibrate(prepared, *m_data, {.samples = 32}, {});
    auto encodings = encodingsFromRanges(prepared, plan, rangesOf(calibration, prepared, options), gridTypeOf(options));
    encodeWeights(prepared, plan, options, encodings);
    const auto repaired = repairLayers({prepared, plan, encodings, *m_data, options}, {});
    QCOMPARE(repaired.layers.size(), plan.weighted.size());
    double before = 0;
    double after = 0;
    for (const auto& layer : repaired.layers) {
        QVERIFY(layer.relativeErrorAfter <= layer.relativeErrorBefore);
        before += layer.relativeErrorBefore;
        after += layer.relativeErrorAfter;
    }
    QVERIFY2(after < 0.9 * before, qPrintable(QString("%1 %2").arg(before).arg(after)));
}

void TestCalibration::aPatternOfZerosOutlivesAdaptiveRounding_data()
{
    QTest::addColumn<int>("bits");
    QTest::newRow("4 bits") << 4;
    QTest::newRow("8 bits") << 8;
}

// 2:4 along the inputs of a convolution and of a matrix.
void TestCalibration::aPatternOfZerosOutlivesAdaptiveRounding()
{
    QFETCH(int, bits);
    constexpr std::int64_t wide = 8;
    const auto inPattern = [](Tensor tensor) {
        const auto inputs = static_cast<std::size_t>(tensor.shape()[1]);
        const auto inner = static_cast<std::size_t>(tensor.size()) / inputs / static_cast<std::size_t>(tensor.shape()[0]);
        auto values = tensor.mutableData<float>();
        for (std::size_t i = 0; i < values.size(); ++i)
            if (const auto input = i / inner % inputs, output = i / inner / inputs; (input + output) % 4 < 2)
                values[i] = 0;
        return tensor;
    };
    Chain chain(13, picture);
    chain.then("Conv", {chain.constant("w1", randomTensor({wide, 1, 3, 3}, 1)), chain.constant("b1", randomTensor({wide}, 2))}, same)
        .then("Relu");
    chain.then("Conv", {chain.constant("w2", inPattern(randomTensor({wide, wide, 3, 3}, 3)))}, same).then("Relu");
    chain.then("GlobalAveragePool").then("Flatten");
    chain.then("Gemm", {chain.constant("w3", inPattern(randomTensor({classes, wide}, 4)))}, {{"transB", std::int64_t{1}}});
    auto graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{picture.front(), Dim::fixed(classes)};
    const auto rounded = quantizedBy(graph, {.adaptiveRounding = true, .repairGains = false, .samples = 32, .bitsWeights = bits}).graph;
    for (const char* name : {"w2", "w3"}) {
        const auto before = toFloats(graph.value(graph.findValue(name).value()).constant);
        const auto& integers = rounded.value(rounded.findValue(name).value()).constant;
        QVERIFY(integers.dtype() == DType::Int8);
        const auto after = toInt64s(integers);
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < before.size(); ++i)
            QVERIFY2(before[i] != 0 || after[i] == 0, qPrintable(QString("%1[%2] is %3").arg(name).arg(i).arg(after[i])));
        QVERIFY(std::ranges::any_of(after, [](std::int64_t integer) { return integer != 0; }));
    }
}

void TestCalibration::aFolderThatCannotBeMadeIsTold()
{
    const std::filesystem::path file = m_folder.filePath("a file").toStdString();
    writeFileAtomically(file, "no folder");
    try {
        quantizedBy(unevenNet(), {.samples = 16}, file);
        QFAIL("nothing was thrown");
    } catch (const Error& error) {
        QCOMPARE(error.code(), MessageCode::FileUnwritable);
        QCOMPARE(error.message().arguments.at("path"), file.string());
    }
    QCOMPARE(readFile(file), std::string("no folder"));
}

QTEST_GUILESS_MAIN(TestCalibration)
#include "test_calibration.moc"
