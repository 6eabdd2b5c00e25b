// SPDX-License-Identifier: GPL-3.0-or-later
// Training on a small data set that the test draws: bars in four places of an 8x8 picture, with noise.
#include "autograd/graph_module.h"
#include "data/pairing.h"
#include "engine/bars_data.h"
#include "onnx_io/onnx_io.h"
#include "train/freeze.h"
#include "train/head.h"
#include "train/schedule.h"

#include <QtTest>

#include <cmath>
#include <limits>
#include <set>

using namespace hone;
using namespace hone::testing;

class TestTrain : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void lossFallsAndAccuracyRises();
    void adamWLearnsToo();
    void sameSeedGivesSameBytes();
    void anotherSeedGivesOthers();
    void frozenLayersStayAsTheyAre();
    void frozenNamesThatMatchNothingAreNamed();
    void headOfAnotherClassCountIsReplaced();
    void headThatFitsIsKept();
    void keepingAHeadThatDoesNotFitIsRefused();
    void fixedBatchModelTrainsAtAnyBatch();
    void softmaxInsideTrainsOnLogits();
    void foldedModelTrains();
    void layersThatShareOneVectorInTheFileGetTheirOwn();
    void aStopRequestEndsTraining();
    void tooHighALearningRateIsReported();
    void unknownOperatorsAreNamedTogether();
    void patienceEndsTrainingEarly();
    void progressCarriesTheCurves();
    void learningRateFollowsItsSchedule();
    void starsMatchAnything();
    void architecturesHaveTheirPapersSize();

private:
    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

void TestTrain::initTestCase()
{
    m_data = drawBars(m_folder.path().toStdString());
}

void TestTrain::lossFallsAndAccuracyRises()
{
    const auto result = train(smallNetwork(classCount), *m_data, fewEpochs(), {});
    QCOMPARE(result.epochs.size(), std::size_t{4});
    QVERIFY2(result.epochs.back().trainLoss < 0.5 * result.epochs.front().trainLoss,
             qPrintable(QString("%1 -> %2").arg(result.epochs.front().trainLoss).arg(result.epochs.back().trainLoss)));
    QVERIFY(result.epochs.at(static_cast<std::size_t>(result.keptEpoch) - 1).validationTop1 > 0.9);
    QVERIFY(!result.headReplaced);
    QCOMPARE(readModelCard(result.graph).classes.size(), std::size_t{classCount});
    QVERIFY(readModelCard(result.graph).preprocess.has_value());
}

void TestTrain::adamWLearnsToo()
{
    TrainOptions options = fewEpochs();
    options.optimizer = Optimizer::AdamW;
    options.learningRate = 0.01;
    options.labelSmoothing = 0.1;
    const auto result = train(smallNetwork(classCount), *m_data, options, {});
    QVERIFY(result.epochs.back().trainLoss < 0.75 * result.epochs.front().trainLoss);
    QVERIFY(result.epochs.back().validationTop1 > 0.9);
}

void TestTrain::sameSeedGivesSameBytes()
{
    TrainOptions options = fewEpochs();
    options.epochs = 2;
    options.threads = 2;
    options.augmentation = {true, 1};
    const auto first = train(smallNetwork(classCount), *m_data, options, {});
    const auto second = train(smallNetwork(classCount), *m_data, options, {});
    QCOMPARE(serializeOnnx(first.graph), serializeOnnx(second.graph));
}

void TestTrain::anotherSeedGivesOthers()
{
    TrainOptions options = fewEpochs();
    options.epochs = 1;
    const auto first = train(smallNetwork(classCount), *m_data, options, {});
    options.seed = 4;
    const auto second = train(smallNetwork(classCount), *m_data, options, {});
    QVERIFY(serializeOnnx(first.graph) != serializeOnnx(second.graph));
}

