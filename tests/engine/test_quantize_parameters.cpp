// SPDX-License-Identifier: GPL-3.0-or-later
// Scales, zero points and ranges, computed by hand from QuantizeLinear's definition: real = scale * (integer - zeroPoint).
#include "core/error.h"
#include "quantize/parameters.h"
#include "quantize/range_collector.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace hone;

namespace
{

std::vector<int> integersOf(const Tensor& tensor)
{
    const auto values = toInt64s(tensor);
    return {values.begin(), values.end()};
}

bool isNear(double a, double b)
{
    return std::abs(a - b) <= 1e-6 * std::abs(b);
}

} // namespace

class TestQuantizeParameters : public QObject
{
    Q_OBJECT

private slots:
    void activationGridsAreThoseComputedByHand_data();
    void activationGridsAreThoseComputedByHand();
    void zeroIsOnEveryGrid();
    void aGridFromZeroEndsWithinItsRange();
    void roundingIsHalfToEvenThenSaturation();
    void weightsHaveOneScaleAChannel();
    void weightsHaveOneScaleForTheTensor();
    void reducedWeightsStayWithin63();
    void weightsThatAreNotFiniteAreRefused();
    void biasesAreOnTheProductsGrid();
    void aWeightScaleGrowsUntilItsBiasFits();
    void minMaxPassesOverWhatIsNotFinite();
    void percentilesAreThoseCountedByHand();
    void percentilesLeaveAnOutlierOut();
    void aHistogramDoesntDependOnTheOrderOfBatches();
};

void TestQuantizeParameters::activationGridsAreThoseComputedByHand_data()
{
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    QTest::addColumn<bool>("isSigned");
    QTest::addColumn<double>("scale");
    QTest::addColumn<int>("zeroPoint");
    QTest::newRow("both sides") << -1.0f << 3.0f << false << 4.0 / 255 << 64; // 1 / scale = 63.75
    QTest::newRow("both sides, signed") << -1.0f << 3.0f << true << 4.0 / 255 << -64;
    QTest::newRow("after Relu6") << 0.0f << 6.0f << false << 6.0 / 255 << 0;
    QTest::newRow("after Relu6, signed") << 0.0f << 6.0f << true << 6.0 / 255 << -128;
    QTest::newRow("zero is taken in from below") << 2.0f << 4.0f << false << 4.0 / 255 << 0;
    QTest::newRow("zero is taken in from above") << -3.0f << -1.0f << false << 3.0 / 255 << 255;
    QTest::newRow("no width") << 0.0f << 0.0f << false << 1.0 << 0;
}

void TestQuantizeParameters::activationGridsAreThoseComputedByHand()
{
    QFETCH(float, low);
    QFETCH(float, high);
    QFETCH(bool, isSigned);
    QFETCH(double, scale);
    QFETCH(int, zeroPoint);
    const auto grid = activationParameters({low, high}, isSigned ? ActivationType::Signed : ActivationType::Unsigned);
    QVERIFY(isNear(grid.scale, scale));
    QCOMPARE(grid.zeroPoint, zeroPoint);
}

void TestQuantizeParameters::zeroIsOnEveryGrid()
{
    for (const float low : {-7.3f, -0.001f, 0.0f, 0.4f})
        for (const auto type : {ActivationType::Unsigned, ActivationType::Signed}) {
            const auto grid = activationParameters({low, 1.7f}, type);
            const int lowest = type == ActivationType::Signed ? -128 : 0;
            QCOMPARE(quantized(0, grid.scale, grid.zeroPoint, lowest, lowest + 255), grid.zeroPoint);
        }
}

void TestQuantizeParameters::aGridFromZeroEndsWithinItsRange()
{
    for (int i = 1; i < 1000; ++i) {
        const float high = 0.0173f * static_cast<float>(i);
        const auto grid = activationParameters({0, high}, ActivationType::Unsigned);
        QVERIFY(255.0 * grid.scale <= high);
        QVERIFY(isNear(255.0 * grid.scale, high));
    }
}

void TestQuantizeParameters::roundingIsHalfToEvenThenSaturation()
{
    QCOMPARE(quantized(2.5f, 1, 0, -128, 127), 2);
    QCOMPARE(quantized(3.5f, 1, 0, -128, 127), 4);
    QCOMPARE(quantized(-2.5f, 1, 10, 0, 255), 8);
    QCOMPARE(quantized(1e9f, 1, 0, -128, 127), 127);
    QCOMPARE(quantized(-1e9f, 1, 0, -128, 127), -128);
}

void TestQuantizeParameters::weightsHaveOneScaleAChannel()
{
    const auto weights = Tensor::of<float>({2, 2}, std::vector<float>{1, -2, 0.4f, 0.3f});
    const auto rows = quantizeWeights(weights, {.axis = 0});
    QVERIFY(isNear(rows.scales.at(0), 2.0 / 127) && isNear(rows.scales.at(1), 0.4 / 127));
    QCOMPARE(integersOf(rows.values), (std::vector<int>{64, -127, 127, 95})); // 63.5 to even; 95.25
    const auto columns = quantizeWeights(weights, {.axis = 1});
    QVERIFY(isNear(columns.scales.at(0), 1.0 / 127) && isNear(columns.scales.at(1), 2.0 / 127));
    QCOMPARE(integersOf(columns.values), (std::vector<int>{127, -127, 51, 19})); // 50.8, 19.05
    const auto dead = quantizeWeights(Tensor(DType::Float32, {2, 3}), {.axis = 0});
    QCOMPARE(dead.scales, (std::vector<float>{1, 1}));
}

