// SPDX-License-Identifier: GPL-3.0-or-later
#include "main_window.h"

#include "models/build_text.h"
#include "pages/compare_page.h"
#include "pages/data_page.h"
#include "pages/devices_page.h"
#include "pages/import_page.h"
#include "pages/model_page.h"
#include "pages/slim_page.h"
#include "pages/start_page.h"
#include "pages/train_page.h"
#include "sentences.h"
#include "ui/build_inspector.h"
#include "ui/builds_panel.h"
#include "ui/jobs_bar.h"
#include "ui/rail.h"
#include "ui/search_box.h"

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QMenu>
#include <QMimeData>
#include <QScrollArea>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace hone::studio
{

namespace
{

constexpr int inspectorWidth = 280;
constexpr int recentKept = 8;
const QString recentKey = QStringLiteral("recentProjects");
const QString themeKey = QStringLiteral("theme");

QScrollArea* scrolled(QWidget* widget)
{
    auto* area = new QScrollArea;
    area->setWidgetResizable(true);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setFrameShape(QFrame::NoFrame);
    area->setWidget(widget);
    return area;
}

} // namespace

MainWindow::MainWindow(ThemeChoice theme, QWidget* parent) : QMainWindow(parent), m_workspace(m_steps, m_reads), m_theme(theme)
{
    setWindowTitle(QStringLiteral("Hone"));
    setWindowIcon(QIcon(QStringLiteral(":/icons/hone.svg")));
    setAcceptDrops(true);
    resize(1440, 900);
    setMinimumSize(960, 600);

    m_stack = new QStackedWidget;
    m_stack->setObjectName(QStringLiteral("pages"));
    m_inspectorStack = new QStackedWidget;
    m_inspector = new QFrame;
    m_inspector->setObjectName(QStringLiteral("inspector"));
    m_inspector->setFixedWidth(inspectorWidth);
    auto* inspectorLayout = new QVBoxLayout(m_inspector);
    inspectorLayout->setContentsMargins(1, 0, 0, 0);
    inspectorLayout->addWidget(m_inspectorStack);
    m_buildInspector = new BuildInspector(m_workspace);
    m_inspectorStack->addWidget(scrolled(m_buildInspector));

    m_builds = new BuildsPanel(m_workspace);
    m_banner = new Banner;
    m_jobsBar = new JobsBar(m_steps);
    auto* pageColumn = new QWidget;
    pageColumn->setObjectName(QStringLiteral("pages"));
    auto* pageLayout = new QVBoxLayout(pageColumn);
    pageLayout->setContentsMargins(0, 0, 0, 0);
    pageLayout->setSpacing(0);
    auto* bannerHolder = new QVBoxLayout;
    bannerHolder->setContentsMargins(space::page, 0, space::page, 0);
    bannerHolder->addWidget(m_banner);
    pageLayout->addLayout(bannerHolder);
    pageLayout->addWidget(m_stack, 1);

    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    m_rail = new Rail;
    connect(m_rail, &Rail::pageWanted, this, &MainWindow::showPage);
    middle->addWidget(m_rail);
    middle->addWidget(m_builds);
    middle->addWidget(pageColumn, 1);
    middle->addWidget(m_inspector);
    auto* central = new QWidget;
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTopBar());
    layout->addLayout(middle, 1);
    layout->addWidget(m_jobsBar);
    setCentralWidget(central);
    m_jobsPanel = new JobsPanel(m_steps, central);
    m_jobsPanel->hide();

    m_start = new StartPage(m_workspace);
    m_model = new ModelPage(m_workspace);
    m_import = new ImportPage(m_workspace);
    addPage(PageId::Start, m_start);
    addPage(PageId::Import, m_import);
    addPage(PageId::Data, new DataPage(m_workspace));
    addPage(PageId::Model, m_model);
    addPage(PageId::Slim, new SlimPage(m_workspace));
    addPage(PageId::Train, new TrainPage(m_workspace));
    addPage(PageId::Compare, new ComparePage(m_workspace));
    addPage(PageId::Devices, new DevicesPage(m_workspace));

    connect(m_builds, &BuildsPanel::importWanted, this, &MainWindow::importModel);
    connect(m_jobsBar, &JobsBar::listToggled, this, [this](bool shown) {
        placeJobsPanel();
        m_jobsPanel->setVisible(shown);
        m_jobsPanel->raise();
    });
    connect(&m_workspace, &Workspace::opened, this, [this] {
        m_undo = {};
        rememberProject();
        projectChanged();
        if (m_page == PageId::Start)
            showPage(m_workspace.snapshot()->builds.size() > 1 ? PageId::Compare
                     : m_workspace.snapshot()->dataset         ? PageId::Slim
                                                               : PageId::Data);
    });
    connect(&m_workspace, &Workspace::closed, this, [this] {
        m_undo = {};
        projectChanged();
        showPage(PageId::Start);
    });
    connect(&m_workspace, &Workspace::openFailed, this, [this] {
        if (!m_workspace.isOpen())
            showPage(PageId::Start);
    });
    connect(&m_workspace, &Workspace::snapshotChanged, this, [this] {
        if (!m_workspace.snapshot()->damaged.empty())
            m_banner->showProblem(sentence(m_workspace.snapshot()->damaged.front()));
    });
    connect(&m_workspace, &Workspace::removed, this,
            [this](const QString& label) { offerUndo(tr("“%1” was deleted.").arg(label), [this] { m_workspace.undoRemove(); }); });
    for (JobRunner* runner : {&m_steps, &m_reads})
        connect(runner, &JobRunner::failed, this, [this](quint64, const Message& message, bool handled) { jobFailed(message, handled); });
    addShortcuts();
    m_start->setRecent(recentProjects());
    projectChanged();
    showPage(PageId::Start);
    // Not on the first button of the top bar, where a ring would shout.
    m_stack->setFocus();
}

