// SPDX-License-Identifier: GPL-3.0-or-later
// Importance from samples: nets small enough to work out by hand, gradients
// against weights' own and against central differences.
#include "autograd/graph_module.h"
#include "core/error.h"
#include "engine/data_making.h"
#include "engine/idx_dataset.h"
#include "engine/npz_making.h"
#include "engine/pruning_net.h"
#include "onnx_io/onnx_io.h"
#include "prune/data_importance.h"
#include "prune/gate_gradients.h"
#include "prune/output_loss.h"
#include "runtime/session.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

using namespace hone;
using hone::testing::PruningNet;

namespace
{

Tensor numbers(const Dimensions& shape, const std::vector<float>& values)
{
    return Tensor::of(shape, values);
}

// h = relu([x0, x1, x0 - x1, -1]), y = 2 h0 - h1 + 3 h2 + 4 h3
PruningNet fourChannels()
{
    PruningNet net;
    net.input("x", {-1, 2});
    net.constant("a.w", numbers({2, 4}, {1, 0, 1, 0, 0, 1, -1, 0}));
    net.constant("a.b", numbers({4}, {0, 0, 0, -1}));
    net.op("Gemm", "a", {"x", "a.w", "a.b"});
    net.op("Relu", "h", {"a"});
    net.constant("b.w", numbers({4, 1}, {2, -1, 3, 4}));
    net.op("Gemm", "y", {"h", "b.w"});
    net.output("y");
    net.graph().value(net.at("y")).type.shape = Shape{Dim::free("N"), Dim::fixed(1)};
    return net;
}

// The same four, of which an operator makes one number.
PruningNet reducedBy(const std::string& reduction)
{
    PruningNet net;
    net.input("x", {-1, 2});
    net.constant("a.w", numbers({2, 4}, {1, 0, 1, 0, 0, 1, -1, 0}));
    net.constant("a.b", numbers({4}, {0, 0, 0, -1}));
    net.op("Gemm", "a", {"x", "a.w", "a.b"});
    net.op("Relu", "h", {"a"});
    net.op(reduction, "y", {"h"}, {{"axes", std::vector<std::int64_t>{-1}}});
    net.output("y");
    net.graph().value(net.at("y")).type.shape = Shape{Dim::free("N"), Dim::fixed(1)};
    return net;
}

// Two samples of it, the same in every split.
Dataset twoSamples(const QTemporaryDir& folder, const std::vector<float>& x, const std::vector<float>& y)
{
    const std::filesystem::path root = folder.path().toStdString();
    std::map<std::string, Tensor> arrays;
    for (const std::string split : {"train", "val", "test"}) {
        arrays["x_" + split] = numbers({2, 2}, x);
        arrays["y_" + split] = numbers({2, 1}, y);
    }
    hone::testing::writeNpz(root / "set.npz", arrays);
    return Dataset::open(root);
}

void compare(const std::vector<double>& found, const std::vector<double>& expected, double tolerance = 1e-6)
{
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        QVERIFY2(std::abs(found[i] - expected[i]) <= tolerance * std::max(1.0, std::abs(expected[i])),
                 qPrintable(QString("%1: %2, not %3").arg(i).arg(found[i]).arg(expected[i])));
}

Dataset noisePictures(const QTemporaryDir& folder, const std::string& task = "classification")
{
    const std::filesystem::path root = folder.path().toStdString();
    hone::test::writeNoiseDataset(root, 60, 3);
    if (task != "classification") {
        auto text = readFile(root / "dataset.yaml");
        text.replace(text.find("classification"), std::string("classification").size(), task);
        std::ofstream(root / "dataset.yaml") << text;
    }
    return Dataset::open(root);
}

// A residual net with a grouped convolution: its first group is read by three
// layers.
PruningNet residualNet()
{
    PruningNet net;
    net.input("x", {-1, 1, 8, 8});
    net.conv("stem", "x", {1, 8});
    net.batchNorm("bn", "stem", 8);
    net.op("Relu", "r0", {"bn"});
    net.conv("a", "r0", {8, 6});
    net.op("Relu", "r1", {"a"});
    net.conv("b", "r1", {6, 8});
    net.op("Add", "sum", {"r0", "b"});
    net.op("Relu", "r2", {"sum"});
    net.conv("grouped", "r2", {8, 8, 3, 2});
    net.op("Relu", "r3", {"grouped"});
    net.head("r3", 8);
    return net;
}

Batch firstBatch(const Dataset& dataset, const Pairing& pairing, int samples)
{
    Loader loader(dataset, Split::Train, pairing, {.batch = samples});
    return *loader.next({});
}

double lossOf(const Graph& graph, const OutputLoss& loss, const Batch& batch)
{
    Graph cut = graph;
    cut.outputs = {loss.answers()};
    cut.value(loss.answers()).type = {DType::Float32, {}};
    const auto answers = Session::fromBytes(serializeOnnx(cut)).run({batch.inputs}).at(0);
    const auto losses = loss.at(answers, batch).losses;
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

// Weights of every reading of the channel times `factor`.
Graph scaled(Graph graph, const PruningGroup& group, std::size_t channel, float factor)
{
    for (const Reading& reading : group.readings) {
        Tensor& weight = graph.value(graph.node(reading.node).input(reading.input)).constant;
        std::size_t inner = 1;
        for (std::size_t i = static_cast<std::size_t>(reading.axis) + 1; i < weight.shape().size(); ++i)
            inner *= static_cast<std::size_t>(weight.shape()[i]);
        const auto extent = static_cast<std::size_t>(reading.extent);
        auto values = weight.mutableData<float>();
        for (std::size_t i = 0; i < values.size(); ++i)
            if (std::ranges::count(reading.positions[channel], static_cast<std::int64_t>(i / inner % extent)) > 0)
                values[i] *= factor;
    }
    return graph;
}

// sum of w dL/dw over the weights that read the channel.
double weightedGradient(const Graph& graph, const PruningGroup& group, std::size_t channel, const std::map<std::string, Tensor>& gradients)
{
    double sum = 0;
    for (const Reading& reading : group.readings) {
        const Value& weight = graph.value(graph.node(reading.node).input(reading.input));
        std::size_t inner = 1;
        for (std::size_t i = static_cast<std::size_t>(reading.axis) + 1; i < weight.constant.shape().size(); ++i)
            inner *= static_cast<std::size_t>(weight.constant.shape()[i]);
        const auto values = weight.constant.data<float>();
        const auto slope = gradients.at(weight.name).data<float>();
        for (std::size_t i = 0; i < values.size(); ++i)
            if (std::ranges::count(reading.positions[channel],
                                   static_cast<std::int64_t>(i / inner % static_cast<std::size_t>(reading.extent))) > 0)
                sum += static_cast<double>(values[i]) * static_cast<double>(slope[i]);
    }
    return sum;
}

std::vector<double> channelSums(const GateRows& rows, std::size_t channels)
{
    std::vector<double> sums(channels, 0);
    for (std::size_t i = 0; i < rows.gradients.size(); ++i)
        sums[i % channels] += rows.gradients[i];
    return sums;
}

} // namespace

class TestDataImportance : public QObject
{
    Q_OBJECT

private slots:
    void taylorAndFisherOfARegressionAreThoseWorkedOutByHand()
    {
        // Sample (2, 1): h = (2, 1, 1, 0), y = 6, wanted 5: dL/dy = 2; g = 2 (4,
        // -1, 3, 0) = (8, -2, 6, 0). Sample (1, 2): h = (1, 2, 0, 0), y = 0, wanted
        // 1: dL/dy = -2; g = -2 (2, -2, 0, 0) = (-4, 4, 0, 0).
        const QTemporaryDir folder;
        const Dataset dataset = twoSamples(folder, {2, 1, 1, 2}, {5, 1});
        PruningNet net = fourChannels();
        compare(dataImportance(net.graph(), dataset, ImportanceKind::Taylor, {}, {}).scores.at(0), {2, 1, 3, 0});
        compare(dataImportance(net.graph(), dataset, ImportanceKind::Fisher, {}, {}).scores.at(0), {80.0 / 4, 20.0 / 4, 36.0 / 4, 0});
    }

