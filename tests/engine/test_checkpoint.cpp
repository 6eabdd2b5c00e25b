// SPDX-License-Identifier: GPL-3.0-or-later
// A training that is interrupted goes on from where its last checkpoint left it, with the same bytes.
#include "core/file.h"
#include "engine/bars_data.h"
#include "onnx_io/onnx_io.h"
#include "project/perform_step.h"
#include "project/step_checkpoints.h"
#include "train/checkpoint.h"

#include <QtTest>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

// Everything that has a state of its own: momenta of two kinds, averages, chance in the network and in the data.
TrainOptions everything()
{
    TrainOptions options = fewEpochs();
    options.optimizer = Optimizer::AdamW;
    options.learningRate = 0.01;
    options.emaDecay = 0.9;
    options.accumulate = 2;
    options.clipNorm = 1;
    options.mixUp = 0.2;
    options.augmentation = {true, 1, 1, 3};
    return options;
}

Graph networkWithChance()
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(1), Dim::fixed(side), Dim::fixed(side)});
    chain.then("Conv", {chain.constant("conv.weight", randomTensor({8, 1, 3, 3}, 1, -0.5, 0.5))});
    chain.then("BatchNormalization",
               {chain.constant("bn.scale", randomTensor({8}, 3, 0.9, 1.1)), chain.constant("bn.bias", randomTensor({8}, 4)),
                chain.constant("bn.mean", Tensor(DType::Float32, {8})), chain.constant("bn.var", randomTensor({8}, 6, 0.9, 1.1))});
    chain.then("Relu").then("Flatten").then("Dropout").then("Gemm", {chain.constant("fc", randomTensor({288, classCount}, 2, -0.1, 0.1))});
    Graph graph = chain.finish();
    graph.value(graph.outputs[0]).type.shape = Shape{Dim::free("N"), Dim::fixed(classCount)};
    return graph;
}

} // namespace

