// SPDX-License-Identifier: GPL-3.0-or-later
// Tries a model as `hone check` does and says what works, before it is imported.
#pragma once

#include "check/check.h"
#include "jobs/job_runner.h"

#include <QFrame>

#include <filesystem>
#include <optional>

class QGridLayout;
class QLabel;
class QProgressBar;
class QPushButton;

namespace hone::studio
{

class ModelCheckCard : public QFrame
{
    Q_OBJECT
public:
    explicit ModelCheckCard(QWidget* parent = nullptr);
    ~ModelCheckCard() override;

    // Begins anew; what it found about another file is forgotten. An empty path: nothing is shown.
    void check(const std::filesystem::path& model);
    const std::filesystem::path& model() const { return m_model; }
    bool isChecking() const;
    // None while it is being found, and where the user stopped it.
    const std::optional<ModelCheck>& outcome() const { return m_outcome; }

signals:
    void changed(); // began, ended

protected:
    void changeEvent(QEvent* event) override;

private:
    void showProgress(const Progress& progress);
    void showOutcome();
    void showStopped();
    void clear();

    JobRunner m_runner; // its own: it neither waits for training nor keeps pages from being read
    std::filesystem::path m_model;
    std::optional<ModelCheck> m_outcome;
    JobId m_job = 0;
    QLabel* m_headline;
    QProgressBar* m_progress;
    QPushButton* m_stop;
    QPushButton* m_again;
    QGridLayout* m_lines;
    QLabel* m_problems;
    QLabel* m_detail;
};

} // namespace hone::studio
