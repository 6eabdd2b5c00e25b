// SPDX-License-Identifier: GPL-3.0-or-later
// Curves of sensitivity in the studio: measured by a job, kept beside the build, drawn, and used by the plan.
#include "engine/bars_data.h"
#include "onnx_io/onnx_io.h"
#include "pages/slim_page.h"
#include "plots/sensitivity_plot.h"
#include "project/sensitivity_file.h"
#include "theme/theme.h"
#include "ui/sensitivity_card.h"
#include "ui/table_view.h"

#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>

#include <atomic>

using namespace hone;
using namespace hone::studio;

namespace
{

// Two groups: one that bears everything, one that bears nothing.
Sensitivity twoCurves()
{
    Sensitivity curves;
    curves.samples = 100;
    curves.value = 0.9;
    curves.macs = 1000;
    curves.groups.push_back({"robust", {"robust"}, 10, {{0.3, 7, 900, 0.9}, {0.9, 1, 700, 0.88}}});
    curves.groups.push_back({"tender", {"tender"}, 10, {{0.3, 7, 900, 0.4}, {0.9, 1, 700, 0.1}}});
    return curves;
}

bool shows(const QWidget& widget, const QString& words)
{
    for (const QLabel* label : widget.findChildren<QLabel*>())
        if (label->isVisibleTo(&widget) && label->text().contains(words))
            return true;
    return false;
}

template<class Widget>
Widget* named(const QWidget& parent, const QString& accessibleName)
{
    for (Widget* found : parent.findChildren<Widget*>())
        if (found->accessibleName() == accessibleName)
            return found;
    return nullptr;
}

} // namespace

