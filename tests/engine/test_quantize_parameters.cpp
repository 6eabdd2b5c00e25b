// SPDX-License-Identifier: GPL-3.0-or-later
// Scales, zero points and ranges, computed by hand from QuantizeLinear's definition: real = scale * (integer - zeroPoint).
#include "core/error.h"
#include "core/random.h"
#include "quantize/adaptive_rounding.h"
#include "quantize/mixed_precision.h"
#include "quantize/parameters.h"
#include "quantize/range_method.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

using namespace hone;

namespace
{

std::vector<int> integersOf(const Tensor& tensor)
{
    const auto values = toInt64s(tensor);
    return {values.begin(), values.end()};
}

TensorStatistics statisticsOf(const std::vector<std::vector<float>>& batches)
{
    TensorStatistics statistics;
    for (const auto& batch : batches)
        statistics.add(batch, 1);
    return statistics;
}

TensorRange percentile(const TensorStatistics& statistics, double percent)
{
    return rangeOf(statistics, {.method = RangeMethod::Percentile, .percentile = percent});
}

// What the grid over a range does to values, by its definition.
double meanSquaredError(const std::vector<float>& values, TensorRange range)
{
    const auto grid = activationParameters(range, {});
    double sum = 0;
    for (const float value : values) {
        const double back = grid.scale * (quantized(value, grid.scale, grid.zeroPoint, 0, 255) - grid.zeroPoint);
        sum += (value - back) * (value - back);
    }
    return sum / static_cast<double>(values.size());
}

// Bell-shaped, with a few values far out.
std::vector<float> heavyTailed(std::size_t count)
{
    Random random(11);
    std::vector<float> values;
    for (std::size_t i = 0; i < count; ++i)
        values.push_back(static_cast<float>(random.normal() * (i % 500 == 0 ? 8 : 1)));
    return values;
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
    void whatIsNotFiniteIsCountedAndPassedOver();
    void percentilesAreThoseCountedByHand();
    void percentilesLeaveAnOutlierOut();
    void aHistogramDoesntDependOnTheOrderOfBatches();
    void shareBelowIsCountedByHand();
    void movingAveragesAreThoseComputedByHand();
    void averagesDontDependOnBatches();
    void meanSquaredRangesAreTheBestThereAre();
    void pixelsBetweenTwoStepsGetAGridOfTheirOwn();
    void entropyCutsOffAnOutlierAndKeepsTheRest();
    void entropyKeepsARangeThatItsValuesFill();
    void aConstantTensorKeepsItsRange();
    void adaptiveRoundingFindsTheBestThereIs();
    void adaptiveRoundingLeavesZerosAlone();
    void fewerBitsGetScalesOfLeastError();
    void theShortestListOfFloatLayersThatIsGoodEnoughIsFound();
    void aBoundIsMetWhereTheDropDoesNotFallWithEveryLayer();
    void aBudgetIsKept();
    void whatABudgetAllowsIsUsedUp();
    void aBoundBeyondTheBudgetIsNotMet();
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
    const auto grid = activationParameters({low, high}, {.isSigned = isSigned});
    QVERIFY(isNear(grid.scale, scale));
    QCOMPARE(grid.zeroPoint, zeroPoint);
}

void TestQuantizeParameters::zeroIsOnEveryGrid()
{
    for (const float low : {-7.3f, -0.001f, 0.0f, 0.4f})
        for (const bool isSigned : {false, true}) {
            const auto grid = activationParameters({low, 1.7f}, {.isSigned = isSigned});
            const int lowest = isSigned ? -128 : 0;
            QCOMPARE(quantized(0, grid.scale, grid.zeroPoint, lowest, lowest + 255), grid.zeroPoint);
        }
}

void TestQuantizeParameters::aGridFromZeroEndsWithinItsRange()
{
    for (int i = 1; i < 1000; ++i) {
        const float high = 0.0173f * static_cast<float>(i);
        const auto grid = activationParameters({0, high}, {});
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

void TestQuantizeParameters::whatIsNotFiniteIsCountedAndPassedOver()
{
    const auto statistics = statisticsOf({{3, std::numeric_limits<float>::quiet_NaN(), 5}, {std::numeric_limits<float>::infinity(), 4}});
    QCOMPARE(statistics.low, 3.0f);
    QCOMPARE(statistics.high, 5.0f);
    QCOMPARE(statistics.notFinite, std::uint64_t(2));
    QCOMPARE(statistics.histogram.total(), std::uint64_t(3));
}

void TestQuantizeParameters::percentilesAreThoseCountedByHand()
{
    // 1 to 1000: below 1024 = 4096 bins of 0.25. 99 % leaves out 5 values at either end, and the fifth ends its bin.
    std::vector<float> values;
    for (int i = 1; i <= 1000; ++i)
        values.push_back(static_cast<float>(i));
    const auto statistics = statisticsOf({values});
    QCOMPARE(percentile(statistics, 99).low, 5.25f);
    QCOMPARE(percentile(statistics, 99).high, 995.25f);
    QCOMPARE(percentile(statistics, 100).low, 1.0f);
    QCOMPARE(percentile(statistics, 100).high, 1000.0f);
    QCOMPARE(percentile(statisticsOf({{0, 0}}), 99).high, 0.0f);
}

void TestQuantizeParameters::percentilesLeaveAnOutlierOut()
{
    std::vector<float> values;
    for (int i = 0; i < 100000; ++i)
        values.push_back(static_cast<float>(i) / 100000);
    const auto statistics = statisticsOf({values, {1000}});
    QCOMPARE(percentile(statistics, 100).high, 1000.0f);
    QVERIFY(percentile(statistics, 99.9).high < 1.01f); // bins are 0.25 wide by now, and linear inside
    QVERIFY(percentile(statistics, 99.9).high > 0.99f);
}

void TestQuantizeParameters::aHistogramDoesntDependOnTheOrderOfBatches()
{
    std::vector<std::vector<float>> batches = {{0.001f, -0.0005f}, {-3, 2.7f, 0.3f}, {100, 55, -20}, {1e-6f}};
    const auto forwards = statisticsOf(batches);
    std::ranges::reverse(batches);
    const auto backwards = statisticsOf(batches);
    QVERIFY(std::ranges::equal(forwards.histogram.counts(), backwards.histogram.counts()));
    QCOMPARE(forwards.histogram.exponent(), backwards.histogram.exponent());
}

void TestQuantizeParameters::shareBelowIsCountedByHand()
{
    const auto statistics = statisticsOf({{-1, -0.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f}}); // each begins its bin
    QCOMPARE(statistics.histogram.shareBelow(-1), 0.0);
    QCOMPARE(statistics.histogram.shareBelow(0), 2.0 / 8);
    QCOMPARE(statistics.histogram.shareBelow(2), 6.0 / 8);
    QCOMPARE(statistics.histogram.shareBelow(3), 1.0);
    // Bins are 1/1024 wide or less: 2 and 2.5 become 1.5, -1 and -0.5 become 0.
    QVERIFY(std::abs(statistics.histogram.clippingMovesMeanBy(0, 1.5) - (-0.5 - 1 + 1 + 0.5) / 8) < 1e-3);
    QVERIFY(std::abs(statistics.histogram.clippingMovesMeanBy(-1, 1.5) - (-0.5 - 1) / 8) < 1e-3);
    QCOMPARE(statistics.histogram.clippingMovesMeanBy(-2, 3), 0.0);
    QCOMPARE(Histogram().clippingMovesMeanBy(0, 0), 0.0);
}

void TestQuantizeParameters::movingAveragesAreThoseComputedByHand()
{
    TensorStatistics statistics;
    statistics.add(std::vector<float>{0, 10, 0, 20}, 2); // two samples: 10, then 10 + 0.01 * (20 - 10)
    const auto range = rangeOf(statistics, {.method = RangeMethod::MovingAverage});
    QCOMPARE(range.low, 0.0f);
    QCOMPARE(range.high, 10.1f);
}

void TestQuantizeParameters::averagesDontDependOnBatches()
{
    TensorStatistics together;
    together.add(std::vector<float>{-1, 4, -3, 2, -2, 9}, 3);
    const auto apart = statisticsOf({{-1, 4}, {-3, 2}, {-2, 9}});
    QCOMPARE(together.averageLow, apart.averageLow);
    QCOMPARE(together.averageHigh, apart.averageHigh);
}

void TestQuantizeParameters::meanSquaredRangesAreTheBestThereAre()
{
    const auto values = heavyTailed(20000);
    const auto statistics = statisticsOf({values});
    const double found = meanSquaredError(values, rangeOf(statistics, {.method = RangeMethod::MeanSquared}));
    double best = std::numeric_limits<double>::infinity();
    for (int low = 1; low <= 60; ++low)
        for (int high = 1; high <= 60; ++high)
            best = std::min(best, meanSquaredError(values, {statistics.low * static_cast<float>(low) / 60,
                                                            statistics.high * static_cast<float>(high) / 60}));
    QVERIFY2(found <= 1.02 * best, qPrintable(QString("%1 %2").arg(found).arg(best)));
    QVERIFY(found <= meanSquaredError(values, {statistics.low, statistics.high}));
}

// Bytes as p / 127.5 - 1: every one of them lies half a step from the grid over [-1, 1], on which 0 has to be.
void TestQuantizeParameters::pixelsBetweenTwoStepsGetAGridOfTheirOwn()
{
    std::vector<float> values;
    for (int i = 0; i < 256 * 64; ++i)
        values.push_back(static_cast<float>(i % 256) / 127.5f - 1);
    const double found = meanSquaredError(values, rangeOf(statisticsOf({values}), {.method = RangeMethod::MeanSquared}));
    QVERIFY2(found < 0.5 * meanSquaredError(values, {-1, 1}), qPrintable(QString::number(found)));
}

void TestQuantizeParameters::entropyCutsOffAnOutlierAndKeepsTheRest()
{
    auto values = heavyTailed(50000);
    for (float& value : values)
        value = std::clamp(value, -4.0f, 4.0f);
    values.push_back(100);
    const auto range = rangeOf(statisticsOf({values}), {.method = RangeMethod::Entropy});
    QVERIFY2(range.high > 2.5f && range.high < 20, qPrintable(QString::number(static_cast<double>(range.high))));
}

// Evenly spread, with many zeros and many values at the end, as a Clip gives them: there is nothing to cut off.
void TestQuantizeParameters::entropyKeepsARangeThatItsValuesFill()
{
    Random random(3);
    std::vector<float> values;
    for (int i = 0; i < 50000; ++i)
        values.push_back(static_cast<float>(std::clamp(random.uniform(-4, 8), 0.0, 6.0)));
    const auto range = rangeOf(statisticsOf({values}), {.method = RangeMethod::Entropy});
    QVERIFY2(range.high > 5.8f, qPrintable(QString::number(static_cast<double>(range.high))));
}

void TestQuantizeParameters::aConstantTensorKeepsItsRange()
{
    for (const auto method :
         {RangeMethod::MinMax, RangeMethod::MovingAverage, RangeMethod::Percentile, RangeMethod::Entropy, RangeMethod::MeanSquared}) {
        const auto range = rangeOf(statisticsOf({{2, 2, 2}}), {.method = method});
        QCOMPARE(range.low, 2.0f);
        QCOMPARE(range.high, 2.0f);
    }
}

// Against all ways of rounding six weights of inputs that depend on each other.
void TestQuantizeParameters::adaptiveRoundingFindsTheBestThereIs()
{
    constexpr std::size_t count = 6;
    constexpr double scale = 0.1;
    int improvable = 0;
    int better = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random random(seed);
        std::vector<double> weights;
        for (std::size_t i = 0; i < count; ++i)
            weights.push_back(random.uniform(-0.6, 0.6));
        Moments moments{std::vector<double>(count * count), std::vector<double>(count), std::vector<double>(count), {0}, 200};
        for (int row = 0; row < 200; ++row) {
            const double common = random.normal();
            std::vector<double> x;
            double y = 0;
            for (std::size_t i = 0; i < count; ++i) {
                x.push_back(common + 0.5 * random.normal());
                y += weights[i] * x[i];
            }
            for (std::size_t i = 0; i < count; ++i) {
                moments.targets[i] += x[i] * y;
                for (std::size_t j = 0; j < count; ++j)
                    moments.inputs[i * count + j] += x[i] * x[j];
            }
        }
        const RoundingProblem problem{weights, scale, 7, &moments, 0};
        const double found =
            squaredErrorOf(problem, AdaptiveRounding(moments, 1e-9).rounded(problem, AdaptiveRounding::Scales::Given).integers, 1e6);
        const double nearest = squaredErrorOf(problem, roundedToNearest(problem), 1e6);
        double best = nearest;
        for (int way = 0; way < 4096; ++way) { // four integers around each weight
            std::vector<std::int8_t> integers;
            for (std::size_t i = 0; i < count; ++i)
                integers.push_back(static_cast<std::int8_t>(std::floor(weights[i] / scale) - 1 + ((way >> (2 * i)) & 3)));
            best = std::min(best, squaredErrorOf(problem, integers, 1e6));
        }
        QVERIFY(found <= nearest + 1e-9);
        // Coordinate descent may end beside the best: it makes up for most of what nearest rounding loses.
        QVERIFY2(nearest - found >= 0.6 * (nearest - best) - 1e-9,
                 qPrintable(QString("%1 of %2").arg(nearest - found).arg(nearest - best)));
        improvable += best < nearest - 1e-9;
        better += found < nearest - 1e-9;
    }
    QVERIFY2(improvable >= 5 && better == improvable, qPrintable(QString("%1 of %2").arg(better).arg(improvable)));
}

// Inputs that go together ask each weight to make up for what others lose, which 0 would do as well as any.
void TestQuantizeParameters::adaptiveRoundingLeavesZerosAlone()
{
    constexpr std::size_t count = 12;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        Random random(seed);
        std::vector<double> weights;
        for (std::size_t i = 0; i < count; ++i)
            weights.push_back(i % 2 == 0 ? 0 : random.uniform(-0.6, 0.6));
        Moments moments{std::vector<double>(count * count), std::vector<double>(count), std::vector<double>(count), {0}, 200};
        for (int row = 0; row < 200; ++row) {
            const double common = random.normal();
            std::vector<double> x;
            double y = 0;
            for (std::size_t i = 0; i < count; ++i) {
                x.push_back(common + 0.1 * random.normal());
                y += weights[i] * x[i];
            }
            for (std::size_t i = 0; i < count; ++i) {
                moments.targets[i] += x[i] * y;
                for (std::size_t j = 0; j < count; ++j)
                    moments.inputs[i * count + j] += x[i] * x[j];
            }
        }
        const RoundingProblem problem{weights, 0.2, 7, &moments, 0};
        for (const auto scales : {AdaptiveRounding::Scales::Given, AdaptiveRounding::Scales::Searched}) {
            const auto rounded = AdaptiveRounding(moments, 1e-9).rounded(problem, scales);
            int others = 0;
            for (std::size_t i = 0; i < count; ++i) {
                if (weights[i] == 0)
                    QCOMPARE(static_cast<int>(rounded.integers[i]), 0);
                others += rounded.integers[i] != 0;
            }
            QVERIFY(others > 0);
        }
    }
}

void TestQuantizeParameters::fewerBitsGetScalesOfLeastError()
{
    std::vector<float> row;
    Random random(9);
    for (int i = 0; i < 256; ++i)
        row.push_back(static_cast<float>(random.normal()));
    const auto weights = Tensor::of<float>({1, 256}, row);
    const auto errorOf = [&](ScaleChoice choice) {
        const auto made = quantizeWeights(weights, {.axis = 0, .largest = 7, .scale = choice});
        double sum = 0;
        for (std::size_t i = 0; i < row.size(); ++i)
            sum += std::pow(row[i] - made.scales[0] * made.values.data<std::int8_t>()[i], 2);
        return sum;
    };
    QVERIFY(errorOf(ScaleChoice::LeastError) < 0.9 * errorOf(ScaleChoice::Largest));
}

void TestQuantizeParameters::theShortestListOfFloatLayersThatIsGoodEnoughIsFound()
{
    std::vector<LayerDamage> damage;
    for (const double snr : {40.0, 10.0, 30.0, 20.0, 50.0}) {
        const auto name = "layer" + std::to_string(static_cast<int>(snr));
        damage.push_back({.name = name, .macs = 100, .snrDb = snr});
    }
    const auto ordered = byWorth(damage);
    QCOMPARE(ordered.front().name, std::string("layer10"));
    QCOMPARE(ordered.back().name, std::string("layer50"));
    std::size_t tried = 0;
    const auto search = [&](double bound) {
        return choosePrecision({ordered, 500, bound, [&](const std::set<std::string>& names) {
                                    ++tried;
                                    return 5.0 - static_cast<double>(names.size());
                                }});
    };
    const auto choice = search(3);
    QVERIFY(choice.met);
    QCOMPARE(choice.raised, (std::set<std::string>{"layer10", "layer20"}));
    QVERIFY(tried <= 5);
    QCOMPARE(choice.steps.size(), tried);
    QVERIFY(search(5).raised.empty());
    QVERIFY(!search(-1).met);
}

// What a sample more or less makes of it need not fall with every layer.
void TestQuantizeParameters::aBoundIsMetWhereTheDropDoesNotFallWithEveryLayer()
{
    std::vector<LayerDamage> ordered;
    for (int i = 0; i < 8; ++i)
        ordered.push_back({.name = std::to_string(i), .macs = 1, .snrDb = static_cast<double>(i)});
    const std::vector<double> drops{3, 2, 2, 0, 1, 1, 1, 1, 0}; // of so many raised
    PrecisionSearch search{.ordered = ordered, .most = 8, .maxDrop = 0, .dropWith = [&](const std::set<std::string>& names) {
                               return drops.at(names.size());
                           }};
    QCOMPARE(choosePrecision(search).raised.size(), std::size_t{8});
    search.leaves = 1;
    const auto choice = choosePrecision(search);
    QVERIFY(choice.met);
    QCOMPARE(choice.raised.size(), std::size_t{3});
    QVERIFY(std::ranges::none_of(choice.steps, [](const PrecisionStep& step) { return step.floatLayers == 8; }));
}

void TestQuantizeParameters::aBudgetIsKept()
{
    const std::vector<LayerDamage> ordered = {{.name = "a", .macs = 60}, {.name = "b", .macs = 50}, {.name = "c", .macs = 30}};
    QCOMPARE(withinBudget(ordered, 100), (std::set<std::string>{"a", "c"}));
    QVERIFY(withinBudget(ordered, 10).empty());
}

// Five layers that cost 10 bytes each in float beside 100 for all that is on integers.
PrecisionSearch withBytes(double most, double maxDrop)
{
    PrecisionSearch search{.most = 500, .maxDrop = maxDrop};
    for (const char* name : {"a", "b", "c", "d", "e"})
        search.ordered.push_back({.name = name, .macs = 100});
    search.dropWith = [](const std::set<std::string>& names) { return 5.0 - static_cast<double>(names.size()); };
    search.budgets.push_back({"bytes", most,
                              [](const std::set<std::string>& names) { return 100.0 + 10 * static_cast<double>(names.size()); },
                              &PrecisionStep::bytes});
    return search;
}

void TestQuantizeParameters::whatABudgetAllowsIsUsedUp()
{
    const auto choice = choosePrecision(withBytes(125, anyDrop));
    QVERIFY(choice.met);
    QCOMPARE(choice.raised, (std::set<std::string>{"a", "b"}));
    for (const auto& step : choice.steps)
        QCOMPARE(step.bytes.value(), 100.0 + 10 * static_cast<double>(step.floatLayers));
    QCOMPARE(choosePrecision(withBytes(1000, anyDrop)).raised.size(), std::size_t(5));
    QVERIFY(choosePrecision(withBytes(100, anyDrop)).raised.empty());
    auto uneven = withBytes(125, anyDrop);
    uneven.budgets.front().addsUp = true;
    uneven.budgets.front().costWith = [](const std::set<std::string>& names) {
        return 100.0 + 10 * static_cast<double>(names.size()) + (names.contains("b") ? 20 : 0);
    };
    QCOMPARE(choosePrecision(uneven).raised, (std::set<std::string>{"a", "c"}));
    try {
        choosePrecision(withBytes(99, anyDrop));
        QFAIL("a file that can't be that small");
    } catch (const Error& error) {
        QCOMPARE(error.code(), MessageCode::TargetUnreachable);
    }
}

void TestQuantizeParameters::aBoundBeyondTheBudgetIsNotMet()
{
    QVERIFY(!choosePrecision(withBytes(125, 2)).met);
    const auto choice = choosePrecision(withBytes(135, 2));
    QVERIFY(choice.met);
    QCOMPARE(choice.raised, (std::set<std::string>{"a", "b", "c"}));
}

QTEST_GUILESS_MAIN(TestQuantizeParameters)
#include "test_quantize_parameters.moc"