void TestQuantizeParameters::weightsHaveOneScaleForTheTensor()
{
    const auto weights = Tensor::of<float>({2, 2}, std::vector<float>{1, -2, 0.4f, 0.3f});
    const auto whole = quantizeWeights(weights, {.perChannel = false});
    QCOMPARE(whole.scales.size(), std::size_t(1));
    QCOMPARE(integersOf(whole.values), (std::vector<int>{64, -127, 25, 19})); // 63.5, 25.4, 19.05
}

void TestQuantizeParameters::reducedWeightsStayWithin63()
{
    const auto weights = Tensor::of<float>({1, 3}, std::vector<float>{1, -1, 0.3f});
    QCOMPARE(integersOf(quantizeWeights(weights, {.axis = 0, .largest = 63}).values), (std::vector<int>{63, -63, 19}));
}

void TestQuantizeParameters::weightsThatAreNotFiniteAreRefused()
{
    const auto weights = Tensor::of<float>({1, 2}, std::vector<float>{1, std::numeric_limits<float>::infinity()});
    QVERIFY_EXCEPTION_THROWN(quantizeWeights(weights, {}), Error);
}

void TestQuantizeParameters::biasesAreOnTheProductsGrid()
{
    const std::vector<float> bias = {0.5f, -1.0f};
    const std::vector<float> scales = {0.02f, 0.04f};
    QCOMPARE(integersOf(quantizeBias(bias, 0.125f, scales)), (std::vector<int>{200, -200})); // scales 0.0025 and 0.005
    QCOMPARE(integersOf(quantizeBias(bias, 0.125f, std::vector<float>{0.02f})), (std::vector<int>{200, -400}));
}

void TestQuantizeParameters::aWeightScaleGrowsUntilItsBiasFits()
{
    const float inputScale = 0.01f;
    const float bias = 100;
    const auto weights = Tensor::of<float>({1, 1}, std::vector<float>{1e-9f});
    const std::vector<float> floors = {smallestWeightScale(bias, inputScale)};
    const auto result = quantizeWeights(weights, {.axis = 0}, floors);
    const auto stored = toInt64s(quantizeBias(std::vector<float>{bias}, inputScale, result.scales))[0];
    QVERIFY(std::abs(stored) <= (1ll << 30) + 1);
    QVERIFY(isNear(static_cast<double>(stored) * inputScale * result.scales[0], bias));
}

void TestQuantizeParameters::minMaxPassesOverWhatIsNotFinite()
{
    MinMaxCollector collector;
    collector.add(std::vector<float>{3, std::numeric_limits<float>::quiet_NaN(), 5});
    collector.add(std::vector<float>{std::numeric_limits<float>::infinity(), 4});
    QCOMPARE(collector.range().low, 3.0f);
    QCOMPARE(collector.range().high, 5.0f);
}

void TestQuantizeParameters::percentilesAreThoseCountedByHand()
{
    // 1 to 1000: below 1024 = 4096 bins of 0.25. 99 % leaves out 5 values at either end, and the fifth ends its bin.
    std::vector<float> values;
    for (int i = 1; i <= 1000; ++i)
        values.push_back(static_cast<float>(i));
    HistogramCollector collector;
    collector.add(values);
    QCOMPARE(collector.range(99).low, 5.25f);
    QCOMPARE(collector.range(99).high, 995.25f);
    QCOMPARE(collector.range(100).low, 1.0f);
    QCOMPARE(collector.range(100).high, 1000.0f);
    HistogramCollector nothing;
    nothing.add(std::vector<float>{0, 0});
    QCOMPARE(nothing.range(99).high, 0.0f);
}

void TestQuantizeParameters::percentilesLeaveAnOutlierOut()
{
    HistogramCollector collector;
    std::vector<float> values;
    for (int i = 0; i < 100000; ++i)
        values.push_back(static_cast<float>(i) / 100000);
    collector.add(values);
    collector.add(std::vector<float>{1000});
    QCOMPARE(collector.range(100).high, 1000.0f);
    QVERIFY(collector.range(99.9).high < 1.01f); // bins are 0.25 wide by now, and linear inside
    QVERIFY(collector.range(99.9).high > 0.99f);
}

void TestQuantizeParameters::aHistogramDoesntDependOnTheOrderOfBatches()
{
    const std::vector<std::vector<float>> batches = {{0.001f, -0.0005f}, {-3, 2.7f, 0.3f}, {100, 55, -20}, {1e-6f}};
    HistogramCollector forwards;
    HistogramCollector backwards;
    for (const auto& batch : batches)
        forwards.add(batch);
    for (auto batch = batches.rbegin(); batch != batches.rend(); ++batch)
        backwards.add(*batch);
    for (const double percentile : {20.0, 50.0, 90.0, 99.0}) {
        QCOMPARE(forwards.range(percentile).low, backwards.range(percentile).low);
        QCOMPARE(forwards.range(percentile).high, backwards.range(percentile).high);
    }
}

QTEST_GUILESS_MAIN(TestQuantizeParameters)
#include "test_quantize_parameters.moc"
