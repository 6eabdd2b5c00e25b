// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/build_text.h"
#include "models/build_tree_model.h"
#include "models/importance_text.h"
#include "models/job_list_model.h"
#include "models/row_table.h"
#include "models/slim_plan.h"
#include "models/table_text.h"
#include "models/tables.h"

#include "core/error.h"
#include "train/architecture.h"

#include <QAbstractItemModelTester>
#include <QLocale>
#include <QSortFilterProxyModel>
#include <QTest>

using namespace hone;
using namespace hone::studio;

namespace
{

BuildTreeModel::Row row(const QString& id, const QString& parent)
{
    BuildTreeModel::Row row;
    row.id = id;
    row.parentId = parent;
    row.label = id;
    return row;
}

Build build(const std::string& id, const std::string& parent, double top1, std::int64_t bytes)
{
    Build build;
    build.id = id;
    build.parent = parent;
    build.label = id;
    build.parameters = FinetuneParameters{};
    build.evaluation.facts.sizeBytes = bytes;
    build.evaluation.accuracy = Accuracy{.split = Split::Validation, .samples = 1000, .top1 = top1};
    return build;
}

CompareRow compared(const QString& name, double top1, std::int64_t bytes)
{
    CompareRow row;
    row.id = name;
    row.name = name;
    row.evaluation = build(name.toStdString(), {}, top1, bytes).evaluation;
    return row;
}

} // namespace

