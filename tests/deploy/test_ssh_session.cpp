// SPDX-License-Identifier: GPL-3.0-or-later
// SshSession against OpenSSH's own sshd.
#include "core/shell.h"
#include "deploy/child_process.h"
#include "deploy/ssh_session.h"
#include "device_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QElapsedTimer>

#include <semaphore>
#include <thread>

using namespace hone;
using namespace hone::testing;

namespace
{

// A loopback port that accepts connections and never says a word, or one that nobody listens on.
class Port
{
public:
    enum class Kind
    {
        Silent,
        Closed
    };
    explicit Port(Kind kind) : m_socket(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(m_socket, reinterpret_cast<sockaddr*>(&address), size);
        ::getsockname(m_socket, reinterpret_cast<sockaddr*>(&address), &size);
        m_number = ntohs(address.sin_port);
        if (kind == Kind::Silent)
            ::listen(m_socket, 5);
    }
    ~Port() { ::close(m_socket); }
    int number() const { return m_number; }
    // Blocks until somebody has connected.
    void awaitConnection() const
    {
        pollfd waiting{m_socket, POLLIN, 0};
        ::poll(&waiting, 1, 10'000);
    }

private:
    int m_socket;
    int m_number = 0;
};

void writeBytes(const fs::path& path, std::size_t size)
{
    std::string bytes(size, '\0');
    Random random(3);
    for (std::size_t i = 0; i + 8 <= size; i += 8) {
        const auto word = random.bits();
        std::memcpy(&bytes[i], &word, 8);
    }
    writeFileAtomically(path, bytes);
}

// sshd's own processes for the connections that are open now, without sshd itself.
std::vector<pid_t> connectionsOf(const LocalSshServer& server)
{
    auto processes = server.processes();
    processes.erase(processes.begin());
    return processes;
}

void signalAll(const std::vector<pid_t>& processes, int signal)
{
    for (const auto pid : processes)
        ::kill(pid, signal);
}

} // namespace

class TestSshSession : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_folder = std::make_unique<TemporaryFolder>();
        m_server = std::make_unique<LocalSshServer>(m_folder->path() / "device");
        m_options = optionsFor(*m_server);
    }

    void addressesAreTakenApart_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("host");
        QTest::addColumn<int>("port");
        QTest::newRow("host") << "pi.local"
                              << ""
                              << "pi.local" << 0;
        QTest::newRow("user") << "me@pi"
                              << "me"
                              << "pi" << 0;
        QTest::newRow("port") << "me@pi:2222"
                              << "me"
                              << "pi" << 2222;
        QTest::newRow("address") << "10.0.0.7:22"
                                 << ""
                                 << "10.0.0.7" << 22;
        QTest::newRow("v6 in brackets") << "me@[fe80::1%eth0]:2200"
                                        << "me"
                                        << "fe80::1%eth0" << 2200;
        QTest::newRow("v6 in brackets without port") << "[::1]"
                                                     << ""
                                                     << "::1" << 0;
        QTest::newRow("v6 bare") << "::1"
                                 << ""
                                 << "::1" << 0;
        QTest::newRow("user with an at sign") << "me@home@pi"
                                              << "me@home"
                                              << "pi" << 0;
    }

    void addressesAreTakenApart()
    {
        QFETCH(QString, text);
        const auto address = DeviceAddress::parse(text.toStdString());
        QTEST(QString::fromStdString(address.user), "user");
        QTEST(QString::fromStdString(address.host), "host");
        QTEST(address.port, "port");
    }

    void aTextThatIsNoAddressIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        for (const auto* text : {"", "@pi", "me@", ":22", "pi:", "pi:0", "pi:65536", "pi:22x", "pi:-1", "[::1", "[::1]22",
                                 "-oProxyCommand=x", "me@-x", "a b", "pi/etc", "ssh://pi"})
            QTest::newRow(text[0] ? text : "nothing") << QString(text);
    }

    void aTextThatIsNoAddressIsRefused()
    {
        QFETCH(QString, text);
        HONE_VERIFY_FAILS(DeviceAddress::parse(text.toStdString()), DeviceAddressInvalid);
    }

    void aCommandGivesOutputErrorsAndExitCode()
    {
        SshSession session(m_options, {});
        const auto result = session.run("echo out; echo wrong >&2; exit 7", {});
        QCOMPARE(QString::fromStdString(result.output), QString("out\n"));
        QCOMPARE(QString::fromStdString(result.errors), QString("wrong\n"));
        QCOMPARE(result.exitCode, 7);
    }

    void commandsBeginInTheDevicesHome()
    {
        SshSession session(m_options, {});
        const auto home = fs::canonical(m_server->home()).string() + "\n";
        QCOMPARE(QString::fromStdString(session.run("pwd; cd; pwd", {}).output), QString::fromStdString(home + home));
    }

    void quotedArgumentsArriveAsTheyAre()
    {
        SshSession session(m_options, {});
        const std::string odd = "it's \"odd\" $HOME `id` \\ * \n end";
        QCOMPARE(QString::fromStdString(session.run("printf %s " + shellQuoted(odd), {}).output), QString::fromStdString(odd));
    }

    void megabytesStreamThroughACommand()
    {
        SshSession session(m_options, {});
        const std::string piece(100'000, 'x');
        int pieces = 80;
        std::size_t got = 0;
        CommandStreams streams;
        streams.nextInput = [&] { return pieces-- > 0 ? std::optional(piece) : std::nullopt; };
        streams.output = [&](std::string_view text) { got += text.size(); };
        QCOMPARE(session.run("cat", streams, {}).exitCode, 0);
        QCOMPARE(got, 80u * 100'000u);
    }

    void aFileArrivesWithItsBytesAndMode()
    {
        const auto local = m_folder->path() / "file.bin";
        for (const std::size_t size : {std::size_t{0}, std::size_t{32 << 10}, std::size_t{5'000'001}}) {
            writeBytes(local, size);
            SshSession session(m_options, {});
            std::int64_t sent = 0;
            session.upload(local, "arrived.bin", 0750, {}, [&](std::int64_t bytes) { sent += bytes; });
            QCOMPARE(sent, static_cast<std::int64_t>(size));
            QVERIFY(readFile(m_server->home() / "arrived.bin") == readFile(local));
            QCOMPARE(static_cast<int>(fs::status(m_server->home() / "arrived.bin").permissions()), 0750);
            QVERIFY(!fs::exists(m_server->home() / "arrived.bin.sending"));
        }
    }

    void anUploadIntoAFolderThatIsNotThereFails()
    {
        writeBytes(m_folder->path() / "small", 100);
        SshSession session(m_options, {});
        HONE_VERIFY_FAILS(session.upload(m_folder->path() / "small", "no/such/folder/x", 0644, {}), DeviceCommandFailed);
        QCOMPARE(session.run("true", {}).exitCode, 0);
    }

    void anUnknownHostKeyIsRefusedWithItsFingerprint()
    {
        auto options = m_options;
        options.knownHosts = m_folder->path() / "nobody_known";
        const auto failure = failureOf([&] { SshSession(options, {}); });
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::HostKeyUnknown);
        QCOMPARE(QString::fromStdString(argument(failure, "fingerprint")), QString::fromStdString(m_server->hostKeyFingerprint()));
        QVERIFY(!fs::exists(options.knownHosts));
    }

    void theAcceptedFingerprintIsKept()
    {
        auto options = m_options;
        options.knownHosts = m_folder->path() / "accepted" / "known_hosts";
        options.acceptHostKey = m_server->hostKeyFingerprint();
        QCOMPARE(SshSession(options, {}).run("true", {}).exitCode, 0);
        options.acceptHostKey.clear();
        QCOMPARE(SshSession(options, {}).run("true", {}).exitCode, 0);
    }

    void anotherFingerprintIsNotAccepted()
    {
        auto options = m_options;
        options.acceptHostKey = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        options.knownHosts = m_folder->path() / "still_nobody";
        HONE_VERIFY_FAILS(SshSession(options, {}), HostKeyNotAccepted);
        QVERIFY(!fs::exists(options.knownHosts));
        options.knownHosts = m_server->knownHosts();
        HONE_VERIFY_FAILS(SshSession(options, {}), HostKeyNotAccepted);
    }

    void aChangedHostKeyIsRefusedEvenWithItsFingerprint()
    {
        const auto other = m_folder->path() / "other_host";
        QCOMPARE(runChild({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other.string()}).exitCode, 0);
        auto options = m_options;
        options.knownHosts = m_folder->path() / "changed";
        const auto line = "[127.0.0.1]:" + std::to_string(m_server->port()) + " " + readFile(other.string() + ".pub");
        writeFileAtomically(options.knownHosts, line);
        HONE_VERIFY_FAILS(SshSession(options, {}), HostKeyChanged);
        options.acceptHostKey = m_server->hostKeyFingerprint();
        HONE_VERIFY_FAILS(SshSession(options, {}), HostKeyChanged);
        QCOMPARE(QString::fromStdString(readFile(options.knownHosts)), QString::fromStdString(line));
    }

    void aKeyThatTheDeviceDoesNotKnowIsRefused()
    {
        const auto other = m_folder->path() / "other_client";
        QCOMPARE(runChild({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other.string()}).exitCode, 0);
        auto options = m_options;
        options.identity = other;
        const auto failure = failureOf([&] { SshSession(options, {}); });
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::DeviceAuthenticationFailed);
        QCOMPARE(QString::fromStdString(argument(failure, "methods")), QString("publickey"));
        QCOMPARE(QString::fromStdString(argument(failure, "user")), QString::fromStdString(m_options.address.user));
    }

    void anIdentityThatIsNoKeyIsNamed()
    {
        auto options = m_options;
        options.identity = m_folder->path() / "missing";
        HONE_VERIFY_FAILS(SshSession(options, {}), IdentityUnreadable);
        options.identity = m_folder->path() / "text";
        writeFileAtomically(options.identity, "not a key\n");
        HONE_VERIFY_FAILS(SshSession(options, {}), IdentityUnreadable);
    }

    void aSealedIdentityAsksForItsPassphrase()
    {
        auto options = m_options;
        options.identity = m_folder->path() / "sealed";
        fs::copy_file(m_server->identity(), options.identity, fs::copy_options::overwrite_existing);
        QCOMPARE(runChild({"ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", options.identity.string()}).exitCode, 0);
        HONE_VERIFY_FAILS(SshSession(options, {}), IdentityUnreadable);
        QStringList prompts;
        const auto answering = [&](std::vector<std::string> answers) {
            prompts.clear();
            options.ask = [&prompts, answers](const std::string& prompt) -> std::optional<std::string> {
                const auto turn = static_cast<std::size_t>(prompts.size());
                prompts << QString::fromStdString(prompt);
                return turn < answers.size() ? std::optional(answers[turn]) : std::nullopt;
            };
        };
        answering({"wrong", "secret"});
        QCOMPARE(SshSession(options, {}).run("true", {}).exitCode, 0);
        QCOMPARE(prompts.size(), 2);
        QVERIFY(prompts.front().contains("sealed"));
        answering({"a", "b", "c", "d"});
        HONE_VERIFY_FAILS(SshSession(options, {}), IdentityUnreadable);
        QCOMPARE(prompts.size(), 3);
        answering({});
        HONE_VERIFY_FAILS(SshSession(options, {}), IdentityUnreadable);
    }

    void theUsersConfigurationIsHonoured()
    {
        auto options = m_options;
        options.config = m_folder->path() / "ssh_config";
        writeFileAtomically(options.config, "Host workbench\n  HostName 127.0.0.1\n  Port " + std::to_string(m_server->port()) +
                                                "\n  User " + m_options.address.user + "\n  IdentityFile " + m_server->identity().string() +
                                                "\n  UserKnownHostsFile " + m_server->knownHosts().string() + "\n");
        options.address = DeviceAddress::parse("workbench");
        options.identity.clear();
        options.knownHosts.clear();
        QCOMPARE(SshSession(options, {}).run("true", {}).exitCode, 0);
        // What the address states goes before the file.
        const Port closed(Port::Kind::Closed);
        options.address.port = closed.number();
        HONE_VERIFY_FAILS(SshSession(options, {}), DeviceUnreachable);
    }

    void aClosedPortIsUnreachable()
    {
        const Port port(Port::Kind::Closed);
        auto options = m_options;
        options.address.port = port.number();
        const auto failure = failureOf([&] { SshSession(options, {}); });
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::DeviceUnreachable);
        QCOMPARE(QString::fromStdString(argument(failure, "reason")), QString("Connection refused"));
    }

    void aSilentPortIsUnreachableAfterTheTimeout()
    {
        const Port port(Port::Kind::Silent);
        auto options = m_options;
        options.address.port = port.number();
        options.timeoutSeconds = 1;
        QElapsedTimer timer;
        timer.start();
        HONE_VERIFY_FAILS(SshSession(options, {}), DeviceUnreachable);
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
    }

    void aNameThatNobodyHasIsUnreachable()
    {
        auto options = m_options;
        options.address = DeviceAddress::parse("no-such-device.invalid");
        HONE_VERIFY_FAILS(SshSession(options, {}), DeviceUnreachable);
    }

    void aStopIsHeardWhileConnecting()
    {
        const Port port(Port::Kind::Silent);
        auto options = m_options;
        options.address.port = port.number();
        verifyStops([&](const JobContext& job) { SshSession(options, job); }, [&] { port.awaitConnection(); });
    }

    void aStopIsHeardDuringACommand()
    {
        SshSession session(m_options, {});
        std::binary_semaphore begun(0);
        CommandStreams streams;
        streams.output = [&](std::string_view) { begun.release(); };
        verifyStops([&](const JobContext& job) { session.run("echo begun; sleep 60", streams, job); }, [&] { begun.acquire(); });
        QCOMPARE(session.run("true", {}).exitCode, 0);
    }

    void aStoppedUploadLeavesNothingAndTheSessionGoesOn()
    {
        const auto local = m_folder->path() / "large.bin";
        writeBytes(local, 16 << 20);
        SshSession session(m_options, {});
        std::stop_source stop;
        std::int64_t sent = 0;
        bool cancelled = false;
        try {
            session.upload(local, "large.bin", 0644, JobContext(stop.get_token()), [&](std::int64_t bytes) {
                sent += bytes;
                stop.request_stop();
            });
        } catch (const Cancelled&) {
            cancelled = true;
        }
        QVERIFY(cancelled);
        QVERIFY(sent < 8 << 20);
        QCOMPARE(session.run("ls large.bin*", {}).exitCode, 2);
        session.upload(local, "large.bin", 0644, {});
        QVERIFY(readFile(m_server->home() / "large.bin") == readFile(local));
        fs::remove(m_server->home() / "large.bin");
    }

    void aConnectionThatBreaksDuringAnUploadIsLost() { verifyLosesUpload(SIGKILL, 20); }

    void aDeviceThatFallsSilentDuringAnUploadIsLost() { verifyLosesUpload(SIGSTOP, 1); }

    void aDeviceThatFallsSilentDuringACommandIsLost()
    {
        auto options = m_options;
        options.timeoutSeconds = 1;
        SshSession session(options, {});
        CommandStreams streams;
        std::vector<pid_t> stopped;
        streams.output = [&](std::string_view) {
            stopped = connectionsOf(*m_server);
            signalAll(stopped, SIGSTOP);
        };
        HONE_VERIFY_FAILS(session.run("echo begun; sleep 60", streams, {}), DeviceConnectionLost);
        signalAll(stopped, SIGKILL);
    }

    void aCommandMayBeSilentForLongerThanTheTimeout()
    {
        auto options = m_options;
        options.timeoutSeconds = 2;
        SshSession session(options, {});
        QCOMPARE(QString::fromStdString(session.run("sleep 4.5; echo done", {}).output), QString("done\n"));
    }

    // A busy laptop, or one that slept, must not take its own pause for the device's.
    void aPauseOfThisProgramIsNotTheDevicesSilence()
    {
        auto options = m_options;
        options.timeoutSeconds = 2;
        SshSession session(options, {});
        SshSession other(m_options, {});
        CommandStreams streams;
        std::string output;
        streams.output = [&](std::string_view text) {
            if (output.empty())
                other.run("sleep 2.5", {});
            output += text;
        };
        session.run("echo begun; sleep 4; echo done", streams, {});
        QCOMPARE(QString::fromStdString(output), QString("begun\ndone\n"));
    }

    void aFullDiskIsSaidWithItsNumbers()
    {
        const auto small = m_server->home() / "small";
        fs::create_directories(small);
        if (::mount("none", small.c_str(), "tmpfs", 0, "size=1m") != 0)
            QSKIP("mounting a small file system needs root");
        writeBytes(m_folder->path() / "large.bin", 3 << 20);
        SshSession session(m_options, {});
        const auto failure = failureOf([&] { session.upload(m_folder->path() / "large.bin", "small/large.bin", 0644, {}); });
        const bool empty = fs::is_empty(small);
        ::umount(small.c_str());
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::DeviceNoSpace);
        QCOMPARE(QString::fromStdString(argument(failure, "neededBytes")), QString::number(3 << 20));
        QVERIFY(empty);
    }

    void theServerTakesItsProcessesWithIt()
    {
        auto server = std::make_unique<LocalSshServer>(m_folder->path() / "second device");
        SshSession session(optionsFor(*server), {});
        CommandStreams streams;
        std::vector<pid_t> processes;
        streams.output = [&](std::string_view) {
            processes = server->processes();
            server.reset();
        };
        HONE_VERIFY_FAILS(session.run("echo begun; sleep 60", streams, {}), DeviceConnectionLost);
        QVERIFY(processes.size() >= 3);
        for (const auto pid : processes)
            QTRY_VERIFY(::kill(pid, 0) != 0 || readFile("/proc/" + std::to_string(pid) + "/stat").find(") Z ") != std::string::npos);
    }

