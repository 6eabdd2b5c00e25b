// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/data_page.h"

#include "sentences.h"
#include "theme/theme.h"
#include "ui/table_view.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QListWidget>
#include <QLocale>
#include <QVBoxLayout>

namespace hone::studio
{

namespace
{
constexpr std::size_t picturesShown = 48;
constexpr int pictureSize = 64;

QString count(std::size_t number)
{
    return QLocale().toString(static_cast<qulonglong>(number));
}
} // namespace

DataPage::DataPage(Workspace& workspace, QWidget* parent)
    : Page(tr("Data"), workspace, parent),
      m_choose(button(tr("Choose data…"), "primary")),
      m_problem(label({}, "problem")),
      m_figures(new FigureStrip),
      m_classes(new RowTable<ClassRow>(classColumns(), this)),
      m_table(new TableView(m_classes, TableView::Height::Fill)),
      m_pictures(new QListWidget)
{
    header()->addWidget(m_choose);
    describe(m_choose,
             tr("A folder of pictures, WAV files or sensor recordings with one folder a class, or of IDX, CIFAR binary, CSV or NPZ files"));
    m_problem->setWordWrap(true);
    m_problem->hide();
    body()->addWidget(m_figures);
    body()->addWidget(m_problem);

    auto* row = new QHBoxLayout;
    row->setSpacing(space::card + 2);
    m_table->setWidths({0, 74, 96, 74}, 0);
    m_table->setMinimumWidth(380);
    row->addWidget(m_table, 6);
    auto* frame = card();
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(space::card, space::card, space::card, space::card);
    column->addWidget(label(sectionText(tr("Some of the pictures")), "section"));
    m_pictures->setViewMode(QListView::IconMode);
    m_pictures->setIconSize({pictureSize, pictureSize});
    m_pictures->setGridSize({pictureSize + 16, pictureSize + 28});
    m_pictures->setResizeMode(QListView::Adjust);
    m_pictures->setMovement(QListView::Static);
    m_pictures->setSelectionMode(QAbstractItemView::NoSelection);
    m_pictures->setFont(sized(font(), type::small));
    m_pictures->setAccessibleName(tr("Some of the pictures"));
    column->addWidget(m_pictures);
    row->addWidget(frame, 5);
    body()->addLayout(row, 1);

    auto* empty = new EmptyState(
        QStringLiteral("data"), tr("Labelled pictures to train, choose and measure with. They stay on this computer."), tr("Choose data…"));
    setEmptyState(empty);
    connect(empty->action(), &QPushButton::clicked, this, &DataPage::chooseFolder);
    connect(m_choose, &QPushButton::clicked, this, &DataPage::chooseFolder);
    connect(&workspace, &Workspace::snapshotChanged, this, &DataPage::refresh);
    refresh();
}

void DataPage::chooseFolder()
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Choose the folder with your data"));
    if (!folder.isEmpty())
        workspace().setDataset(toPath(folder));
}

void DataPage::refresh()
{
    const SnapshotPtr& snapshot = workspace().snapshot();
    const bool has = snapshot && snapshot->dataset;
    showEmpty(!has);
    m_choose->setVisible(has);
    if (!has) {
        m_shown.clear();
        setSubtitle({});
        return;
    }
    const QString folder = pathText(*snapshot->dataset);
    if (folder == m_shown)
        return;
    m_shown = folder;
    m_problem->hide();
    workspace().reads().run(
        tr("Reading the data"), this,
        [path = *snapshot->dataset](const JobContext& job) { return readDataOverview(path, picturesShown, job); },
        [this, folder](const DataOverview& overview) {
            if (folder == m_shown)
                show(overview);
        },
        [this](const Message& message) {
            m_problem->setText(sentence(message));
            m_problem->show();
            return true;
        });
}

void DataPage::show(const DataOverview& overview)
{
    setSubtitle(overview.name);
    const QString size = overview.width > 0 ? QStringLiteral("%1 × %2").arg(overview.width).arg(overview.height) : QStringLiteral("–");
    m_figures->setFigures({{tr("Classes"), count(overview.classes.size()), overview.format},
                           {tr("Train"), count(overview.train), tr("weights and ranges")},
                           {tr("Validation"), count(overview.validation), tr("every choice")},
                           {tr("Test"), count(overview.test), tr("reports only")},
                           {tr("First picture"), size, tr("pixels")}});
    m_classes->setRows(overview.classes);
    m_pictures->clear();
    for (const SamplePicture& picture : overview.pictures) {
        const QPixmap pixmap = QPixmap::fromImage(
            picture.image.scaled(pictureSize, pictureSize, Qt::KeepAspectRatio,
                                 picture.image.width() < pictureSize ? Qt::FastTransformation : Qt::SmoothTransformation));
        auto* item = new QListWidgetItem(QIcon(pixmap), picture.className, m_pictures);
        item->setToolTip(picture.file);
        item->setFlags(Qt::ItemIsEnabled);
    }
    QStringList problems;
    if (!overview.unreadable.empty())
        problems << tr("%n of the pictures looked at can't be read: %1.", nullptr, static_cast<int>(overview.unreadable.size()))
                        .arg(QStringList(overview.unreadable.begin(), overview.unreadable.end()).mid(0, 3).join(QStringLiteral(", ")));
    if (overview.validation == 0)
        problems << tr("There is no validation split, so nothing can be chosen by accuracy.");
    if (overview.train == 0)
        problems << tr("There is no train split, so fine-tuning is not possible.");
    m_problem->setText(problems.join(QLatin1Char('\n')));
    m_problem->setVisible(!problems.isEmpty());
}

} // namespace hone::studio
