// SPDX-License-Identifier: GPL-3.0-or-later
// What may be asked of a training besides the plain loop.
#include "data/loader.h"
#include "data/pairing.h"
#include "data/random_operations.h"
#include "engine/bars_data.h"
#include "train/mixing.h"
#include "train/schedule.h"
#include "train/trainer.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace hone;
using namespace hone::testing;

namespace
{

// One update an epoch, w -= rate * gradient.
TrainOptions plainDescent(int epochs)
{
    TrainOptions options = fewEpochs();
    options.epochs = epochs;
    options.batch = 10'000;
    options.momentum = 0;
    options.weightDecay = 0;
    options.schedule = Schedule::Constant;
    options.warmUpEpochs = 0;
    options.keepBest = false;
    return options;
}

std::vector<double> difference(const Graph& after, const Graph& before, const std::string& name)
{
    const Tensor a = initializer(after, name), b = initializer(before, name);
    std::vector<double> result;
    for (std::size_t i = 0; i < a.data<float>().size(); ++i)
        result.push_back(static_cast<double>(a.data<float>()[i]) - static_cast<double>(b.data<float>()[i]));
    return result;
}

double squares(const std::vector<double>& values)
{
    return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

double largestDifference(const Tensor& a, const Tensor& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.data<float>().size(); ++i)
        largest = std::max(largest, std::abs(static_cast<double>(a.data<float>()[i]) - static_cast<double>(b.data<float>()[i])));
    return largest;
}

const std::vector<std::string> plainWeights = {"conv.weight", "conv.bias", "fc.weight"};

Batch batchOf(const Dimensions& shape)
{
    Batch batch;
    batch.inputs = randomTensor(shape, 11);
    for (std::int64_t i = 0; i < shape[0]; ++i)
        batch.labels.push_back(i % 3);
    return batch;
}

// Conv, then the logarithm of values that are partly negative, then the head.
Graph networkWithLogarithm()
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
    chain.then("Conv", {chain.constant("conv.weight", randomTensor({2, 1, 3, 3}, 1, -0.5, 0.5))});
    chain.then("Log").then("Relu").then("Flatten").then("Gemm", {chain.constant("fc", randomTensor({72, classCount}, 2, -0.1, 0.1))});
    Graph graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classCount)};
    return graph;
}

} // namespace

