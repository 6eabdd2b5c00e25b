// SPDX-License-Identifier: GPL-3.0-or-later
// Sensitivity: a model in two against the whole, curves against evaluations of the pruned files, ratios
// worked out by hand.
#include "core/error.h"
#include "engine/bars_data.h"
#include "engine/idx_dataset.h"
#include "engine/pruning_net.h"
#include "evaluate/evaluation.h"
#include "layerwise/graph_cut.h"
#include "onnx_io/onnx_io.h"
#include "prune/pruner.h"
#include "prune/sensitivity.h"
#include "prune/sensitivity_ratios.h"
#include "runtime/session.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>
#include <limits>
#include <numeric>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

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
    net.conv("c", "r2", {8, 10});
    net.op("Relu", "r3", {"c"});
    net.head("r3", 10);
    return net;
}

KeptChannels firstHalfOf(const DependencyGraph& dependencies, std::size_t group)
{
    KeptChannels kept;
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g) {
        kept.emplace_back(static_cast<std::size_t>(dependencies.groups[g].channels / (g == group ? 2 : 1)));
        std::iota(kept.back().begin(), kept.back().end(), 0);
    }
    return kept;
}

double largestDifference(const Tensor& a, const Tensor& b)
{
    const auto left = toFloats(a);
    const auto right = toFloats(b);
    double worst = left.size() == right.size() ? 0 : std::numeric_limits<double>::infinity();
    double scale = 1e-9;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(left[i]) - static_cast<double>(right[i])));
        scale = std::max(scale, std::abs(static_cast<double>(right[i])));
    }
    return worst / scale;
}

Sensitivity measure(const Graph& graph, const Dataset& data, const SensitivityOptions& options, const JobContext& job)
{
    return measureSensitivity({graph, "hash", data}, options, job);
}

bool holds(const Graph& graph, const std::string& node)
{
    return std::ranges::any_of(graph.order(), [&](NodeId id) { return graph.node(id).name == node; });
}

SensitivityGroup curve(const std::string& name, std::int64_t channels, const std::vector<SensitivityPoint>& points)
{
    return {name, {name}, channels, points};
}

DependencyGraph groupsNamed(const std::vector<std::string>& names, std::int64_t channels)
{
    DependencyGraph dependencies;
    for (const auto& name : names) {
        PruningGroup group;
        group.name = name;
        group.channels = channels;
        dependencies.groups.push_back(group);
    }
    return dependencies;
}

// Of 1,000,000 samples, so that what can't be told apart hardly counts.
Sensitivity madeUp(const std::vector<SensitivityGroup>& groups)
{
    Sensitivity sensitivity;
    sensitivity.model = "0";
    sensitivity.samples = 1000000;
    sensitivity.value = 0.9;
    sensitivity.macs = 1000;
    sensitivity.groups = groups;
    return sensitivity;
}

} // namespace

