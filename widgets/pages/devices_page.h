// SPDX-License-Identifier: GPL-3.0-or-later
// The project's devices, and the selected build on its way to one of them.
#pragma once

#include "deploy/deployer.h"
#include "jobs/keyring.h"
#include "jobs/prompter.h"
#include "pages/page.h"

#include <map>

class QLineEdit;
class QListWidget;

namespace hone::studio
{

class QuestionCard;

class DevicesPage : public Page
{
    Q_OBJECT
public:
    explicit DevicesPage(Workspace& workspace, QWidget* parent = nullptr);
    QWidget* inspector() override { return m_inspector; }
    QPushButton* primaryAction() override { return m_deploy; }
    // Where hone-runner lies; empty: beside this program.
    void setRunnerFolder(const std::filesystem::path& folder) { m_runnerFolder = folder; }

private:
    QWidget* makeForm();
    void makeInspector();
    void refresh();
    void allowActions();
    void showDevice(int row);
    void showResult();
    void addDevice();
    void save();
    void removeDevice();
    DeviceReference edited() const;
    bool isEdited() const;
    int current() const;

    // On a worker; questions of the connection come up on this page.
    DeployOptions reach(const DeviceReference& device, const JobContext& job);
    void startDeploy(const std::string& acceptHostKey);
    bool failed(const Message& message);
    void askHostKey(const Message& message);
    void askSecret(const QString& prompt);

    QPushButton* m_add;
    QPushButton* m_deploy;
    QuestionCard* m_question;
    QListWidget* m_list;
    QLineEdit* m_name;
    QLineEdit* m_address;
    QLineEdit* m_identity;
    QLineEdit* m_knownHosts;
    QPushButton* m_save;
    QPushButton* m_remove;
    QLabel* m_formProblem;

    InspectorPanel* m_inspector;
    QLabel* m_heading;
    FactList* m_facts;
    QLabel* m_lastTitle;
    FactList* m_last;

    std::vector<DeviceReference> m_devices; // as listed; the last may be a new one that is not saved yet
    bool m_adding = false;
    Prompter m_prompter;
    Keyring m_keyring;
    std::filesystem::path m_runnerFolder;
    QString m_secretKey; // under which an answer that should be kept is kept
    struct Deployed
    {
        QString build;
        DeployResult result;
    };
    std::map<std::string, Deployed> m_results; // by address
};

} // namespace hone::studio
