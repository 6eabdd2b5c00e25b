// SPDX-License-Identifier: GPL-3.0-or-later
// Learning from a teacher: its answers, what is inside of it, with labels and without.
#include "autograd/training_module.h"
#include "bars_data.h"
#include "npz_making.h"
#include "onnx_io/onnx_io.h"
#include "prune/pruner.h"
#include "runtime/session.h"
#include "train/teaching.h"
#include "train/value_pairs.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <memory>

using namespace hone;
using namespace hone::testing;

namespace
{

// The same numbers as in the Python lines that the references come from.
Tensor made(const Dimensions& shape, int k, float factor = 1)
{
    Tensor tensor(DType::Float32, shape);
    int i = 0;
    for (float& value : tensor.mutableData<float>())
        value = factor * static_cast<float>((i++ * 7 + k) % 11 - 5) / 10;
    return tensor;
}

// [N, 2, 2, 2] through a 1x1 convolution, "features", and a layer of three outputs.
Graph tiny()
{
    Chain chain(13, {Dim::free("N"), Dim::fixed(2), Dim::fixed(2), Dim::fixed(2)});
    chain.then("Conv", {chain.constant("w", made({2, 2, 1, 1}, 3))});
    chain.graph().renameValue(chain.last(), "features");
    chain.then("Flatten").then("Gemm", {chain.constant("v", made({3, 8}, 4))}, {{"transB", std::int64_t{1}}});
    return chain.finish();
}

std::unique_ptr<Trainer> trainerOf(const Graph& graph, const TrainerSettings& settings)
{
    return std::unique_ptr<Trainer>(trainingFunction<CreateTrainer>(createTrainerSymbol)(graph, settings));
}

bool isNear(double value, double wanted, double tolerance = 2e-5)
{
    return std::abs(value - wanted) <= tolerance * std::max(1.0, std::abs(wanted));
}

TrainOptions learning(int epochs)
{
    TrainOptions options = fewEpochs();
    options.epochs = epochs;
    options.optimizer = Optimizer::AdamW;
    options.learningRate = 0.01;
    return options;
}

Teaching taughtBy(const Graph& teacher, TeachingKind kind = TeachingKind::Soft)
{
    return {.teacher = &teacher, .weight = 0.9, .kind = kind, .fit = TeacherFit::Required};
}

std::vector<std::size_t> firstPlaces(const Graph& graph, const Tensor& inputs)
{
    const Tensor scores = Session::fromBytes(serializeOnnx(graph)).run({inputs}).at(0);
    const auto values = scores.data<float>();
    std::vector<std::size_t> result;
    for (std::size_t row = 0; row + classCount <= values.size(); row += classCount) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row);
        result.push_back(static_cast<std::size_t>(std::max_element(begin, begin + classCount) - begin));
    }
    return result;
}

} // namespace