class TestSensitivity : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_root = m_folder.path().toStdString();
        m_data.emplace(drawBars(m_root));
        const auto trained = train(smallNetwork(classCount), *m_data, fewEpochs(), {});
        m_model = m_root / "model.onnx";
        writeOnnx(trained.graph, m_model);
        m_graph = trained.graph;
        SensitivityOptions options;
        options.samples = 0;
        options.ratios = {0.3, 0.6, 0.9};
        m_curves = measure(m_graph, *m_data, options, {});
    }

    void theTwoPartsOfACutModelGiveTheWholesOutputs()
    {
        PruningNet net = residualNet();
        const Graph& graph = net.graph();
        const DependencyGraph dependencies = findDependencies(graph);
        QCOMPARE(dependencies.groups.size(), std::size_t{3});
        const Tensor input = net.randomTensor({3, 1, 8, 8});
        for (std::size_t g = 0; g < dependencies.groups.size(); ++g) {
            const Graph pruned = removeChannels(graph, dependencies, firstHalfOf(dependencies, g));
            const GraphCut cut(graph, {&pruned});
            const Graph before = cut.before();
            std::vector<Tensor> shared;
            if (!before.outputs.empty())
                shared = Session::fromBytes(serializeOnnx(before)).run({input});
            std::vector<Tensor> inputs;
            std::size_t computed = 0;
            for (const ValueId value : cut.frontier())
                inputs.push_back(value == graph.inputs[0] ? input : shared.at(computed++));
            for (const Graph* copy : {&pruned, &graph}) {
                const auto parts = Session::fromBytes(serializeOnnx(cut.behind(*copy))).run(inputs).at(0);
                const auto whole = Session::fromBytes(serializeOnnx(*copy)).run({input}).at(0);
                QVERIFY(largestDifference(parts, whole) < 1e-5);
            }
            // The stem makes the first group; the others come behind it, and "c" makes the last.
            QCOMPARE(holds(before, "stem"), g > 0);
            QCOMPARE(holds(before, "b"), g == 2);
            QCOMPARE(holds(cut.behind(pruned), "stem"), g == 0);
        }
    }

    void outputsThatNoChangeReachesAreLeftOut()
    {
        PruningNet net = residualNet();
        net.op("GlobalMaxPool", "early", {"r2"});
        net.output("early");
        const Graph& graph = net.graph();
        const DependencyGraph dependencies = findDependencies(graph);
        const std::size_t last = dependencies.groups.size() - 1;
        QCOMPARE(dependencies.groups[last].name, std::string("c"));
        const Graph pruned = removeChannels(graph, dependencies, firstHalfOf(dependencies, last));
        QCOMPARE(GraphCut(graph, {&pruned}).outputs(), std::vector<std::size_t>{0});
    }

    void copiesWithOtherNodesShareTheInputsAlone()
    {
        PruningNet net = residualNet();
        Graph copy = net.graph();
        copy.removeNode(*copy.findNode("r3"));
        const GraphCut cut(net.graph(), {&copy});
        QCOMPARE(cut.frontier(), net.graph().inputs);
        QVERIFY(cut.before().outputs.empty());
    }

    void pointsAreWhatThePrunedFilesMeasure()
    {
        const Graph& graph = m_graph;
        const auto whole = evaluate(m_model, &*m_data, {.latency = false}, {});
        QCOMPARE(m_curves.metric, MetricKind::Top1);
        QCOMPARE(m_curves.samples, m_data->size(Split::Validation));
        QVERIFY(std::abs(m_curves.value - whole.accuracy->top1) < 1e-12);
        QCOMPARE(m_curves.macs, whole.facts.macs);
        const DependencyGraph dependencies = findDependencies(graph);
        QCOMPARE(m_curves.groups.size(), dependencies.groups.size());
        const Selection selection(graph, dependencies, {.importance = ImportanceKind::L1});
        for (std::size_t g = 0; g < dependencies.groups.size(); ++g)
            for (const auto& point : m_curves.groups[g].points) {
                KeptChannels kept = firstHalfOf(dependencies, dependencies.groups.size());
                kept[g] = selection.at(point.ratio)[g];
                const auto file = m_root / "pruned.onnx";
                writeOnnx(removeChannels(graph, dependencies, kept), file);
                const auto measured = evaluate(file, &*m_data, {.latency = false}, {});
                QCOMPARE(point.channels, static_cast<std::int64_t>(kept[g].size()) * dependencies.groups[g].granularity);
                QCOMPARE(point.macs, measured.facts.macs);
                // One sample may be as near to two classes as rounding goes.
                QVERIFY2(std::abs(point.value - measured.accuracy->top1) <= 1.01 / static_cast<double>(m_curves.samples),
                         qPrintable(QString("%1 at %2: %3, not %4")
                                        .arg(QString::fromStdString(m_curves.groups[g].name))
                                        .arg(point.ratio)
                                        .arg(point.value)
                                        .arg(measured.accuracy->top1)));
            }
    }

    void curvesFallAsTheRatioRises()
    {
        double first = 0;
        double last = 0;
        for (const auto& group : m_curves.groups) {
            first += lossOf(m_curves, group.points.front());
            last += lossOf(m_curves, group.points.back());
        }
        const auto groups = static_cast<double>(m_curves.groups.size());
        QVERIFY2(m_curves.value > 0.9, qPrintable(QString::number(m_curves.value)));
        QVERIFY2(last / groups > first / groups + 0.1, qPrintable(QString("%1 then %2").arg(first / groups).arg(last / groups)));
    }

    void withoutLabelsTheWholeModelIsTheMeasure()
    {
        const QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        for (const char* file : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"})
            fs::copy_file(m_root / file, root / file);
        for (const char* file : {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"})
            fs::copy_file(m_root / file, root / file);
        std::ofstream(root / "dataset.yaml") << "task: agreement\n";
        const auto unlabelled = Dataset::open(root);
        QCOMPARE(unlabelled.task(), Task::Agreement);
        SensitivityOptions options;
        options.samples = 40;
        options.ratios = {0.25, 0.9};
        const auto curves = measure(m_graph, unlabelled, options, {});
        QCOMPARE(curves.metric, MetricKind::Cosine);
        QCOMPARE(curves.value, 1.0);
        QCOMPARE(curves.samples, std::size_t{40});
        for (const auto& group : curves.groups) {
            QVERIFY(group.points[0].value < 1 + 1e-9);
            QVERIFY(group.points[1].value < group.points[0].value);
        }
    }

    void compensationChangesTheCurves()
    {
        SensitivityOptions options;
        options.samples = 0;
        options.ratios = {0.6};
        options.compensate = true;
        const auto solved = measure(m_graph, *m_data, options, {});
        QVERIFY(solved.compensated);
        double plain = 0;
        double better = 0;
        for (std::size_t g = 0; g < solved.groups.size(); ++g) {
            plain += lossOf(m_curves, m_curves.groups[g].points[1]);
            better += lossOf(solved, solved.groups[g].points[0]);
        }
        QVERIFY2(better < plain, qPrintable(QString("%1 against %2").arg(better).arg(plain)));
    }

    void aStopEndsIt()
    {
        std::stop_source stop;
        int reports = 0;
        const JobContext job(stop.get_token(), [&](const Progress& progress) {
            if (!progress.detail.empty() && ++reports == 2)
                stop.request_stop();
        });
        SensitivityOptions options;
        QVERIFY_THROWS_EXCEPTION(Cancelled, measure(m_graph, *m_data, options, job));
        QVERIFY(reports >= 2);
    }

    void ratiosOutOfRangeAreRefused()
    {
        for (const double ratio : {0.0, 1.0, -0.1, std::nan("")})
            QCOMPARE(codeOf([&] { measure(m_graph, *m_data, SensitivityOptions{.ratios = {ratio}}, {}); }), MessageCode::RatioOutOfRange);
    }

    void aQuarterOfTheChannelsLeavesWhereItCostsNothing()
    {
        // "a" bears the loss of half of its channels, "b" of none.
        const auto curves =
            madeUp({curve("a", 8, {{0.5, 4, 600, 0.9}, {0.75, 2, 500, 0.3}}), curve("b", 8, {{0.25, 6, 900, 0.6}, {0.75, 2, 800, 0.2}})});
        const auto ratios = sensitivityRatios(curves, groupsNamed({"a", "b"}, 8), LossPer::Channel);
        QCOMPARE(ratios(0), (std::vector<double>{0, 0}));
        QCOMPARE(ratios(0.25), (std::vector<double>{0.5, 0}));
        // Next "b": hull from (0, 0) to (6, 0.7), 0.117 a channel, before "a" at 0.3 a channel.
        QVERIFY(std::abs(ratios(0.25 + 2.0 / 16)[1] - 0.25) < 1e-9);
        QVERIFY(std::abs(ratios(0.25 + 6.0 / 16)[1] - 0.75) < 1e-9);
        QCOMPARE(ratios(0.25 + 6.0 / 16)[0], 0.5);
        QVERIFY(std::abs(ratios(0.75)[0] - 0.75) < 1e-9);
        // Beyond what was measured both go on.
        QVERIFY(ratios(0.9)[0] > 0.75 && ratios(0.9)[1] > 0.75 && ratios(0.9)[0] < 1);
    }

    void ratiosNeverFallAndAddUp()
    {
        const auto dependencies = findDependencies(m_graph);
        for (const LossPer per : {LossPer::Channel, LossPer::Mac}) {
            const auto ratios = sensitivityRatios(m_curves, dependencies, per);
            auto last = ratios(0);
            for (double ratio = 0; ratio < 0.99; ratio += 0.03) {
                const auto now = ratios(ratio);
                double gone = 0;
                double all = 0;
                for (std::size_t g = 0; g < now.size(); ++g) {
                    QVERIFY(now[g] >= last[g] - 1e-12 && now[g] < 1);
                    gone += now[g] * static_cast<double>(m_curves.groups[g].channels);
                    all += static_cast<double>(m_curves.groups[g].channels);
                }
                QVERIFY(std::abs(gone / all - ratio) < 1e-9);
                last = now;
            }
        }
    }

    void aMacThatIsSavedDearlyStays()
    {
        // The same losses; a channel of "a" saves ten times the work, one of "b" is as cheap in accuracy.
        const auto curves = madeUp({curve("a", 8, {{0.5, 4, 600, 0.8}}), curve("b", 8, {{0.5, 4, 960, 0.85}})});
        const auto dependencies = groupsNamed({"a", "b"}, 8);
        QCOMPARE(sensitivityRatios(curves, dependencies, LossPer::Mac)(0.25), (std::vector<double>{0.5, 0}));
        QCOMPARE(sensitivityRatios(curves, dependencies, LossPer::Channel)(0.25), (std::vector<double>{0, 0.5}));
    }

    void anErrorsUnitDoesNotMatter()
    {
        // One group is free up to half of it, the other costs from the first channel on.
        Sensitivity curves;
        curves.metric = MetricKind::MeanAbsoluteError;
        curves.samples = 20;
        curves.value = 1;
        curves.macs = 1000;
        for (const bool isFree : {true, false}) {
            SensitivityGroup group{isFree ? "a" : "b", {}, 10, {}};
            for (const double ratio : {0.1, 0.3, 0.5})
                group.points.push_back({ratio, static_cast<std::int64_t>(std::lround(10 * (1 - ratio))), 900, isFree ? 1 : 1 + ratio});
            curves.groups.push_back(group);
        }
        const auto groups = groupsNamed({"a", "b"}, 10);
        const auto first = sensitivityRatios(curves, groups, LossPer::Channel)(0.2);
        QVERIFY(std::abs(first[0] - 0.4) < 1e-9 && std::abs(first[1]) < 1e-9);
        for (const double unit : {1e-3, 1e3}) {
            Sensitivity scaled = curves;
            scaled.value *= unit;
            for (auto& group : scaled.groups)
                for (auto& point : group.points)
                    point.value *= unit;
            const auto ratios = sensitivityRatios(scaled, groups, LossPer::Channel)(0.2);
            QVERIFY(std::abs(ratios[0] - first[0]) < 1e-9 && std::abs(ratios[1] - first[1]) < 1e-9);
        }
    }

    void lossesThatCannotBeToldApartAreSpread()
    {
        auto curves = madeUp({});
        for (const char* name : {"a", "b"})
            curves.groups.push_back(curve(name, 10, {{0.2, 8, 900, 0.9}, {0.4, 6, 800, 0.9}, {0.6, 4, 700, 0.9}}));
        const auto ratios = sensitivityRatios(curves, groupsNamed({"a", "b"}, 10), LossPer::Channel)(0.4);
        QVERIFY(std::abs(ratios[0] - 0.4) < 1e-9 && std::abs(ratios[1] - 0.4) < 1e-9);
    }

private:
    QTemporaryDir m_folder;
    fs::path m_root;
    fs::path m_model;
    Graph m_graph; // trained
    std::optional<Dataset> m_data;
    Sensitivity m_curves;
};

QTEST_GUILESS_MAIN(TestSensitivity)
#include "test_sensitivity.moc"
