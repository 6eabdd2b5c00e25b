// SPDX-License-Identifier: GPL-3.0-or-later
// `hone deploy` against a real sshd on loopback: what it reports, and every way in which a device says no.
#include "cli_fixture.h"
#include "core/error.h"
#include "deploy/local_ssh_server.h"
#include "project/project_store.h"

#include <QTest>

#include <memory>

using namespace hone;
using namespace hone::testing;

class TestCliDeploy : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY2(m_files.make(), qPrintable(m_files.failure()));
        QDir().mkpath(m_files.path("server"));
        try {
            m_server = std::make_unique<LocalSshServer>(m_files.path("server").toStdString());
        } catch (const Error& error) {
            QSKIP(error.what());
        }
        m_files.write("nobody", "");
    }

    void theDevicesAnswerIsReported()
    {
        const auto run = deploy({"--data", m_files.data()});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto json = run.json();
        for (const auto* key : {"device", "release", "previous", "uploadedBytes", "verified", "latencyMs", "top1", "agreement"})
            QVERIFY2(json.contains(key), key);
        for (const auto* key : {"host", "architecture", "cpu", "cores", "memoryBytes", "os"})
            QVERIFY2(json.at("device").contains(key), key);
        QVERIFY(json.at("verified").get<bool>());
        QVERIFY(json.at("latencyMs").at("p50").get<double>() > 0);
        // The same model, runtime and preprocessing on the same processor: the same answers.
        QCOMPARE(json.at("agreement").get<double>(), 1.0);
        const auto here = runHone({"evaluate", m_files.model(), "--data", m_files.data(), "--json"}).json();
        QCOMPARE(json.at("top1").get<double>(), here.at("top1").get<double>());

        const auto again = deploy({}).json();
        QCOMPARE(QString::fromStdString(again.at("previous").get<std::string>()),
                 QString::fromStdString(json.at("release").get<std::string>()));
        QVERIFY(!again.contains("top1") || again.at("top1").is_null());
    }

    void latencyIsMeasuredOnTheDeviceThatIsAskedFor()
    {
        if (!m_server)
            QSKIP("no SSH server");
        const auto out = m_files.path("timed.onnx");
        const auto address = m_server->address();
        // Twice: by its address, and by the name that a project knows it by, with its keys.
        auto project = ProjectStore::create(m_files.path("project").toStdString(), "p");
        project.setDevices({{"bench", address, m_server->identity().string(), m_server->knownHosts().string()}});
        const auto root = project.run("", ImportParameters{m_files.model().toStdString()}, nullptr, {});
        const QStringList target{"--target-latency-ms", "1000", "--out", out, "--json"};
        const auto byAddress = runHone(QStringList{"prune", m_files.model()} + target + onDevice());
        const auto byName =
            runHone(QStringList{"prune", QString::fromStdString(root.model.string()), "--latency-device", "bench"} + target);
        for (const auto& run : {byAddress, byName}) {
            QVERIFY2(run.exitCode == 0, run.errors.constData());
            const auto json = run.json();
            QCOMPARE(json.at("target").at("after").get<double>(), json.at("after").at("latencyMs").at("p50").get<double>());
            QVERIFY(json.at("after").at("latencyMs").at("p50").get<double>() > 0);
        }
        QCOMPARE(byAddress.json().at("latencyDevice").get<std::string>(), address);
        QCOMPARE(byName.json().at("latencyDevice").get<std::string>(), std::string("bench"));
        const auto evaluated =
            runHone(QStringList{"evaluate", m_files.model(), "--data", m_files.data(), "--limit", "12", "--json"} + onDevice());
        QVERIFY2(evaluated.exitCode == 0, evaluated.errors.constData());
        QCOMPARE(evaluated.json().at("latencyDevice").get<std::string>(), address);

        // A device that isn't known measures nothing, and nothing is written.
        QFile::remove(out);
        const auto stranger = runHone(QStringList{"prune", m_files.model()} + target + onDevice({"--known-hosts", m_files.path("nobody")}));
        QCOMPARE(stranger.exitCode, 4);
        QCOMPARE(QString::fromStdString(stranger.json().value("/error/code"_json_pointer, std::string())), QString("HostKeyUnknown"));
        QVERIFY(!QFile::exists(out));
    }

    void aRecipesTargetLatencyIsTheDevices()
    {
        if (!m_server)
            QSKIP("no SSH server");
        auto project = ProjectStore::create(m_files.path("recipes").toStdString(), "p");
        project.setDevices({{"bench", m_server->address(), m_server->identity().string(), m_server->knownHosts().string()}});
        m_files.write("recipe.yaml", "steps:\n  - {step: import, file: " + m_files.model().toUtf8() +
                                         "}\n  - {step: prune, targetLatencyMs: 1000, latencyDevice: bench}\n");
        const auto run = runHone({"run", m_files.path("recipe.yaml"), "--project", m_files.path("recipes"), "--json"});
        QVERIFY2(run.exitCode == 0, run.errors.constData());
        const auto build = run.json().at("builds").at(1);
        QVERIFY(build.at("target").at("after").get<double>() > 0);
        QCOMPARE(build.at("parameters").at("latencyDevice").get<std::string>(), std::string("bench"));
        // Of an address the options say how it is reached; where they say no, no build is made.
        m_files.write("elsewhere.yaml", "steps:\n  - {step: import, file: " + m_files.model().toUtf8() +
                                            "}\n  - {step: prune, targetLatencyMs: 2000, latencyDevice: '" +
                                            QByteArray::fromStdString(m_server->address()) + "'}\n");
        const QStringList elsewhere{"run", m_files.path("elsewhere.yaml"), "--project", m_files.path("recipes"), "--json"};
        const auto stranger = runHone(elsewhere + withKeys({"--known-hosts", m_files.path("nobody")}));
        QCOMPARE(stranger.exitCode, 4);
        QCOMPARE(ProjectStore::open(m_files.path("recipes").toStdString()).builds().size(), std::size_t(2));
        const auto known = runHone(elsewhere + withKeys({}));
        QVERIFY2(known.exitCode == 0, known.errors.constData());
    }

    void aDeviceThatSaysNoIsExitCode4_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QString>("code");
        QTest::newRow("unknown host") << QStringList{"--known-hosts", m_files.path("nobody")} << "HostKeyUnknown";
        QTest::newRow("another key accepted") << QStringList{"--known-hosts", m_files.path("nobody"), "--accept-host-key",
                                                             "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
                                              << "HostKeyNotAccepted";
        QTest::newRow("changed host key") << QStringList{"--known-hosts", m_files.path("changed")} << "HostKeyChanged";
        QTest::newRow("refused key") << QStringList{"--identity", m_files.path("stranger")} << "DeviceAuthenticationFailed";
        QTest::newRow("no such key") << QStringList{"--identity", m_files.path("no-key")} << "IdentityUnreadable";
    }
    void aDeviceThatSaysNoIsExitCode4()
    {
        if (!m_server)
            QSKIP("no SSH server");
        QFETCH(QStringList, options);
        QFETCH(QString, code);
        makeStrangers();
        const auto run = deploy(options);
        QCOMPARE(QString::fromStdString(run.json().value("/error/code"_json_pointer, std::string())), code);
        QCOMPARE(run.exitCode, 4);
        if (code == "HostKeyUnknown") // the way out stands in the sentence, and works
            QVERIFY(run.errors.contains("--accept-host-key " + QByteArray::fromStdString(m_server->hostKeyFingerprint())));
    }

    void aHostIsAcceptedByItsFingerprintAndKnownFromThenOn()
    {
        if (!m_server)
            QSKIP("no SSH server");
        const auto known = m_files.path("learned");
        const auto fingerprint = QString::fromStdString(m_server->hostKeyFingerprint());
        QCOMPARE(deploy({"--known-hosts", known, "--accept-host-key", fingerprint}).exitCode, 0);
        QCOMPARE(deploy({"--known-hosts", known}).exitCode, 0);
    }

