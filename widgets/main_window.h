// SPDX-License-Identifier: GPL-3.0-or-later
// The one window: top bar, rail, builds, page, inspector, jobs.
#pragma once

#include "jobs/job_runner.h"
#include "models/workspace.h"
#include "pages/page.h"
#include "theme/theme.h"

#include <QMainWindow>

#include <functional>
#include <map>
#include <vector>

class QMenu;
class QScrollArea;
class QStackedWidget;
class QToolButton;

namespace hone::studio
{

class BuildInspector;
class BuildsPanel;
class JobsBar;
class JobsPanel;
class ImportPage;
class ModelPage;
class Rail;
class SearchBox;
class StartPage;
struct SearchEntry;

class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    explicit MainWindow(ThemeChoice theme, QWidget* parent = nullptr);
    ~MainWindow() override;

    void openProject(const QString& folder);
    void showPage(PageId page);
    PageId currentPage() const { return m_page; }
    // Nothing is being read or drawn; for screenshots.
    bool isIdle();
    Workspace& workspace() { return m_workspace; }

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeTopBar();
    QMenu* makeMenu();
    void addPage(PageId id, Page* page);
    void addShortcuts();
    void applyTheme(ThemeChoice choice);
    void showInspector();
    std::vector<SearchEntry> searchEntries();
    void importModel();
    void importFile(const QString& file);
    void rememberProject();
    QStringList recentProjects() const;
    void projectChanged();
    void jobFailed(const Message& message, bool handled);
    void placeJobsPanel();
    void offerUndo(const QString& text, const std::function<void()>& undo);

    JobRunner m_steps;
    JobRunner m_reads;
    Workspace m_workspace;
    ThemeChoice m_theme;
    PageId m_page = PageId::Start;
    std::function<void()> m_undo; // of the last deletion

    QToolButton* m_application = nullptr;
    QLabel* m_projectName = nullptr;
    SearchBox* m_search = nullptr;
    Rail* m_rail = nullptr;
    std::map<PageId, Page*> m_pages;
    StartPage* m_start = nullptr;
    ImportPage* m_import = nullptr;
    ModelPage* m_model = nullptr;
    QStackedWidget* m_stack = nullptr;
    BuildsPanel* m_builds = nullptr;
    QFrame* m_inspector = nullptr;
    QStackedWidget* m_inspectorStack = nullptr;
    BuildInspector* m_buildInspector = nullptr;
    std::map<PageId, QWidget*> m_inspectors; // as scrolled
    Banner* m_banner = nullptr;
    JobsBar* m_jobsBar = nullptr;
    JobsPanel* m_jobsPanel = nullptr;
};

} // namespace hone::studio