private:
    // `begun` blocks until the call is well on its way.
    template<class Call, class Begun>
    void verifyStops(Call call, Begun begun)
    {
        std::stop_source stop;
        QElapsedTimer timer;
        std::jthread stopper([&] {
            begun();
            timer.start();
            stop.request_stop();
        });
        bool cancelled = false;
        try {
            call(JobContext(stop.get_token()));
        } catch (const Cancelled&) {
            cancelled = true;
        }
        QVERIFY(cancelled);
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    }

    void verifyLosesUpload(int signal, int timeoutSeconds)
    {
        const auto local = m_folder->path() / "large.bin";
        writeBytes(local, 16 << 20);
        auto options = m_options;
        options.timeoutSeconds = timeoutSeconds;
        SshSession session(options, {});
        std::vector<pid_t> hit;
        QElapsedTimer timer;
        timer.start();
        HONE_VERIFY_FAILS(session.upload(local, "large.bin", 0644, {},
                                         [&](std::int64_t) {
                                             if (hit.empty()) {
                                                 hit = connectionsOf(*m_server);
                                                 signalAll(hit, signal);
                                             }
                                         }),
                          DeviceConnectionLost);
        QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
        signalAll(hit, SIGKILL);
        QVERIFY(!fs::exists(m_server->home() / "large.bin"));
    }

    std::unique_ptr<TemporaryFolder> m_folder;
    std::unique_ptr<LocalSshServer> m_server;
    SshOptions m_options;
};

QTEST_GUILESS_MAIN(TestSshSession)
#include "test_ssh_session.moc"