class TestTeaching : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_bars = drawBars(m_folder.path().toStdString());
        m_teacher = train(smallNetwork(classCount), *m_bars, fewEpochs(), {}).graph;
    }

    // References: torch 1.13's cross_entropy, kl_div, mse_loss, cosine_similarity and autograd on the same
    // numbers, one step of rate 1.
    void lossesAndGradientsAreTorchs_data()
    {
        QTest::addColumn<int>("comparison");
        QTest::addColumn<double>("loss");
        QTest::addColumn<QList<double>>("w");
        QTest::newRow("divergence") << -1 << 0.555315435 << QList<double>{-0.20076701, 0.497011721, 0.160036385, -0.341220021};
        QTest::newRow("mean squared") << int(Comparison::MeanSquared) << 0.890143156
                                      << QList<double>{-0.174271613, 0.56406033, 0.318471879, -0.402449936};
        QTest::newRow("cosine") << int(Comparison::Cosine) << 0.57951045
                                << QList<double>{-0.169560224, 0.52339077, 0.403346986, -0.180192918};
        QTest::newRow("features") << int(Comparison::Features) << 0.605969191
                                  << QList<double>{-0.203567013, 0.495145053, 0.149011388, -0.340170026};
        QTest::newRow("attention") << int(Comparison::Attention) << 0.816672742
                                   << QList<double>{-1.16207826, 0.144411266, 0.668667436, -0.118469551};
    }
    void lossesAndGradientsAreTorchs()
    {
        QFETCH(int, comparison);
        QFETCH(double, loss);
        QFETCH(QList<double>, w);
        const Graph graph = tiny();
        const bool answersAlone = comparison == int(Comparison::MeanSquared) || comparison == int(Comparison::Cosine);
        TrainerSettings settings;
        settings.momentum = 0;
        settings.threads = 1;
        settings.scoresValue = graph.outputs[0];
        settings.loss = answersAlone ? Loss::None : Loss::CrossEntropy;
        settings.distillation = {.weight = 0.7, .temperature = 4};
        Answers answers{.labels = {0, 2, 1}, .others = {}};
        const auto learn = [&](const TaughtValue& value, const Tensor& wanted) {
            settings.distillation.values.push_back(value);
            answers.teacherValues.push_back(wanted);
        };
        learn({.value = graph.outputs[0], .comparison = answersAlone ? Comparison(comparison) : Comparison::Divergence},
              made({3, 3}, 6, 3));
        if (comparison == int(Comparison::Features) || comparison == int(Comparison::Attention))
            learn({.value = *graph.findValue("features"),
                   .comparison = Comparison(comparison),
                   .factor = comparison == int(Comparison::Attention) ? 2.0 : 1.0,
                   .channels = 2,
                   .teacherChannels = 2},
                  made({3, 2, 2, 2}, 8));
        const auto trainer = trainerOf(graph, settings);
        QVERIFY(isNear(trainer->addGradients(made({3, 2, 2, 2}, 1), answers, 1), loss));
        QVERIFY(trainer->update(1));
        const auto weights = trainer->weights(Weights::Trained);
        for (qsizetype i = 0; i < w.size(); ++i)
            QVERIFY2(isNear(weights.at("w").data<float>()[static_cast<std::size_t>(i)], w[i]),
                     qPrintable(QString("%1, not %2").arg(weights.at("w").data<float>()[static_cast<std::size_t>(i)]).arg(w[i])));
    }

    void aProjectionIsLearntAndDropped()
    {
        const Graph graph = tiny();
        TrainerSettings settings;
        settings.momentum = 0;
        settings.threads = 1;
        settings.scoresValue = graph.outputs[0];
        settings.distillation = {.weight = 1};
        settings.distillation.values = {
            {.value = *graph.findValue("features"), .comparison = Comparison::Features, .channels = 2, .teacherChannels = 5}};
        Answers answers{.labels = {0, 2, 1}, .others = {}};
        answers.teacherValues = {made({3, 5, 2, 2}, 8)};
        const auto trainer = trainerOf(graph, settings);
        const auto before = trainer->state();
        QCOMPARE(before.at("projection 0").shape(), (Dimensions{2, 5}));
        double first = 0, last = 0;
        for (int step = 0; step < 100; ++step) {
            last = trainer->addGradients(made({3, 2, 2, 2}, 1), answers, 1);
            first = step == 0 ? last : first;
            QVERIFY(trainer->update(0.3));
        }
        QVERIFY2(last < 0.8 * first, qPrintable(QString("%1 -> %2").arg(first).arg(last)));
        QVERIFY(!(trainer->state().at("projection 0") == before.at("projection 0")));
        QVERIFY(!trainer->weights(Weights::Trained).contains("projection 0"));
        trainer->restore(before);
        QVERIFY(trainer->state().at("projection 0") == before.at("projection 0"));
        QVERIFY(isNear(trainer->addGradients(made({3, 2, 2, 2}, 1), answers, 1), first));
    }

    void aTeacherOfAnotherSizeIsToldOfWhereItShows()
    {
        const Graph graph = tiny();
        TrainerSettings settings;
        settings.scoresValue = graph.outputs[0];
        settings.distillation = {.weight = 1};
        settings.distillation.values = {{.value = graph.outputs[0]}};
        Answers answers{.labels = {0, 2, 1}, .others = {}};
        answers.teacherValues = {made({3, 4}, 8)};
        const auto trainer = trainerOf(graph, settings);
        QCOMPARE(codeOf([&] { trainer->addGradients(made({3, 2, 2, 2}, 1), answers, 1); }), MessageCode::TeacherUnlike);
    }

    void aPrunedModelIsPairedByName()
    {
        const Graph original = smallNetwork(classCount);
        const Graph pruned = prune(original, {.ratio = 0.5}, {}).graph;
        const auto pairs = findValuePairs(pruned, original);
        // 8x8, 4x4 and 2x2: each stage's end.
        QCOMPARE(pairs.size(), std::size_t{3});
        for (const auto& pair : pairs) {
            QCOMPARE(pruned.value(pair.student).name, original.value(pair.teacher).name);
            QVERIFY(pruned.value(pair.student).name.find("relu2") != std::string::npos);
            QCOMPARE(2 * pair.studentChannels, pair.teacherChannels);
            QVERIFY(pair.spatial);
        }
    }

    void otherNetworksArePairedByResolution()
    {
        const Graph student = makeArchitecture({.name = "mobilenetv2", .inputSize = 32, .widthMultiplier = 0.25});
        const Graph teacher = makeArchitecture({.name = "resnet20", .inputSize = 32});
        const auto pairs = findValuePairs(student, teacher);
        // 32, 16 and 8 pixels; the student alone goes on to 4.
        QCOMPARE(pairs.size(), std::size_t{3});
        for (const auto& pair : pairs)
            QVERIFY(student.value(pair.student).name != teacher.value(pair.teacher).name);
    }

    void transformersArePairedBehindTheirBlocks()
    {
        const auto options = [](int width) {
            return ArchitectureOptions{.name = "vit", .width = width, .inputChannels = 1, .inputSize = 8, .depth = 1};
        };
        const auto pairs = findValuePairs(makeArchitecture(options(16)), makeArchitecture(options(32)));
        QCOMPARE(pairs.size(), std::size_t{1});
        QCOMPARE(pairs[0].channelAxis, 2);
        QCOMPARE(pairs[0].studentChannels, std::int64_t{16});
        QCOMPARE(pairs[0].teacherChannels, std::int64_t{32});
    }

    void denseNetworksArePairedBeforeTheirLastLayer()
    {
        const auto options = [](int width) { return ArchitectureOptions{.name = "autoencoder", .width = width, .inputSize = 20}; };
        const auto pairs = findValuePairs(makeArchitecture(options(32)), makeArchitecture(options(64)));
        QCOMPARE(pairs.size(), std::size_t{1});
        QVERIFY(!pairs[0].spatial);
        QCOMPARE(pairs[0].studentChannels, std::int64_t{32});
    }

    void everyKindLearns_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("soft") << int(TeachingKind::Soft);
        QTest::newRow("feature") << int(TeachingKind::Feature);
        QTest::newRow("attention") << int(TeachingKind::Attention);
    }
    void everyKindLearns()
    {
        QFETCH(int, kind);
        // Of other widths than its teacher, so that features are projected.
        const Graph student =
            makeArchitecture({.name = "resnet8", .width = 3, .classes = classCount, .inputChannels = 1, .inputSize = side, .seed = 7});
        const TrainOptions options = fewEpochs();
        const auto result =
            train({.graph = student, .dataset = *m_bars, .options = options, .teaching = taughtBy(m_teacher, TeachingKind(kind))}, {});
        QVERIFY2(result.epochs.back().trainLoss < 0.8 * result.epochs.front().trainLoss,
                 qPrintable(QString("%1 -> %2").arg(result.epochs.front().trainLoss).arg(result.epochs.back().trainLoss)));
        QVERIFY2(result.epochs.back().validationTop1 > 0.8, qPrintable(QString::number(result.epochs.back().validationTop1)));
        for (std::uint32_t i = 0; i < result.graph.valueCount(); ++i)
            QVERIFY(result.graph.value(ValueId{i}).name.find("projection") == std::string::npos);
    }

    void aStudentLearnsFromPicturesWithoutLabels()
    {
        const auto folder = std::filesystem::path(m_folder.filePath("unlabelled").toStdString());
        const Tensor pictures = barsAsNumbers();
        writeNpz(folder / "data.npz", {{"x", pictures}});
        const Dataset unlabelled = Dataset::open(folder);
        QCOMPARE(unlabelled.task(), Task::Agreement);
        const Graph teacher = train(smallNetwork(classCount), *m_bars, fewEpochs(), {}).graph;
        Graph plain = teacher;
        plain.metadata.clear(); // takes the numbers as they are
        const Graph student =
            makeArchitecture({.name = "resnet8", .width = 2, .classes = classCount, .inputChannels = 1, .inputSize = side, .seed = 9});
        const TrainOptions options = learning(6);
        const auto result = train({.graph = student, .dataset = unlabelled, .options = options, .teaching = taughtBy(plain)}, {});
        QCOMPARE(result.epochs.front().validation->kind, MetricKind::Cosine);
        QVERIFY(result.epochs.back().validation->value > result.epochs.front().validation->value);
        const auto wanted = firstPlaces(plain, pictures);
        const auto agreeing = [&](const Graph& graph) {
            const auto given = firstPlaces(graph, pictures);
            std::size_t same = 0;
            for (std::size_t i = 0; i < wanted.size(); ++i)
                same += given[i] == wanted[i] ? 1 : 0;
            return static_cast<double>(same) / static_cast<double>(wanted.size());
        };
        QVERIFY2(agreeing(student) < 0.5 && agreeing(result.graph) > 0.85,
                 qPrintable(QString("%1 before, %2 after").arg(agreeing(student)).arg(agreeing(result.graph))));
    }

    // Of labels nothing can be learnt, of what ArgMax reads everything: as if the student ended in it.
    void labelsAreTaughtByWhatDecidesThem()
    {
        const auto folder = std::filesystem::path(m_folder.filePath("unlabelled3").toStdString());
        writeNpz(folder / "data.npz", {{"x", barsAsNumbers()}});
        const Dataset unlabelled = Dataset::open(folder);
        Graph plain = m_teacher;
        plain.metadata.clear();
        const Graph student =
            makeArchitecture({.name = "resnet8", .width = 2, .classes = classCount, .inputChannels = 1, .inputSize = side, .seed = 9});
        const auto labelled = [](Graph graph, DType dtype) {
            const ValueId label = graph.addComputed("label", {DType::Int64, {}});
            graph.addNode({.name = "label",
                           .opType = "ArgMax",
                           .inputs = {graph.outputs[0]},
                           .outputs = {label},
                           .attributes = {{"axis", std::int64_t{1}}}});
            graph.outputs = {label};
            if (dtype == DType::Float32) {
                graph.outputs = {graph.addComputed("as_floats", {DType::Float32, {}})};
                graph.addNode({.name = "as_floats",
                               .opType = "Cast",
                               .inputs = {label},
                               .outputs = graph.outputs,
                               .attributes = {{"to", std::int64_t{1}}}});
            }
            return graph;
        };
        const auto losses = [&](const Graph& pupil, const Graph& teacher) {
            std::vector<double> result;
            for (const auto& epoch :
                 train({.graph = pupil, .dataset = unlabelled, .options = learning(2), .teaching = taughtBy(teacher)}, {}).epochs)
                result.push_back(epoch.trainLoss);
            return result;
        };
        const auto wanted = losses(student, plain);
        QVERIFY(wanted[1] < wanted[0]);
        QVERIFY(losses(labelled(student, DType::Int64), labelled(plain, DType::Int64)) == wanted);
        QVERIFY(losses(labelled(student, DType::Float32), labelled(plain, DType::Float32)) == wanted);
        // Nothing in common behind them.
        const auto refused = codeOf([&] { losses(labelled(student, DType::Float32), smallNetwork(7)); });
        QCOMPARE(refused, MessageCode::TeacherUnlike);
    }

    void ignoredLabelsAreNotLookedAt()
    {
        const Graph student =
            makeArchitecture({.name = "resnet8", .width = 2, .classes = classCount, .inputChannels = 1, .inputSize = side});
        const TrainOptions options = learning(2);
        Teaching teaching = taughtBy(m_teacher);
        teaching.labels = Labels::Ignored;
        teaching.answers = AnswerComparison::Divergence;
        const auto result = train({.graph = student, .dataset = *m_bars, .options = options, .teaching = teaching}, {});
        QCOMPARE(result.epochs.front().validation->kind, MetricKind::Cosine);
        QVERIFY(result.epochs.back().trainLoss < result.epochs.front().trainLoss);
        // A student that states no classes has its teacher's.
        QCOMPARE(readModelCard(result.graph).classes, readModelCard(m_teacher).classes);
    }

    void withoutATeacherLabelsAreNeeded()
    {
        const auto folder = std::filesystem::path(m_folder.filePath("unlabelled2").toStdString());
        writeNpz(folder / "data.npz", {{"x", barsAsNumbers()}});
        const Dataset unlabelled = Dataset::open(folder);
        QCOMPARE(codeOf([&] { train(smallNetwork(classCount), unlabelled, fewEpochs(), {}); }), MessageCode::LabelsMissing);
    }

    void aTeacherThatCantTeachIsRefused_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("said");
        QTest::newRow("outputs") << "outputs"
                                 << "7 outputs, the student 4";
        QTest::newRow("inputs") << "inputs"
                                << "[N, 1, 16, 16]";
        QTest::newRow("preprocessing") << "preprocessing"
                                       << "prepared in another way";
        QTest::newRow("classes") << "classes"
                                 << "other classes";
        QTest::newRow("new head") << "new head"
                                  << "last layer is new";
    }
    void aTeacherThatCantTeachIsRefused()
    {
        QFETCH(QString, what);
        QFETCH(QString, said);
        Graph teacher = m_teacher;
        Graph student = m_teacher;
        TrainOptions options = learning(1);
        if (what == "outputs") {
            teacher = smallNetwork(7);
        } else if (what == "inputs") {
            teacher = makeArchitecture({.name = "resnet8", .width = 4, .classes = classCount, .inputChannels = 1, .inputSize = 16});
        } else if (what == "preprocessing") {
            ModelCard card = readModelCard(teacher);
            card.preprocess->picture().mean = {0.25};
            writeModelCard(teacher, card);
        } else if (what == "classes") {
            ModelCard card = readModelCard(teacher);
            std::swap(card.classes.begin()->second, std::next(card.classes.begin())->second);
            writeModelCard(teacher, card);
        } else {
            options.head = HeadPolicy::Replace;
        }
        try {
            train({.graph = student, .dataset = *m_bars, .options = options, .teaching = taughtBy(teacher)}, {});
            QFAIL("it was not refused");
        } catch (const Error& error) {
            QCOMPARE(error.code(), MessageCode::TeacherUnlike);
            const auto detail = QString::fromStdString(error.message().arguments.at("detail"));
            QVERIFY2(detail.contains(said), qPrintable(detail));
        }
        // Where it need not be alike it is left out.
        Teaching teaching = taughtBy(teacher);
        teaching.fit = TeacherFit::IfAlike;
        const auto alone = train({.graph = student, .dataset = *m_bars, .options = options, .teaching = teaching}, {});
        QCOMPARE(alone.epochs.size(), std::size_t{1});
        const auto isSaid = [](const Message& notice) { return notice.code == MessageCode::TeacherUnlike; };
        QCOMPARE(std::ranges::count_if(alone.notices, isSaid), std::ptrdiff_t{1});
        // Not where more was asked of it than its answers, or nothing else is learnt.
        const auto refused = [&](const Teaching& strict) {
            try {
                train({.graph = student, .dataset = *m_bars, .options = options, .teaching = strict}, {});
            } catch (const Error& error) {
                return error.code();
            }
            return MessageCode::InternalFault;
        };
        teaching.kind = TeachingKind::Feature;
        QCOMPARE(refused(teaching), MessageCode::TeacherUnlike);
        teaching.kind = TeachingKind::Soft;
        teaching.labels = Labels::Ignored;
        if (what == "inputs" || what == "preprocessing") // other outputs and classes don't matter without labels
            QCOMPARE(refused(teaching), MessageCode::TeacherUnlike);
    }

private:
    // The pictures of the training split as a model without a card takes them.
    Tensor barsAsNumbers() const
    {
        const auto pairing = pair(m_teacher, *m_bars);
        Loader loader(*m_bars, Split::Train, pairing, {.batch = 400});
        return loader.next({})->inputs;
    }

    QTemporaryDir m_folder;
    std::optional<Dataset> m_bars;
    Graph m_teacher;
};

QTEST_GUILESS_MAIN(TestTeaching)
#include "test_teaching.moc"