    void whatIsReadByAMeanOrAMaximumAloneIsWorkedOutByHand()
    {
        // y = mean of h. Sample (2, 1): h = (2, 1, 1, 0), y = 1, wanted 5: dL/dy = -8, and with h - y = (1, 0, 0, -1) g = (-2, 0, 0, 2).
        // Sample (1, 2): h = (1, 2, 0, 0), y = 3/4, wanted 1: dL/dy = -1/2; h - y = (1, 5, -3, -3) / 4, g = (-1, -5, 3, 3) / 32.
        const QTemporaryDir folder;
        const Dataset dataset = twoSamples(folder, {2, 1, 1, 2}, {5, 1});
        PruningNet net = reducedBy("ReduceMean");
        compare(dataImportance(net.graph(), dataset, ImportanceKind::Taylor, {}, {}).scores.at(0),
                {65.0 / 64, 5.0 / 64, 3.0 / 64, 67.0 / 64});
        compare(dataImportance(net.graph(), dataset, ImportanceKind::Fisher, {}, {}).scores.at(0),
                {(4 + 1.0 / 1024) / 4, 25.0 / 4096, 9.0 / 4096, (4 + 9.0 / 1024) / 4});
        const ScoredGroups zeros = dataImportance(net.graph(), dataset, ImportanceKind::Apoz, {}, {});
        compare(zeros.scores.at(0), {1, 1, 0.5, 0});
        QVERIFY(zeros.kinds.at(0) == ImportanceKind::Apoz);
        const ScoredGroups kept = dataImportance(net.graph(), dataset, ImportanceKind::Reconstruction, {}, {});
        QVERIFY(kept.kinds.at(0) == ImportanceKind::Reconstruction);
        QVERIFY(std::ranges::max(kept.scores.at(0)) > 0 && kept.scores.at(0).at(3) == 0); // the fourth never says anything

        // y = the largest of h: 2 of the first, wanted 5, dL/dy = -6; then 2 of the second, wanted 1, dL/dy = 2.
        PruningNet largest = reducedBy("ReduceMax");
        compare(dataImportance(largest.graph(), dataset, ImportanceKind::Taylor, {}, {}).scores.at(0), {6, 2, 0, 0});
    }

