// SPDX-License-Identifier: GPL-3.0-or-later
// A frozen body runs once; only what comes behind it is trained.
#include "engine/bars_data.h"
#include "onnx_io/onnx_io.h"
#include "train/feature_cache.h"
#include "train/freeze.h"
#include "train/preparation.h"

#include <QtTest>

#include <cmath>

using namespace hone;
using namespace hone::testing;

class TestFeatureCache : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_data = drawBars(m_folder.path().toStdString()); }

    void theCutIsAsLateAsItCanBe()
    {
        const Graph graph = smallNetwork(classCount);
        const auto cut = cutFrozenBody(graph, bodyOf(graph));
        QVERIFY(cut.has_value());
        QCOMPARE(cut->features, std::int64_t{16});
        QVERIFY(!cut->body.findNode("fc") || cut->body.order().size() == graph.order().size() - cut->head.order().size());
        for (const NodeId id : cut->head.order())
            QVERIFY(graph.node(id).opType != "Conv");
    }

    void aStageThatLearnsEndsTheFrozenBody()
    {
        const Graph graph = smallNetwork(classCount);
        const auto cut = cutFrozenBody(graph, nodesMatching(graph, {"conv1", "bn1", "stage1.*"}));
        QVERIFY(cut.has_value());
        const auto has = [&](const Graph& part, const std::string& name) {
            return std::ranges::any_of(part.order(), [&](NodeId id) { return part.node(id).name == name; });
        };
        QVERIFY(has(cut->body, "stage1.block1.conv2"));
        QVERIFY(has(cut->head, "stage2.block1.conv1"));
        QVERIFY(!has(cut->head, "stage1.block1.conv2"));
    }

    void nothingIsCutWhereNothingIsFrozen()
    {
        const Graph graph = smallNetwork(classCount);
        QVERIFY(!cutFrozenBody(graph, {}));
        QVERIFY(!cutFrozenBody(graph, nodesMatching(graph, {"stage1.*"}))); // conv1 before it learns
    }

    void chanceInTheBodyStaysInTraining()
    {
        Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
        chain.then("Conv", {chain.constant("conv", randomTensor({8, 1, 3, 3}, 1, -0.5, 0.5))});
        chain.then("Relu").then("Flatten").then("Dropout").then("Gemm", {chain.constant("fc", randomTensor({288, classCount}, 2))});
        const Graph graph = chain.finish();
        const auto cut = cutFrozenBody(graph, nodesMatching(graph, {"Conv*"}));
        QVERIFY(cut.has_value());
        QCOMPARE(cut->head.order().size(), std::size_t{2});
        QCOMPARE(cut->head.node(cut->head.order()[0]).opType, std::string("Dropout"));
    }

    // The same samples in another order, and the body by another engine: within noise.
    void theResultIsThatOfTheLoopOverPictures()
    {
        TrainOptions options = fewEpochs();
        options.epochs = 20;
        options.freezeBody = true;
        const auto cached = train(smallNetwork(classCount), *m_data, options, {});
        options.featureCache = false;
        const auto naive = train(smallNetwork(classCount), *m_data, options, {});
        QVERIFY2(std::abs(cached.epochs.back().trainLoss - naive.epochs.back().trainLoss) < 0.02 * naive.epochs.back().trainLoss,
                 qPrintable(QString("%1 against %2").arg(cached.epochs.back().trainLoss).arg(naive.epochs.back().trainLoss)));
        QVERIFY(std::abs(cached.epochs.back().validationTop1 - naive.epochs.back().validationTop1) < 0.1);
        for (const char* name : {"conv1.weight", "stage3.block1.bn2.running_var"})
            QVERIFY(initializer(cached.graph, name) == initializer(smallNetwork(classCount), name));
        QVERIFY(!(initializer(cached.graph, "fc.weight") == initializer(smallNetwork(classCount), "fc.weight")));
        QVERIFY(cached.epochs.back().samplesPerSecond > 3 * naive.epochs.back().samplesPerSecond);
    }

    void augmentedFeaturesAreToldOf()
    {
        TrainOptions options = fewEpochs();
        options.epochs = 6;
        options.freezeBody = true;
        options.augmentation.flip = true;
        const auto result = train(smallNetwork(classCount), *m_data, options, {});
        const auto told = std::ranges::find(result.notices, MessageCode::FeaturesOfPasses, &Message::code);
        QVERIFY(told != result.notices.end());
        QCOMPARE(told->arguments.at("passes"), std::string("4"));
        QVERIFY(result.epochs.back().trainLoss < result.epochs.front().trainLoss);
        options.mixUp = 0.2;
        const auto mixing = train(smallNetwork(classCount), *m_data, options, {});
        QVERIFY(std::ranges::find(mixing.notices, MessageCode::FeaturesMixed, &Message::code) != mixing.notices.end());
    }

    void theSameSeedGivesTheSameBytes()
    {
        TrainOptions options = fewEpochs();
        options.freezeBody = true;
        options.threads = 2;
        const auto first = train(smallNetwork(classCount), *m_data, options, {});
        const auto second = train(smallNetwork(classCount), *m_data, options, {});
        QCOMPARE(serializeOnnx(first.graph), serializeOnnx(second.graph));
    }

private:
    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

QTEST_GUILESS_MAIN(TestFeatureCache)
#include "test_feature_cache.moc"
