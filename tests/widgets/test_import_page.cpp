// SPDX-License-Identifier: GPL-3.0-or-later
// A model is tried before it is added to a project, and the page says in words what works.
#include "core/file.h"
#include "models/check_text.h"
#include "onnx_io/onnx_io.h"
#include "pages/import_page.h"
#include "theme/theme.h"
#include "train/architecture.h"
#include "ui/model_check_card.h"

#include <QApplication>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace hone;
using namespace hone::studio;

namespace
{

bool shows(const QWidget& widget, const QString& words)
{
    for (const QLabel* label : widget.findChildren<QLabel*>())
        if (label->isVisibleTo(&widget) && label->text().contains(words))
            return true;
    return false;
}

QPushButton* buttonNamed(const QWidget& widget, const QString& text)
{
    for (QPushButton* found : widget.findChildren<QPushButton*>())
        if (found->text() == text)
            return found;
    return nullptr;
}

} // namespace

class TestImportPage : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        applyTheme(*qApp, ThemeChoice::Light);
        m_model = m_folder.path() / "model.onnx";
        writeOnnx(makeArchitecture({.name = "resnet8", .width = 4, .classes = 10}), m_model);
    }

    void aModelThatWorksIsToldAndCanBeAdded()
    {
        Fixture fixture(m_folder.path() / "project");
        ImportPage page(fixture.workspace);
        QVERIFY(!page.primaryAction()->isEnabled());
        QVERIFY(!page.primaryAction()->toolTip().isEmpty());
        page.setFile(pathText(m_model));
        auto* card = page.findChild<ModelCheckCard*>();
        QVERIFY(card->isChecking()); // a worker does it: the window goes on
        QVERIFY(!page.isSettled());
        QTRY_VERIFY_WITH_TIMEOUT(card->outcome().has_value(), 60'000);
        QVERIFY(card->outcome()->ok);
        QVERIFY(shows(*card, QStringLiteral("Hone works with this model.")));
        for (const CheckLine& line : checkLines(*card->outcome())) {
            QVERIFY2(line.works, qPrintable(line.name));
            QVERIFY(shows(*card, line.name) && shows(*card, line.text));
        }
        QVERIFY(page.primaryAction()->isEnabled());
        QVERIFY(!page.findChild<QCheckBox*>()->isEnabled()); // there is nothing to tidy in it
        page.primaryAction()->click();
        QTRY_VERIFY_WITH_TIMEOUT(fixture.workspace.snapshot() && fixture.workspace.snapshot()->builds.size() == 1, 30'000);
    }

    void aModelThatIsTidiedOnTheWayInMakesTwoBuilds()
    {
        Graph graph = readOnnx(m_model);
        graph.addConstant("unread", Tensor(DType::Float32, {100}));
        const auto untidy = m_folder.path() / "untidy.onnx";
        writeOnnx(graph, untidy);
        Fixture fixture(m_folder.path() / "tidied");
        ImportPage page(fixture.workspace);
        page.setFile(pathText(untidy));
        auto* card = page.findChild<ModelCheckCard*>();
        QTRY_VERIFY_WITH_TIMEOUT(card->outcome().has_value(), 60'000);
        auto* tidy = page.findChild<QCheckBox*>();
        QVERIFY(tidy->isEnabled());
        tidy->setChecked(true);
        page.primaryAction()->click();
        QTRY_VERIFY_WITH_TIMEOUT(fixture.workspace.snapshot() && fixture.workspace.snapshot()->builds.size() == 2, 30'000);
        const auto& builds = fixture.workspace.snapshot()->builds;
        QVERIFY(std::holds_alternative<TidyParameters>(builds.back().parameters));
        QCOMPARE(builds.back().parent, builds.front().id);
    }

    void aFileThatIsNoModelIsRefusedInWords()
    {
        const auto file = m_folder.path() / "no.onnx";
        writeFileAtomically(file, "this is no model");
        Fixture fixture(m_folder.path() / "refused");
        ImportPage page(fixture.workspace);
        page.setFile(pathText(file));
        auto* card = page.findChild<ModelCheckCard*>();
        QTRY_VERIFY_WITH_TIMEOUT(card->outcome().has_value(), 30'000);
        QVERIFY(shows(*card, QStringLiteral("Hone can't work with this model.")));
        QVERIFY(!page.primaryAction()->isEnabled());
        QVERIFY(page.primaryAction()->toolTip().contains(QStringLiteral("can't open")));
    }

    void aStoppedCheckLeavesTheModelToBeAdded()
    {
        Fixture fixture(m_folder.path() / "stopped");
        ImportPage page(fixture.workspace);
        page.setFile(pathText(m_model));
        auto* card = page.findChild<ModelCheckCard*>();
        buttonNamed(*card, QStringLiteral("Stop"))->click();
        QTRY_VERIFY_WITH_TIMEOUT(!card->isChecking(), 30'000);
        QVERIFY(!card->outcome());
        QVERIFY(shows(*card, QStringLiteral("The check was stopped.")));
        QVERIFY(page.primaryAction()->isEnabled());
    }

    void anotherFileTakesTheFirstOnesPlace()
    {
        const auto file = m_folder.path() / "other.onnx";
        writeFileAtomically(file, "this is no model either");
        ModelCheckCard card;
        card.check(m_model);
        card.check(file);
        QTRY_VERIFY_WITH_TIMEOUT(card.outcome().has_value() && !card.isChecking(), 60'000);
        QVERIFY(!card.outcome()->ok);
        card.check({});
        QVERIFY(!card.isVisibleTo(card.parentWidget()) && !card.outcome());
    }

private:
    struct Fixture
    {
        explicit Fixture(const std::filesystem::path& folder) : workspace(steps, reads)
        {
            ProjectStore::create(folder, "Test");
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

QTEST_MAIN(TestImportPage)
#include "test_import_page.moc"