    void activationsAreCountedByHand()
    {
        // h = (2, 1, 1, 0) and (1, 2, 0, 0): no zero, no zero, half, all;
        // means 1.5, 1.5, 0.5, 0 over their mean 0.875.
        const QTemporaryDir folder;
        const Dataset dataset = twoSamples(folder, {2, 1, 1, 2}, {5, 1});
        PruningNet net = fourChannels();
        compare(dataImportance(net.graph(), dataset, ImportanceKind::Apoz, {}, {}).scores.at(0), {1, 1, 0.5, 0});
        compare(dataImportance(net.graph(), dataset, ImportanceKind::MeanActivation, {}, {}).scores.at(0),
                {1.5 / 0.875, 1.5 / 0.875, 0.5 / 0.875, 0});
    }

    void withoutLabelsTheLengthOfTheAnswersCounts()
    {
        // L = log |f|, so dL/dm = f' / f for one output: of the whole picture's
        // channels together exactly 1 a sample where nothing is added.
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.weight("a.w", {6, 1, 3, 3});
        net.op("Conv", "a", {"x", "a.w"});
        net.op("Relu", "r", {"a"});
        net.weight("b.w", {5, 6, 6, 6});
        net.op("Conv", "b", {"r", "b.w"});
        net.output("b");
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder, "agreement");
        QCOMPARE(dataset.task(), Task::Agreement);
        OutputLoss loss(net.graph(), dataset);
        const DependencyGraph dependencies = findDependencies(net.graph());
        QCOMPARE(dependencies.groups.size(), std::size_t{1});
        GateGradients gates(net.graph(), dependencies, loss.answers());
        const Batch batch = firstBatch(dataset, loss.pairing(), static_cast<int>(gates.batch()));
        const auto answers = Session::fromBytes(serializeOnnx(net.graph())).run({batch.inputs}).at(0);
        const auto rows = gates.run(batch.inputs, loss.at(answers, batch).gradient).at(0);
        QCOMPARE(rows.rows, gates.batch());
        for (std::size_t sample = 0; sample < rows.rows; ++sample) {
            const auto begin = rows.gradients.begin() + static_cast<std::ptrdiff_t>(sample * 6);
            QVERIFY(std::abs(std::accumulate(begin, begin + 6, 0.0) - 1) < 1e-4);
        }
    }

