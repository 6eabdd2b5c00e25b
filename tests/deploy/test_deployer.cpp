// SPDX-License-Identifier: GPL-3.0-or-later
// Deployments onto a real sshd: what they leave on the device when they work, and what when they don't.
#include "deploy/child_process.h"
#include "deploy/deployer.h"
#include "deploy/device_facts.h"
#include "deploy/device_latency_meter.h"
#include "deploy/remote_lock.h"
#include "deploy/remote_store.h"
#include "deploy/shipment.h"
#include "device_fixture.h"
#include "evaluate/evaluation.h"

#include <nlohmann/json.hpp>
#include <onnx/onnx_pb.h>

#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <set>

using namespace hone;
using namespace hone::testing;

namespace
{

constexpr auto honeFolder = ".local/share/hone";

JobContext onProgress(const std::stop_source& stop, std::function<void(const Progress&)> call)
{
    return JobContext(stop.get_token(), std::move(call));
}

// Every initializer's bytes in a file of their own.
void writeWithExternalData(const Graph& graph, const fs::path& folder)
{
    onnx::ModelProto model;
    model.ParseFromString(serializeOnnx(graph));
    std::string bytes;
    for (auto& tensor : *model.mutable_graph()->mutable_initializer()) {
        const auto add = [&](const std::string& key, const std::string& value) {
            auto* entry = tensor.add_external_data();
            entry->set_key(key);
            entry->set_value(value);
        };
        add("location", "weights.bin");
        add("offset", std::to_string(bytes.size()));
        add("length", std::to_string(tensor.raw_data().size()));
        bytes += tensor.raw_data();
        tensor.clear_raw_data();
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    }
    writeFileAtomically(folder / "weights.bin", bytes);
    writeFileAtomically(folder / "model.onnx", model.SerializeAsString());
}

} // namespace

