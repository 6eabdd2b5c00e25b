// SPDX-License-Identifier: GPL-3.0-or-later
// A model from elsewhere: chosen, checked, added to the project.
#pragma once

#include "pages/page.h"

class QCheckBox;
class QLineEdit;

namespace hone::studio
{

class ModelCheckCard;

class ImportPage : public Page
{
    Q_OBJECT
public:
    explicit ImportPage(Workspace& workspace, QWidget* parent = nullptr);
    QPushButton* primaryAction() override { return m_add; }
    bool isSettled() const override;

    // Checks the file at once.
    void setFile(const QString& file);

public slots:
    void browse();

private:
    void refresh();
    void add();

    QLineEdit* m_file;
    ModelCheckCard* m_check;
    QCheckBox* m_tidy;
    QLabel* m_tidying; // what it would do
    QPushButton* m_add;
};

} // namespace hone::studio