MainWindow::~MainWindow()
{
    // Work refers to pages, pages to the workspace and the runners: they go in this order.
    m_steps.shutDown();
    m_reads.shutDown();
    delete takeCentralWidget();
}

QWidget* MainWindow::makeTopBar()
{
    auto* bar = new QFrame;
    bar->setObjectName(QStringLiteral("topBar"));
    bar->setFixedHeight(44);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(10, 0, 16, 0);
    layout->setSpacing(space::unit);
    m_application = new QToolButton;
    m_application->setObjectName(QStringLiteral("application"));
    m_application->setText(QStringLiteral("Hone"));
    m_application->setPopupMode(QToolButton::InstantPopup);
    m_application->setMenu(makeMenu());
    m_application->setToolTip(tr("Projects and settings (F10)"));
    m_projectName = label({}, "muted");
    m_search = new SearchBox([this] { return searchEntries(); });
    layout->addWidget(m_application);
    layout->addWidget(m_projectName);
    layout->addStretch(1);
    layout->addWidget(m_search);
    return bar;
}

QMenu* MainWindow::makeMenu()
{
    auto* menu = new QMenu(this);
    menu->addAction(tr("New project"), QKeySequence::New, this, [this] {
        showPage(PageId::Start);
        m_start->focusNew();
    });
    menu->addAction(tr("Open project…"), QKeySequence::Open, this, [this] { m_start->openFolder(); });
    menu->addAction(tr("Add a model…"), QKeySequence(Qt::CTRL | Qt::Key_I), this, &MainWindow::importModel);
    menu->addAction(tr("Close project"), QKeySequence::Close, this, [this] { m_workspace.close(); });
    menu->addSeparator();
    QMenu* theme = menu->addMenu(tr("Theme"));
    auto* group = new QActionGroup(theme);
    const std::pair<ThemeChoice, QString> choices[] = {
        {ThemeChoice::System, tr("As the system")}, {ThemeChoice::Light, tr("Light")}, {ThemeChoice::Dark, tr("Dark")}};
    for (const auto& [choice, name] : choices) {
        QAction* action = theme->addAction(name, this, [this, choice = choice] { applyTheme(choice); });
        action->setCheckable(true);
        action->setChecked(choice == m_theme);
        group->addAction(action);
    }
    menu->addSeparator();
    menu->addAction(tr("Quit"), QKeySequence::Quit, this, &QWidget::close);
    return menu;
}

void MainWindow::addPage(PageId id, Page* page)
{
    m_pages[id] = page;
    m_stack->addWidget(page);
    if (QWidget* own = page->inspector()) {
        QScrollArea* area = scrolled(own);
        m_inspectorStack->addWidget(area);
        m_inspectors[id] = area;
    }
    connect(page, &Page::pageWanted, this, &MainWindow::showPage);
    connect(page, &Page::importWanted, this, &MainWindow::importModel);
    connect(page, &Page::note, m_jobsBar, &JobsBar::showNote);
    connect(page, &Page::undoOffered, this, &MainWindow::offerUndo);
}

void MainWindow::offerUndo(const QString& text, const std::function<void()>& undo)
{
    m_undo = undo;
    m_banner->showNote(text, tr("Undo"), [this] {
        if (m_undo)
            std::exchange(m_undo, {})();
    });
}

void MainWindow::addShortcuts()
{
    connect(new QShortcut(QKeySequence(Qt::CTRL | Qt::Key_K), this), &QShortcut::activated, m_search, &SearchBox::begin);
    const auto press = [this] {
        QPushButton* primary = m_pages[m_page]->primaryAction();
        if (primary && primary->isVisible())
            primary->animateClick();
    };
    for (const auto key : {Qt::Key_Return, Qt::Key_Enter})
        connect(new QShortcut(QKeySequence(Qt::CTRL | key), this), &QShortcut::activated, this, press);
    connect(new QShortcut(QKeySequence::Undo, this), &QShortcut::activated, this, [this] {
        m_banner->hide();
        if (m_undo)
            std::exchange(m_undo, {})();
    });
    connect(new QShortcut(QKeySequence(Qt::Key_F10), this), &QShortcut::activated, m_application, &QToolButton::showMenu);
}