class TestDeployer : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_runners = fs::path(HONE_BINARY_DIR) / "lib/hone/device";
        m_folder = std::make_unique<TemporaryFolder>();
        m_model = m_folder->path() / "colours.onnx";
        writeOnnx(colourModel(), m_model);
    }

    // Every test has a device of its own.
    void init()
    {
        m_deviceFolder = std::make_unique<TemporaryFolder>();
        m_server = std::make_unique<LocalSshServer>(m_deviceFolder->path());
    }

    void cleanup()
    {
        m_server.reset();
        m_deviceFolder.reset();
    }

    void aModelArrivesIsVerifiedAndAnswersAsHere()
    {
        const auto dataset = colourDataset(m_folder->path() / "colours", 20);
        auto options = deployOptions();
        options.dataset = &dataset;
        const auto result = deploy(m_model, options, {});
        QVERIFY(result.verified);
        QVERIFY(result.previous.empty());
        QCOMPARE(result.device.architecture, std::string("x86_64"));
        QVERIFY(result.device.cores > 0 && result.device.memoryBytes > 0 && !result.device.cpu.empty() && !result.device.os.empty());
        QVERIFY(result.latency.p50Ms > 0 && result.latency.p95Ms >= result.latency.p50Ms && result.latency.runs >= 5);
        QCOMPARE(result.agreement.value_or(-1), 1.0);
        const auto here = evaluate(m_model, &dataset, {.split = Split::Test, .latency = false}, {});
        QCOMPARE(result.top1.value_or(-1), here.accuracy->top1);
        QVERIFY(*result.top1 > 0.5 && *result.top1 < 1);

        const auto release = m_server->home() / honeFolder / "releases" / result.release;
        QCOMPARE(currentRelease(), result.release);
        QVERIFY(readFile(release / "model.onnx") == readFile(m_model));
        QCOMPARE(QString::fromStdString(readFile(release / "labels.txt")), QString("red\ngreen\nblue\n"));
        const auto bundle = Json::parse(readFile(release / "bundle.json"));
        QCOMPARE(bundle.at("labels").dump(), std::string(R"(["red","green","blue"])"));
        QCOMPARE(bundle.at("files").size(), std::size_t{4});
        std::int64_t sizes = 0;
        for (const auto& entry : fs::directory_iterator(release))
            sizes += static_cast<std::int64_t>(entry.file_size());
        QCOMPARE(result.uploadedBytes, sizes);
        verifyTidy();
    }

    void theAnswerAsJsonHasItsFixedKeys()
    {
        DeployResult result;
        result.top1 = 0.5;
        result.agreement = 1;
        const auto json = toJson(result);
        for (const auto* key : {"device", "release", "previous", "uploadedBytes", "verified", "latencyMs", "top1", "agreement"})
            QVERIFY2(json.contains(key), key);
        for (const auto* key : {"host", "architecture", "cpu", "cores", "memoryBytes", "os"})
            QVERIFY2(json["device"].contains(key), key);
        QVERIFY(!toJson(DeployResult{}).contains("top1"));
    }

    void aSecondDeploymentNamesTheFirstAndSendsOnlyWhatIsNew()
    {
        const auto first = deploy(m_model, deployOptions(), {});
        const auto other = m_folder->path() / "other.onnx";
        writeOnnx(colourModel(5), other);
        const auto second = deploy(other, deployOptions(), {});
        QCOMPARE(second.previous, first.release);
        QVERIFY(second.release != first.release);
        QVERIFY2(second.uploadedBytes < 100'000, qPrintable(QString::number(second.uploadedBytes)));
        QVERIFY(second.verified);
        QVERIFY(readFile(m_server->home() / honeFolder / "current" / "model.onnx") == readFile(other));
        const auto runtime = [&](const std::string& release) {
            return m_server->home() / honeFolder / "releases" / release / "libonnxruntime.so.1";
        };
        QVERIFY(fs::equivalent(runtime(first.release), runtime(second.release)));
        // What was there before still works.
        const auto program = m_server->home() / honeFolder / "releases" / first.release / "hone-runner";
        QCOMPARE(runChild({program.string(), "smoke"}).exitCode, 0);
    }

    void threeReleasesAreKept()
    {
        std::vector<std::string> names;
        for (int i = 0; i < 5; ++i)
            names.push_back(deploy(m_model, quickOptions(), {}).release);
        QCOMPARE(std::set(names.begin(), names.end()).size(), std::size_t{5});
        QCOMPARE(releases(), std::set<std::string>({names[2], names[3], names[4]}));
        QCOMPARE(currentRelease(), names[4]);
    }

    void aModelWithExternalDataIsSentWhole()
    {
        const auto folder = m_folder->path() / "external";
        fs::create_directories(folder);
        writeWithExternalData(colourModel(), folder);
        const auto result = deploy(folder / "model.onnx", quickOptions(), {});
        const auto sent = readOnnx(m_server->home() / honeFolder / "releases" / result.release / "model.onnx");
        QVERIFY(sent.value(*sent.findValue("kernel")).constant == colourModel().value(*sent.findValue("kernel")).constant);
    }

    void aDeviceThatGoesAwayKeepsWhatItRan()
    {
        const auto before = deploy(m_model, quickOptions(), {}).release;
        hideReleaseContents(before);
        const auto connections = [&] {
            auto processes = m_server->processes();
            processes.erase(processes.begin());
            return processes;
        };
        bool hit = false;
        const std::stop_source never;
        const auto job = onProgress(never, [&](const Progress& progress) {
            if (!hit && progress.activity == Activity::Uploading && progress.fraction > 0.2) {
                hit = true;
                for (const auto pid : connections())
                    ::kill(pid, SIGKILL);
            }
        });
        HONE_VERIFY_FAILS(deploy(m_model, quickOptions(), job), DeviceConnectionLost);
        QVERIFY(hit);
        QCOMPARE(currentRelease(), before);
        // The lock's holder was killed with the rest here: what is left over must not hinder the next deployment for long.
        makeLockOld();
        QVERIFY(deploy(m_model, quickOptions(), {}).verified);
        verifyTidy();
    }

    void aConnectionThatDropsIsTidiedUpByTheDeviceItself()
    {
        const auto before = deploy(m_model, quickOptions(), {}).release;
        hideReleaseContents(before);
        bool hit = false;
        const std::stop_source never;
        const auto job = onProgress(never, [&](const Progress& progress) {
            if (!hit && progress.activity == Activity::Uploading && progress.fraction > 0.2) {
                hit = true;
                killSshdOnly();
            }
        });
        HONE_VERIFY_FAILS(deploy(m_model, quickOptions(), job), DeviceConnectionLost);
        QCOMPARE(currentRelease(), before);
        QTRY_VERIFY(!fs::exists(m_server->home() / honeFolder / "lock"));
        verifyTidy();
    }

    void aStoppedDeploymentLeavesTheDeviceAsItWas()
    {
        const auto before = deploy(m_model, quickOptions(), {}).release;
        hideReleaseContents(before);
        std::stop_source stop;
        const auto job = onProgress(stop, [&](const Progress& progress) {
            if (progress.activity == Activity::Uploading && progress.fraction > 0.1)
                stop.request_stop();
        });
        QVERIFY_EXCEPTION_THROWN(deploy(m_model, quickOptions(), job), Cancelled);
        QCOMPARE(currentRelease(), before);
        QCOMPARE(releases(), std::set<std::string>{before});
        verifyTidy();
    }

    void aFileThatArrivesChangedIsNoticed()
    {
        const auto before = deploy(m_model, quickOptions(), {}).release;
        // The device's own hash of the model differs, as it would where its storage is bad.
        putProgram(*m_server, "sha256sum", "/usr/bin/sha256sum \"$@\" | sed '/model.onnx/s/^......../00000000/'");
        const auto failure = failureOf([&] { deploy(m_model, quickOptions(), {}); });
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::DeviceVerificationFailed);
        QCOMPARE(argument(failure, "file"), std::string("model.onnx"));
        QCOMPARE(currentRelease(), before);
        QCOMPARE(releases(), std::set<std::string>{before});
        verifyTidy();
    }

    void aDeviceWithoutRoomIsSaidBeforeAnythingIsSent()
    {
        putProgram(*m_server, "df",
                   "echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'\n"
                   "echo '/dev/root 60000 59000 1000 99% /with a space'");
        const auto failure = failureOf([&] { deploy(m_model, deployOptions(), {}); });
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::DeviceNoSpace);
        QCOMPARE(argument(failure, "freeBytes"), std::string("1024000"));
        QVERIFY(!fs::exists(m_server->home() / honeFolder / "current"));
        verifyTidy();
    }

    void aDiskThatFillsUpOnTheWayIsTidiedUp()
    {
        const auto small = m_server->home() / "small";
        fs::create_directories(small);
        if (::mount("none", small.c_str(), "tmpfs", 0, "size=20m") != 0)
            QSKIP("mounting a small file system needs root");
        // What df says is out of date by the time the files arrive.
        putProgram(*m_server, "df",
                   "[ -e $HOME/asked ] && exec /usr/bin/df \"$@\"\n: >$HOME/asked\n"
                   "echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'\necho 'x 9 9 99999999 1% /'");
        auto options = deployOptions();
        options.remoteFolder = "small/hone";
        const auto failure = failureOf([&] { deploy(m_model, options, {}); });
        std::set<std::string> left;
        for (const auto& entry : fs::recursive_directory_iterator(small))
            left.insert(entry.path().filename().string());
        ::umount(small.c_str());
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::DeviceNoSpace);
        QCOMPARE(left, std::set<std::string>({"hone", "releases"}));
    }

    void aModelThatAnswersOtherwiseThereIsNotSwitchedTo()
    {
        const auto before = deploy(m_model, quickOptions(), {}).release;
        const auto runners = fakeRunner("echo '{\"outputs\":[{\"name\":\"y\",\"shape\":[1,3],\"values\":[9,-9,9]}]}'");
        auto options = quickOptions();
        options.runnerFolder = runners;
        HONE_VERIFY_FAILS(deploy(m_model, options, {}), DeviceSmokeRunFailed);
        options.runnerFolder = fakeRunner("echo 'Segmentation fault' >&2; exit 139");
        const auto failure = failureOf([&] { deploy(m_model, options, {}); });
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::DeviceSmokeRunFailed);
        QCOMPARE(argument(failure, "detail"), std::string("Segmentation fault"));
        options.runnerFolder = fakeRunner("echo '{\"outputs\":[{\"name\":\"y\",\"shape\":[1,3],\"values\":[null,1,2]}]}'");
        HONE_VERIFY_FAILS(deploy(m_model, options, {}), DeviceSmokeRunFailed);
        QCOMPARE(currentRelease(), before);
        QCOMPARE(releases(), std::set<std::string>{before});
        verifyTidy();
    }

    void aRunnerThatTheDeviceCanNotStartMeansAnotherKindOfDevice()
    {
        auto options = quickOptions();
        options.runnerFolder = fakeRunner("", "#!/no/such/loader\n");
        HONE_VERIFY_FAILS(deploy(m_model, options, {}), DeviceUnsupported);
        verifyTidy();
    }

    void anArchitectureThatHoneDoesNotKnowIsSaid()
    {
        putProgram(*m_server, "uname", "echo riscv64");
        const auto failure = failureOf([&] { deploy(m_model, quickOptions(), {}); });
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::DeviceUnsupported);
        QCOMPARE(argument(failure, "architecture"), std::string("riscv64"));
    }

    void aRunnerThatIsNotInstalledHereIsSaid()
    {
        putProgram(*m_server, "uname", "echo aarch64");
        auto options = quickOptions();
        options.runnerFolder = m_folder->path() / "no runners";
        const auto failure = failureOf([&] { deploy(m_model, options, {}); });
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::RunnerMissing);
        QCOMPARE(argument(failure, "architecture"), std::string("aarch64"));
        QVERIFY(!fs::exists(m_server->home() / honeFolder));
    }

    void aSecondDeploymentAtTheSameTimeIsRefused()
    {
        SshSession session(optionsFor(*m_server), {});
        {
            const RemoteLock lock(session, {.folder = honeFolder, .partial = RemoteRelease::partial}, {});
            const auto failure = failureOf([&] { deploy(m_model, quickOptions(), {}); });
            QVERIFY(failure);
            QCOMPARE(failure->code, MessageCode::DeviceBusy);
            QVERIFY(argument(failure, "holder").find(" at ") != std::string::npos);
        }
        QVERIFY(deploy(m_model, quickOptions(), {}).verified);
    }

    void aLockThatNobodyHoldsAnyMoreIsTakenOver()
    {
        const auto lock = m_server->home() / honeFolder / "lock";
        fs::create_directories(lock);
        HONE_VERIFY_FAILS(deploy(m_model, quickOptions(), {}), DeviceBusy);
        makeLockOld();
        QVERIFY(deploy(m_model, quickOptions(), {}).verified);
        verifyTidy();
    }

    void aFolderInPlaceOfTheLinkIsLeftAlone()
    {
        fs::create_directories(m_server->home() / honeFolder / "current" / "mine");
        HONE_VERIFY_FAILS(deploy(m_model, deployOptions(), {}), DeviceCommandFailed);
        QVERIFY(fs::exists(m_server->home() / honeFolder / "current" / "mine"));
        QVERIFY(releases().empty());
        verifyTidy();
    }

    void aModelThatIsNotThereFailsBeforeTheDeviceIsAsked()
    {
        auto options = quickOptions();
        options.ssh.address.port = 1;
        HONE_VERIFY_FAILS(deploy(m_folder->path() / "none.onnx", options, {}), FileNotFound);
    }

    void aDevicesLatencyIsMeasuredBesideWhatItRuns()
    {
        DeviceLatencyMeter meter(deployOptions());
        const std::int64_t here = meter.channelBlock(); // nothing is known of the device yet
        for (int i = 0; i < 2; ++i) {
            const auto latency = meter.measure(m_model, {});
            QVERIFY(latency.p50Ms > 0 && latency.p95Ms >= latency.p50Ms && latency.runs >= 5);
        }
        QCOMPARE(meter.channelBlock(), here); // the server runs on this machine
        QVERIFY(!fs::exists(m_server->home() / honeFolder / "current"));
        QVERIFY(!fs::exists(m_server->home() / honeFolder / "measure" / "model"));
        HONE_VERIFY_FAILS(meter.measure(m_folder->path() / "none.onnx", {}), FileNotFound);
    }

    void whatASmallDeviceTellsIsUnderstood()
    {
        const auto report = parseDeviceReport("architecture=aarch64\ncpu=Raspberry Pi 4 Model B Rev 1.4\ncores=4\nmemoryKb=3884360\n"
                                              "os=\nsystem=Linux 6.1.21\ntime=20260131-235959\n",
                                              "pi");
        QCOMPARE(report.facts.cores, 4);
        QCOMPARE(report.facts.memoryBytes, std::int64_t{3884360} * 1024);
        QCOMPARE(report.facts.os, std::string("Linux 6.1.21"));
        QCOMPARE(report.facts.cpu, std::string("Raspberry Pi 4 Model B Rev 1.4"));
        QCOMPARE(report.time, std::string("20260131-235959"));
        QVERIFY(!report.facts.hasAvx512);
        QVERIFY(parseDeviceReport("architecture=x86_64\navx512=1\n", "server").facts.hasAvx512);
        QVERIFY(!parseDeviceReport("architecture=x86_64\navx512=0\n", "server").facts.hasAvx512);
    }