void TestTrain::frozenLayersStayAsTheyAre()
{
    TrainOptions options = fewEpochs();
    options.epochs = 1;
    options.freeze = {"conv1", "bn1", "stage1.*"};
    const Graph before = smallNetwork(classCount);
    const Graph after = train(before, *m_data, options, {}).graph;
    for (const char* name : {"conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "stage1.block1.conv2.weight",
                             "stage1.block1.bn2.running_var"})
        QVERIFY2(initializer(after, name) == initializer(before, name), name);
    for (const char* name : {"stage2.block1.conv1.weight", "stage2.block1.bn1.running_mean", "fc.weight", "fc.bias"})
        QVERIFY2(!(initializer(after, name) == initializer(before, name)), name);
}

void TestTrain::frozenNamesThatMatchNothingAreNamed()
{
    TrainOptions options = fewEpochs();
    options.freeze = {"stage1.block1.conv9"};
    try {
        train(smallNetwork(classCount), *m_data, options, {});
        QFAIL("it should have been refused");
    } catch (const Error& error) {
        QCOMPARE(error.code(), MessageCode::LayerUnknown);
        QCOMPARE(error.message().arguments.at("layer"), std::string("stage1.block1.conv9"));
        QVERIFY(error.message().arguments.at("similar").find("stage1.block1.conv1") != std::string::npos);
    }
    // A part of a name is like the names that hold it, however long they are.
    options.freeze = {"block1.shortcut"};
    try {
        train(smallNetwork(classCount), *m_data, options, {});
        QFAIL("it should have been refused");
    } catch (const Error& error) {
        QVERIFY(error.message().arguments.at("similar").starts_with("stage2.block1.shortcut"));
    }
}

void TestTrain::headOfAnotherClassCountIsReplaced()
{
    TrainOptions options = fewEpochs();
    options.epochs = 1;
    options.learningRate = 1e-9;
    const Graph before = smallNetwork(7);
    options.head = HeadPolicy::Replace;
    const auto result = train(before, *m_data, options, {});
    QVERIFY(result.headReplaced);
    QCOMPARE(initializer(result.graph, "fc.weight").shape(), (Dimensions{classCount, 16}));
    QCOMPARE(initializer(result.graph, "fc.bias").shape(), Dimensions{classCount});
    QCOMPARE(result.graph.value(result.graph.outputs[0]).type.shape->back(), Dim::fixed(classCount));
    const auto outputs = GraphModule(result.graph).forward({randomTensor({2, 1, side, side}, 1)});
    QCOMPARE(outputs[0].shape(), (Dimensions{2, classCount}));
}

void TestTrain::headThatFitsIsKept()
{
    TrainOptions options = fewEpochs();
    options.epochs = 0;
    const Graph before = smallNetwork(classCount);
    const auto result = train(before, *m_data, options, {});
    QVERIFY(!result.headReplaced);
    QVERIFY(initializer(result.graph, "fc.weight") == initializer(before, "fc.weight"));
}

void TestTrain::keepingAHeadThatDoesNotFitIsRefused()
{
    TrainOptions options = fewEpochs();
    options.head = HeadPolicy::Keep;
    QCOMPARE(codeOf([&] { train(smallNetwork(3), *m_data, options, {}); }), MessageCode::ClassCountMismatch);
}

// As older exporters write it: a batch of 1, and Reshape targets that repeat it.
Graph fixedBatchNetwork()
{
    Chain chain(8, fixedShape(std::vector<std::int64_t>{1, 1, side, side}));
    chain.then("Conv", {chain.constant("conv.weight", randomTensor({6, 1, 3, 3}, 1, -0.5, 0.5))},
               {{"kernel_shape", std::vector<std::int64_t>{3, 3}}, {"auto_pad", std::string("SAME_UPPER")}});
    chain.then("Relu").then("MaxPool", {},
                            {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}});
    chain.then("Reshape", {chain.constant("flat", hone::testing::integers({1, 96}))});
    chain.then("MatMul", {chain.constant("fc.weight", randomTensor({96, classCount}, 2, -0.1, 0.1))});
    chain.then("Add", {chain.constant("fc.bias", Tensor(DType::Float32, {1, classCount}))});
    Graph graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = fixedShape(std::vector<std::int64_t>{1, classCount});
    return graph;
}