class TestCheckpoint : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_data = drawBars(m_folder.path().toStdString()); }

    void whatIsWrittenIsReadAgain()
    {
        Checkpoint checkpoint;
        checkpoint.progress = {.epochsDone = 3, .batchesDone = 2, .updates = 17, .best = TaskMetric{MetricKind::Top1, 0.875, 0.8, 0.9}};
        checkpoint.progress.epochs.push_back({1, 0.1, 0.75, 1234.5, 0.3, TaskMetric{MetricKind::Top1, 0.75, 0.7, 0.8}});
        checkpoint.kept["a"] = randomTensor({2, 3}, 1);
        checkpoint.trainer["updates"] = Tensor::scalar<std::int64_t>(17);
        checkpoint.trainer["empty"] = Tensor(DType::Float32, {0});
        writeCheckpoint(place("key"), checkpoint);
        const auto read = readCheckpoint(place("key"));
        QVERIFY(read.has_value());
        QCOMPARE(read->progress.updates, std::int64_t{17});
        QCOMPARE(read->progress.epochs.at(0).trainLoss, 0.1);
        QCOMPARE(read->progress.epochs.at(0).samplesPerSecond, 1234.5);
        QCOMPARE(read->progress.best.value().value, 0.875);
        QVERIFY(read->kept == checkpoint.kept);
        QVERIFY(read->trainer == checkpoint.trainer);
        QVERIFY(!readCheckpoint(place("another key")));
    }

    void aDamagedCheckpointIsNoCheckpoint()
    {
        writeCheckpoint(place("key"), {{}, {{"a", randomTensor({64}, 1)}}, {}});
        const std::string bytes = readFile(place("key").file);
        for (const std::size_t length : {std::size_t{0}, std::size_t{10}, std::size_t{60}, bytes.size() / 2, bytes.size() - 1}) {
            writeFileAtomically(place("key").file, bytes.substr(0, length));
            QVERIFY(!readCheckpoint(place("key")));
        }
        std::string changed = bytes;
        changed[bytes.size() - 5] ^= 1;
        writeFileAtomically(place("key").file, changed);
        QVERIFY(!readCheckpoint(place("key")));
    }

    void removingTakesWhatAKilledWriterLeft()
    {
        writeFileAtomically(place("").file, "x");
        writeFileAtomically(place("").file.string() + ".AbCdEf", "half");
        removeCheckpoint(place("").file);
        QVERIFY(!fs::exists(place("").file));
        QVERIFY(!fs::exists(place("").file.string() + ".AbCdEf"));
    }

    // Without a name, every hidden file of the current folder would look like what a writer left.
    void aTrainingWithoutACheckpointRemovesNothing()
    {
        const QTemporaryDir folder;
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(folder.path()));
        const fs::path kept = fs::path(folder.path().toStdString()) / ".kept";
        writeFileAtomically(kept, "x");
        TrainOptions options = fewEpochs();
        options.learningRate = 1e30;
        options.warmUpEpochs = 0;
        const auto code = codeOf([&] { train(networkWithChance(), *m_data, options, {}); });
        removeCheckpoint({});
        removeCheckpoints({});
        QVERIFY(QDir::setCurrent(before));
        QCOMPARE(code, MessageCode::LossNotFinite);
        QVERIFY(fs::exists(kept));
        QVERIFY(checkpointPlace({}, "key", "round1").file.empty());
    }

    void anInterruptedTrainingEndsWithTheBytesOfAnUndisturbedOne_data()
    {
        QTest::addColumn<int>("reports");
        QTest::newRow("in the middle of the second epoch") << 18;
        QTest::newRow("in the middle of the third epoch") << 31;
        QTest::newRow("behind the last epoch") << -1;
    }

    void anInterruptedTrainingEndsWithTheBytesOfAnUndisturbedOne()
    {
        QFETCH(int, reports);
        const TrainOptions options = everything();
        const auto undisturbed = train(networkWithChance(), *m_data, options, {});

        removeCheckpoint(place("k").file);
        std::stop_source stop;
        int seen = 0;
        const JobContext stopping(stop.get_token(), [&](const Progress&) {
            if (++seen == reports)
                stop.request_stop();
        });
        bool cancelled = false;
        try {
            train({networkWithChance(), *m_data, options, place("k")}, stopping);
        } catch (const Cancelled&) {
            cancelled = true;
        }
        QCOMPARE(cancelled, reports > 0);
        const auto resumed = train({networkWithChance(), *m_data, options, place("k")}, {});
        QCOMPARE(resumed.notices.front().code == MessageCode::TrainingResumed || resumed.notices.at(1).code == MessageCode::TrainingResumed,
                 true);
        QCOMPARE(serializeOnnx(resumed.graph), serializeOnnx(undisturbed.graph));
        QCOMPARE(resumed.epochs.size(), undisturbed.epochs.size());
        for (std::size_t i = 0; i < resumed.epochs.size(); ++i) {
            QCOMPARE(resumed.epochs[i].trainLoss, undisturbed.epochs[i].trainLoss);
            QCOMPARE(resumed.epochs[i].validationTop1, undisturbed.epochs[i].validationTop1);
        }
    }

    // Every update is due where the time between two is next to nothing: the middle of an epoch is gone on from, too.
    void goesOnInTheMiddleOfAnEpoch()
    {
        TrainOptions options = everything();
        options.checkpointMinutes = 1e-9;
        const auto undisturbed = train(networkWithChance(), *m_data, options, {});
        std::stop_source stop;
        int seen = 0;
        const JobContext stopping(stop.get_token(), [&](const Progress&) {
            if (++seen == 5)
                stop.request_stop();
        });
        try {
            train({networkWithChance(), *m_data, options, place("m")}, stopping);
            QFAIL("it should have stopped");
        } catch (const Cancelled&) {
        }
        const auto checkpoint = readCheckpoint(place("m"));
        QVERIFY(checkpoint && checkpoint->progress.epochsDone == 0 && checkpoint->progress.batchesDone == 4);
        const auto resumed = train({networkWithChance(), *m_data, options, place("m")}, {});
        QCOMPARE(serializeOnnx(resumed.graph), serializeOnnx(undisturbed.graph));
        QCOMPARE(resumed.epochs.front().trainLoss, undisturbed.epochs.front().trainLoss);
    }

private:
    CheckpointPlace place(const std::string& key) const { return {fs::path(m_folder.path().toStdString()) / ".checkpoint", key}; }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_data;
};

QTEST_GUILESS_MAIN(TestCheckpoint)
#include "test_checkpoint.moc"