class TestStudioModels : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void theBuildTreeKeepsQtsRulesWhileItChanges()
    {
        BuildTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({row("a", ""), row("b", "a"), row("c", "b"), row("d", "a"), row("e", "")});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.rowCount(model.indexOf("a")), 2);
        QCOMPARE(model.indexOf("c").parent(), model.indexOf("b"));
        model.setRows({row("a", "")});
        QCOMPARE(model.rowCount(), 1);
        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }

    void aBuildWhoseParentIsMissingBecomesARoot()
    {
        BuildTreeModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({row("a", "gone"), row("b", "a")});
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.indexOf("b").parent(), model.indexOf("a"));
        QVERIFY(!model.indexOf("gone").isValid());
    }

    void tablesKeepQtsRules()
    {
        RowTable<CompareRow> model(compareColumns());
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows({compared("a", 0.9, 1000), compared("b", 0.8, 2000)});
        model.updateRows({compared("a", 0.91, 1000), compared("b", 0.8, 2000)});
        model.updateRows({compared("a", 0.91, 1000)});
        QCOMPARE(model.rowCount(), 1);
        RowTable<LayerRow> layers(layerColumns());
        QAbstractItemModelTester layerTester(&layers, QAbstractItemModelTester::FailureReportingMode::QtTest);
        layers.setRows({LayerRow{}});
        RowTable<GroupRow> groups(groupColumns());
        QAbstractItemModelTester groupTester(&groups, QAbstractItemModelTester::FailureReportingMode::QtTest);
        groups.setRows({GroupRow{}});
    }

    void tablesSortByNumberAndNotByText()
    {
        RowTable<CompareRow> model(compareColumns());
        model.setRows({compared("nine", 0.9, 9'000), compared("hundred", 0.8, 100'000), compared("twenty", 0.7, 20'000)});
        QSortFilterProxyModel sorted;
        sorted.setSourceModel(&model);
        sorted.setSortRole(SortRole);
        sorted.sort(2);
        QCOMPARE(sorted.index(0, 0).data().toString(), QStringLiteral("nine"));
        QCOMPARE(sorted.index(2, 0).data().toString(), QStringLiteral("hundred"));
    }

    void aCopiedTableHasItsHeadAndOneLineARow()
    {
        RowTable<CompareRow> model(compareColumns());
        model.setRows({compared("a\tb", 0.9, 1000), compared("c", 0.8, 2000)});
        const QStringList lines = toTsv(model).split(QLatin1Char('\n'));
        QCOMPARE(lines.size(), 4); // head, two rows, and nothing after the last end of line
        QVERIFY(lines[0].startsWith(QStringLiteral("Build\tAccuracy, %")));
        QCOMPARE(lines[1].count(QLatin1Char('\t')), model.columnCount() - 1);
        QVERIFY(lines[1].startsWith(QStringLiteral("a b\t90.0 ±")));
        QCOMPARE(toTsv(model, {1}).count(QLatin1Char('\n')), 2);
    }

    void theJobListKeepsQtsRulesAndShowsTheNewestFirst()
    {
        JobRunner runner(JobRunner::Mode::Inline);
        JobListModel model(runner);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        runner.run(
            QStringLiteral("first"), this, [](const JobContext&) {}, [] {});
        runner.run(
            QStringLiteral("second"), this, [](const JobContext&) { throw Error(MessageCode::DiskFull); }, [] {});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0).data().toString(), QStringLiteral("second"));
        QVERIFY(model.index(0).data(JobListModel::FailedRole).toBool());
        runner.clearEnded();
        QCOMPARE(model.rowCount(), 0);
    }

    void theFrontAndTheBestFollowTheEnginesRule()
    {
        Snapshot snapshot;
        snapshot.builds = {build("original", "", 0.90, 1000), build("worse", "original", 0.80, 1100),
                           build("small", "original", 0.895, 300)};
        QCOMPARE(snapshot.pareto(), std::vector<bool>({true, false, true}));
        QCOMPARE(snapshot.best()->id, std::string("small"));
        QCOMPARE(snapshot.pathTo("small").size(), std::size_t{2});
        QVERIFY(snapshot.pathTo("none").empty());
    }

    void aBuildReadsAsAccuracyAndSize()
    {
        QCOMPARE(figuresText(build("a", "", 0.914, 147'000)), QStringLiteral("91.4 % · 147 kB"));
        Build unmeasured = build("a", "", 0, 147'000);
        unmeasured.evaluation.accuracy.reset();
        QCOMPARE(figuresText(unmeasured), QStringLiteral("147 kB"));
    }
    void aPruningReadsByItsShareOrItsTarget()
    {
        Build pruned = build("a", "", 0.9, 1000);
        PruneParameters parameters;
        parameters.prune.ratio = 0.4;
        pruned.parameters = parameters;
        QCOMPARE(labelText(pruned), QStringLiteral("pruned 40 %"));
        parameters.prune.targets.macs = {0.5, TargetValue::Unit::OfBefore};
        parameters.prune.scope = PruningScope::Isomorphic;
        pruned.parameters = parameters;
        QCOMPARE(labelText(pruned), QStringLiteral("pruned to 50 % MACs"));
        QCOMPARE(detailText(pruned), QStringLiteral("by structure"));
        QCOMPARE(stepTitle(parameters, "original"), QStringLiteral("Pruning original to 50 % MACs"));
        parameters.prune.targets = {.bytes = {2e5, TargetValue::Unit::Absolute}};
        pruned.parameters = parameters;
        QCOMPARE(labelText(pruned), QStringLiteral("pruned to 200 kB file size"));
        QCOMPARE(recipeLine(parameters), QStringLiteral("prune to 200k bytes isomorphic"));
    }

    void aPlanMeetsItsTargetAndSaysWhatRankedTheChannels()
    {
        auto model = std::make_shared<ModelFacts>();
        model->graph = makeArchitecture({.name = "resnet8", .width = 8});
        model->cost = cost(model->graph);
        const SlimBasisPtr basis = slimBasis(model);
        PruneOptions options;
        options.importance = ImportanceKind::Taylor; // from data: told by L1 until it is built
        options.targets.macs = {0.5, TargetValue::Unit::OfBefore};
        const SlimPlan byMacs = slimPlan(*basis, options, {});
        QVERIFY(byMacs.cost.macs <= model->cost.macs / 2);
        QVERIFY(byMacs.cost.macs > model->cost.macs * 0.45);
        QCOMPARE(byMacs.kept.size(), basis->dependencies.groups.size());
        QVERIFY(byMacs.kinds.front() == ImportanceKind::L1);
        QCOMPARE(byMacs.importance.front().size(), static_cast<std::size_t>(basis->dependencies.groups.front().channels));
        options.targets = {.latencyMs = options.targets.macs}; // until it is measured
        QCOMPARE(slimPlan(*basis, options, {}).cost.macs, byMacs.cost.macs);
        options.targets = {.macs = {1, TargetValue::Unit::Absolute}};
        QVERIFY_THROWS_EXCEPTION(Error, slimPlan(*basis, options, {}));
    }
    void importancesHaveNames()
    {
        QCOMPARE(importanceNames().size(), std::size_t{12});
        for (const auto& [kind, name] : importanceNames())
            QVERIFY(!name.isEmpty() && importanceName(kind) == name);
    }
};

QTEST_MAIN(TestStudioModels)
#include "test_studio_models.moc"
