// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/devices_page.h"

#include "deploy/device_latency_meter.h"
#include "models/build_text.h"
#include "sentences.h"
#include "theme/figures.h"
#include "theme/theme.h"
#include "ui/question_card.h"

#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QVBoxLayout>

#include <set>

namespace hone::studio
{

DevicesPage::DevicesPage(Workspace& workspace, QWidget* parent)
    : Page(tr("Devices"), workspace, parent),
      m_add(button(tr("Add device"))),
      m_deploy(button(tr("Deploy"), "primary")),
      m_question(new QuestionCard),
      m_list(new QListWidget),
      m_inspector(new InspectorPanel)
{
    header()->addWidget(m_add);
    header()->addWidget(m_deploy);
    describe(m_deploy, tr("Sends the selected build to this device, checks it there and measures it (Ctrl+Return)"));
    body()->addWidget(m_question);
    auto* row = new QHBoxLayout;
    row->setSpacing(space::card + 2);
    auto* listCard = card();
    listCard->setFixedWidth(260);
    auto* listLayout = new QVBoxLayout(listCard);
    listLayout->setContentsMargins(6, 6, 6, 6);
    m_list->setAccessibleName(tr("Devices"));
    m_list->setStyleSheet(QStringLiteral("QListWidget::item { padding: 8px; border-radius: 6px; }"));
    listLayout->addWidget(m_list);
    row->addWidget(listCard);
    row->addWidget(makeForm(), 1, Qt::AlignTop);
    body()->addLayout(row, 1);
    makeInspector();

    auto* empty =
        new EmptyState(QStringLiteral("devices"), tr("The computers that your models are for, reached over SSH."), tr("Add a device"));
    setEmptyState(empty);
    connect(empty->action(), &QPushButton::clicked, this, &DevicesPage::addDevice);
    connect(m_add, &QPushButton::clicked, this, &DevicesPage::addDevice);
    connect(m_deploy, &QPushButton::clicked, this, [this] { startDeploy({}); });
    connect(m_list, &QListWidget::currentRowChanged, this, &DevicesPage::showDevice);
    connect(&m_prompter, &Prompter::asked, this, &DevicesPage::askSecret);
    workspace.setLatencyMeters(
        [this](const DeviceReference& device, const JobContext& job) { return std::make_unique<DeviceLatencyMeter>(reach(device, job)); });
    connect(&workspace, &Workspace::snapshotChanged, this, &DevicesPage::refresh);
    connect(&workspace, &Workspace::selectionChanged, this, &DevicesPage::allowActions);
    refresh();
}

QWidget* DevicesPage::makeForm()
{
    auto* frame = card();
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(16, 14, 16, 14);
    column->setSpacing(space::card);
    column->addWidget(label(sectionText(tr("Device")), "section"));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(space::card);
    form->setVerticalSpacing(space::unit);
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    const auto field = [&](const QString& name, const QString& placeholder) {
        auto* edit = new QLineEdit;
        edit->setPlaceholderText(placeholder);
        edit->setAccessibleName(name);
        form->addRow(label(name, "muted"), edit);
        connect(edit, &QLineEdit::textEdited, this, &DevicesPage::allowActions);
        return edit;
    };
    m_name = field(tr("Name"), tr("pi-hall-3"));
    m_address = field(tr("Address"), tr("user@host:port"));
    m_identity = field(tr("Key file"), tr("the agent, then ~/.ssh"));
    m_knownHosts = field(tr("Known hosts"), QStringLiteral("~/.ssh/known_hosts"));
    auto* browse = m_identity->addAction(style()->standardIcon(QStyle::SP_DirIcon), QLineEdit::TrailingPosition);
    browse->setToolTip(tr("Choose a key file"));
    connect(browse, &QAction::triggered, this, [this] {
        const QString file = QFileDialog::getOpenFileName(this, tr("Choose a private key"), QDir::homePath() + QStringLiteral("/.ssh"));
        if (!file.isEmpty()) {
            m_identity->setText(file);
            allowActions();
        }
    });
    column->addLayout(form);
    m_formProblem = label({}, "problem");
    m_formProblem->setWordWrap(true);
    m_formProblem->hide();
    column->addWidget(m_formProblem);
    auto* buttons = new QHBoxLayout;
    m_remove = button(tr("Remove"), "link");
    m_save = button(tr("Save"));
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    buttons->addWidget(m_save);
    column->addLayout(buttons);
    connect(m_save, &QPushButton::clicked, this, &DevicesPage::save);
    connect(m_remove, &QPushButton::clicked, this, &DevicesPage::removeDevice);
    return frame;
}

void DevicesPage::makeInspector()
{
    m_inspector->addKicker(tr("Device"));
    m_heading = m_inspector->addHeading({});
    m_facts = new FactList;
    m_inspector->add(m_facts);
    m_lastTitle = m_inspector->addSection(tr("Last deployed"));
    m_last = new FactList;
    m_inspector->add(m_last);
    m_inspector->addStretch();
}

int DevicesPage::current() const
{
    const int row = m_list->currentRow();
    return row < static_cast<int>(m_devices.size()) ? row : -1;
}

void DevicesPage::refresh()
{
    if (m_adding)
        return; // what is being typed stays
    const SnapshotPtr& snapshot = workspace().snapshot();
    const int row = std::max(0, m_list->currentRow());
    m_devices = snapshot ? snapshot->devices : std::vector<DeviceReference>();
    QSignalBlocker blocker(m_list);
    m_list->clear();
    for (const DeviceReference& device : m_devices)
        m_list->addItem(text(device.name));
    m_list->setCurrentRow(std::min(row, m_list->count() - 1));
    showEmpty(m_devices.empty());
    m_add->setVisible(!m_devices.empty());
    m_deploy->setVisible(!m_devices.empty());
    showDevice(m_list->currentRow());
}

void DevicesPage::showDevice(int row)
{
    if (row >= 0 && row < static_cast<int>(m_devices.size())) {
        const DeviceReference& device = m_devices[static_cast<std::size_t>(row)];
        m_name->setText(text(device.name));
        m_address->setText(text(device.address));
        m_identity->setText(text(device.identityFile));
        m_knownHosts->setText(text(device.knownHostsFile));
    }
    showResult();
    allowActions();
}

DeviceReference DevicesPage::edited() const
{
    DeviceReference device;
    device.address = m_address->text().trimmed().toStdString();
    device.name = m_name->text().trimmed().toStdString();
    device.identityFile = m_identity->text().trimmed().toStdString();
    device.knownHostsFile = m_knownHosts->text().trimmed().toStdString();
    if (device.name.empty())
        device.name = device.address;
    return device;
}

bool DevicesPage::isEdited() const
{
    const int row = current();
    return m_adding || (row >= 0 && !(edited() == m_devices[static_cast<std::size_t>(row)]));
}

void DevicesPage::allowActions()
{
    const Build* build = workspace().selected();
    QString wrong;
    try {
        if (!edited().address.empty())
            DeviceAddress::parse(edited().address);
    } catch (const Error& error) {
        wrong = sentence(error.message());
    }
    m_formProblem->setText(wrong);
    m_formProblem->setVisible(!wrong.isEmpty());
    if (edited().address.empty())
        allow(m_save, tr("Write an address first."));
    else if (!wrong.isEmpty())
        allow(m_save, wrong);
    else
        allow(m_save, isEdited() ? QString() : tr("Nothing was changed."));
    m_deploy->setText(build ? tr("Deploy %1").arg(labelText(*build)) : tr("Deploy"));
    if (!build)
        allow(m_deploy, tr("Select a build first."));
    else if (current() < 0)
        allow(m_deploy, tr("Add a device first."));
    else if (isEdited())
        allow(m_deploy, tr("Save the device first."));
    else
        allow(m_deploy, {});
    allow(m_remove, current() < 0 ? tr("There is no device to remove.") : QString());
    setSubtitle(build ? tr("for %1").arg(labelText(*build)) : QString());
}

void DevicesPage::addDevice()
{
    m_adding = true;
    showEmpty(false);
    m_add->hide();
    m_deploy->setVisible(true);
    m_devices.push_back({});
    m_list->addItem(tr("new device"));
    m_list->setCurrentRow(m_list->count() - 1);
    for (QLineEdit* edit : {m_name, m_address, m_identity, m_knownHosts})
        edit->clear();
    m_address->setFocus();
    allowActions();
}

void DevicesPage::save()
{
    const int row = current();
    if (row < 0)
        return;
    auto devices = m_devices;
    devices[static_cast<std::size_t>(row)] = edited();
    m_adding = false;
    workspace().setDevices(devices);
}

void DevicesPage::removeDevice()
{
    const int row = current();
    if (row < 0)
        return;
    auto devices = m_devices;
    devices.erase(devices.begin() + row);
    const bool wasNew = std::exchange(m_adding, false);
    if (wasNew)
        refresh();
    else {
        workspace().setDevices(devices);
        emit undoOffered(tr("“%1” was removed.").arg(text(m_devices[static_cast<std::size_t>(row)].name)),
                         [this, before = m_devices] { workspace().setDevices(before); });
    }
}

DeployOptions DevicesPage::reach(const DeviceReference& device, const JobContext& job)
{
    DeployOptions options;
    options.ssh.address = DeviceAddress::parse(device.address);
    options.ssh.identity = device.identityFile;
    options.ssh.knownHosts = device.knownHostsFile;
    options.runnerFolder = m_runnerFolder;
    // A kept secret is tried once a prompt; if it is asked again it was wrong.
    options.ssh.ask = [this, address = device.address, stop = job.stopToken(),
                       tried = std::set<std::string>()](const std::string& prompt) mutable -> std::optional<std::string> {
        const std::string key = address + " " + prompt;
        if (tried.insert(key).second)
            if (auto kept = m_keyring.find(key))
                return kept;
        m_secretKey = QString::fromStdString(key);
        return m_prompter.ask(prompt, stop);
    };
    return options;
}

void DevicesPage::startDeploy(const std::string& acceptHostKey)
{
    const Build* build = workspace().selected();
    const int row = current();
    if (!build || row < 0)
        return;
    const DeviceReference device = m_devices[static_cast<std::size_t>(row)];
    JobRunner::Job job;
    job.title = tr("Deploying %1 to %2").arg(labelText(*build), text(device.name));
    job.work = [this, device, acceptHostKey, model = build->model, label = labelText(*build),
                data = workspace().snapshot()->dataset](const JobContext& context) {
        DeployOptions options = reach(device, context);
        options.ssh.acceptHostKey = acceptHostKey;
        std::optional<Dataset> dataset;
        if (data)
            dataset = Dataset::open(*data);
        options.dataset = dataset ? &*dataset : nullptr;
        auto result = deploy(model, options, context);
        return [this, address = device.address, label, result] {
            m_results[address] = {label, result};
            showResult();
            emit note(tr("%1 runs on %2 now.").arg(label, text(result.device.host)));
        };
    };
    job.failed = [this](const Message& message) { return failed(message); };
    workspace().steps().enqueue(std::move(job));
}

bool DevicesPage::failed(const Message& message)
{
    if (message.code != MessageCode::HostKeyUnknown)
        return false;
    askHostKey(message);
    return true;
}

void DevicesPage::askHostKey(const Message& message)
{
    const auto value = [&](const char* name) {
        const auto found = message.arguments.find(name);
        return found == message.arguments.end() ? QString() : text(found->second);
    };
    const QString fingerprint = value("fingerprint");
    emit pageWanted(PageId::Devices);
    m_question->ask({tr("Is this %1?").arg(value("host")),
                     tr("This computer has never connected to it. Compare the fingerprint with the one that the device shows "
                        "(“ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub” there)."),
                     fingerprint, tr("Yes, trust it"), false},
                    [this, fingerprint](const QString&, bool) { startDeploy(fingerprint.toStdString()); }, {});
}

void DevicesPage::askSecret(const QString& prompt)
{
    emit pageWanted(PageId::Devices);
    const QString key = m_secretKey;
    m_question->ask(
        {tr("The device asks"), prompt, {}, tr("Continue"), true},
        [this, key](const QString& secret, bool keep) {
            if (keep)
                m_keyring.keep(key.toStdString(), secret.toStdString());
            m_prompter.answer(secret);
        },
        [this] { m_prompter.decline(); });
}

void DevicesPage::showResult()
{
    const int row = current();
    if (row < 0) {
        m_heading->setText(tr("No device"));
        m_facts->setFacts({});
        m_lastTitle->hide();
        m_last->setFacts({});
        return;
    }
    const DeviceReference& device = m_devices[static_cast<std::size_t>(row)];
    m_heading->setText(device.name.empty() ? tr("new device") : text(device.name));
    std::vector<FactList::Fact> facts = {{tr("Address"), text(device.address)}};
    const auto found = m_results.find(device.address);
    m_lastTitle->setVisible(found != m_results.end());
    if (found == m_results.end()) {
        m_facts->setFacts(facts);
        m_last->setFacts({});
        return;
    }
    const DeployResult& result = found->second.result;
    facts.push_back({tr("Processor"), text(result.device.cpu)});
    facts.push_back({tr("Architecture"), text(result.device.architecture)});
    facts.push_back({tr("Cores"), QString::number(result.device.cores)});
    facts.push_back({tr("Memory"), tr("%1 MB").arg(QLocale().toString(static_cast<double>(result.device.memoryBytes) / 1e6, 'f', 0))});
    facts.push_back({tr("System"), text(result.device.os)});
    m_facts->setFacts(facts);
    std::vector<FactList::Fact> last = {{tr("Build"), found->second.build},
                                        {tr("Latency there"), milliseconds(result.latency.p50Ms)},
                                        {tr("95 % within"), milliseconds(result.latency.p95Ms)},
                                        {tr("Sent"), kilobytes(result.uploadedBytes)},
                                        {tr("Files checked there"), result.verified ? tr("yes") : tr("no")}};
    if (result.top1)
        last.push_back({tr("Accuracy there, test"), percent(*result.top1)});
    if (result.agreement)
        last.push_back({tr("Same answers as here"), percent(*result.agreement)});
    m_last->setFacts(last);
}

} // namespace hone::studio