void MainWindow::showPage(PageId page)
{
    if (page != PageId::Start && !m_workspace.isOpen() && m_workspace.folder().empty())
        page = PageId::Start;
    m_page = page;
    m_stack->setCurrentWidget(m_pages[page]);
    m_rail->mark(page);
    const bool start = page == PageId::Start;
    m_builds->setVisible(!start);
    showInspector();
}

void MainWindow::showInspector()
{
    const auto own = m_inspectors.find(m_page);
    m_inspectorStack->setCurrentIndex(own == m_inspectors.end() ? 0 : m_inspectorStack->indexOf(own->second));
    m_inspector->setVisible(m_page != PageId::Start && width() >= 1100);
}

void MainWindow::projectChanged()
{
    const bool open = m_workspace.isOpen();
    const QString folder = open ? QFileInfo(pathText(m_workspace.snapshot()->folder)).fileName() : QString();
    const QString name = open ? m_workspace.snapshot()->name : QString();
    m_projectName->setText(name == folder || folder.isEmpty() ? name : QStringLiteral("%1 · %2").arg(name, folder));
    m_projectName->setToolTip(open ? pathText(m_workspace.snapshot()->folder) : QString());
    setWindowTitle(open ? QStringLiteral("%1 – Hone").arg(name) : QStringLiteral("Hone"));
    m_rail->forbid(open ? QString() : tr("Open or make a project first."));
    m_search->forget();
}

void MainWindow::applyTheme(ThemeChoice choice)
{
    m_theme = choice;
    QSettings().setValue(themeKey, static_cast<int>(choice));
    studio::applyTheme(*qApp, choice);
}

std::vector<SearchEntry> MainWindow::searchEntries()
{
    std::vector<SearchEntry> entries;
    if (const SnapshotPtr& snapshot = m_workspace.snapshot())
        for (const Build& build : snapshot->builds)
            entries.push_back({tr("Build: %1").arg(labelText(build)), [this, id = text(build.id)] { m_workspace.select(id); }});
    for (const auto& [id, entry] : m_rail->entries())
        entries.push_back({tr("Page: %1").arg(entry->text()), [this, id = id] { showPage(id); }});
    for (QAction* action : m_application->menu()->actions())
        if (!action->isSeparator() && !action->menu())
            entries.push_back({tr("Action: %1").arg(action->text()), [action] { action->trigger(); }});
    const auto& layers = m_model->layers();
    for (std::size_t i = 0; i < layers.size(); ++i)
        entries.push_back({tr("Layer: %1").arg(layers[i].name), [this, i] {
                               showPage(PageId::Model);
                               m_model->selectLayer(static_cast<int>(i));
                           }});
    return entries;
}

void MainWindow::importModel()
{
    if (!m_workspace.isOpen()) {
        showPage(PageId::Start);
        return;
    }
    showPage(PageId::Import);
    m_import->browse();
}

void MainWindow::importFile(const QString& file)
{
    showPage(PageId::Import);
    m_import->setFile(file);
}

void MainWindow::openProject(const QString& folder)
{
    m_workspace.open(toPath(QFileInfo(folder).absoluteFilePath()));
}

QStringList MainWindow::recentProjects() const
{
    QStringList folders = QSettings().value(recentKey).toStringList();
    folders.removeIf([](const QString& folder) { return !QFileInfo::exists(folder + QStringLiteral("/project.json")); });
    return folders;
}

void MainWindow::rememberProject()
{
    const QString folder = pathText(m_workspace.snapshot()->folder);
    QStringList folders = recentProjects();
    folders.removeAll(folder);
    folders.prepend(folder);
    QSettings().setValue(recentKey, folders.mid(0, recentKept));
    m_start->setRecent(folders.mid(0, recentKept));
}

void MainWindow::jobFailed(const Message& message, bool handled)
{
    if (!handled)
        m_banner->showProblem(sentence(message));
}

bool MainWindow::isIdle()
{
    return m_reads.idle() && m_steps.idle() && m_pages[m_page]->isSettled();
}

void MainWindow::placeJobsPanel()
{
    const QSize size(420, 300);
    m_jobsPanel->setGeometry(width() - size.width() - 12, height() - 41 - 8 - size.height(), size.width(), size.height());
}

void MainWindow::resizeEvent(QResizeEvent* event)
{
    QMainWindow::resizeEvent(event);
    if (m_inspector)
        showInspector();
    if (m_jobsPanel)
        placeJobsPanel();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    // A stopped step leaves the project as it was, so nothing needs asking.
    m_steps.cancelAll();
    m_reads.cancelAll();
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    for (const QUrl& url : event->mimeData()->urls()) {
        const QFileInfo file(url.toLocalFile());
        if (file.isDir() && QFileInfo::exists(file.filePath() + QStringLiteral("/project.json")))
            openProject(file.filePath());
        else if (file.isDir() && m_workspace.isOpen())
            m_workspace.setDataset(toPath(file.absoluteFilePath()));
        else if (file.isFile() && m_workspace.isOpen())
            importFile(file.absoluteFilePath());
    }
}

} // namespace hone::studio
