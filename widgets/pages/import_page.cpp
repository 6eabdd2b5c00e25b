// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/import_page.h"

#include "models/build_text.h"
#include "sentences.h"
#include "theme/icons.h"
#include "theme/theme.h"
#include "ui/model_check_card.h"

#include <QAction>
#include <QCheckBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace hone::studio
{

namespace
{
constexpr int columnWidth = 720;
}

ImportPage::ImportPage(Workspace& workspace, QWidget* parent)
    : Page(tr("Add a model"), workspace, parent),
      m_file(new QLineEdit),
      m_check(new ModelCheckCard),
      m_tidy(new QCheckBox(tr("Tidy it as a step of its own"))),
      m_tidying(label({}, "small")),
      m_add(button(tr("Add model"), "primary"))
{
    header()->addWidget(m_add);
    auto* line =
        label(tr("Hone tries the model on made-up input first and says what can be done with it. The file stays where it is."), "muted");
    line->setWordWrap(true);
    auto* field = new QHBoxLayout;
    field->setSpacing(space::card);
    auto* caption = label(tr("Model"), "muted");
    caption->setBuddy(m_file);
    m_file->setPlaceholderText(tr("an ONNX file"));
    m_file->setAccessibleName(tr("Model"));
    QAction* choose = m_file->addAction(icon(QStringLiteral("folder"), Palette::of(this).muted), QLineEdit::TrailingPosition);
    choose->setToolTip(tr("Choose a file"));
    field->addWidget(caption);
    field->addWidget(m_file, 1);

    auto* holder = new QWidget;
    holder->setMaximumWidth(columnWidth);
    auto* column = new QVBoxLayout(holder);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space::card + 2);
    column->addWidget(line);
    column->addLayout(field);
    column->addWidget(m_check);
    auto* tidying = new QVBoxLayout;
    tidying->setSpacing(2);
    m_tidying->setWordWrap(true);
    m_tidying->setContentsMargins(22, 0, 0, 0); // below the words
    tidying->addWidget(m_tidy);
    tidying->addWidget(m_tidying);
    column->addLayout(tidying);
    column->addStretch(1);
    auto* row = new QHBoxLayout;
    row->addWidget(holder, 1);
    row->addStretch(0);
    body()->addLayout(row, 1);

    describe(m_tidy, tr("A second build without what the exporter left in it; its outputs are the same"));
    connect(choose, &QAction::triggered, this, &ImportPage::browse);
    connect(m_file, &QLineEdit::editingFinished, this, &ImportPage::refresh);
    connect(m_file, &QLineEdit::textChanged, this, [this] {
        if (m_file->text().isEmpty())
            refresh();
    });
    connect(m_check, &ModelCheckCard::changed, this, &ImportPage::refresh);
    connect(m_add, &QPushButton::clicked, this, &ImportPage::add);
    refresh();
}

bool ImportPage::isSettled() const
{
    return !m_check->isChecking();
}

void ImportPage::setFile(const QString& file)
{
    m_file->setText(file);
    refresh();
}

void ImportPage::browse()
{
    const QString file = QFileDialog::getOpenFileName(this, tr("Choose a model"), {}, tr("ONNX models (*.onnx)"));
    if (!file.isEmpty())
        setFile(file);
}

void ImportPage::refresh()
{
    const QString file = m_file->text().trimmed();
    const bool exists = QFileInfo(file).isFile();
    const auto path = exists ? toPath(QFileInfo(file).absoluteFilePath()) : std::filesystem::path();
    if (path != m_check->model())
        m_check->check(path); // comes back here by changed()
    const auto& outcome = m_check->outcome();
    const bool opens = !outcome || std::ranges::any_of(outcome->steps, &OpenStep::open);
    allow(m_add, file.isEmpty()          ? tr("Choose a model.")
                 : !exists               ? tr("There is no such model file.")
                 : m_check->isChecking() ? tr("The check is still running; it can be stopped.")
                 : !opens                ? tr("Hone can't open this file.")
                                         : QString());
    const bool untidy = outcome && !outcome->changes.empty();
    m_tidy->setVisible(!path.empty());
    allow(m_tidy, untidy    ? QString()
                  : outcome ? tr("There is nothing to tidy in it.")
                            : tr("The check tells whether there is anything to tidy."));
    if (!untidy)
        m_tidy->setChecked(false);
    QStringList told;
    if (outcome)
        for (const Message& notice : outcome->tidying)
            told << sentence(notice);
    m_tidying->setText(told.join(QLatin1Char(' ')));
    m_tidying->setVisible(!told.isEmpty());
}

void ImportPage::add()
{
    workspace().importModel(toPath(QFileInfo(m_file->text().trimmed()).absoluteFilePath()),
                            m_tidy->isChecked() ? AfterImport::Tidy : AfterImport::Nothing);
    m_file->clear();
    emit pageWanted(PageId::Model);
}

} // namespace hone::studio
