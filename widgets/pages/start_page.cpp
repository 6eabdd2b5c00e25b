// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/start_page.h"

#include "models/sample_project.h"
#include "theme/icons.h"
#include "theme/theme.h"
#include "ui/model_check_card.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QStandardPaths>
#include <QVBoxLayout>

namespace hone::studio
{

namespace
{

QString projectsFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation) + QStringLiteral("/Hone");
}

} // namespace

StartPage::StartPage(Workspace& workspace, QWidget* parent) : Page(tr("Welcome to Hone"), workspace, parent)
{
    auto* line =
        label(tr("Makes a trained model small and fast for a device of yours, shows what every step costs, and puts it there."), "muted");
    line->setWordWrap(true);
    body()->addWidget(line);
    auto* row = new QHBoxLayout;
    row->setSpacing(space::card + 2);
    row->addWidget(makeNew(), 3, Qt::AlignTop);
    row->addWidget(makeExisting(), 2, Qt::AlignTop);
    body()->addLayout(row, 1);
}

QWidget* StartPage::makeNew()
{
    auto* frame = card();
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(20, 16, 20, 18);
    column->setSpacing(space::card);
    column->addWidget(label(tr("New project"), "heading"));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(space::card);
    form->setVerticalSpacing(space::unit);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    const auto field = [&](const QString& name, const QString& placeholder) {
        auto* edit = new QLineEdit;
        edit->setPlaceholderText(placeholder);
        edit->setAccessibleName(name);
        auto* caption = label(name, "muted");
        caption->setBuddy(edit);
        form->addRow(caption, edit);
        connect(edit, &QLineEdit::textChanged, this, &StartPage::allowCreate);
        return edit;
    };
    m_name = field(tr("Name"), tr("gate-camera"));
    m_folder = field(tr("Folder"), projectsFolder() + QStringLiteral("/…"));
    m_model = field(tr("Model"), tr("an ONNX file"));
    m_data = field(tr("Data"), tr("a folder of labelled pictures; may follow later"));
    const auto browse = [this](QLineEdit* edit, const QString& tip, auto choose) {
        auto* action = edit->addAction(icon(QStringLiteral("folder"), Palette::of(this).muted), QLineEdit::TrailingPosition);
        action->setToolTip(tip);
        connect(action, &QAction::triggered, this, [edit, choose] {
            const QString chosen = choose();
            if (!chosen.isEmpty())
                edit->setText(chosen);
        });
    };
    browse(m_folder, tr("Choose a folder"),
           [this] { return QFileDialog::getExistingDirectory(this, tr("Choose a folder for the project")); });
    browse(m_model, tr("Choose a file"),
           [this] { return QFileDialog::getOpenFileName(this, tr("Choose a model"), {}, tr("ONNX models (*.onnx)")); });
    browse(m_data, tr("Choose a folder"),
           [this] { return QFileDialog::getExistingDirectory(this, tr("Choose the folder with your data")); });
    column->addLayout(form);
    m_check = new ModelCheckCard;
    setRole(m_check, QStringLiteral("plain")); // no box inside of a box
    m_check->layout()->setContentsMargins(0, space::unit, 0, 0);
    column->addWidget(m_check);
    m_create = button(tr("Create project"), "primary");
    column->addWidget(m_create, 0, Qt::AlignRight);
    connect(m_name, &QLineEdit::textEdited, this, [this](const QString& name) {
        if (!m_folder->isModified())
            m_folder->setText(name.isEmpty()
                                  ? QString()
                                  : projectsFolder() + QLatin1Char('/') + QString(name).replace(QLatin1Char('/'), QLatin1Char('-')));
    });
    connect(m_model, &QLineEdit::textChanged, this, [this](const QString& file) {
        m_check->check(QFileInfo(file).isFile() ? toPath(QFileInfo(file).absoluteFilePath()) : std::filesystem::path());
    });
    connect(m_create, &QPushButton::clicked, this, [this] {
        QDir().mkpath(QFileInfo(m_folder->text()).absolutePath());
        workspace().create({toPath(m_folder->text()), m_name->text().trimmed(), toPath(m_model->text()), toPath(m_data->text())});
    });
    allowCreate();
    return frame;
}

QWidget* StartPage::makeExisting()
{
    auto* frame = card();
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(20, 16, 20, 18);
    column->setSpacing(space::card);
    column->addWidget(label(tr("Go on"), "heading"));
    auto* buttons = new QHBoxLayout;
    auto* open = button(tr("Open project…"));
    m_sample = button(tr("Try the sample"));
    buttons->addWidget(open);
    buttons->addWidget(m_sample);
    buttons->addStretch(1);
    column->addLayout(buttons);
    column->addWidget(label(sectionText(tr("Recent")), "section"));
    m_recent = new QListWidget;
    m_recent->setAccessibleName(tr("Recent projects"));
    m_recent->setMinimumHeight(280);
    m_recent->setStyleSheet(QStringLiteral("QListWidget::item { padding: 6px; border-radius: 6px; }"));
    m_noRecent = label(tr("Projects that you open are listed here."), "muted");
    m_noRecent->setWordWrap(true);
    column->addWidget(m_noRecent);
    column->addWidget(m_recent, 1);
    describe(m_sample, tr("Draws 9,000 road signs and opens a project with a model that was trained on cleaner ones"));
    allow(m_sample, sampleFolder().empty() ? tr("The sample's model is not installed.") : QString());
    connect(open, &QPushButton::clicked, this, &StartPage::openFolder);
    connect(m_sample, &QPushButton::clicked, this, &StartPage::runSample);
    connect(m_recent, &QListWidget::itemActivated, this,
            [this](QListWidgetItem* item) { workspace().open(toPath(item->data(Qt::UserRole).toString())); });
    connect(m_recent, &QListWidget::itemClicked, this,
            [this](QListWidgetItem* item) { workspace().open(toPath(item->data(Qt::UserRole).toString())); });
    return frame;
}

bool StartPage::isSettled() const
{
    return !m_check->isChecking();
}

void StartPage::allowCreate()
{
    QString why;
    if (m_name->text().trimmed().isEmpty())
        why = tr("Give the project a name.");
    else if (m_folder->text().trimmed().isEmpty())
        why = tr("Choose a folder.");
    else if (!m_model->text().isEmpty() && !QFileInfo::exists(m_model->text()))
        why = tr("There is no such model file.");
    else if (!m_data->text().isEmpty() && !QFileInfo(m_data->text()).isDir())
        why = tr("There is no such data folder.");
    allow(m_create, why);
}

void StartPage::setRecent(const QStringList& folders)
{
    m_recent->clear();
    for (const QString& folder : folders) {
        auto* item = new QListWidgetItem(QFileInfo(folder).fileName() + QStringLiteral("\n") + QFileInfo(folder).absolutePath(), m_recent);
        item->setData(Qt::UserRole, folder);
    }
    m_recent->setVisible(!folders.isEmpty());
    m_noRecent->setVisible(folders.isEmpty());
}

void StartPage::openFolder()
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Open a project's folder"), projectsFolder());
    if (!folder.isEmpty())
        workspace().open(toPath(folder));
}

void StartPage::runSample()
{
    const QString folder = projectsFolder() + QStringLiteral("/sample");
    workspace().steps().run(
        tr("Making the sample"), this, [folder](const JobContext& job) { return makeSampleProject(toPath(folder), job); },
        [this](const std::filesystem::path& project) { workspace().open(project); });
}

void StartPage::focusNew()
{
    m_name->setFocus();
}

} // namespace hone::studio