class TestTrainingOptions : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_data = drawBars(m_folder.path().toStdString()); }

    void accumulatedBatchesGiveTheUpdateOfOneLargeBatch()
    {
        TrainOptions options = fewEpochs();
        options.epochs = 1;
        options.batch = 60; // of which there are six
        const Graph whole = train(plainNetwork(), *m_data, options, {}).graph;
        options.batch = 20;
        options.accumulate = 3;
        const Graph parts = train(plainNetwork(), *m_data, options, {}).graph;
        options.accumulate = 1;
        const Graph other = train(plainNetwork(), *m_data, options, {}).graph;
        for (const auto& name : plainWeights) {
            const double same = largestDifference(initializer(parts, name), initializer(whole, name));
            QVERIFY2(same < 1e-5, qPrintable(QString("%1: %2").arg(name.c_str()).arg(same)));
            QVERIFY(largestDifference(initializer(other, name), initializer(whole, name)) > 1e-3);
        }
    }

    void clippedGradientsHaveTheNormAskedFor()
    {
        TrainOptions options = plainDescent(1);
        options.learningRate = 0.5;
        options.clipNorm = 0.01;
        const Graph before = plainNetwork();
        const Graph after = train(before, *m_data, options, {}).graph;
        double sum = 0;
        for (const auto& name : plainWeights)
            sum += squares(difference(after, before, name));
        QVERIFY2(std::abs(std::sqrt(sum) - 0.5 * 0.01) < 1e-5, qPrintable(QString::number(std::sqrt(sum))));
    }

    void shortGradientsAreNotClipped()
    {
        TrainOptions options = plainDescent(2);
        const Graph unclipped = train(plainNetwork(), *m_data, options, {}).graph;
        options.clipNorm = 1e6;
        const Graph clipped = train(plainNetwork(), *m_data, options, {}).graph;
        for (const auto& name : plainWeights)
            QVERIFY(initializer(clipped, name) == initializer(unclipped, name));
    }

    void averagesAreThoseComputedByHand()
    {
        const Graph start = plainNetwork();
        const Graph one = train(start, *m_data, plainDescent(1), {}).graph;
        const Graph two = train(start, *m_data, plainDescent(2), {}).graph;
        TrainOptions options = plainDescent(2);
        options.emaDecay = 0.2; // more than 2 / 11 of the first update, less than 3 / 12 of the second
        const Graph average = train(start, *m_data, options, {}).graph;
        const double first = 2.0 / 11, second = 0.2;
        for (const auto& name : plainWeights) {
            const auto w0 = initializer(start, name).data<float>(), w1 = initializer(one, name).data<float>(),
                       w2 = initializer(two, name).data<float>(), got = initializer(average, name).data<float>();
            for (std::size_t i = 0; i < got.size(); ++i) {
                const double afterOne = first * w0[i] + (1 - first) * w1[i];
                QVERIFY(std::abs(second * afterOne + (1 - second) * w2[i] - got[i]) < 1e-6);
            }
        }
    }

    void bodyLearnsAtItsFactorOfTheRate()
    {
        const Graph before = plainNetwork();
        TrainOptions options = plainDescent(1);
        const Graph full = train(before, *m_data, options, {}).graph;
        options.bodyRateFactor = 0.25;
        const Graph slow = train(before, *m_data, options, {}).graph;
        QVERIFY(initializer(slow, "fc.weight") == initializer(full, "fc.weight"));
        const auto quick = difference(full, before, "conv.weight"), slowly = difference(slow, before, "conv.weight");
        for (std::size_t i = 0; i < quick.size(); ++i)
            QVERIFY(std::abs(slowly[i] - 0.25 * quick[i]) < 1e-6);
        QVERIFY(squares(quick) > 0);
    }

    // The numbers are those of PyTorch's OneCycleLR(max_lr=1, total_steps=100).
    void oneCycleIsThatOfPyTorch()
    {
        TrainOptions options;
        options.epochs = 10;
        options.learningRate = 1;
        options.schedule = Schedule::OneCycle;
        for (const auto& [step, rate] :
             {std::pair{0, 0.04}, {10, 0.29516394846410077}, {29, 1.0}, {30, 0.9994965352845243}, {60, 0.5892800902855287}, {99, 4e-06}})
            QVERIFY2(std::abs(learningRateAt(options, step, 10) - rate) < 1e-12, qPrintable(QString::number(step)));
    }

    void mixUpIsAWeightedMeanOfTwoSamples()
    {
        const Batch before = batchOf({6, 2, 4, 4});
        Batch batch = before;
        const Answers answers = mixed(batch, {.mixUp = 0.4, .seed = 5}, 3);
        QCOMPARE(answers.labels, before.labels);
        QCOMPARE(answers.others.size(), std::size_t{6});
        QVERIFY(answers.share >= 0 && answers.share <= 1);
        const auto from = before.inputs.data<float>(), to = batch.inputs.data<float>();
        for (std::size_t i = 0; i < 6; ++i) {
            bool found = false;
            for (std::size_t other = 0; other < 6; ++other) {
                bool all = before.labels[other] == answers.others[i];
                for (std::size_t j = 0; j < 32; ++j)
                    all = all &&
                          std::abs(answers.share * from[i * 32 + j] + (1 - answers.share) * from[other * 32 + j] - to[i * 32 + j]) < 1e-6;
                found = found || all;
            }
            QVERIFY(found);
        }
    }

    void cutMixPutsABoxOfAnotherSampleIn()
    {
        for (const Layout layout : {Layout::Nchw, Layout::Nhwc}) {
            const Batch before = batchOf(layout == Layout::Nchw ? Dimensions{4, 2, 8, 6} : Dimensions{4, 8, 6, 2});
            Batch batch = before;
            const Answers answers = mixed(batch, {.cutMix = 1, .layout = layout, .seed = 2}, 1);
            const auto from = before.inputs.data<float>(), to = batch.inputs.data<float>();
            std::size_t stayed = 0;
            for (std::size_t j = 0; j < 96; ++j)
                stayed += from[j] == to[j] ? 1 : 0;
            bool isPartner = false;
            for (std::size_t other = 0; other < 4; ++other) {
                bool all = true;
                for (std::size_t j = 0; j < 96; ++j)
                    all = all && (to[j] == from[j] || to[j] == from[other * 96 + j]);
                isPartner = isPartner || (all && before.labels[other] == answers.others[0]);
            }
            QVERIFY(isPartner);
            if (answers.others[0] != answers.labels[0])
                QCOMPARE(static_cast<double>(stayed) / 96, answers.share);
        }
    }

    void mixingGoesBySeedAndStep()
    {
        const auto mix = [](std::uint64_t seed, std::int64_t step) {
            Batch batch = batchOf({4, 1, 4, 4});
            mixed(batch, {.mixUp = 1, .cutMix = 1, .seed = seed}, step);
            return batch.inputs;
        };
        QVERIFY(mix(1, 7) == mix(1, 7));
        QVERIFY(!(mix(1, 7) == mix(1, 8)));
        QVERIFY(!(mix(1, 7) == mix(2, 7)));
    }

    // Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1)).
    void sharesFollowTheBetaDistribution()
    {
        for (const double alpha : {0.3, 2.0}) {
            double sum = 0, sumOfSquares = 0;
            constexpr int draws = 4000;
            for (int step = 0; step < draws; ++step) {
                Batch batch = batchOf({2, 1});
                const double share = mixed(batch, {.mixUp = alpha, .seed = 9}, step).share;
                sum += share;
                sumOfSquares += share * share;
            }
            const double mean = sum / draws, variance = sumOfSquares / draws - mean * mean;
            QVERIFY2(std::abs(mean - 0.5) < 0.02, qPrintable(QString::number(mean)));
            QVERIFY2(std::abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.01, qPrintable(QString::number(variance)));
        }
    }

    void mixedBatchesAreLearntFrom()
    {
        TrainOptions options = fewEpochs();
        options.mixUp = 0.2;
        options.cutMix = 1;
        const auto result = train(plainNetwork(), *m_data, options, {});
        QVERIFY(result.epochs.back().trainLoss < result.epochs.front().trainLoss);
        QVERIFY(result.epochs.back().validationTop1 > 0.9);
    }

    void pictureOperationsDoWhatTheySay()
    {
        using enum PictureOperation;
        const std::vector<std::uint8_t> picture = {10, 60, 110, 160, 210, 240, 30, 90, 200}; // 3x3, grey
        const auto changed = [&](PictureOperation operation, double strength) {
            std::vector<std::uint8_t> pixels = picture;
            apply(operation, strength, {3, 3, 1}, pixels);
            return pixels;
        };
        using Pixels = std::vector<std::uint8_t>;
        QCOMPARE(changed(Identity, 10), picture);
        QCOMPARE(changed(Rotate, 30), (Pixels{30, 160, 10, 90, 210, 60, 200, 240, 110})); // 90 degrees
        QCOMPARE(changed(Solarize, 2), (Pixels{10, 60, 110, 160, 45, 15, 30, 90, 200}));  // from 204 on
        QCOMPARE(changed(Posterize, 10), (Pixels{0, 48, 96, 160, 208, 240, 16, 80, 192}));
        QCOMPARE(changed(Brightness, -10), (Pixels{1, 6, 11, 16, 21, 24, 3, 9, 20}));
        QCOMPARE(changed(Contrast, -10), (Pixels{112, 117, 122, 127, 132, 135, 114, 120, 131})); // mean 123
        QCOMPARE(changed(AutoContrast, 0).front(), std::uint8_t{0});
        QCOMPARE(changed(AutoContrast, 0).at(5), std::uint8_t{255});
        QCOMPARE(changed(TranslateX, 10), (Pixels{60, 110, 0, 210, 240, 0, 90, 200, 0})); // 0.45 of 3 pixels: one
        QCOMPARE(changed(Colour, 10), picture);
    }

    void randomOperationsAreTheSameOnAnyNumberOfThreads()
    {
        const auto read = [&](int threads, std::uint64_t seed) {
            LoaderOptions options;
            options.threads = threads;
            options.seed = seed;
            options.augmentation.randomOperations = 2;
            options.augmentation.magnitude = 8;
            Loader loader(*m_data, Split::Train, pair(plainNetwork(), *m_data), options);
            return loader.next({})->inputs;
        };
        QVERIFY(read(1, 1) == read(3, 1));
        QVERIFY(!(read(1, 1) == read(1, 2)));
    }

    void theFirstValueThatIsNoNumberIsNamed()
    {
        try {
            train(networkWithLogarithm(), *m_data, fewEpochs(), {});
            QFAIL("it should have stopped");
        } catch (const Error& error) {
            QCOMPARE(error.code(), MessageCode::LossNotFinite);
            QCOMPARE(error.message().arguments.at("value"), std::string("Log_1_0"));
            QCOMPARE(error.message().arguments.at("layer"), std::string("Log_1"));
            QCOMPARE(error.message().arguments.at("epoch"), std::string("1"));
        }
    }

    void behindAGoodEpochItGoesBackToThat()
    {
        TrainOptions options = fewEpochs();
        options.schedule = Schedule::Step;
        options.stepEpochs = 2;
        options.stepFactor = 1e30; // from the third epoch on
        options.keepBest = false;
        const auto result = train(plainNetwork(), *m_data, options, {});
        QCOMPARE(result.epochs.size(), std::size_t{2});
        QCOMPARE(result.keptEpoch, 2);
        options.epochs = 2;
        const auto good = train(plainNetwork(), *m_data, options, {});
        for (const auto& name : plainWeights)
            QVERIFY(initializer(result.graph, name) == initializer(good.graph, name));
        QCOMPARE(result.notices.back().code, MessageCode::TrainingWentBack);
        QCOMPARE(result.notices.back().arguments.at("epoch"), std::string("3"));
        QCOMPARE(result.notices.back().arguments.at("kept"), std::string("2"));
        QVERIFY(!result.notices.back().arguments.at("value").empty());
    }

    // Products of 8 bits' precision, summed in float32: the loss follows within a few percent.
    void bf16TrainsLikeFloat32()
    {
        TrainOptions options = fewEpochs();
        const auto exact = train(smallNetwork(classCount), *m_data, options, {});
        options.precision = Precision::Bf16;
        const auto rounded = train(smallNetwork(classCount), *m_data, options, {});
        if (!rounded.notices.empty() && rounded.notices.back().code == MessageCode::Bf16Unavailable) {
            QCOMPARE(rounded.epochs.back().trainLoss, exact.epochs.back().trainLoss);
            QSKIP("this processor has no bf16 arithmetic; float32 was used, as the notice says");
        }
        QVERIFY(rounded.epochs.front().trainLoss != exact.epochs.front().trainLoss);
        for (std::size_t i = 0; i < exact.epochs.size(); ++i)
            QVERIFY2(std::abs(rounded.epochs[i].trainLoss - exact.epochs[i].trainLoss) < 0.15 * exact.epochs[0].trainLoss,
                     qPrintable(QString("%1 against %2").arg(rounded.epochs[i].trainLoss).arg(exact.epochs[i].trainLoss)));
        QVERIFY(rounded.epochs.back().validationTop1 > 0.9);
        QCOMPARE(initializer(rounded.graph, "fc.weight").dtype(), DType::Float32);
    }

    void cudaIsRefusedWithAReasonWhereThereIsNone()
    {
        TrainOptions options = fewEpochs();
        options.epochs = 1;
        options.device = TrainingDevice::Cuda;
        try {
            const auto result = train(plainNetwork(), *m_data, options, {});
            QVERIFY(result.epochs.size() == 1); // a LibTorch with CUDA, and a graphics processor
        } catch (const Error& error) {
            QVERIFY(error.code() == MessageCode::CudaMissing || error.code() == MessageCode::CudaNoDevice);
            QVERIFY(!error.message().arguments.at("version").empty());
        }
    }

private:
    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

QTEST_GUILESS_MAIN(TestTrainingOptions)
#include "test_training_options.moc"