private:
    DeployOptions deployOptions() const
    {
        DeployOptions options;
        options.ssh = optionsFor(*m_server);
        options.runnerFolder = m_runners;
        return options;
    }

    std::string currentRelease() const { return fs::read_symlink(m_server->home() / honeFolder / "current").filename().string(); }

    std::set<std::string> releases() const
    {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator(m_server->home() / honeFolder / "releases"))
            names.insert(entry.path().filename().string());
        return names;
    }

    void verifyTidy() const
    {
        const auto folder = m_server->home() / honeFolder;
        QVERIFY(!fs::exists(folder / "lock"));
        QVERIFY(!fs::exists(folder / RemoteRelease::partial));
    }

    // Then everything has to be sent anew, which gives a test the time to break in.
    void hideReleaseContents(const std::string& release) const
    {
        const auto runtime = m_server->home() / honeFolder / "releases" / release / "libonnxruntime.so.1";
        fs::rename(runtime, runtime.string() + ".hidden");
    }

    void makeLockOld() const
    {
        const auto lock = m_server->home() / honeFolder / "lock";
        if (fs::exists(lock))
            fs::last_write_time(lock, fs::last_write_time(lock) - std::chrono::minutes(10));
    }

    // As when the cable is pulled: sshd's processes for the connection go, what they started finds its input ended.
    void killSshdOnly() const
    {
        auto processes = m_server->processes();
        processes.erase(processes.begin());
        for (const auto pid : processes) {
            std::error_code ignored;
            if (fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", ignored).filename() == "sshd")
                ::kill(pid, SIGKILL);
        }
    }

    // A folder of runners whose runner is a script.
    fs::path fakeRunner(const std::string& script, const std::string& head = "#!/bin/sh\n")
    {
        const auto folder = m_folder->path() / ("runners" + std::to_string(m_fakes++));
        fs::create_directories(folder / "x86_64");
        writeFileAtomically(folder / "x86_64" / "hone-runner", head + script + "\n");
        writeFileAtomically(folder / "x86_64" / "libonnxruntime.so.1", "no library\n");
        return folder;
    }

    // Eight megabytes that stand for the runtime, and a script for the runner, which gives the answers that the real one gave once:
    // for tests of what becomes of the files.
    DeployOptions quickOptions()
    {
        if (m_quickRunners.empty()) {
            const auto real = m_folder->path() / "real";
            fs::create_directories(real);
            const Shipment shipment(m_model, nullptr, runnerFiles(m_runners, "x86_64"));
            for (const auto& file : shipment.files())
                fs::copy_file(file.local, real / file.name);
            const auto smoke = runChild({(real / "hone-runner").string(), "smoke"}).text;
            m_quickRunners = fakeRunner("case $1 in\nsmoke) echo '" + smoke.substr(0, smoke.find('\n')) +
                                        "' ;;\nlatency) echo '{\"p50Ms\": 1, \"p95Ms\": 2, \"runs\": 100}' ;;\n"
                                        "switch) ln -s \"$3\" \"$2.new\" && mv -T \"$2.new\" \"$2\" ;;\nesac");
            writeFileAtomically(m_quickRunners / "x86_64" / "libonnxruntime.so.1", std::string(8 << 20, 'x'));
        }
        auto options = deployOptions();
        options.runnerFolder = m_quickRunners;
        return options;
    }

    fs::path m_runners;
    fs::path m_quickRunners;
    fs::path m_model;
    std::unique_ptr<TemporaryFolder> m_folder;
    std::unique_ptr<TemporaryFolder> m_deviceFolder;
    std::unique_ptr<LocalSshServer> m_server;
    int m_fakes = 0;
};

QTEST_GUILESS_MAIN(TestDeployer)
#include "test_deployer.moc"
