// SPDX-License-Identifier: GPL-3.0-or-later
#include "main_window.h"

#include "data/road_signs.h"
#include "deploy/local_ssh_server.h"
#include "models/build_text.h"
#include "pages/devices_page.h"
#include "plots/scatter_plot.h"
#include "theme/theme.h"
#include "train/architecture.h"
#include "ui/parts.h"
#include "ui/question_card.h"

#include <QApplication>
#include <QDesktopServices>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>
#include <QUrl>

using namespace hone;
using namespace hone::studio;

namespace
{

std::filesystem::path path(const QTemporaryDir& folder, const char* name)
{
    return std::filesystem::path(folder.path().toStdString()) / name;
}

// A project with one small untrained network, without data.
std::filesystem::path smallProject(const QTemporaryDir& folder, int classes = 10)
{
    ProjectStore store = ProjectStore::create(path(folder, "project"), "Small");
    NewParameters step;
    step.architecture.name = "resnet8";
    step.architecture.width = 4;
    step.architecture.classes = classes;
    store.run({}, step, nullptr, {});
    return store.folder();
}

QPushButton* buttonNamed(const QWidget& window, const QString& text)
{
    for (QPushButton* found : window.findChildren<QPushButton*>())
        if (found->text() == text)
            return found;
    return nullptr;
}

} // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        QCoreApplication::setOrganizationName(QStringLiteral("HoneTests"));
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
        applyTheme(*qApp, ThemeChoice::Light);
    }

    void theFirstWindowDoesNotLoadLibTorch()
    {
        MainWindow window(ThemeChoice::Light);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QFile maps(QStringLiteral("/proc/self/maps"));
        QVERIFY(maps.open(QIODevice::ReadOnly));
        const QByteArray loaded = maps.readAll();
        QVERIFY(loaded.contains("libQt6Widgets"));
        QVERIFY(!loaded.contains("libtorch"));
        QVERIFY(!loaded.contains("libopencv"));
    }

    void withoutAProjectEveryPageSaysWhyItIsShut()
    {
        MainWindow window(ThemeChoice::Light);
        for (const QToolButton* entry : window.findChild<QWidget*>(QStringLiteral("rail"))->findChildren<QToolButton*>()) {
            QVERIFY(!entry->isEnabled());
            QVERIFY(!entry->toolTip().isEmpty());
            QCOMPARE(entry->accessibleDescription(), entry->toolTip());
        }
        window.showPage(PageId::Slim);
        QCOMPARE(window.currentPage(), PageId::Start);
    }

    void aProjectOpensWithoutTheWindowWaiting()
    {
        const QTemporaryDir folder;
        const auto project = smallProject(folder);
        MainWindow window(ThemeChoice::Light);
        QSignalSpy opened(&window.workspace(), &Workspace::opened);
        window.openProject(pathText(project));
        QCOMPARE(opened.size(), 0); // not yet: a worker reads it
        QTRY_COMPARE(opened.size(), 1);
        QCOMPARE(window.workspace().snapshot()->builds.size(), std::size_t{1});
        QVERIFY(window.workspace().selected());
    }

    void everyPageShowsItselfWithAProject()
    {
        const QTemporaryDir folder;
        MainWindow window(ThemeChoice::Light);
        window.openProject(pathText(smallProject(folder)));
        QTRY_VERIFY(window.workspace().isOpen());
        window.show();
        for (const QString& name : pageNames()) {
            window.showPage(*pageFromName(name));
            QCOMPARE(window.currentPage(), *pageFromName(name));
            QTRY_VERIFY(window.isIdle());
            QVERIFY(!window.grab().isNull());
        }
    }

    void whatNeedsDataSaysSo()
    {
        const QTemporaryDir folder;
        MainWindow window(ThemeChoice::Light);
        window.openProject(pathText(smallProject(folder)));
        QTRY_VERIFY(window.workspace().isOpen());
        QTRY_VERIFY(window.isIdle());
        for (const auto& text : {QStringLiteral("Fine-tune"), QStringLiteral("Quantize"), QStringLiteral("Report")}) {
            const QPushButton* action = buttonNamed(window, text);
            QVERIFY2(action, qPrintable(text));
            QVERIFY2(!action->isEnabled(), qPrintable(text));
            QVERIFY2(action->toolTip().contains(QStringLiteral("data")), qPrintable(action->toolTip()));
            QCOMPARE(action->accessibleDescription(), action->toolTip());
        }
    }

    void aFolderWithoutAProjectIsToldInASentence()
    {
        const QTemporaryDir folder;
        MainWindow window(ThemeChoice::Light);
        window.show();
        QSignalSpy failed(&window.workspace(), &Workspace::openFailed);
        window.openProject(folder.path());
        QTRY_COMPARE(failed.size(), 1);
        const auto* banner = window.findChild<Banner*>();
        QTRY_VERIFY(banner->isVisible());
        QVERIFY2(banner->accessibleName().contains(folder.path()), qPrintable(banner->accessibleName()));
        QCOMPARE(window.currentPage(), PageId::Start);
    }

    void aPrunedBuildAppearsInTheTreeMarkedNew()
    {
        const QTemporaryDir folder;
        MainWindow window(ThemeChoice::Light);
        window.openProject(pathText(smallProject(folder)));
        QTRY_VERIFY(window.workspace().isOpen());
        Workspace& workspace = window.workspace();
        PruneParameters step;
        step.prune.ratio = 0.5;
        workspace.runStep(workspace.selectedId(), step, QStringLiteral("Pruning"));
        QCOMPARE(workspace.pending().size(), std::size_t{1});
        QTRY_COMPARE_WITH_TIMEOUT(workspace.snapshot()->builds.size(), std::size_t{2}, 30000);
        QVERIFY(workspace.pending().empty());
        const QString made = text(workspace.snapshot()->builds[1].id);
        QVERIFY(workspace.isNew(made));
        workspace.select(made);
        QVERIFY(!workspace.isNew(made));
        QVERIFY(workspace.snapshot()->builds[1].evaluation.facts.macs < workspace.snapshot()->builds[0].evaluation.facts.macs);
    }

    void deletingIsUndone()
    {
        const QTemporaryDir folder;
        MainWindow window(ThemeChoice::Light);
        window.openProject(pathText(smallProject(folder)));
        QTRY_VERIFY(window.workspace().isOpen());
        window.workspace().remove(window.workspace().selectedId());
        QTRY_COMPARE(window.workspace().snapshot()->builds.size(), std::size_t{0});
        window.workspace().undoRemove();
        QTRY_COMPARE(window.workspace().snapshot()->builds.size(), std::size_t{1});
    }

    void whatAnotherProgramCommitsIsSeen()
    {
        const QTemporaryDir folder;
        const auto project = smallProject(folder);
        MainWindow window(ThemeChoice::Light);
        window.openProject(pathText(project));
        QTRY_VERIFY(window.workspace().isOpen());
        NewParameters step;
        step.architecture.width = 4;
        step.architecture.seed = 7;
        ProjectStore::open(project).run({}, step, nullptr, {});
        QTRY_COMPARE_WITH_TIMEOUT(window.workspace().snapshot()->builds.size(), std::size_t{2}, 10000);
    }

    void clickingAPointSelectsItsBuildEverywhere()
    {
        const QTemporaryDir folder;
        const auto project = smallProject(folder);
        NewParameters step;
        step.architecture.width = 4;
        step.architecture.seed = 7;
        const Build second = ProjectStore::open(project).run({}, step, nullptr, {});
        MainWindow window(ThemeChoice::Light);
        window.openProject(pathText(project));
        QTRY_VERIFY(window.workspace().isOpen());
        emit window.findChild<ScatterPlot*>()->pointClicked(text(second.id));
        QCOMPARE(window.workspace().selectedId(), text(second.id));
        const auto* tree = window.findChild<QTreeView*>();
        QCOMPARE(tree->currentIndex().data().toString(), labelText(second));
    }

    // On a data set drawn for the test: chosen, measured on, trained on, each as a job.
    void aFineTuningShowsItsEpochsWhileItRuns()
    {
        const QTemporaryDir folder;
        RoadSignOptions few;
        few.train = 120;
        few.validation = 48;
        few.test = 24;
        drawRoadSigns(path(folder, "data"), few, {});
        MainWindow window(ThemeChoice::Light);
        Workspace& workspace = window.workspace();
        window.openProject(pathText(smallProject(folder, 12)));
        QTRY_VERIFY(workspace.isOpen());
        workspace.setDataset(path(folder, "data"));
        QTRY_VERIFY_WITH_TIMEOUT(workspace.selected() && workspace.selected()->evaluation.accuracy, 30000);
        QCOMPARE(workspace.selected()->evaluation.accuracy->samples, std::size_t{48});

        FinetuneParameters step;
        step.train.epochs = 2;
        std::size_t seen = 0;
        QString label;
        connect(&workspace, &Workspace::trainingChanged, &window, [&] {
            if (workspace.training()) {
                seen = workspace.training()->epochs.size();
                label = workspace.training()->label;
            }
        });
        workspace.runStep(workspace.selectedId(), step, QStringLiteral("Fine-tuning"));
        QTRY_COMPARE_WITH_TIMEOUT(workspace.snapshot()->builds.size(), std::size_t{2}, 60000);
        QCOMPARE(seen, std::size_t{2});
        QCOMPARE(label, QStringLiteral("Fine-tuning"));
        QVERIFY(!workspace.training());
        QCOMPARE(workspace.snapshot()->builds[1].curves.size(), std::size_t{2});

        // The report measures on the test split too, says so, and is opened (here: caught).
        QDesktopServices::setUrlHandler(QStringLiteral("file"), this, "catchUrl");
        QPushButton* report = buttonNamed(window, QStringLiteral("Report"));
        QVERIFY2(report->isEnabled(), qPrintable(report->toolTip()));
        report->click();
        QTRY_VERIFY_WITH_TIMEOUT(!m_openedUrl.isEmpty(), 60000);
        QDesktopServices::unsetUrlHandler(QStringLiteral("file"));
        QVERIFY(std::filesystem::file_size(toPath(m_openedUrl.toLocalFile())) > 1000);
        bool labelled = false;
        for (const QLabel* label : window.findChildren<QLabel*>())
            labelled = labelled || label->text() == QStringLiteral("Accuracy, test");
        QVERIFY(labelled);
    }

    void stoppingAJobLeavesTheProjectAsItWas()
    {
        const QTemporaryDir folder;
        RoadSignOptions few;
        few.train = 240;
        few.validation = 24;
        few.test = 24;
        drawRoadSigns(path(folder, "data"), few, {});
        const auto project = smallProject(folder, 12);
        ProjectStore::open(project).setDataset(path(folder, "data"));
        MainWindow window(ThemeChoice::Light);
        Workspace& workspace = window.workspace();
        window.openProject(pathText(project));
        QTRY_VERIFY(workspace.isOpen());
        FinetuneParameters step;
        step.train.epochs = 1000;
        const JobId job = workspace.runStep(workspace.selectedId(), step, QStringLiteral("Fine-tuning"));
        QTRY_VERIFY_WITH_TIMEOUT(workspace.training() && !workspace.training()->epochs.empty(), 60000);
        QSignalSpy cancelled(&workspace.steps(), &JobRunner::cancelled);
        workspace.steps().cancel(job);
        QTRY_COMPARE_WITH_TIMEOUT(cancelled.size(), 1, 20000);
        QVERIFY(workspace.pending().empty());
        QCOMPARE(ProjectStore::open(project).builds().size(), std::size_t{1});
    }

    void anUnknownDeviceIsAskedAboutWithItsFingerprintAndThenDeployedTo()
    {
        const QTemporaryDir folder;
        std::optional<LocalSshServer> device;
        try {
            device.emplace(path(folder, "device"));
        } catch (const Error& error) {
            QSKIP(error.what());
        }
        const auto project = smallProject(folder);
        DeviceReference reference;
        reference.name = "loopback";
        reference.address = device->address();
        reference.identityFile = device->identity().string();
        reference.knownHostsFile = path(folder, "known_hosts").string();
        ProjectStore::open(project).setDevices({reference});
        MainWindow window(ThemeChoice::Light);
        window.show();
        window.openProject(pathText(project));
        QTRY_VERIFY(window.workspace().isOpen());
        window.showPage(PageId::Devices);
        auto* page = window.findChild<DevicesPage*>();
        page->setRunnerFolder(HONE_BINARY_DIR "/lib/hone/device");
        QVERIFY2(page->primaryAction()->isEnabled(), qPrintable(page->primaryAction()->toolTip()));
        page->primaryAction()->click();
        auto* card = window.findChild<QuestionCard*>();
        QTRY_VERIFY_WITH_TIMEOUT(card->isVisible(), 20000);
        bool shown = false;
        for (const QLabel* label : card->findChildren<QLabel*>())
            shown = shown || label->text() == text(device->hostKeyFingerprint());
        QVERIFY2(shown, "the fingerprint is what the user compares");
        const JobRunner& steps = window.workspace().steps();
        for (QPushButton* button : card->findChildren<QPushButton*>())
            if (button->property("role") == QStringLiteral("primary"))
                button->click();
        QTRY_VERIFY_WITH_TIMEOUT(steps.idle(), 60000);
        QVERIFY2(steps.jobs().back().state == JobState::Finished, name(steps.jobs().back().error.code).data());
        QVERIFY(std::filesystem::exists(device->home() / ".local/share/hone/current"));
    }

    void pageNamesAreUnderstoodAndOthersRefused()
    {
        QCOMPARE(pageFromName(QStringLiteral("compare")), std::optional(PageId::Compare));
        QVERIFY(!pageFromName(QStringLiteral("nonsense")));
    }

public slots:
    void catchUrl(const QUrl& url) { m_openedUrl = url; }

private:
    QTemporaryDir m_settings;
    QUrl m_openedUrl;
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