    void labelsAndIndicesCountByWhatDecidesThem()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder, "agreement");
        const auto wanted = dataImportance(residualNet().graph(), dataset, ImportanceKind::Taylor, {}, {}).scores;
        PruningNet labels = residualNet();
        labels.op("ArgMax", "label", {"fc"}, {{"axis", std::int64_t{1}}});
        labels.op("Cast", "as floats", {"label"}, {{"to", std::int64_t{1}}});
        labels.graph().outputs.clear();
        labels.output("as floats");
        QVERIFY(dataImportance(labels.graph(), dataset, ImportanceKind::Taylor, {}, {}).scores == wanted);
        PruningNet indices = residualNet();
        indices.integers("k", {2});
        indices.op("TopK", "best", {"fc", "k"}, {{"axis", std::int64_t{1}}}, 2);
        indices.graph().outputs.clear();
        indices.output("best:1", DType::Int64);
        QVERIFY(dataImportance(indices.graph(), dataset, ImportanceKind::Taylor, {}, {}).scores == wanted);
    }

    void gatesAreTheWeightsTimesTheirGradients_data()
    {
        QTest::addColumn<QString>("task");
        tasks();
    }
    void gatesAreTheWeightsTimesTheirGradients()
    {
        QFETCH(QString, task);
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder, task.toStdString());
        PruningNet net = residualNet();
        Graph& graph = net.graph();
        OutputLoss loss(graph, dataset);
        const DependencyGraph dependencies = findDependencies(graph);
        QCOMPARE(dependencies.groups.size(), std::size_t{3});
        GateGradients gates(graph, dependencies, loss.answers());
        const Batch batch = firstBatch(dataset, loss.pairing(), static_cast<int>(gates.batch()));
        const auto answers = Session::fromBytes(serializeOnnx(graph)).run({batch.inputs}).at(0);
        const Tensor atAnswers = loss.at(answers, batch).gradient;
        const auto rows = gates.run(batch.inputs, atAnswers);
        std::map<std::string, Tensor> gradients;
        for (auto& [name, tensor] : GraphModule(graph).gradients({batch.inputs}, atAnswers))
            gradients.emplace(name, tensor);
        for (std::size_t g = 0; g < rows.size(); ++g) {
            const auto channels = static_cast<std::size_t>(dependencies.groups[g].channels);
            std::vector<double> expected;
            for (std::size_t c = 0; c < channels; ++c)
                expected.push_back(weightedGradient(graph, dependencies.groups[g], c, gradients));
            compare(channelSums(rows[g], channels), expected, 2e-4);
        }
    }

    void gatesAreTheLossesCentralDifferences_data()
    {
        QTest::addColumn<QString>("task");
        tasks();
    }
    void gatesAreTheLossesCentralDifferences()
    {
        QFETCH(QString, task);
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder, task.toStdString());
        PruningNet net = residualNet();
        Graph& graph = net.graph();
        OutputLoss loss(graph, dataset);
        const DependencyGraph dependencies = findDependencies(graph);
        GateGradients gates(graph, dependencies, loss.answers());
        const Batch batch = firstBatch(dataset, loss.pairing(), static_cast<int>(gates.batch()));
        const auto answers = Session::fromBytes(serializeOnnx(graph)).run({batch.inputs}).at(0);
        const auto rows = gates.run(batch.inputs, loss.at(answers, batch).gradient);
        constexpr float step = 4e-3F;
        for (std::size_t g = 0; g < rows.size(); ++g) {
            const PruningGroup& group = dependencies.groups[g];
            const auto found = channelSums(rows[g], static_cast<std::size_t>(group.channels));
            for (std::size_t c = 0; c < found.size(); ++c) {
                const double expected =
                    (lossOf(scaled(graph, group, c, 1 + step), loss, batch) - lossOf(scaled(graph, group, c, 1 - step), loss, batch)) /
                    (2 * static_cast<double>(step));
                QVERIFY2(std::abs(found[c] - expected) < 5e-3 * std::max(1.0, std::abs(expected)),
                         qPrintable(QString("%1, %2: %3, not %4").arg(g).arg(c).arg(found[c]).arg(expected)));
            }
        }
    }

    void eachSampleHasItsOwnGates()
    {
        const QTemporaryDir folder;
        const Dataset dataset = noisePictures(folder);
        PruningNet net = residualNet();
        Graph& graph = net.graph();
        OutputLoss loss(graph, dataset);
        const DependencyGraph dependencies = findDependencies(graph);
        GateGradients gates(graph, dependencies, loss.answers());
        Batch batch = firstBatch(dataset, loss.pairing(), static_cast<int>(gates.batch()));
        const auto answers = Session::fromBytes(serializeOnnx(graph)).run({batch.inputs}).at(0);
        const auto together = gates.run(batch.inputs, loss.at(answers, batch).gradient).at(0);
        // With one sample's gradient alone the others' gates don't move, and its
        // own stay as they were.
        Batch first = batch;
        first.indices.resize(1);
        const auto alone = gates.run(batch.inputs, loss.at(answers, first).gradient).at(0);
        const auto channels = static_cast<std::size_t>(dependencies.groups[0].channels);
        for (std::size_t i = 0; i < alone.gradients.size(); ++i)
            QVERIFY(std::abs(alone.gradients[i] - (i < channels ? together.gradients[i] : 0)) < 1e-6);
    }

    void aBatchThatIsMixedIsTakenOneSampleAtATime()
    {
        // [N, 4] becomes [1, N, 4] for the layer that reads it: no place for a gate
        // a sample, the same scores nevertheless.
        const QTemporaryDir folder;
        const Dataset dataset = twoSamples(folder, {2, 1, 1, 2}, {5, 1});
        PruningNet net;
        net.input("x", {-1, 2});
        net.constant("a.w", numbers({2, 4}, {1, 0, 1, 0, 0, 1, -1, 0}));
        net.constant("a.b", numbers({4}, {0, 0, 0, -1}));
        net.op("MatMul", "m", {"x", "a.w"});
        net.op("Add", "a", {"m", "a.b"});
        net.op("Relu", "h", {"a"});
        net.integers("axis", {0});
        net.op("Unsqueeze", "u", {"h", "axis"});
        net.constant("b.w", numbers({4, 1}, {2, -1, 3, 4}));
        net.op("MatMul", "v", {"u", "b.w"});
        net.op("Squeeze", "y", {"v", "axis"});
        net.output("y");
        net.graph().value(net.at("y")).type.shape = Shape{Dim::free("N"), Dim::fixed(1)};
        const DependencyGraph dependencies = findDependencies(net.graph());
        QCOMPARE(dependencies.groups.size(), std::size_t{1});
        QCOMPARE(GateGradients(net.graph(), dependencies, net.at("y")).batch(), std::size_t{1});
        compare(dataImportance(net.graph(), dataset, ImportanceKind::Taylor, {}, {}).scores.at(0), {2, 1, 3, 0});
        compare(dataImportance(net.graph(), dataset, ImportanceKind::Fisher, {}, {}).scores.at(0), {20, 5, 9, 0});
    }

    void aReconstructionsErrorIsHeldAgainstTheInput()
    {
        PruningNet net;
        net.input("x", {-1, 1, 8, 8});
        net.conv("a", "x", {1, 4});
        net.op("Relu", "r", {"a"});
        net.conv("y", "r", {4, 1});
        net.output("y");
        const QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        for (const std::string split : {"train", "val"})
            for (int i = 0; i < 20; ++i)
                writeBytes(root / split / "normal" / (std::to_string(i) + ".png"), encodePng(flatPicture(8, 10 * i)));
        for (int i = 0; i < 20; ++i)
            writeBytes(root / "val" / "anomaly" / (std::to_string(i) + ".png"), encodePng(flatPicture(8, 20 + 10 * i)));
        writeBytes(root / "dataset.yaml", "task: anomaly\npreprocess: {size: [8, 8], range: [0, 1], mean: "
                                          "[0], std: [1], channels: gray}\n");
        const Dataset dataset = Dataset::open(root);
        QCOMPARE(dataset.task(), Task::Anomaly);
        const OutputLoss loss(net.graph(), dataset);
        const Batch batch = firstBatch(dataset, loss.pairing(), 4);
        const auto answers = Session::fromBytes(serializeOnnx(net.graph())).run({batch.inputs}).at(0);
        const auto found = loss.at(answers, batch);
        double expected = 0;
        for (std::size_t i = 0; i < 64; ++i)
            expected +=
                std::pow(static_cast<double>(answers.data<float>()[i]) - static_cast<double>(batch.inputs.data<float>()[i]), 2) / 64;
        QVERIFY(std::abs(found.losses.at(0) - expected) < 1e-6);
        const auto scores = dataImportance(net.graph(), dataset, ImportanceKind::Fisher, {}, {}).scores;
        QVERIFY(std::ranges::any_of(scores.at(0), // flat pictures leave some channels without a gradient
                                    [](double score) { return score > 0; }));
    }

    void whatCannotBeTrainedIsRefusedByName()
    {
        const QTemporaryDir folder;
        const Dataset dataset = twoSamples(folder, {2, 1, 1, 2}, {5, 1});
        PruningNet net = fourChannels();
        net.op("Mystery", "z", {"y"});
        net.graph().outputs = {net.at("z")};
        net.graph().value(net.at("z")).type = {DType::Float32, Shape{Dim::free("N"), Dim::fixed(1)}};
        try {
            dataImportance(net.graph(), dataset, ImportanceKind::Taylor, {}, {});
            QFAIL("not refused");
        } catch (const Error& error) {
            QCOMPARE(error.code(), MessageCode::OperatorsUnsupported);
        }
    }

private:
    static void tasks()
    {
        for (const char* task : {"classification", "agreement"})
            QTest::newRow(task) << task;
    }
};

QTEST_GUILESS_MAIN(TestDataImportance)
#include "test_data_importance.moc"
