// SPDX-License-Identifier: GPL-3.0-or-later
// Where no project is open: a new one, one from disk, one of the last, or the sample.
#pragma once

#include "pages/page.h"

class QLineEdit;
class QListWidget;

namespace hone::studio
{

class ModelCheckCard;

class StartPage : public Page
{
    Q_OBJECT
public:
    explicit StartPage(Workspace& workspace, QWidget* parent = nullptr);
    QPushButton* primaryAction() override { return m_create; }
    bool isSettled() const override;
    void setRecent(const QStringList& folders);

public slots:
    void openFolder();
    void runSample();
    void focusNew();

private:
    QWidget* makeNew();
    QWidget* makeExisting();
    void allowCreate();

    QLineEdit* m_name;
    QLineEdit* m_folder;
    QLineEdit* m_model;
    QLineEdit* m_data;
    ModelCheckCard* m_check;
    QPushButton* m_create;
    QPushButton* m_sample;
    QListWidget* m_recent;
    QLabel* m_noRecent;
};

} // namespace hone::studio