void TestTrain::fixedBatchModelTrainsAtAnyBatch()
{
    const Graph before = fixedBatchNetwork();
    const auto result = train(before, *m_data, fewEpochs(), {});
    QVERIFY(result.epochs.back().trainLoss < 0.5 * result.epochs.front().trainLoss);
    QVERIFY(!(initializer(result.graph, "fc.bias") == initializer(before, "fc.bias")));
    QCOMPARE(initializer(result.graph, "fc.bias").shape(), (Dimensions{1, classCount}));
}

void TestTrain::softmaxInsideTrainsOnLogits()
{
    const auto withEnd = [](const std::vector<std::string>& ends) {
        Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
        chain.then("Flatten").then("Gemm", {chain.constant("w", randomTensor({64, classCount}, 2, -0.1, 0.1))});
        for (const auto& end : ends)
            chain.then(end);
        Graph graph = chain.finish();
        graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classCount)};
        return graph;
    };
    TrainOptions options = fewEpochs();
    options.epochs = 1;
    const auto logits = train(withEnd({}), *m_data, options, {});
    const auto probabilities = train(withEnd({"Softmax"}), *m_data, options, {});
    const auto rearranged = train(withEnd({"Softmax", "Flatten"}), *m_data, options, {});
    QCOMPARE(probabilities.epochs[0].trainLoss, logits.epochs[0].trainLoss);
    QVERIFY(initializer(probabilities.graph, "w") == initializer(logits.graph, "w"));
    QVERIFY(std::abs(rearranged.epochs[0].trainLoss - logits.epochs[0].trainLoss) < 1e-5);
}

void TestTrain::foldedModelTrains()
{
    const Graph graph = plainNetwork();
    const auto result = train(graph, *m_data, fewEpochs(), {});
    QVERIFY(result.epochs.back().trainLoss < 0.5 * result.epochs.front().trainLoss);
    QVERIFY(!(initializer(result.graph, "conv.bias") == initializer(graph, "conv.bias")));
}

// As exporters write a fresh network: equal initializers once, whatever they are.
void TestTrain::layersThatShareOneVectorInTheFileGetTheirOwn()
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
    const ValueId zeros = chain.constant("zeros", Tensor(DType::Float32, {8}));
    const ValueId ones = chain.constant("ones", Tensor::of<float>({8}, std::vector<float>(8, 1.0F)));
    for (const std::int64_t inputs : {1, 8}) {
        chain.then("Conv", {chain.constant("conv", randomTensor({8, inputs, 3, 3}, 1, -0.3, 0.3)), zeros});
        chain.then("BatchNormalization", {ones, zeros, zeros, ones}).then("Relu");
    }
    chain.then("Flatten").then("Gemm", {chain.constant("fc", randomTensor({8 * 16, classCount}, 2, -0.1, 0.1))});
    Graph graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classCount)};
    const auto result = train(graph, *m_data, fewEpochs(), {});
    QVERIFY(result.epochs.back().trainLoss < 0.5 * result.epochs.front().trainLoss);
    std::set<ValueId> vectors;
    for (const NodeId id : result.graph.order())
        if (result.graph.node(id).opType == "BatchNormalization")
            vectors.insert(result.graph.node(id).inputs.begin() + 1, result.graph.node(id).inputs.end());
    QCOMPARE(vectors.size(), std::size_t{8});
}

void TestTrain::aStopRequestEndsTraining()
{
    std::stop_source stop;
    int reports = 0;
    const JobContext job(stop.get_token(), [&](const Progress&) {
        if (++reports == 3)
            stop.request_stop();
    });
    bool cancelled = false;
    try {
        train(smallNetwork(classCount), *m_data, fewEpochs(), job);
    } catch (const Cancelled&) {
        cancelled = true;
    }
    QVERIFY(cancelled);
    QCOMPARE(reports, 3);
}

void TestTrain::tooHighALearningRateIsReported()
{
    TrainOptions options = fewEpochs();
    options.learningRate = 1e30;
    options.warmUpEpochs = 0;
    QCOMPARE(codeOf([&] { train(fixedBatchNetwork(), *m_data, options, {}); }), MessageCode::LossNotFinite);
}