class TestSensitivityCard : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        applyTheme(*qApp, ThemeChoice::Light);
        hone::testing::drawBars(m_folder.path());
        m_model = m_folder.path() / "model.onnx";
        writeOnnx(hone::testing::smallNetwork(hone::testing::classCount), m_model);
    }

    void aClickOnALineNamesItsGroup()
    {
        SensitivityPlot plot;
        plot.resize(600, 360);
        plot.setCurves(twoCurves(), {QStringLiteral("accuracy, %"), {}});
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        QSet<int> groups;
        for (int y = 0; y < plot.height(); y += 4)
            for (int x = 80; x < plot.width(); x += 20)
                groups.insert(plot.groupAt({x, y}));
        QCOMPARE(groups, (QSet<int>{-1, 0, 1}));
        QSignalSpy clicked(&plot, &SensitivityPlot::groupClicked);
        auto* inner = plot.findChild<QWidget*>();
        for (int y = 0; y < plot.height() && clicked.isEmpty(); y += 2)
            if (plot.groupAt({300, y}) == 1)
                QTest::mouseClick(inner, Qt::LeftButton, {}, QPoint(300, y));
        QCOMPARE(clicked.count(), 1);
        QCOMPARE(clicked[0][0].toInt(), 1);
        plot.clear();
        QCOMPARE(plot.groupAt({300, 100}), -1);
    }

    void theSelectedLineStandsOut()
    {
        SensitivityPlot plot;
        plot.resize(600, 360);
        plot.setCurves(twoCurves(), {QStringLiteral("accuracy, %"), {}});
        plot.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plot));
        const QImage before = plot.picture().toImage();
        plot.setSelected(1);
        const QImage selected = plot.picture().toImage();
        QVERIFY(before != selected);
        plot.setPlanned({0.2, 0.5});
        QVERIFY(plot.picture().toImage() != selected);
        plot.setSelected(7); // there is none
        QCOMPARE(plot.picture().toImage(), before);
    }

    void measuringDrawsAndKeepsTheCurves()
    {
        Fixture fixture(m_folder.path() / "measured", m_model, m_folder.path());
        const Build& build = fixture.workspace.snapshot()->builds.front();
        SensitivityCard card(fixture.workspace);
        card.setStep({});
        card.showBuild(&build);
        auto* plot = card.findChild<SensitivityPlot*>();
        QVERIFY(!plot->isVisibleTo(&card));
        QVERIFY(shows(card, QStringLiteral("Shows which groups bear pruning")));
        card.setBlocked(QStringLiteral("not now"));
        QVERIFY(!card.measureButton()->isEnabled());
        card.setBlocked({});
        QSignalSpy changed(&card, &SensitivityCard::curvesChanged);
        card.measureButton()->click();
        QVERIFY(!card.measureButton()->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(card.curves() != nullptr, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(card.measureButton()->isEnabled(), 30'000);
        QCOMPARE(changed.count(), 1);
        QVERIFY(plot->isVisibleTo(&card));
        QVERIFY(shows(card, QStringLiteral("samples of validation")));
        QVERIFY(card.isForStep());
        PruneParameters other;
        other.prune.importance = ImportanceKind::Taylor;
        card.setStep(other);
        QVERIFY(!card.isForStep());
        QVERIFY(latestSensitivityOf(build.model) == *card.curves());

        SensitivityCard later(fixture.workspace);
        later.showBuild(&build);
        QTRY_VERIFY_WITH_TIMEOUT(later.curves() != nullptr, 30'000);
        QCOMPARE(*later.curves(), *card.curves());
        later.showBuild(nullptr);
        QVERIFY(!later.curves());
    }

    void aStoppedMeasurementKeepsNothing()
    {
        Fixture fixture(m_folder.path() / "stopped", m_model, m_folder.path());
        const Build& build = fixture.workspace.snapshot()->builds.front();
        SensitivityCard card(fixture.workspace);
        card.showBuild(&build);
        QSignalSpy cancelled(&fixture.steps, &JobRunner::cancelled);
        fixture.steps.setPaused(true); // at its first report, so that the stop finds it running
        card.measureButton()->click();
        fixture.steps.cancelAll();
        fixture.steps.setPaused(false);
        QTRY_VERIFY_WITH_TIMEOUT(!cancelled.isEmpty(), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(card.measureButton()->isEnabled(), 30'000);
        QVERIFY(!card.curves());
        QVERIFY(!std::filesystem::exists(sensitivityFolderOf(build.model)));
    }

    void thePlanFollowsTheCurves()
    {
        Fixture fixture(m_folder.path() / "planned", m_model, m_folder.path());
        const Build& build = fixture.workspace.snapshot()->builds.front();
        auto [curves, file, isNew] = keptSensitivity(build.model, sensitivityFolderOf(build.model), Dataset::open(m_folder.path()),
                                                     SensitivityOptions{.samples = 20, .importance = ImportanceKind::L1}, {});
        // Only the last group may go.
        for (std::size_t g = 0; g < curves.groups.size(); ++g)
            for (auto& point : curves.groups[g].points)
                point.value = g + 1 == curves.groups.size() ? curves.value : curves.value - point.ratio;
        writeSensitivity(curves, file);
        SlimPage page(fixture.workspace);
        page.resize(1200, 900);
        page.show();
        auto* card = page.findChild<SensitivityCard*>();
        QTRY_VERIFY_WITH_TIMEOUT(page.isSettled() && card->curves(), 30'000);
        auto* scope = named<QComboBox>(page, QStringLiteral("Where the share is taken"));
        auto* ratio = page.findChild<QSlider*>();
        ratio->setValue(10);
        scope->setCurrentIndex(scope->count() - 1);
        auto* table = page.findChild<TableView*>();
        const auto row = [&](const std::string& group) {
            for (const QString& line : table->tsv().split('\n'))
                if (line.startsWith(text(group)))
                    return line;
            return QString();
        };
        const auto& first = curves.groups.front();
        const auto& last = curves.groups.back();
        const QString arrow = QStringLiteral("→");
        QTRY_VERIFY_WITH_TIMEOUT(row(last.name).contains(arrow) && !row(first.name).contains(arrow), 30'000);
        QVERIFY(shows(page, QStringLiteral("Build it measures the sensitivity"))); // 20 samples of another importance
    }

    void aDevicesLatencyCanBeTheGoal()
    {
        Fixture fixture(m_folder.path() / "devices", m_model, m_folder.path());
        auto store = ProjectStore::open(fixture.workspace.folder());
        store.setDevices({{"bench", "user@192.0.2.7", "", ""}});
        std::atomic<int> meters = 0;
        fixture.workspace.setLatencyMeters([&](const DeviceReference& device, const JobContext&) -> std::unique_ptr<LatencyMeter> {
            if (device.address == "user@192.0.2.7")
                ++meters;
            return std::make_unique<LocalLatencyMeter>();
        });
        SlimPage page(fixture.workspace);
        page.resize(1200, 900);
        page.show();
        auto* goal = named<QComboBox>(page, QStringLiteral("What is cut"));
        QTRY_VERIFY_WITH_TIMEOUT(goal->findText(QStringLiteral("latency on bench")) > 0, 30'000);
        goal->setCurrentIndex(goal->findText(QStringLiteral("latency on bench")));
        page.findChild<QSlider*>()->setValue(5);
        QTRY_VERIFY_WITH_TIMEOUT(page.isSettled() && page.primaryAction()->isEnabled(), 30'000);
        // Another device moves it in the list; the choice stays.
        store.setDevices({{"anvil", "user@192.0.2.8", "", ""}, {"bench", "user@192.0.2.7", "", ""}});
        QTRY_VERIFY_WITH_TIMEOUT(goal->findText(QStringLiteral("latency on anvil")) > 0, 30'000);
        QCOMPARE(goal->currentText(), QStringLiteral("latency on bench"));
        QTRY_VERIFY_WITH_TIMEOUT(page.isSettled() && page.primaryAction()->isEnabled(), 30'000);
        page.primaryAction()->click();
        QTRY_VERIFY_WITH_TIMEOUT(meters.load() == 1, 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.steps.running(), 60'000);
        store.setDevices({});
        QTRY_COMPARE_WITH_TIMEOUT(goal->currentText(), QStringLiteral("latency here"), 30'000);
    }

private:
    struct Fixture
    {
        Fixture(const std::filesystem::path& folder, const std::filesystem::path& model, const std::filesystem::path& data)
            : workspace(steps, reads)
        {
            auto store = ProjectStore::create(folder, "Test");
            store.setDataset(data);
            const Dataset dataset = Dataset::open(data);
            store.run({}, ImportParameters{model}, &dataset, {});
            QSignalSpy opened(&workspace, &Workspace::opened);
            workspace.open(folder);
            opened.wait(30'000);
        }
        ~Fixture()
        {
            steps.shutDown();
            reads.shutDown();
        }
        JobRunner steps;
        JobRunner reads;
        Workspace workspace;
    };

    TemporaryFolder m_folder;
    std::filesystem::path m_model;
};

QTEST_MAIN(TestSensitivityCard)
#include "test_sensitivity_card.moc"