private:
    QStringList withKeys(QStringList options) const
    {
        if (!options.contains("--identity"))
            options += {"--identity", QString::fromStdString(m_server->identity().string())};
        if (!options.contains("--known-hosts"))
            options += {"--known-hosts", QString::fromStdString(m_server->knownHosts().string())};
        return options;
    }
    QStringList onDevice(const QStringList& options = {}) const
    {
        return withKeys(QStringList{"--latency-device", QString::fromStdString(m_server->address())} + options);
    }
    HoneRun deploy(const QStringList& options)
    {
        return runHone(QStringList{"deploy", m_files.model(), "--device", QString::fromStdString(m_server->address()), "--json"} +
                       withKeys(options));
    }
    // A key that the device doesn't know, also in the place of the device's own in a list of known hosts.
    void makeStrangers()
    {
        if (QFile::exists(m_files.path("stranger")))
            return;
        QProcess::execute("ssh-keygen", {"-q", "-t", "ed25519", "-N", "", "-f", m_files.path("stranger")});
        const auto key = m_files.read("stranger.pub").split(' ');
        m_files.write("changed", "[127.0.0.1]:" + QByteArray::number(m_server->port()) + ' ' + key[0] + ' ' + key[1] + '\n');
    }

    CliFixture m_files;
    std::unique_ptr<LocalSshServer> m_server;
};

QTEST_GUILESS_MAIN(TestCliDeploy)
#include "test_cli_deploy.moc"