void TestTrain::unknownOperatorsAreNamedTogether()
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
    chain.then("Unheard").then("Alien");
    try {
        train(chain.finish(), *m_data, fewEpochs(), {});
        QFAIL("it should have been refused");
    } catch (const Error& error) {
        QCOMPARE(error.code(), MessageCode::OperatorsUnsupported);
        QCOMPARE(error.message().arguments.at("operators"), std::string("Alien, Unheard"));
    }
}

void TestTrain::patienceEndsTrainingEarly()
{
    TrainOptions options = fewEpochs();
    options.epochs = 9;
    options.learningRate = 1e-12; // nothing gets better
    options.patience = 2;
    const auto result = train(fixedBatchNetwork(), *m_data, options, {});
    QCOMPARE(result.epochs.size(), std::size_t{3});
    QCOMPARE(result.keptEpoch, 1);
}

void TestTrain::progressCarriesTheCurves()
{
    TrainOptions options = fewEpochs();
    options.epochs = 2;
    std::vector<Progress> ends;
    double last = 0;
    bool rising = true;
    const JobContext job({}, [&](const Progress& progress) {
        rising = rising && progress.fraction >= last;
        last = progress.fraction;
        if (!progress.metrics.empty())
            ends.push_back(progress);
    });
    const auto result = train(smallNetwork(classCount), *m_data, options, job);
    QCOMPARE(ends.size(), std::size_t{2});
    QVERIFY(rising);
    QCOMPARE(last, 1.0);
    QCOMPARE(ends[1].step, 2);
    QCOMPARE(ends[1].metrics.at(0).name, std::string("trainLoss"));
    QCOMPARE(ends[1].metrics.at(0).value, result.epochs[1].trainLoss);
}

void TestTrain::learningRateFollowsItsSchedule()
{
    TrainOptions options;
    options.epochs = 10;
    options.learningRate = 1;
    options.warmUpEpochs = 1;
    // Ten steps an epoch: 9 / 11 of the rate after nine of warm-up's ten, all of it at its end, half of it half-way from there.
    QVERIFY(std::abs(learningRateAt(options, 8, 10) - 9.0 / 11) < 1e-12);
    QCOMPARE(learningRateAt(options, 10, 10), 1.0);
    QVERIFY(std::abs(learningRateAt(options, 55, 10) - 0.5) < 1e-12);
    QVERIFY(learningRateAt(options, 99, 10) < 0.001);
    options.schedule = Schedule::Step;
    options.stepEpochs = 3;
    QVERIFY(std::abs(learningRateAt(options, 65, 10) - 0.01) < 1e-12);
    options.schedule = Schedule::Constant;
    QCOMPARE(learningRateAt(options, 99, 10), 1.0);
}

void TestTrain::starsMatchAnything()
{
    QVERIFY(matchesPattern("layer1.conv", "layer1.*"));
    QVERIFY(matchesPattern("layer1.conv", "*conv"));
    QVERIFY(matchesPattern("layer1.conv", "l*1*c*"));
    QVERIFY(matchesPattern("", "*"));
    QVERIFY(!matchesPattern("layer1.conv", "conv"));
    QVERIFY(!matchesPattern("layer1.conv2", "*conv"));
}

void TestTrain::architecturesHaveTheirPapersSize()
{
    // He et al. 2016, table 6: 0.27 M parameters for ResNet-20; the 1x1 shortcuts here add 2,752 with their normalization.
    ArchitectureOptions options;
    options.name = "resnet20";
    const Graph graph = makeArchitecture(options);
    std::int64_t parameters = 0;
    for (std::uint32_t i = 0; i < graph.valueCount(); ++i) {
        const auto& value = graph.value(ValueId{i});
        if (!value.constant.isNull() && value.name.find("running") == std::string::npos)
            parameters += value.constant.size();
    }
    QCOMPARE(parameters, std::int64_t{269722 + 2752});
    QCOMPARE(codeOf([] {
                 ArchitectureOptions unknown;
                 unknown.name = "resnet7";
                 makeArchitecture(unknown);
             }),
             MessageCode::ArchitectureUnknown);
}

QTEST_GUILESS_MAIN(TestTrain)
#include "test_train.moc"
