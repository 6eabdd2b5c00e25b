// SPDX-License-Identifier: GPL-3.0-or-later
// The project's data: classes, splits, some pictures, what is wrong with them.
#pragma once

#include "models/data_overview.h"
#include "pages/page.h"

class QListWidget;

namespace hone::studio
{

class TableView;

class DataPage : public Page
{
    Q_OBJECT
public:
    explicit DataPage(Workspace& workspace, QWidget* parent = nullptr);
    QPushButton* primaryAction() override { return m_choose; }

    void chooseFolder();

private:
    void refresh();
    void show(const DataOverview& overview);

    QPushButton* m_choose;
    QLabel* m_problem;
    FigureStrip* m_figures;
    RowTable<ClassRow>* m_classes;
    TableView* m_table;
    QListWidget* m_pictures;
    QString m_shown; // folder
};

} // namespace hone::studio
